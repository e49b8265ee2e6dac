/**
 * Which key makes room, found as Redis finds it: not by order but by sampling a few keys and keeping the best candidates
 * of several rounds in a pool of sixteen ("Redis documentation, key eviction"; evict.c).
 */
import type { RandomStream } from '../../runtime/kernel/index.ts';

export type EvictionPolicy = 'noeviction' | 'allkeys-lru' | 'allkeys-lfu' | 'volatile-ttl';

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
/** redis.conf: lfu-decay-time 1 (minutes for one step down) */
const LFU_DECAY_NS = 60e9;

export class Evictor<E extends Evictable> {
  readonly policy: EvictionPolicy;
  readonly #samples: number;
  readonly #random: RandomStream;
  /** The best candidate last. */
  readonly #pool: { key: E; score: number }[] = [];

  constructor(policy: EvictionPolicy, samples: number, random: RandomStream) {
    this.policy = policy;
    this.#samples = samples;
    this.#random = random;
  }

  /**
   * A key to evict out of `candidates` (all keys, or those with a TTL, as the policy says); undefined: there is none.
   * `spared` is never picked: offered again and again, the best candidate of all would crowd out every other.
   */
  pick(candidates: readonly E[], nowNs: number, spared?: E): E | undefined {
    if (this.policy === 'noeviction') return undefined;
    while (candidates.some((key) => key !== spared)) {
      for (let i = 0; i < this.#samples; i++) {
        const key = candidates[Math.floor(this.#random.uniform() * candidates.length)]!;
        if (key !== spared) this.#offer(key, this.#score(key, nowNs));
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
    if (this.policy === 'allkeys-lfu') return LFU_MAX - decay(key.uses, key.usedNs, nowNs);
    return this.policy === 'volatile-ttl' ? -key.expiresNs : nowNs - key.usedNs;
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

/** One step down a minute without use. */
function decay(uses: number, usedNs: number, nowNs: number): number {
  return Math.max(0, uses - Math.floor((nowNs - usedNs) / LFU_DECAY_NS));
}
