import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test } from 'vitest';
import { JournalError } from './journal-error.ts';
import { type Identity, JournalFile } from './journal-file.ts';

const identity: Identity = { '--seed ': '1', '--listeners ': '1000' };
const folders: string[] = [];
const open: JournalFile[] = [];

afterEach(() => {
  for (const file of open.splice(0)) {
    try {
      file.close();
    } catch {
      // A test has closed it.
    }
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'journal-'));
  folders.push(made);
  return made;
}

function journal(
  directory: string,
  options: { identity?: Identity; maxBytes?: number; epochMs?: number } = {},
): JournalFile {
  const file = new JournalFile({ directory, identity, ...options });
  open.push(file);
  return file;
}

const bodyOf = (i: number, bytes = 100) => Uint8Array.from({ length: bytes }, (_, at) => (i * 31 + at) % 251);

function write(file: JournalFile, from: number, to: number, bytes = 100): void {
  for (let i = from; i <= to; i++) file.write({ nowNs: i * 1_000, changes: 2, body: bodyOf(i, bytes) });
}

const numbers = (file: JournalFile) => [...file.read()].map(({ number }) => number);
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

/** The journal as a kill at this moment would leave it. */
function killed(directory: string): string {
  const copy = folder();
  cpSync(directory, copy, { recursive: true });
  return copy;
}

