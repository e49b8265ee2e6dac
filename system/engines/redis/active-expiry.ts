/**
 * How Redis 6 and later find expired keys that nobody asks for (expire.c, activeExpireCycle, active-expire-effort 1): twenty
 * keys a round in the order of their table, from where the last round stopped, and again while more than a tenth of them
 * had expired. A slow cycle runs so many times a second; a fast one whenever the event loop is about to sleep, if the
 * last cycle ran out of time or a moving average says that too many keys are stale.
 */
import { MILLISECOND, SECOND } from '../../runtime/kernel/index.ts';
import { EXPIRE_SAMPLE_NS } from './cost.ts';

/** ACTIVE_EXPIRE_CYCLE_KEYS_PER_LOOP */
const KEYS_PER_ROUND = 20;
/** ACTIVE_EXPIRE_CYCLE_ACCEPTABLE_STALE 10 (percent) */
const ACCEPTABLE_STALE = 0.1;
/** ACTIVE_EXPIRE_CYCLE_SLOW_TIME_PERC 25: of the time from one slow cycle to the next. */
const SLOW_SHARE = 0.25;
/** ACTIVE_EXPIRE_CYCLE_FAST_DURATION 1000 µs; two of them lie at least twice as far apart. */
const FAST_NS = 1 * MILLISECOND;
/** The time is looked at after every so many rounds. */
const ROUNDS_PER_LOOK = 16;
/** Weight of the latest cycle in the average. */
const STALE_WEIGHT = 0.05;

export interface ExpiryOptions {
  /** redis.conf: hz */
  readonly cyclesPerSecond: number;
  /** Whether the average of stale keys starts fast cycles. */
  readonly whenStale: boolean;
}

export class ActiveExpiry<E extends { readonly expiresNs: number }> {
  readonly #keys: readonly E[];
  readonly #drop: (key: E) => void;
  readonly #slowNs: number;
  readonly #whenStale: boolean;
  #cursor = 0;
  #ranOut = false;
  #stale = 0;
  #lastFastNs = Number.NEGATIVE_INFINITY;

  /** `keys`: those with a TTL, in no order of time; `drop` takes one out and puts the last one in its place. */
  constructor(keys: readonly E[], drop: (key: E) => void, { cyclesPerSecond, whenStale }: ExpiryOptions) {
    this.#keys = keys;
    this.#drop = drop;
    this.#slowNs = (SLOW_SHARE * SECOND) / cyclesPerSecond;
    this.#whenStale = whenStale;
  }

  /** A slow cycle. Returns how many keys it looked at. */
  slow(nowNs: number): number {
    return this.#cycle(nowNs, this.#slowNs);
  }

  /** A fast cycle if there is reason for one. Returns how many keys it looked at. */
  fast(nowNs: number): number {
    if (!this.#ranOut && !(this.#whenStale && this.#stale >= ACCEPTABLE_STALE)) return 0;
    if (nowNs < this.#lastFastNs + 2 * FAST_NS) return 0;
    this.#lastFastNs = nowNs;
    return this.#cycle(nowNs, FAST_NS);
  }

  #cycle(nowNs: number, budgetNs: number): number {
    const keys = this.#keys;
    let looked = 0;
    let expired = 0;
    this.#ranOut = false;
    for (let round = 1; keys.length > 0; round++) {
      const samples = Math.min(KEYS_PER_ROUND, keys.length);
      const before = expired;
      let seen = 0;
      while (seen < samples && this.#cursor < keys.length) {
        const key = keys[this.#cursor]!;
        seen++;
        if (key.expiresNs > nowNs) this.#cursor++;
        else {
          this.#drop(key);
          expired++;
        }
      }
      looked += seen;
      if (this.#cursor >= keys.length) {
        // The table has been gone through: enough for one cycle.
        this.#cursor = 0;
        break;
      }
      if (expired - before <= seen * ACCEPTABLE_STALE) break;
      this.#ranOut = round % ROUNDS_PER_LOOK === 0 && looked * EXPIRE_SAMPLE_NS > budgetNs;
      if (this.#ranOut) break;
    }
    this.#stale += STALE_WEIGHT * ((looked === 0 ? 0 : expired / looked) - this.#stale);
    return looked;
  }
}
