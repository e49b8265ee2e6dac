import { expect, test } from 'vitest';
import { bucketMiddleMs, bucketOf, mergeHistograms, quantileMs } from './percentiles.ts';
import type { HistogramData } from './result.ts';

const histogramOf = (...values: readonly number[]): HistogramData =>
  mergeHistograms(
    values.map((ms) => ({ count: 1, sumMs: ms, maxMs: ms, buckets: [[bucketOf(ms), 1]] }) as HistogramData),
  );

test('the middle of the bucket of a value is within 0.4 % of it, whatever was asked before', () => {
  for (const ms of [0.001, 0.3, 1, 7.77, 1234.5, 3_600_000]) {
    expect(Math.abs(bucketMiddleMs(bucketOf(ms)) / ms - 1)).toBeLessThanOrEqual(1 / 256);
    const one = bucketOf(1);
    bucketOf(1 / 3);
    expect(bucketMiddleMs(one)).toBe(1 + 1 / 256);
  }
  expect([0, 1e-9, 2 ** -10, 1].map(bucketOf)).toEqual([0, 0, 0, 1280]);
});

test('a quantile is the value that so many are no greater than, and no greater than the greatest', () => {
  const histogram = histogramOf(1, 10, 100, 1000);
  expect(quantileMs(histogram, 1)).toBe(1000);
  expect([0.01, 0.25, 0.26, 0.5, 0.75].map((q) => Math.round(quantileMs(histogram, q)))).toEqual([
    1, 1, 10, 10, 100,
  ]);
  expect(quantileMs(histogramOf(), 0.5)).toBe(0);
});

test('merged histograms are what one would have recorded, in the order of the buckets', () => {
  const merged = mergeHistograms([histogramOf(100, 1), histogramOf(10, 100), histogramOf()]);
  expect([histogramOf(1, 10).count, histogramOf(1, 10).sumMs]).toEqual([2, 11]);
  expect(merged).toEqual({
    count: 4,
    sumMs: 211,
    maxMs: 100,
    buckets: [
      [bucketOf(1), 1],
      [bucketOf(10), 1],
      [bucketOf(100), 2],
    ],
  });
});