const problemOf = (action: () => unknown): JournalError => {
  try {
    action();
  } catch (error) {
    if (error instanceof JournalError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
};

test('what was written is read in order, by the next process and by the one after it', () => {
  const directory = folder();
  const first = journal(directory);
  expect(first.found).toMatchObject({ batches: 0, lastNs: -1, droppedBatches: 0, tornBytes: 0 });
  write(first, 1, 20);
  first.close();
  for (let again = 0; again < 2; again++) {
    const file = journal(directory);
    expect(file.found).toMatchObject({ batches: 20, changes: 40, lastNs: 20_000, droppedBatches: 0 });
    expect([...file.read()].map(({ number, body }) => [number, body])).toEqual(
      upTo(20).map((i) => [i, bodyOf(i)]),
    );
    file.close();
  }
});

test('a process that is killed leaves everything that was written', () => {
  const directory = folder();
  write(journal(directory), 1, 50);
  const file = journal(killed(directory));
  expect(numbers(file)).toEqual(upTo(50));
  expect(file.found.tornBytes).toBe(0);
  write(file, 51, 52);
  expect(numbers(file)).toEqual(upTo(52));
});

test('an end that was cut off anywhere costs the batches that it hits and none before', () => {
  const directory = folder();
  const file = journal(directory);
  const sizes: number[] = [];
  for (let i = 1; i <= 12; i++) {
    write(file, i, i, 3_000);
    sizes.push(statSync(join(directory, 'journal.sqlite-wal')).size);
  }
  for (let cut = sizes[0]!; cut <= sizes[11]!; cut += 1_777) {
    const copy = killed(directory);
    truncateSync(join(copy, 'journal.sqlite-wal'), cut);
    const whole = sizes.filter((size) => size <= cut).length;
    const left = journal(copy);
    expect(numbers(left)).toEqual(upTo(whole));
    expect(left.found.tornBytes > 0).toBe(cut > sizes[whole - 1]!);
    write(left, 100, 100);
    expect(numbers(left)).toEqual(upTo(whole + 1));
  }
});

/** Changes a byte of the body of these batches behind the journal's back. */
function garble(directory: string, ...batches: number[]): void {
  const database = new DatabaseSync(join(directory, 'journal.sqlite'));
  for (const number of batches) {
    const { body } = database.prepare('SELECT body FROM batches WHERE number = ?').get(number) as {
      body: Uint8Array;
    };
    body[50]! ^= 1;
    database.prepare('UPDATE batches SET body = ? WHERE number = ?').run(body, number);
  }
  database.close();
}

test('batches at the end that do not fit their checksums are left out, and said so', () => {
  const directory = folder();
  const file = journal(directory);
  write(file, 1, 10);
  file.close();
  garble(directory, 9, 10);
  const left = journal(directory);
  expect(left.found).toMatchObject({ batches: 8, droppedBatches: 2, lastNs: 8_000 });
  write(left, 11, 11);
  left.close();
  expect(numbers(journal(directory))).toEqual(upTo(9));
});

test('a batch before the end that does not fit is damage, and nothing is thrown away', () => {
  const directory = folder();
  const file = journal(directory);
  write(file, 1, 10);
  file.close();
  garble(directory, 4);
  for (let again = 0; again < 2; again++) {
    const problem = problemOf(() => journal(directory));
    expect(problem).toMatchObject({ problem: 'damaged', exitCode: 3 });
    expect(problem.message).toContain('batch 4 does not fit its checksum');
  }
});

test('a missing batch is damage', () => {
  const directory = folder();
  const file = journal(directory);
  write(file, 1, 10);
  file.close();
  const database = new DatabaseSync(join(directory, 'journal.sqlite'));
  database.exec('DELETE FROM batches WHERE number = 7');
  database.close();
  expect(problemOf(() => journal(directory)).message).toContain('batch 7 is missing');
});

test('a replacement stands for everything before it, also after a kill', () => {
  const directory = folder();
  const file = journal(directory);
  write(file, 1, 200, 3_000);
  const before = file.bytes;
  file.beginReplacement(500_000);
  write(file, 500, 502);
  const during = killed(directory);
  file.endReplacement();
  expect(file.bytes).toBeLessThan(before / 10);
  write(file, 503, 503);

  const old = journal(during);
  expect(numbers(old)).toEqual(upTo(200));
  const replaced = journal(killed(directory));
  expect(numbers(replaced)).toEqual([201, 202, 203, 204]);
  expect(replaced.found).toMatchObject({ batches: 4, lastNs: 503_000 });
});

test('a replacement by nothing keeps the time', () => {
  const directory = folder();
  const file = journal(directory);
  write(file, 1, 3);
  file.beginReplacement(9_000);
  file.endReplacement();
  file.close();
  expect(journal(directory).found).toMatchObject({ batches: 0, lastNs: 9_000 });
});

test('an abandoned replacement leaves what was there', () => {
  const directory = folder();
  const file = journal(directory);
  write(file, 1, 3);
  file.beginReplacement(9_000);
  write(file, 4, 6);
  file.abandonReplacement();
  write(file, 7, 7);
  expect(numbers(file)).toEqual(upTo(4));
  file.close();
  expect(journal(directory).found).toMatchObject({ batches: 4, lastNs: 7_000 });
});

test('a garbled batch of a replacement is damage, not an end that was cut off: it was whole before', () => {
  const directory = folder();
  const file = journal(directory);
  write(file, 1, 3);
  file.beginReplacement(9_000);
  write(file, 4, 5);
  file.endReplacement();
  file.close();
  garble(directory, 5);
  expect(problemOf(() => journal(directory)).problem).toBe('damaged');
});

test('a full disk refuses the batch, whole, and keeps the others', () => {
  const directory = folder();
  const file = journal(directory, { maxBytes: 100_000 });
  let written = 0;
  const problem = problemOf(() => {
    for (;;) {
      write(file, written + 1, written + 1, 10_000);
      written++;
    }
  });
  expect(problem).toMatchObject({ problem: 'full', exitCode: 3 });
  expect(problem.message).toContain('the disk is full');
  expect(written).toBeGreaterThan(3);
  expect(numbers(file)).toEqual(upTo(written));
  file.close();
  const after = journal(directory);
  expect(numbers(after)).toEqual(upTo(written));
  write(after, 1_000, 1_000, 10_000);
});

test('a second process is refused while the first has the journal, in one sentence', () => {
  const directory = folder();
  const file = journal(directory);
  const inAnother = () => {
    const script = `
      import { JournalFile } from '${new URL('./journal-file.ts', import.meta.url)}';
      try {
        new JournalFile({ directory: process.argv[1], identity: ${JSON.stringify(identity)} }).close();
        console.log('opened');
      } catch (error) {
        console.log(error.problem, error.exitCode, error.message);
      }`;
    const words = ['--input-type=module', '-e', script, directory];
    return execFileSync(process.execPath, words, { encoding: 'utf8' }).trim();
  };
  expect(inAnother()).toMatch(
    /^in-use 3 The journal in '.*' is in use by another process: stop that one, or/,
  );
  file.close();
  expect(inAnother()).toBe('opened');
});

test('a journal of another run is refused, and the sentence names the difference', () => {
  const directory = folder();
  journal(directory).close();
  const other = problemOf(() => journal(directory, { identity: { ...identity, '--seed ': '2' } }));
  expect(other).toMatchObject({ problem: 'other-run', exitCode: 2 });
  expect(other.message).toContain('was written with other settings');
  expect(other.message.split('\n')).toContain('  --seed 1, here --seed 2');
  const more = problemOf(() =>
    journal(directory, { identity: { ...identity, '--set playlist.schema=': 'wide' } }),
  );
  expect(more.message).toContain('  --set playlist.schema not set, here --set playlist.schema=wide');
  expect(problemOf(() => journal(directory, { identity: { '--seed ': '1' } })).problem).toBe('other-run');
  journal(directory);
});

test('a journal of another format is refused', () => {
  const directory = folder();
  journal(directory).close();
  const database = new DatabaseSync(join(directory, 'journal.sqlite'));
  database.exec('PRAGMA user_version = 99');
  database.close();
  const problem = problemOf(() => journal(directory));
  expect(problem).toMatchObject({ problem: 'other-format', exitCode: 2 });
  expect(problem.message).toContain('has format 99 and this version writes format 1');
});

test('a file that is no journal is left as it is', () => {
  const texts = folder();
  writeFileSync(join(texts, 'journal.sqlite'), 'my own notes, which nobody should overwrite '.repeat(30));
  expect(problemOf(() => journal(texts))).toMatchObject({ problem: 'unusable', exitCode: 2 });
  expect(readFileSync(join(texts, 'journal.sqlite'), 'utf8')).toContain('my own notes');

  const databases = folder();
  const other = new DatabaseSync(join(databases, 'journal.sqlite'));
  other.exec('CREATE TABLE mine (x)');
  other.close();
  expect(problemOf(() => journal(databases)).problem).toBe('unusable');

  expect(problemOf(() => journal(join(texts, 'nowhere'))).problem).toBe('unusable');
});

test('damaged pages of the database are an error, never a shorter journal', () => {
  const directory = folder();
  const file = journal(directory);
  write(file, 1, 200, 3_000);
  file.close();
  const path = join(directory, 'journal.sqlite');
  const whole = readFileSync(path);
  let refused = 0;
  for (let page = 1; page < 12; page++) {
    const copy = folder();
    copyFileSync(path, join(copy, 'journal.sqlite'));
    const bytes = Buffer.from(whole);
    bytes.fill(0xff, page * 4_096, (page + 1) * 4_096);
    writeFileSync(join(copy, 'journal.sqlite'), bytes);
    try {
      expect(numbers(journal(copy))).toEqual(upTo(200));
    } catch (error) {
      expect(error).toBeInstanceOf(JournalError);
      refused++;
    }
  }
  expect(refused).toBeGreaterThan(5);
});

test('when its clock stood at 0 is said once and stays, also when it is shortened', () => {
  const directory = folder();
  const first = journal(directory, { epochMs: 1_000 });
  expect(first.found.epochMs).toBe(1_000);
  write(first, 1, 3);
  first.beginReplacement(3_000);
  write(first, 4, 4);
  first.endReplacement();
  first.close();
  expect(journal(directory, { epochMs: 2_000 }).found.epochMs).toBe(1_000);
});

test('a journal from before that goes on as if no time had passed', () => {
  const directory = folder();
  const old = journal(directory);
  expect(old.found.epochMs).toBeNull();
  old.write({ nowNs: 5e9, changes: 1, body: bodyOf(1) });
  old.close();
  const beforeMs = Date.now();
  const { epochMs } = journal(directory, { epochMs: 0 }).found;
  expect(epochMs).toBeGreaterThanOrEqual(beforeMs - 5_000);
  expect(epochMs).toBeLessThanOrEqual(Date.now() - 5_000);
});
