/** The LRU of the edge's caches, and Zipf-distributed requests for objects of one byte, against Che's approximation. */
import { ChunkCache } from '../system/edge/chunk-cache.ts';
import type { ObjectInfo } from '../system/ports/object-store.ts';
import { KeyedRandom, type RandomStream } from '../system/runtime/kernel/index.ts';
import { cheHitRatio, zipf } from './formulas.ts';
import type { Law } from './law.ts';

/** Draws objects by their popularity in constant time: Walker's alias method, by Vose's construction (1991). */
export class AliasTable {
  readonly #keep: Float64Array;
  readonly #alias: Int32Array;

  constructor(popularity: Float64Array) {
    const n = popularity.length;
    this.#keep = popularity.map((p) => p * n);
    this.#alias = Int32Array.from({ length: n }, (_, i) => i);
    const small: number[] = [];
    const large: number[] = [];
    for (let i = 0; i < n; i++) (this.#keep[i]! < 1 ? small : large).push(i);
    while (small.length > 0 && large.length > 0) {
      const less = small.pop()!;
      const more = large.at(-1)!;
      this.#alias[less] = more;
      this.#keep[more] = this.#keep[more]! + this.#keep[less]! - 1;
      if (this.#keep[more]! < 1) small.push(large.pop()!);
    }
    // What rounding left over keeps its own place.
    for (const i of [...small, ...large]) this.#keep[i] = 1;
  }

  draw(stream: RandomStream): number {
    const place = Math.floor(stream.uniform() * this.#keep.length);
    return stream.uniform() < this.#keep[place]! ? place : this.#alias[place]!;
  }
}

const OBJECTS = 20_000;
const WARM_UP = 120_000;
const REQUESTS = 100_000;

const PATHS = Array.from({ length: OBJECTS }, (_, object) => `/${object}`);
const ONE_BYTE: ObjectInfo = { key: '', size: 1, etag: '', contentId: '', maxAgeS: 60 };

/** Asks for an object as a point of presence does: true if it was there. Afterwards it is the newest. */
function ask(cache: ChunkCache, object: number): boolean {
  const path = PATHS[object]!;
  if (cache.use(path, cache.find(path), 0)) return true;
  cache.add(path, ONE_BYTE, 0, 1, Number.POSITIVE_INFINITY);
  return false;
}

function measureHitRatio(seed: number, popularity: Float64Array, capacity: number): number {
  const stream = new KeyedRandom(seed, 'cache requests').stream(0);
  const table = new AliasTable(popularity);
  const cache = new ChunkCache({ maxBytes: capacity, chunkBytes: 1, policy: 'lru' });
  for (let i = 0; i < WARM_UP; i++) ask(cache, table.draw(stream));
  let hits = 0;
  for (let i = 0; i < REQUESTS; i++) if (ask(cache, table.draw(stream))) hits++;
  return hits / REQUESTS;
}

export const lruLaws: readonly Law[] = [0.8, 1, 1.2].flatMap((exponent) => {
  const popularity = zipf(OBJECTS, exponent);
  return [0.01, 0.1].map((share): Law => {
    const capacity = OBJECTS * share;
    const name = `LRU of ${share * 100} % of ${OBJECTS} objects, Zipf ${exponent.toFixed(1)}`;
    return {
      name: `${name}: hit ratio`,
      experiment: {
        name,
        run: (seed, strain) => ({ hits: measureHitRatio(seed, popularity, Math.round(capacity * strain)) }),
      },
      figure: 'hits',
      expected: cheHitRatio(popularity, capacity),
      tolerance: 0.005,
      // Fricker, Robert & Roberts 2012 ("A versatile and accurate approximation"): the error falls with the size of the
      // cache and is already small for some tens of objects.
      bias: 0.002,
      unit: '1',
      source: 'Che, Tung & Wang 2002, computed',
      wrong: 1.5,
    };
  });
});
