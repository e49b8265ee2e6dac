import { expect, test } from 'vitest';
import type { ObjectInfo } from '../ports/object-store.ts';
import { ChunkCache } from './chunk-cache.ts';
import { createSteadyStates } from './steady-state.ts';
import { WarmContents, type WarmSource } from './warm-contents.ts';

/** Objects of 20 bytes whose number is their rank; a cache of 200 bytes has the first ten (`steady-state.ts` has LRU's state). */
const source: WarmSource = {
  objects: 1_000,
  exponent: 1,
  rankOf: (path) => Number(/^\/a\/(\d+)$/.exec(path)?.[1] ?? Number.POSITIVE_INFINITY),
  find: (path): ObjectInfo => ({ key: path.slice(1), size: 20, etag: 'v1', contentId: 'x', maxAgeS: 60 }),
  meanBytes: 20,
};
const state = () => createSteadyStates(source, 'w-tinylfu', 200, 0).ofSite();
const createCache = () =>
  new ChunkCache({
    maxBytes: 200,
    chunkBytes: 10,
    policy: 'lru',
    warm: new WarmContents(source, state(), () => 0),
  });
const fresh: ObjectInfo = { key: 'new', size: 10, etag: 'v1', contentId: 'x', maxAgeS: 60 };

test('a cache begins with the most popular objects, as many as it can hold', () => {
  const cache = createCache();
  expect(cache.bytes).toBe(0);
  const here = Array.from({ length: 15 }, (_, i) => cache.find(`/a/${i + 1}`)?.held ?? 0);
  expect(here).toEqual([...Array(10).fill(2), ...Array(5).fill(0)]);
  expect(cache.bytes).toBe(200);
  expect(cache.find('/a/nothing')).toBeUndefined();
});

test('what comes in takes the place of the least popular', () => {
  const cache = createCache();
  for (let i = 0; i < 4; i++) cache.add(`/new/${i}`, fresh, 0, 1, 1e12);
  // Forty bytes: two objects.
  expect(cache.find('/a/8')?.held).toBe(2);
  expect(cache.find('/a/9')).toBeUndefined();
});

test('what was purged, evicted or lost is not there again', () => {
  const cache = createCache();
  cache.remove('/a/1');
  expect(cache.find('/a/1')).toBeUndefined();
  expect(cache.find('/a/2')).toBeDefined();
  cache.removePrefix('/a/');
  for (const number of [1, 2, 3]) expect(cache.find(`/a/${number}`)).toBeUndefined();

  const full = createCache();
  expect(full.find('/a/1')).toBeDefined();
  for (let i = 0; i < 40; i++) full.add(`/new/${i}`, fresh, 0, 1, 1e12);
  expect(full.find('/a/1')).toBeUndefined();

  const crashed = createCache();
  crashed.clear();
  expect(crashed.find('/a/1')).toBeUndefined();
});
