import fc from 'fast-check';
import { expect, test } from 'vitest';
import { didYouMean, editDistance, nearest } from './suggest.ts';

const scenarios = ['hot-partition', 'cache-stampede', 'consumer-lag'];

test('insertions, deletions, replacements and swapped neighbours count one each', () => {
  expect(editDistance('lag', 'lags')).toBe(1);
  expect(editDistance('lag', 'ag')).toBe(1);
  expect(editDistance('lag', 'log')).toBe(1);
  expect(editDistance('lag', 'alg')).toBe(1);
  expect(editDistance('', 'lag')).toBe(3);
});

test('the distance is symmetric, zero only for equal words, and at most the longer length', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      const distance = editDistance(a, b);
      expect(distance).toBe(editDistance(b, a));
      expect(distance === 0).toBe(a === b);
      expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
    }),
  );
});

test('a typing error and a part of the word lead to the word', () => {
  expect(nearest('hot-partiton', scenarios)).toBe('hot-partition');
  expect(nearest('Consumer_Lag', scenarios)).toBe('consumer-lag');
  expect(nearest('stampede', scenarios)).toBe('cache-stampede');
});

test('a word that resembles nothing gets no suggestion', () => {
  expect(nearest('weather', scenarios)).toBeNull();
  expect(didYouMean('weather', scenarios)).toBe('');
});
