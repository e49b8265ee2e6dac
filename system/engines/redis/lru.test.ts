import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Zipf } from '../../../fixtures/zipf.ts';
import { KeyedRandom } from '../../runtime/kernel/index.ts';
import { LruCache } from './lru.ts';

const OBJECTS = 20_000;

/** Share of hits after a warm-up, for objects of one byte each. */
function hitRatio(exponent: number, share: number): number {
  const cache = new LruCache<number>(OBJECTS * share);
  const zipf = new Zipf(OBJECTS, exponent);
  const random = new KeyedRandom(7, 'lru test');
  const keys = Array.from({ length: OBJECTS + 1 }, (_, i) => `object-${i}`);
  let hits = 0;
  for (let i = 0; i < 160_000; i++) {
    const key = keys[zipf.sample(random, i)]!;
    if (cache.get(key) !== undefined) hits += i < 60_000 ? 0 : 1;
    else cache.set(key, i, 1);
  }
  return hits / 100_000;
}

test('hit ratios under Zipf are those of the Che approximation', () => {
  // LRU hit ratios for N = 20,000 by the Che approximation.
  const expected: [number, number, number][] = [
    [0.8, 0.01, 17.4],
    [0.8, 0.1, 44.8],
    [1.0, 0.01, 43.1],
    [1.0, 0.1, 69.7],
    [1.2, 0.01, 70.7],
    [1.2, 0.1, 88.2],
  ];
  for (const [exponent, share, percent] of expected)
    expect(Math.abs(hitRatio(exponent, share) - percent / 100)).toBeLessThan(0.02);
});

test('it behaves as a list ordered by use, and never holds more than its bytes', () => {
  const operation = fc.record({
    what: fc.constantFrom('get' as const, 'set' as const, 'delete' as const),
    key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
    bytes: fc.integer({ min: 0, max: 12 }),
  });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const cache = new LruCache<number>(20);
      let model: { key: string; bytes: number; value: number }[] = [];
      operations.forEach(({ what, key, bytes }, i) => {
        const known = model.find((entry) => entry.key === key);
        if (what === 'get') expect(cache.get(key)).toBe(known?.value);
        if (what === 'get' && known === undefined) return;
        model = model.filter((entry) => entry.key !== key);
        if (what === 'get') model.push(known!);
        if (what === 'delete') expect(cache.delete(key)).toBe(known !== undefined);
        if (what === 'set') {
          cache.set(key, i, bytes);
          model.push({ key, bytes, value: i });
          while (model.reduce((sum, entry) => sum + entry.bytes, 0) > 20) model.shift();
        }
        expect([...cache.keys()]).toEqual(model.map((entry) => entry.key));
        expect(cache.bytes).toBe(model.reduce((sum, entry) => sum + entry.bytes, 0));
        expect(cache.bytes).toBeLessThanOrEqual(20);
      });
    }),
  );
});

test('a value larger than the cache is not kept and evicts nothing', () => {
  const cache = new LruCache<string>(10);
  cache.set('small', 'x', 4);
  expect(cache.set('large', 'y', 11)).toBe(false);
  expect([...cache.keys()]).toEqual(['small']);
});
