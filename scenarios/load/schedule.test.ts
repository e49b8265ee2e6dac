import { expect, test } from 'vitest';
import { dueS } from './schedule.ts';

const ramp = { warmUpS: 4, perSecond: 10 };

test('by the end of the warm-up half of what the full rate would have sent is due', () => {
  expect(dueS(ramp, 19)).toBeCloseTo(4, 9);
  expect(dueS(ramp, 20)).toBeCloseTo(4.1, 9);
  expect(dueS(ramp, 19 + 300)).toBeCloseTo(34, 9);
});

test('the rate rises evenly: after half of the warm-up a quarter of its journeys is due', () => {
  expect(dueS(ramp, 4)).toBeCloseTo(2, 9);
});

test('due times never go back', () => {
  const times = Array.from({ length: 200 }, (_, i) => dueS({ warmUpS: 3, perSecond: 7.3 }, i));
  expect(times).toEqual([...times].sort((a, b) => a - b));
});
