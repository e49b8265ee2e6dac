/** A log that is cut off, and one that the disk has changed: the first goes on without its last batch, the second not at all. */
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test } from 'vitest';
import { JournalError } from './journal-error.ts';
import { JournalFile } from './journal-file.ts';

const LOG = 'journal.sqlite-wal';
const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0).reverse()) close();
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'journal-log-'));
  closing.push(() => rmSync(made, { recursive: true }));
  return made;
}

function journal(directory: string): JournalFile {
  const file = new JournalFile({ directory, identity: {} });
  closing.push(() => file.close());
  return file;
}

/** A journal of seven batches that lie in its log: a copy in which one byte is another, by where the last two begin. */
function garbledLog(at: (ofSixth: number, ofSeventh: number) => number): string {
  const directory = folder();
  const file = journal(directory);
  const begins = Array.from({ length: 8 }, (_, i) => {
    const { size } = statSync(join(directory, LOG));
    if (i < 7) file.write({ nowNs: i, changes: 1, body: new Uint8Array(3_000).fill(i + 1) });
    return size;
  });
  // As a kill would leave it now.
  const copy = folder();
  cpSync(directory, copy, { recursive: true });
  const bytes = readFileSync(join(copy, LOG));
  bytes[at(begins[5]!, begins[6]!)]! ^= 0x10;
  writeFileSync(join(copy, LOG), bytes);
  return copy;
}

function problemOf(directory: string): JournalError {
  try {
    journal(directory);
  } catch (error) {
    if (error instanceof JournalError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

test('an end that was garbled costs the batch that it hits', () => {
  const left = journal(garbledLog((_, ofSeventh) => ofSeventh + 2_000));
  expect([...left.read()].map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(left.found.tornBytes).toBeGreaterThan(0);
});

test.each([
  ['in a batch', (ofSixth: number) => ofSixth + 2_000],
  ['in what stands before its pages', (ofSixth: number) => ofSixth + 17],
  ['in its head', () => 20],
])('a log that is garbled %s before its end is damage, each time, and nothing is thrown away', (_, at) => {
  const directory = garbledLog(at);
  const before = readFileSync(join(directory, LOG));
  for (let again = 0; again < 2; again++) {
    const refused = problemOf(directory);
    expect(refused.problem).toBe('damaged');
    expect(refused.message).toContain('restore a copy');
    expect(readFileSync(join(directory, LOG)).equals(before)).toBe(true);
  }
});

test('one that is being written is in use, whatever its log looks like meanwhile', () => {
  const directory = garbledLog(() => 20);
  // Another connection stands for another process: the lock is the same.
  const other = new DatabaseSync(join(directory, 'journal.sqlite'));
  other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  try {
    expect(problemOf(directory).problem).toBe('in-use');
  } finally {
    other.close();
  }
});
