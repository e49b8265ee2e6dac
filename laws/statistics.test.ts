import { expect, test } from 'vitest';
import { KeyedRandom } from '../system/runtime/kernel/index.ts';
import { estimate, studentProbability, studentQuantile } from './statistics.ts';

test("quantiles of Student's t are the tabled ones", () => {
  const table: [number, number, number][] = [
    [0.9995, 1, 636.619],
    [0.9995, 2, 31.599],
    [0.9995, 4, 8.61],
    [0.9995, 9, 4.781],
    [0.975, 10, 2.228],
    [0.975, 15, 2.131],
    [0.995, 30, 2.75],
  ];
  for (const [p, degrees, t] of table) expect(studentQuantile(p, degrees)).toBeCloseTo(t, 2);
  expect(studentProbability(0, 7)).toBe(0.5);
});

test('an interval of 90 % holds the true mean in nine of ten experiments', () => {
  const random = new KeyedRandom(3, 'interval');
  const EXPERIMENTS = 4_000;
  let held = 0;
  for (let i = 0; i < EXPERIMENTS; i++) {
    const samples = Array.from({ length: 6 }, (_, k) => 5 + random.normal(i, k));
    const { lo, hi } = estimate(samples, 0.9);
    if (lo <= 5 && hi >= 5) held++;
  }
  // Five standard deviations of a binomial share.
  expect(Math.abs(held / EXPERIMENTS - 0.9)).toBeLessThan(5 * Math.sqrt(0.09 / EXPERIMENTS));
});

test('one seed makes no interval', () => {
  expect(() => estimate([1], 0.9)).toThrow(/at least two seeds, not 1/);
});
