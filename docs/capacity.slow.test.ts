import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { RunResult } from '../reports/result.ts';

const folder = mkdtempSync(join(tmpdir(), 'rehearse-capacity-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the scenario on the page runs as it stands, from a folder of somebody’s own, and is confirmed', () => {
  const page = readFileSync(new URL('./capacity.md', import.meta.url), 'utf8');
  const file = /rehearse run \.\/(\S+)/.exec(page)![1]!;
  writeFileSync(join(folder, file), /```ts\n(.*?)```/s.exec(page)![1]!);
  const launcher = join(import.meta.dirname, '..', 'bin', 'rehearse.js');
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [launcher, 'run', `./${file}`, '--listeners', '500000', '--repeat', '1', '--json'],
    { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  expect(status, stderr).toBe(0);
  const { verdicts } = JSON.parse(stdout) as RunResult;
  expect(verdicts.map(({ arm, observed }) => [arm, observed])).toEqual([
    ['four', 'misses'],
    ['eight', 'misses'],
    ['twelve', 'meets'],
  ]);
}, 300_000);
