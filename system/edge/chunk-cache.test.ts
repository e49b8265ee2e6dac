import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Zipf } from '../../fixtures/zipf.ts';
import { zipf } from '../../laws/formulas.ts';
import type { ObjectInfo } from '../ports/object-store.ts';
import { KeyedRandom } from '../runtime/kernel/index.ts';
import { ChunkCache, type EvictionPolicy } from './chunk-cache.ts';

const infoOf = (size: number, etag = 'v1'): ObjectInfo => ({
  key: 'k',
  size,
  etag,
  contentId: etag,
  maxAgeS: 60,
});
const FOREVER = Number.POSITIVE_INFINITY;
const POLICIES: readonly EvictionPolicy[] = ['lru', 'w-tinylfu'];

/** Asks for one chunk as a point of presence does. True: a hit. */
function ask(cache: ChunkCache, path: string, chunk: number, info: ObjectInfo): boolean {
  const object = cache.find(path);
  if (cache.use(path, object, chunk)) return true;
  cache.add(path, info, chunk, chunk + 1, FOREVER);
  return false;
}

const OBJECTS = 20_000;
const NAMES = Array.from({ length: OBJECTS + 1 }, (_, i) => `/object-${i}`);
const BYTE = infoOf(1);

/** Objects as they are asked for under Zipf's law. */
function draw(exponent: number, requests: number): string[] {
  const law = new Zipf(OBJECTS, exponent);
  const random = new KeyedRandom(7, 'edge cache test');
  return Array.from({ length: requests }, (_, i) => NAMES[law.sample(random, i)]!);
}

/** Share of hits in the second half, for objects of one byte; `scan`: how many things wanted once pass every thousand requests. */
function hitRatio(policy: EvictionPolicy, asked: readonly string[], share: number, scan = 0): number {
  const cache = new ChunkCache({ maxBytes: OBJECTS * share, chunkBytes: 1, policy });
  let hits = 0;
  asked.forEach((name, i) => {
    if (i % 1_000 === 0) for (let j = 0; j < scan; j++) ask(cache, `/scan-${i + j}`, 0, BYTE);
    if (ask(cache, name, 0, BYTE) && i >= asked.length / 2) hits++;
  });
  return hits / (asked.length / 2);
}

test('LRU hit ratios under Zipf are those of the Che approximation', () => {
  // N = 20,000, per cent, by Che, Tung & Wang 2002: what the formula gives, rounded.
  const published: [number, number, number][] = [
    [0.8, 17.4, 44.8],
    [1.0, 43.1, 69.7],
    [1.2, 70.7, 88.2],
  ];
  for (const [exponent, onePercent, tenPercent] of published) {
    const asked = draw(exponent, 80_000);
    expect(Math.abs(hitRatio('lru', asked, 0.01) - onePercent / 100)).toBeLessThan(0.01);
    expect(Math.abs(hitRatio('lru', asked, 0.1) - tenPercent / 100)).toBeLessThan(0.01);
  }
});

test('W-TinyLFU hits more than LRU under Zipf, and loses less when scans pass', () => {
  for (const exponent of [0.8, 1.0]) {
    const asked = draw(exponent, 40_000);
    const ratios = (scan: number) => ({
      lru: hitRatio('lru', asked, 0.05, scan),
      tiny: hitRatio('w-tinylfu', asked, 0.05, scan),
    });
    const quiet = ratios(0);
    const scanned = ratios(1_000);
    expect(quiet.tiny).toBeGreaterThan(quiet.lru + 0.03);
    expect(scanned.tiny).toBeGreaterThan(scanned.lru + 0.15);
    expect(quiet.tiny - scanned.tiny).toBeLessThan((quiet.lru - scanned.lru) / 3);
  }
});

test('W-TinyLFU comes close to the best that a cache without foresight can do: to keep the most popular', () => {
  const popularity = zipf(OBJECTS, 1);
  const best = popularity.slice(0, OBJECTS * 0.05).reduce((sum, p) => sum + p, 0);
  expect(hitRatio('w-tinylfu', draw(1, 80_000), 0.05)).toBeGreaterThan(best - 0.06);
});

