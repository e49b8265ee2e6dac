/**
 * The keys of one Redis server: values with sizes, TTLs (found on access and by cycles) and a memory limit.
 * Room is made before a value is stored, so that memory never exceeds the limit; Redis makes room before the next
 * command and may exceed it by one value.
 */
import type { CacheValue } from '../../ports/cache.ts';
import type { RandomStream } from '../../runtime/kernel/index.ts';
import { ActiveExpiry, type ExpiryOptions } from './active-expiry.ts';
import { CacheList } from './cache-list.ts';
import { KEY_OVERHEAD_BYTES, TTL_OVERHEAD_BYTES } from './cost.ts';
import { type Evictable, type EvictionPolicy, Evictor, LFU_INITIAL } from './eviction.ts';

/** State of a token bucket. */
export class TokenBucket {
  tokens: number;
  updatedMs: number;

  constructor(tokens: number, updatedMs: number) {
    this.tokens = tokens;
    this.updatedMs = updatedMs;
  }
}

/** The times of a server's entries, two for each: as fields, each of a million numbers would be an object of its own. */
class EntryTimes {
  /** When it expires and when it was used last, by slot. */
  of = new Float64Array(128);
  readonly #free: number[] = [];
  #top = 0;

  take(expiresNs: number, usedNs: number): number {
    const slot = this.#free.pop() ?? this.#top++;
    if (2 * slot === this.of.length) {
      const wider = new Float64Array(2 * this.of.length);
      wider.set(this.of);
      this.of = wider;
    }
    this.of[2 * slot] = expiresNs;
    this.of[2 * slot + 1] = usedNs;
    return slot;
  }

  /** Whoever had it must not be asked for its times again. */
  release(slot: number): void {
    this.#free.push(slot);
  }

  clear(): void {
    this.#free.length = 0;
    this.#top = 0;
  }
}

export class Entry implements Evictable {
  readonly key: string;
  value: CacheValue;
  /** Size of the value. */
  bytes: number;
  uses = LFU_INITIAL;
  place = -1;
  /** Place among the keys with a TTL; below 0: it has none. */
  ttlPlace = -1;
  readonly #times: EntryTimes;
  /** Its number among the times. */
  readonly slot: number;

  constructor(key: string, value: CacheValue, bytes: number, times: EntryTimes, slot: number) {
    this.key = key;
    this.value = value;
    this.bytes = bytes;
    this.#times = times;
    this.slot = slot;
  }

  /** Infinity: none. */
  get expiresNs(): number {
    return this.#times.of[2 * this.slot]!;
  }

  set expiresNs(ns: number) {
    this.#times.of[2 * this.slot] = ns;
  }

  get usedNs(): number {
    return this.#times.of[2 * this.slot + 1]!;
  }

  set usedNs(ns: number) {
    this.#times.of[2 * this.slot + 1] = ns;
  }

  /** What the memory limit counts. */
  get totalBytes(): number {
    const ttl = this.expiresNs < Number.POSITIVE_INFINITY ? TTL_OVERHEAD_BYTES : 0;
    return KEY_OVERHEAD_BYTES + this.key.length + this.bytes + ttl;
  }
}

/** redis.conf: hz 10 */
const EXPIRY: ExpiryOptions = { cyclesPerSecond: 10, whenStale: true };

export class Keyspace {
  usedBytes = 0;
  evictions = 0;
  expirations = 0;
  onExpire: ((key: string) => void) | null = null;
  readonly #maxBytes: number;
  readonly #evictor: Evictor<Entry>;
  readonly #random: RandomStream;
  readonly #expiry: ActiveExpiry<Entry>;
  readonly #times = new EntryTimes();
  readonly #entries = new Map<string, Entry>();
  /** All keys, and those with a TTL, in arrays to draw from; the latter in a random order, as a hash table has them. */
  readonly #all: Entry[] = [];
  readonly #withTtl: Entry[] = [];

  constructor(options: {
    maxBytes: number;
    policy: EvictionPolicy;
    samples: number;
    random: RandomStream;
    expiry?: ExpiryOptions;
  }) {
    this.#maxBytes = options.maxBytes;
    this.#random = options.random;
    this.#evictor = new Evictor(options.policy, options.samples, options.random);
    const drop = (entry: Entry) => this.#expire(entry);
    this.#expiry = new ActiveExpiry(this.#withTtl, drop, options.expiry ?? EXPIRY);
  }

  get size(): number {
    return this.#all.length;
  }

  get volatile(): number {
    return this.#withTtl.length;
  }

