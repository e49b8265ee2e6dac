import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeyedRandom } from '../runtime/kernel/index.ts';
import { FrequencySketch } from './frequency-sketch.ts';

test('an estimate is never below the count, up to 15, as long as nothing was forgotten', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(40), { maxLength: 300 }), (hashes) => {
      const sketch = new FrequencySketch(64);
      const counts = new Map<number, number>();
      for (const hash of hashes) {
        sketch.add(hash);
        counts.set(hash, (counts.get(hash) ?? 0) + 1);
      }
      for (const [hash, count] of counts)
        expect(sketch.estimate(hash)).toBeGreaterThanOrEqual(Math.min(15, count));
    }),
    { seed: 1, numRuns: 100 },
  );
});

test('with as many things as it was made for, few estimates are too high', () => {
  const sketch = new FrequencySketch(4_096);
  const random = new KeyedRandom(1, 'sketch');
  const hashes = Array.from({ length: 4_096 }, (_, i) => random.bits(i) | 0);
  for (const hash of hashes) sketch.add(hash);
  const wrong = hashes.filter((hash) => sketch.estimate(hash) > 1).length;
  expect(wrong / hashes.length).toBeLessThan(0.05);
});

test('after ten times as many requests as things, what is no longer asked for counts half', () => {
  const sketch = new FrequencySketch(1_000);
  for (let i = 0; i < 12; i++) sketch.add(1);
  expect(sketch.estimate(1)).toBe(12);
  for (let i = 0; i < 9_988; i++) sketch.add(2 + (i % 7));
  expect(sketch.estimate(1)).toBe(6);
  expect(sketch.estimate(2)).toBeLessThan(15);
  sketch.clear();
  expect(sketch.estimate(1)).toBe(0);
});
