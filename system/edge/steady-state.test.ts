import { describe, expect, test } from 'vitest';
import { Zipf } from '../../fixtures/index.ts';
import { KeyedRandom } from '../runtime/kernel/index.ts';
import { ChunkCache } from './chunk-cache.ts';
import { createSteadyStates, type SteadyState } from './steady-state.ts';
import { WarmContents, type WarmSource } from './warm-contents.ts';

const OBJECTS = 50_000;
const EXPONENT = 1;
const CAPACITY = 1_000;
const SHIELD = 3_000;

/** Objects of one byte, whose number is their rank. */
const source: WarmSource = {
  objects: OBJECTS,
  exponent: EXPONENT,
  meanBytes: 1,
  rankOf: (path) => Number(path.slice(1)),
  find: (path) => ({ key: path.slice(1), size: 1, etag: 'v1', contentId: 'x', maxAgeS: 1e6 }),
};
const zipf = new Zipf(OBJECTS, EXPONENT);
const random = new KeyedRandom(3, 'steady state test');
const states = createSteadyStates(source, 'lru', CAPACITY, SHIELD);

const createCache = (maxBytes: number, state: SteadyState | null, seed: number) => {
  const draw = new KeyedRandom(seed, 'draw');
  const warm = state === null ? undefined : new WarmContents(source, state, (hash) => draw.uniform(hash));
  return new ChunkCache({ maxBytes, chunkBytes: 1, policy: 'lru', warm });
};

/** True: it was there. */
function ask(cache: ChunkCache, rank: number): boolean {
  const path = `/${rank}`;
  if (cache.use(path, cache.find(path), 0)) return true;
  cache.add(path, source.find(path)!, 0, 1, 1e18);
  return false;
}

/** Hit ratios of the point of presence, and of the shield for what it misses, over so many requests. */
function ratios(site: ChunkCache, shield: ChunkCache, from: number, count: number): [number, number] {
  let [hits, shieldHits] = [0, 0];
  for (let i = from; i < from + count; i++) {
    const rank = zipf.sample(random, i);
    if (ask(site, rank)) hits++;
    else if (ask(shield, rank)) shieldHits++;
  }
  return [hits / count, shieldHits / (count - hits)];
}

describe('a network that begins with the steady state of LRU', () => {
  const [site, shield] = [createCache(CAPACITY, null, 1), createCache(SHIELD, null, 1)];
  ratios(site, shield, 0, 300_000);
  const [hit, shieldHit] = ratios(site, shield, 300_000, 100_000);

  test('hits as often from the first request on as one that has run for long, at both tiers', () => {
    const fresh = [
      createCache(CAPACITY, states.ofSite(), 2),
      createCache(SHIELD, states.ofShield(), 3),
    ] as const;
    for (const [from, count] of [
      [1_000_000, 5_000],
      [1_005_000, 10_000],
      [1_015_000, 20_000],
      [1_035_000, 40_000],
    ] as const) {
      const [now, nowAtShield] = ratios(...fresh, from, count);
      expect(Math.abs(now - hit), `${now}, not ${hit}, from ${from}`).toBeLessThan(0.02);
      expect(Math.abs(nowAtShield - shieldHit), `${nowAtShield}, not ${shieldHit}`).toBeLessThan(0.03);
    }
  });

  test('holds as much as finds room, in expectation', () => {
    const state = states.ofSite();
    const draw = new KeyedRandom(9, 'draw');
    let here = 0;
    for (let rank = 1; rank <= OBJECTS; rank++) if (state.holds(rank, draw.uniform(rank))) here++;
    expect(Math.abs(here / CAPACITY - 1)).toBeLessThan(0.05);
  });
});

test('a cache that everything fits into holds everything, one of no bytes nothing', () => {
  const large = createSteadyStates(source, 'lru', OBJECTS, OBJECTS);
  expect(large.ofSite().holds(OBJECTS, 0.999)).toBe(true);
  const none = createSteadyStates(source, 'lru', 0, 0);
  expect(none.ofSite().holds(1, 0.001)).toBe(false);
  expect(none.ofShield().holds(1, 0.001)).toBe(false);
});

test('W-TinyLFU holds the most popular, a shield those that follow', () => {
  const { ofSite, ofShield } = createSteadyStates(source, 'w-tinylfu', 10, 20);
  const ranks = (state: SteadyState) =>
    Array.from({ length: 50 }, (_, i) => i + 1).filter((rank) => state.holds(rank, 0.5));
  expect([ranks(ofSite())[0], ranks(ofSite()).at(-1)]).toEqual([1, 10]);
  expect([ranks(ofShield())[0], ranks(ofShield()).at(-1)]).toEqual([11, 30]);
});
