import { expect, test } from 'vitest';
import { KeyedRandom } from '../system/runtime/kernel/index.ts';
import { estimate } from './statistics.ts';

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

test('an interval is as wide as the tabled quantile for its degrees of freedom says', () => {
  const { mean, lo, hi } = estimate([1, 2, 3, 4, 5], 0.95);
  const half = 2.7764 * Math.sqrt(2.5 / 5);
  expect([mean, lo, hi]).toEqual([3, expect.closeTo(3 - half, 3), expect.closeTo(3 + half, 3)]);
});