test('what was popular once is forgotten', () => {
  const cache = new ChunkCache({ maxBytes: 100, chunkBytes: 1, policy: 'w-tinylfu' });
  for (let i = 0; i < 20_000; i++) ask(cache, `/old-${i % 100}`, 0, BYTE);
  let hits = 0;
  for (let i = 0; i < 20_000; i++) if (ask(cache, `/new-${i % 90}`, 0, BYTE) && i >= 10_000) hits++;
  expect(hits).toBeGreaterThan(8_500);
});

for (const policy of POLICIES) {
  test(`${policy}: it never holds more than its bytes, and says truly what it holds`, () => {
    const step = fc.record({
      what: fc.constantFrom(
        'ask' as const,
        'ask' as const,
        'ask' as const,
        'remove' as const,
        'prefix' as const,
      ),
      object: fc.constantFrom('/a/1', '/a/2', '/b/1', '/b/2', '/c'),
      chunk: fc.integer({ min: 0, max: 3 }),
      etag: fc.constantFrom('v1', 'v1', 'v1', 'v2'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const cache = new ChunkCache({ maxBytes: 50, chunkBytes: 10, policy });
        for (const { what, object, chunk, etag } of steps) {
          // 35 bytes: the last of four chunks has five.
          if (what === 'ask') ask(cache, object, chunk, infoOf(35, etag));
          else if (what === 'remove') cache.remove(object);
          else cache.removePrefix('/a/');
          if (what === 'remove') expect(cache.find(object)).toBeUndefined();
          if (what === 'prefix') expect(cache.find('/a/1') ?? cache.find('/a/2')).toBeUndefined();
          let bytes = 0;
          let chunks = 0;
          for (const path of ['/a/1', '/a/2', '/b/1', '/b/2', '/c']) {
            const here = (cache.find(path)?.places ?? []).map((place) => place >= 0);
            expect(here.filter(Boolean).length).toBe(cache.find(path)?.held ?? 0);
            here.forEach((is, i) => {
              if (is) bytes += i === 3 ? 5 : 10;
              if (is) chunks++;
            });
          }
          expect(cache.bytes).toBe(bytes);
          expect(cache.count).toBe(chunks);
          expect(bytes).toBeLessThanOrEqual(50);
        }
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  test(`${policy}: a chunk of another version drops what is here of the old one`, () => {
    const cache = new ChunkCache({ maxBytes: 1_000, chunkBytes: 10, policy });
    for (const chunk of [0, 1, 2]) ask(cache, '/a', chunk, infoOf(30, 'old'));
    cache.add('/a', infoOf(40, 'new'), 1, 2, FOREVER);
    const object = cache.find('/a')!;
    expect(object.info.etag).toBe('new');
    expect(object.places.map((place) => place >= 0)).toEqual([false, true, false, false]);
  });

  test(`${policy}: a chunk larger than the cache is not kept and evicts nothing`, () => {
    const cache = new ChunkCache({ maxBytes: 8, chunkBytes: 10, policy });
    ask(cache, '/small', 0, infoOf(5));
    ask(cache, '/large', 0, infoOf(20));
    expect(cache.find('/small')).toBeDefined();
    expect(cache.find('/large')).toBeUndefined();
  });
}

test('LRU evicts as the definition says', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 8 }),
      fc.array(fc.nat(11), { maxLength: 200 }),
      (capacity, asked) => {
        const cache = new ChunkCache({ maxBytes: capacity, chunkBytes: 1, policy: 'lru' });
        let held: number[] = [];
        for (const object of asked) {
          expect(ask(cache, `/${object}`, 0, BYTE)).toBe(held.includes(object));
          held = [...held.filter((other) => other !== object), object].slice(-capacity);
        }
      },
    ),
    { seed: 1, numRuns: 200 },
  );
});
