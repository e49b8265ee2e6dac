import { expect, test } from 'vitest';
import { amount, duration, ProgressLine } from './progress.ts';

function recorded(isTTY: boolean) {
  const clock = { ms: 0 };
  const written: string[] = [];
  const output = { isTTY, columns: 200, write: (text: string) => written.push(text) };
  return { clock, written, line: new ProgressLine(output, () => clock.ms) };
}

const state = (done: number) => ({ done, total: 10, running: 'broken, seed 1', detail: '2 plays' });

test('a terminal has one line that is rewritten, with an estimate of what is left', () => {
  const { clock, written, line } = recorded(true);
  line.update(state(0));
  clock.ms = 4_000;
  line.update(state(2));
  line.end();
  expect(written[0]).toContain('0 of 10 runs · 2 plays · broken, seed 1');
  expect(written[1]).toContain('2 of 10 runs, about 16 s left');
  expect(written.join('')).not.toContain('\n');
  expect(written.at(-1)).toBe('\r\u001b[2K');
});

test('elsewhere a plain line appears now and then', () => {
  const { clock, written, line } = recorded(false);
  for (clock.ms = 0; clock.ms < 25_000; clock.ms += 500) line.update(state(1));
  line.end();
  expect(written).toHaveLength(2);
  expect(written[0]).toMatch(/^1 of 10 runs, about .* left · .*\n$/);
});

test('what is said stays above the progress', () => {
  const { written, line } = recorded(true);
  line.update(state(1));
  line.say('Stopping.');
  line.end();
  expect(written.join('')).toContain('\r\u001b[2KStopping.\n\r\u001b[2K');
});

test('durations and amounts read as people say them', () => {
  expect([400, 59_000, 125_000, 3_840_000].map(duration)).toEqual(['1 s', '59 s', '2 min 5 s', '1 h 4 min']);
  expect([812, 43_000, 1_234_567].map(amount)).toEqual(['812', '43,000', '1.2 million']);
});
