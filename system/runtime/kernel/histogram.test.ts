import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bucketMiddle, Histogram } from './histogram.ts';

/** Half a bucket of 1/128 octave, seen from its lower edge. */
const BOUND = 1 / 256 + 1e-12;
const latency = fc.double({ min: 2 ** -10, max: 2 ** 23 - 1, noNaN: true });

test('the middle of the bucket is within 0.4 % of every value that is recorded in it', () => {
  fc.assert(
    fc.property(latency, (value) => {
      const middle = bucketMiddle(new Histogram().record(value));
      expect(Math.abs(middle - value) / value).toBeLessThanOrEqual(BOUND);
    }),
    { seed: 1, numRuns: 3_000 },
  );
});

test('every quantile is within 0.4 % of the exact one', () => {
  fc.assert(
    fc.property(fc.array(latency, { minLength: 1, maxLength: 300 }), (values) => {
      const histogram = new Histogram();
      for (const value of values) histogram.record(value);
      const sorted = values.toSorted((a, b) => a - b);
      for (const q of [0.001, 0.5, 0.9, 0.99, 0.9999, 1]) {
        const exact = sorted[Math.ceil(q * values.length) - 1]!;
        expect(Math.abs(histogram.quantile(q) - exact) / exact).toBeLessThanOrEqual(BOUND);
      }
      expect(histogram.maxMs).toBe(sorted.at(-1));
      expect(histogram.mean).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / values.length, 3);
    }),
    { seed: 1, numRuns: 100 },
  );
});

test('adding histograms gives what one histogram would have recorded', () => {
  fc.assert(
    fc.property(fc.array(latency), fc.array(latency), (left, right) => {
      const [a, b, both] = [new Histogram(), new Histogram(), new Histogram()];
      for (const value of left) a.record(value);
      for (const value of right) b.record(value);
      for (const value of [...left, ...right]) both.record(value);
      a.add(b);
      expect(a.snapshot().buckets).toEqual(both.snapshot().buckets);
      expect([a.count, a.maxMs]).toEqual([both.count, both.maxMs]);
    }),
    { seed: 1, numRuns: 50 },
  );
});

test('values outside the range go to the first or last bucket; what is no latency is an error', () => {
  const histogram = new Histogram();
  expect(histogram.record(0)).toBe(0);
  expect(histogram.record(1e-9)).toBe(0);
  expect(histogram.record(1e12)).toBe(histogram.record(1e15));
  expect(() => histogram.record(-1)).toThrow(RangeError);
  expect(() => histogram.record(Number.NaN)).toThrow(RangeError);
  expect(histogram.count).toBe(4);
});

test('an empty histogram has quantile and mean zero, and a cleared one is empty', () => {
  const histogram = new Histogram();
  histogram.record(5);
  histogram.clear();
  expect([histogram.quantile(0.99), histogram.mean, histogram.maxMs]).toEqual([0, 0, 0]);
  expect(histogram.snapshot()).toEqual({ count: 0, sumMs: 0, maxMs: 0, buckets: [] });
});

test('what leaves a histogram is what was recorded: sum, greatest, and the count of every bucket', () => {
  const [left, right] = [new Histogram(), new Histogram()];
  for (const ms of [4, 1, 1.00390625]) left.record(ms);
  for (const ms of [0, 2]) right.record(ms);
  const octave = 128;
  expect(left.snapshot()).toEqual({
    count: 3,
    sumMs: 6.00390625,
    maxMs: 4,
    // From 2^-10 ms on, 128 an octave.
    buckets: [
      [10 * octave, 2],
      [12 * octave, 1],
    ],
  });
  left.add(right);
  expect(left.snapshot()).toEqual({
    count: 5,
    sumMs: 8.00390625,
    maxMs: 4,
    buckets: [
      [0, 1],
      [10 * octave, 2],
      [11 * octave, 1],
      [12 * octave, 1],
    ],
  });
  expect([left.bucketAt(0.6), left.bucketAt(0.61)]).toEqual([10 * octave, 11 * octave]);
  expect(left.mean).toBe(8.00390625 / 5);
});