  /** The live entry of a key, used now; an expired one is removed on the way. */
  find(key: string, nowNs: number): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.expiresNs <= nowNs) {
      this.#expire(entry);
      return undefined;
    }
    this.#use(entry, nowNs);
    return entry;
  }

  /** Size of what is stored under a key, expired or not; nothing is touched. */
  bytesOf(key: string): number {
    return this.#entries.get(key)?.bytes ?? 0;
  }

  /** Stores a value in place of whatever was there. False: there is no room and none can be made. */
  put(key: string, value: CacheValue, bytes: number, expiresNs: number, nowNs: number): boolean {
    let old = this.#entries.get(key);
    if (old !== undefined && old.expiresNs <= nowNs) {
      this.#expire(old);
      old = undefined;
    }
    return this.#store(this.#entry(key, value, bytes, expiresNs, nowNs), old, nowNs);
  }

  /** The same for a key that is not there, as `find` has just said. Null: no room. */
  create(key: string, value: CacheValue, bytes: number, expiresNs: number, nowNs: number): Entry | null {
    const entry = this.#entry(key, value, bytes, expiresNs, nowNs);
    return this.#store(entry, undefined, nowNs) ? entry : null;
  }

  /** An empty list under a key that is not there, for a script that goes on to use it; null: no room. */
  createList(key: string, expiresNs: number, nowNs: number): Entry | null {
    const entry = this.create(key, new CacheList(), 0, expiresNs, nowNs);
    if (entry !== null) this.#use(entry, nowNs);
    return entry;
  }

  /** The value of an entry grows or shrinks. False: no room. */
  resize(entry: Entry, bytes: number, nowNs: number): boolean {
    if (!this.#makeRoom(bytes - entry.bytes, entry, nowNs)) return false;
    this.usedBytes += bytes - entry.bytes;
    entry.bytes = bytes;
    return true;
  }

  /** PEXPIRE. */
  expireAt(entry: Entry, expiresNs: number): void {
    if (entry.ttlPlace < 0) {
      this.#placeTtl(entry);
      this.usedBytes += TTL_OVERHEAD_BYTES;
    }
    entry.expiresNs = expiresNs;
  }

  remove(entry: Entry): void {
    if (entry.place < 0) return;
    this.#entries.delete(entry.key);
    this.usedBytes -= entry.totalBytes;
    const last = this.#all.pop()!;
    if (last !== entry) {
      this.#all[entry.place] = last;
      last.place = entry.place;
    }
    entry.place = -1;
    this.#times.release(entry.slot);
    if (entry.ttlPlace < 0) return;
    const lastTtl = this.#withTtl.pop()!;
    if (lastTtl !== entry) {
      this.#withTtl[entry.ttlPlace] = lastTtl;
      lastTtl.ttlPlace = entry.ttlPlace;
    }
    entry.ttlPlace = -1;
  }

  /** Looks for expired keys, as so many times a second. Returns how many keys it looked at. */
  expireCycle(nowNs: number): number {
    return this.#expiry.slow(nowNs);
  }

  /** The same before the event loop sleeps, if there is reason for it. */
  fastExpireCycle(nowNs: number): number {
    return this.#expiry.fast(nowNs);
  }

  clear(): void {
    for (const entry of this.#all) entry.place = -1;
    this.#entries.clear();
    this.#all.length = 0;
    this.#withTtl.length = 0;
    this.#times.clear();
    this.#evictor.clear();
    this.usedBytes = 0;
  }

  /** Live entries, in the order in which their keys were stored. */
  *live(nowNs: number): Generator<Entry> {
    for (const entry of this.#entries.values()) if (entry.expiresNs > nowNs) yield entry;
  }

  /** Evicts until `bytes` more fit; `kept` is about to be replaced or grown and stays. */
  #makeRoom(bytes: number, kept: Entry | undefined, nowNs: number): boolean {
    const limit = this.#maxBytes - bytes;
    if (this.usedBytes <= limit) return true;
    // What is left after everything else has gone would still be too much: do not empty the cache in vain.
    if ((kept?.totalBytes ?? 0) > limit) return false;
    const { takesVolatile } = this.#evictor;
    const candidates = takesVolatile ? this.#withTtl : this.#all;
    const keptPlace = (takesVolatile ? kept?.ttlPlace : kept?.place) ?? -1;
    const spared = keptPlace >= 0 ? 1 : 0;
    while (this.usedBytes > limit) {
      if (candidates.length === spared) return false;
      const victim = this.#evictor.pick(candidates, nowNs, kept);
      if (victim === undefined) return false;
      this.remove(victim);
      this.evictions++;
    }
    return true;
  }

  #use(entry: Entry, nowNs: number): void {
    if (this.#evictor.countsUses) entry.uses = this.#evictor.used(entry.uses, entry.usedNs, nowNs);
    entry.usedNs = nowNs;
  }

  #entry(key: string, value: CacheValue, bytes: number, expiresNs: number, usedNs: number): Entry {
    return new Entry(key, value, bytes, this.#times, this.#times.take(expiresNs, usedNs));
  }

  #store(entry: Entry, old: Entry | undefined, nowNs: number): boolean {
    const { key, totalBytes } = entry;
    if (!this.#makeRoom(totalBytes - (old?.totalBytes ?? 0), old, nowNs)) {
      this.#times.release(entry.slot);
      return false;
    }
    if (old !== undefined) {
      this.#use(old, nowNs);
      entry.uses = old.uses;
      this.remove(old);
    }
    this.usedBytes += totalBytes;
    entry.place = this.#all.push(entry) - 1;
    if (entry.expiresNs < Number.POSITIVE_INFINITY) this.#placeTtl(entry);
    this.#entries.set(key, entry);
    return true;
  }

  /** At a random place: who was there goes to the end. */
  #placeTtl(entry: Entry): void {
    const keys = this.#withTtl;
    const place = Math.floor(this.#random.uniform() * (keys.length + 1));
    const moved = keys[place] ?? entry;
    moved.ttlPlace = keys.push(moved) - 1;
    keys[place] = entry;
    entry.ttlPlace = place;
  }

  #expire(entry: Entry): void {
    this.remove(entry);
    this.expirations++;
    this.onExpire?.(entry.key);
  }
}
