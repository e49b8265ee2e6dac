/**
 * Which key makes room, found as Redis finds it: not by order but by sampling a few keys and keeping the best candidates
 * of several rounds in a pool of sixteen ("Redis documentation, key eviction"; evict.c). The policies whose names begin
 * with 'volatile' look at keys with a TTL alone; the random ones take the first key drawn.
 */
import type { RandomStream } from '../../runtime/kernel/index.ts';

/** redis.conf: maxmemory-policy */
export const EVICTION_POLICIES = [
  'noeviction',
  'allkeys-lru',
  'allkeys-lfu',
  'allkeys-random',
  'volatile-lru',
  'volatile-lfu',
  'volatile-random',
  'volatile-ttl',
] as const;

export type EvictionPolicy = (typeof EVICTION_POLICIES)[number];

/** What a policy needs to know of a key. */
export interface Evictable {
  /** Place in the list of keys; below 0: the key is gone. */
  readonly place: number;
  readonly expiresNs: number;
  readonly usedNs: number;
  readonly uses: number;
}

/** evict.c: EVPOOL_SIZE */
const POOL_SIZE = 16;
/** redis.conf: lfu-log-factor 10 */
const LFU_LOG_FACTOR = 10;
/** server.h: LFU_INIT_VAL, so that new keys are not the first to go. */
export const LFU_INITIAL = 5;
const LFU_MAX = 255;
/** redis.conf: lfu-decay-time 1 (minutes for one step down), on a clock that counts whole minutes. */
const LFU_DECAY_NS = 60e9;

export class Evictor<E extends Evictable> {
  /** Whether only keys with a TTL are candidates. */
  readonly takesVolatile: boolean;
  /** Whether uses are counted. */
  readonly countsUses: boolean;
  readonly #policy: EvictionPolicy;
  readonly #samples: number;
  readonly #random: RandomStream;
  /** The best candidate last. */
  readonly #pool: { key: E; score: number }[] = [];

  constructor(policy: EvictionPolicy, samples: number, random: RandomStream) {
    this.#policy = policy;
    this.takesVolatile = policy.startsWith('volatile');
    this.countsUses = policy.endsWith('lfu');
    this.#samples = samples;
    this.#random = random;
  }

  /**
   * A key to evict out of `candidates` (all keys, or those with a TTL, as the policy says); undefined: there is none.
   * `spared` is never picked: offered again and again, the best candidate of all would crowd out every other.
   */
  pick(candidates: readonly E[], nowNs: number, spared?: E): E | undefined {
    if (this.#policy === 'noeviction') return undefined;
    const drawn = this.#policy.endsWith('random');
    while (candidates.some((key) => key !== spared)) {
      for (let i = 0; i < this.#samples; i++) {
        const key = candidates[Math.floor(this.#random.uniform() * candidates.length)]!;
        if (key === spared) continue;
        if (drawn) return key;
        this.#offer(key, this.#score(key, nowNs));
      }
      for (let best = this.#pool.pop(); best !== undefined; best = this.#pool.pop())
        if (best.key.place >= 0 && best.key !== spared) return best.key;
    }
    return undefined;
  }

  /** The use counter after one more use: logarithmic, with a chance that falls as it grows. */
  used(uses: number, usedNs: number, nowNs: number): number {
    const decayed = decay(uses, usedNs, nowNs);
    if (decayed >= LFU_MAX) return decayed;
    const chance = 1 / (Math.max(0, decayed - LFU_INITIAL) * LFU_LOG_FACTOR + 1);
    return this.#random.uniform() < chance ? decayed + 1 : decayed;
  }

  clear(): void {
    this.#pool.length = 0;
  }

  #score(key: E, nowNs: number): number {
    if (this.countsUses) return LFU_MAX - decay(key.uses, key.usedNs, nowNs);
    return this.#policy === 'volatile-ttl' ? -key.expiresNs : nowNs - key.usedNs;
  }

  #offer(key: E, score: number): void {
    const pool = this.#pool;
    let place = pool.length;
    while (place > 0 && pool[place - 1]!.score > score) place--;
    if (pool.length < POOL_SIZE) {
      pool.splice(place, 0, { key, score });
      return;
    }
    if (place === 0) return;
    pool.splice(place, 0, { key, score });
    pool.shift();
  }
}

/**
 * One step down for each minute that has begun since the last use (evict.c, LFUTimeElapsed): a key that is always in use
 * loses a point a minute too.
 */
function decay(uses: number, usedNs: number, nowNs: number): number {
  const minutes = Math.floor(nowNs / LFU_DECAY_NS) - Math.floor(usedNs / LFU_DECAY_NS);
  return Math.max(0, uses - minutes);
}
