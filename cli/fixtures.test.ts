import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UsageError } from './errors.ts';
import { registerFixtures, writeAll } from './fixtures.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rehearse-fixtures-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function rehearse(...words: string[]): Promise<void> {
  const program = new Command('rehearse').exitOverride().configureOutput({ writeErr: () => {} });
  registerFixtures(program);
  await program.parseAsync(['fixtures', 'generate', ...words], { from: 'user' });
}

async function* chunks(count: number, made: { count: number }): AsyncGenerator<string> {
  for (; made.count < count; made.count++) yield 'x'.repeat(1000);
}

describe('rehearse fixtures generate', () => {
  it('writes as many rows as asked for, and the same ones again', async () => {
    const [one, two] = ['one.csv', 'two.csv'].map((name) => join(folder, name)) as [string, string];
    await rehearse('plays', '--count', '5_000', '--seed', '3', '--listeners', '20000', '--out', one);
    await rehearse('plays', '--count', '5000', '--seed', '3', '--listeners', '20000', '--out', two);
    const lines = readFileSync(one, 'utf8').trimEnd().split('\n');
    expect(lines.length).toBe(5001);
    expect(lines[0]).toMatch(/^timeNs,listener,/);
    expect(readFileSync(two, 'utf8')).toBe(readFileSync(one, 'utf8'));
  });

  it('grows the population to what the rows need', async () => {
    const out = join(folder, 'playlists.ndjson');
    await rehearse('playlists', '--count', '3', '--format', 'ndjson', '--out', out);
    expect(JSON.parse(readFileSync(out, 'utf8').split('\n')[2]!).id).toBe(2);
    await expect(rehearse('listeners', '--count', '11', '--listeners', '10', '--out', out)).rejects.toThrow(
      'There are 10 listeners, fewer than the 11 asked for. Choose another --count or --listeners.',
    );
  });

  it('says in one sentence what cannot be used', async () => {
    const broken = join(folder, 'broken.csv');
    writeFileSync(broken, 'listener,artist,plays\n1,2,none\n');
    const refused: [string[], RegExp][] = [
      [['song', '--count', '1'], /<kind> takes listeners, plays, follows, tracks or playlists, not 'song'/],
      [['plays', '--count', '-1'], /--count takes a whole number/],
      [['plays', '--count', '1', '--format', 'xml'], /--format takes csv or ndjson, not 'xml'/],
      [['plays', '--count', '1', '--out', join(folder, 'no', 'file')], /cannot be written: there is no such/],
      [['plays', '--count', '1', '--out', folder], /cannot be written: it is a directory/],
      [['plays', '--count', '1', '--plays', join(folder, 'no.csv')], /cannot be read: there is no such/],
      [['plays', '--count', '1', '--plays', broken], /broken\.csv is refused, line 2: plays must be/],
    ];
    for (const [words, sentence] of refused)
      await expect(rehearse(...words)).rejects.toMatchObject({
        exitCode: 2,
        message: expect.stringMatching(sentence),
      });
  });

  it('waits for a slow reader instead of filling the memory', async () => {
    const made = { count: 0 };
    let written = 0;
    let furthestAhead = 0;
    const slow = new Writable({
      highWaterMark: 4000,
      write(chunk: Buffer, _encoding, done) {
        written += chunk.length;
        furthestAhead = Math.max(furthestAhead, made.count * 1000 - written);
        setImmediate(done);
      },
    });
    await writeAll(chunks(500, made), slow, 'It');
    expect(made.count).toBe(500);
    expect(furthestAhead).toBeLessThanOrEqual(6000);
  });

  it('ends quietly when the pipe is closed, and stops making rows', async () => {
    const made = { count: 0 };
    const closed = new Writable({
      write(_chunk, _encoding, done) {
        done(made.count < 5 ? null : Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      },
    });
    await writeAll(chunks(100_000, made), closed, 'It');
    expect(made.count).toBeLessThan(100);
  });

  it('says so when the disk is full', async () => {
    const full = new Writable({
      write: (_chunk, _encoding, done) => done(Object.assign(new Error('write'), { code: 'ENOSPC' })),
    });
    const writing = writeAll(chunks(100, { count: 0 }), full, "'big.csv'");
    await expect(writing).rejects.toThrow(new UsageError("'big.csv' cannot be written: the disk is full."));
  });

  it('ends with exit code 0 and nothing on stderr when a real reader leaves', async () => {
    const command = [join(import.meta.dirname, '..', 'bin', 'rehearse.js'), 'fixtures', 'generate', 'plays'];
    const child = spawn(process.execPath, [...command, '--count', '1000000000'], { stdio: 'pipe' });
    let errors = '';
    child.stderr.on('data', (data) => {
      errors += data;
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect({ code, errors }).toEqual({ code: 0, errors: '' });
  });
});
