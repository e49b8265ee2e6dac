import { describe, expect, it } from 'vitest';
import { KeyedRandom } from '../../system/runtime/kernel/index.ts';
import { trendOf } from './trend.ts';

const random = new KeyedRandom(5, 'trend test');
const noise = (entity: number, i: number) => 1 + 0.1 * random.normal(entity, i);

describe('the trend test', () => {
  it('finds a rise of half over thirty noisy seconds, and a fall', () => {
    const rise = Array.from({ length: 30 }, (_, i) => noise(1, i) * (1 + i / 60));
    expect(trendOf(rise).found).toBe(true);
    expect(trendOf(rise).change).toBeCloseTo(0.4, 1);
    expect(trendOf(rise.toReversed()).found).toBe(true);
  });

  it('finds none in noise: not once in two thousand stretches', () => {
    let found = 0;
    for (let k = 0; k < 2_000; k++) {
      if (trendOf(Array.from({ length: 30 }, (_, i) => noise(k + 10, i))).found) found++;
    }
    expect(found).toBe(0);
  });

  it('lets a significant but tiny drift pass', () => {
    const drift = Array.from({ length: 30 }, (_, i) => 100 + i / 100);
    expect(trendOf(drift).z).toBeGreaterThan(4);
    expect(trendOf(drift).found).toBe(false);
  });

  // By hand: S of n values that only rise is n (n - 1) / 2, its variance n (n - 1) (2 n + 5) / 18.
  it.each([
    [10, 44 / Math.sqrt(125), 9 / 5.5, false],
    [11, 54 / Math.sqrt(165), 10 / 6, true],
    [12, 65 / Math.sqrt(638 / 3), 11 / 6.5, true],
  ])('gives the figures of the textbook for %i values that rise by one', (n, z, change, found) => {
    const rise = Array.from({ length: n }, (_, i) => i + 1);
    const trend = trendOf(rise);
    expect([trend.z, trend.change, trend.found]).toEqual([
      expect.closeTo(z, 9),
      expect.closeTo(change, 9),
      found,
    ]);
    const fall = trendOf(rise.toReversed());
    expect([fall.z, fall.change, fall.found]).toEqual([
      expect.closeTo(-z, 9),
      expect.closeTo(-change, 9),
      found,
    ]);
  });

  it('finds none in fewer than ten values, in equal ones, and where the usual value is zero', () => {
    const none = { z: 0, change: 0, found: false };
    expect(trendOf([1, 2, 3, 4, 5, 6, 7, 8, 9])).toEqual(none);
    expect(trendOf(new Array(30).fill(5))).toEqual(none);
    expect(trendOf([...new Array(20).fill(0), ...new Array(10).fill(5)]).found).toBe(false);
  });
});
