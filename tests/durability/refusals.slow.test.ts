/** What whoever starts a server on a journal that is not for it gets to read: one sentence, and an exit code. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { type Refused, type Served, serve } from './served.ts';

const directory = mkdtempSync(join(tmpdir(), 'refusals-'));
let running: Served | null = null;

afterAll(async () => {
  await running?.kill();
  rmSync(directory, { recursive: true });
});

const refusal = (start: Promise<Served>) =>
  start.then(
    async (served) => {
      await served.kill();
      throw new Error('It has started.');
    },
    (error: Refused) => ({ code: error.code, lines: error.said.trim().split('\n') }),
  );

test('a journal in use, of another run or in an impossible place is refused, with what to do', async () => {
  const data = join(directory, 'data');
  running = await serve(data);
  const second = await refusal(serve(data));
  expect(second).toEqual({
    code: 3,
    lines: [
      expect.stringMatching(/^rehearse: The journal in '.*' is in use by another process: stop that one, or/),
    ],
  });
  expect((await fetch(`${running.url}/readyz`)).status).toBe(200);
  expect(await running.stop()).toBe(0);

  const other = await refusal(serve(data, { words: ['--seed', '2'] }));
  expect(other).toEqual({
    code: 2,
    lines: [
      expect.stringMatching(
        /^rehearse: The journal in '.*' was written with other settings than this run has:$/,
      ),
      '  --seed 1, here --seed 2',
      'Start it as it was, or take another directory.',
    ],
  });
  const nowhere = await refusal(serve(join(data, 'journal.sqlite')));
  expect(nowhere).toEqual({ code: 2, lines: [expect.stringMatching(/cannot be opened/)] });
}, 600_000);
