/**
 * Cache-aside for values that are costly to rebuild, with the ways to survive the moment when a much-read one is gone:
 *
 *   none                    everybody who misses rebuilds
 *   lock                    SET NX: one rebuilds, the others look again every few milliseconds (as memcache's leases,
 *                           Nishtala et al., NSDI 2013, but those refuse what is set after a deletion; here it is taken back)
 *   stale-while-revalidate  kept past its TTL: one rebuilds in the background, everybody is served the old value
 *   xfetch                  rebuilt before its expiry, by a reader whom chance picks the likelier the nearer it is
 *
 * A write deletes the value. A rebuild that had read the database before the write may still store what it read after
 * the deletion; under a lock that is caught (see `rebuildLocked`), otherwise it stands until the TTL, and `snapshot`
 * keeps it from those who know better.
 */
import type { Cache } from '../../ports/cache.ts';
import { type Clock, MILLISECOND, type Random } from '../../ports/clock.ts';
import type { Context, Hop } from '../../ports/context.ts';
import type { Background } from '../consume.ts';
import { hashOf } from '../hash.ts';
import type { PlaylistKnobs } from './knobs.ts';

/** What lies in the cache. */
export interface CachedValue<T> {
  /** Edits numbered up to this are certainly in the value. */
  readonly snapshot: number;
  readonly value: T;
  readonly storedAtNs: number;
  /** How long the rebuild took. */
  readonly deltaNs: number;
  readonly softExpiryNs: number;
}

export interface CacheAsideDependencies<T> {
  readonly cache: Cache;
  readonly clock: Clock;
  readonly random: Random;
  readonly background: Background;
  readonly knobs: PlaylistKnobs;
  /** Different in every running instance: makes lock tokens unique. */
  readonly instance: number;
  /** Where the time of those who wait for a lock is booked. */
  readonly waitHop?: Hop;
  /** Rebuilds the value. */
  readonly load: (context: Context, id: string, readerId: string) => Promise<T>;
  readonly sizeOf: (value: T) => number;
}

export interface CacheAside<T> {
  /** The cached value, unless an edit that it may lack is asked for: then, as after a miss, it is rebuilt. */
  get(context: Context, id: string, readerId: string, minimumSnapshot: number): Promise<T>;
  /** Call after the write, before it is acknowledged. */
  invalidate(context: Context, id: string): Promise<void>;
}

/** What a cached playlist lies under is this and its id. */
export const KEY_PREFIX = 'playlist:';
/** The fields of `CachedValue` beside the value: five numbers of eight bytes. */
const ENTRY_BYTES = 40;
const LOCK_BYTES = 8;
const INSTANCES = 1_000;

export function createCacheAside<T>(dependencies: CacheAsideDependencies<T>): CacheAside<T> {
  const { cache, clock, random, background, knobs, instance, waitHop, load, sizeOf } = dependencies;
  const protection = knobs.stampedeProtection;
  const locks = protection === 'lock' || protection === 'stale-while-revalidate';
  const ttlNs = knobs.cacheTtlMs * MILLISECOND;
  const keepMs =
    protection === 'stale-while-revalidate' ? knobs.cacheTtlMs * knobs.staleTtlFactor : knobs.cacheTtlMs;
  const settleNs = knobs.writeDeadlineMs * MILLISECOND;
  const lockTtlNs = knobs.lockTtlMs * MILLISECOND;
  const lockWaitNs = knobs.lockWaitMs * MILLISECOND;
  /** Rebuilds that this process has sent to the background. */
  const revalidating = new Set<string>();
  let locksTaken = 0;

  const valueKey = (id: string) => `${KEY_PREFIX}${id}`;
  const lockKey = (id: string) => `${KEY_PREFIX}${id}:lock`;

  /** A cache that cannot answer is a miss: slower, not broken. */
  async function lookUp(context: Context, id: string): Promise<CachedValue<T> | undefined> {
    try {
      return (await cache.get(context, valueKey(id))) as CachedValue<T> | undefined;
    } catch (error) {
      if (context.cancelled !== null) throw error;
      return undefined;
    }
  }

  async function rebuild(context: Context, id: string, readerId: string): Promise<T> {
    const beganNs = clock.now();
    const value = await load(context, id, readerId);
    const nowNs = clock.now();
    const entry: CachedValue<T> = {
      // An edit is acknowledged at most `settleNs` after it got its number; a read that begins later sees it.
      snapshot: Math.max(0, beganNs - settleNs),
      value,
      storedAtNs: nowNs,
      deltaNs: nowNs - beganNs,
      softExpiryNs: nowNs + ttlNs,
    };
    const bytes = sizeOf(value) + ENTRY_BYTES;
    await unlessCancelled(context, () => cache.set(context, valueKey(id), entry, { ttlMs: keepMs, bytes }));
    return value;
  }

  /** SET NX with a token of its own; null: somebody else has the lock. Without a cache there is nobody to wait for. */
  async function takeLock(context: Context, id: string): Promise<number | null> {
    const token = ++locksTaken * INSTANCES + instance;
    try {
      const options = { onlyIfAbsent: true, ttlMs: knobs.lockTtlMs, bytes: LOCK_BYTES };
      return (await cache.set(context, lockKey(id), token, options)) ? token : null;
    } catch (error) {
      if (context.cancelled !== null) throw error;
      return token;
    }
  }

  /**
   * Deletes the lock if it still is ours. If it is not, a write has invalidated the playlist while we rebuilt it (or we
   * took longer than the lock's TTL): what we stored may lack that write, so it goes.
   */
  async function releaseLock(context: Context, id: string, token: number): Promise<void> {
    const ours = await cache.evaluate(context, { name: 'delete-if-equal', key: lockKey(id), value: token });
    if (ours !== true) await cache.delete(context, valueKey(id));
  }

  /** A caller that gives up meanwhile does not leave the lock to its TTL, nor to the value's what that may lack. */
  async function free(context: Context, id: string, token: number): Promise<void> {
    try {
      await releaseLock(context, id, token);
    } catch (error) {
      if (context.cancelled === null) return;
      freeLater(id, token);
      throw error;
    }
  }

  function freeLater(id: string, token: number): void {
    background((detached) => unlessCancelled(detached, () => releaseLock(detached, id, token)));
  }

  async function rebuildLocked(context: Context, id: string, readerId: string, token: number): Promise<T> {
    let value: T;
    try {
      value = await rebuild(context, id, readerId);
    } catch (error) {
      // Those who wait should not have to wait for the TTL of a lock whose holder has failed.
      freeLater(id, token);
      throw error;
    }
    await free(context, id, token);
    return value;
  }

  /** One caller of all instances rebuilds; the others wait for the value, and try to be next if it does not come. */
  async function rebuildOnce(context: Context, id: string, readerId: string): Promise<T> {
    for (;;) {
      const token = await takeLock(context, id);
      if (token !== null) {
        // The holder before us may have finished between our miss and our lock.
        const entry = await lookUp(context, id);
        if (entry === undefined) return rebuildLocked(context, id, readerId, token);
        await free(context, id, token);
        return entry.value;
      }
      const holderDeadNs = clock.now() + lockTtlNs;
      while (clock.now() < holderDeadNs) {
        await clock.sleep(context, lockWaitNs);
        if (waitHop !== undefined) context.trace.add(waitHop, lockWaitNs);
        const entry = await lookUp(context, id);
        if (entry !== undefined) return entry.value;
      }
    }
  }

  function revalidate(id: string, readerId: string): void {
    if (revalidating.has(id)) return;
    revalidating.add(id);
    background(async (context) => {
      try {
        await unlessCancelled(context, async () => {
          const token = await takeLock(context, id);
          if (token !== null) await rebuildLocked(context, id, readerId, token);
        });
      } finally {
        revalidating.delete(id);
      }
    });
  }

  /** XFetch (Vattani, Chierichetti, Lowenstein, VLDB 2015): now − beta · delta · ln(rand) ≥ expiry. */
  function isPicked(entry: CachedValue<T>, context: Context, id: string): boolean {
    const leftNs = entry.softExpiryNs - clock.now();
    const draw = random.uniform(hashOf(id), context.request, context.attempt);
    return -knobs.xfetchBeta * entry.deltaNs * Math.log(draw) >= leftNs;
  }

  return {
    async get(context, id, readerId, minimumSnapshot) {
      const entry = await lookUp(context, id);
      // A reader who has seen an edit waits for nobody: what others rebuild may lack it.
      if (entry === undefined)
        return locks && minimumSnapshot === 0
          ? rebuildOnce(context, id, readerId)
          : rebuild(context, id, readerId);
      if (entry.snapshot < minimumSnapshot) return rebuild(context, id, readerId);
      if (protection === 'stale-while-revalidate' && clock.now() >= entry.softExpiryNs)
        revalidate(id, readerId);
      if (protection === 'xfetch' && isPicked(entry, context, id)) return rebuild(context, id, readerId);
      return entry.value;
    },

    async invalidate(context, id) {
      // The lock first: whoever releases it after this knows that its value may be old.
      if (locks) await unlessCancelled(context, () => cache.delete(context, lockKey(id)));
      await unlessCancelled(context, () => cache.delete(context, valueKey(id)));
    },
  };
}

/** What goes wrong with the cache is made good by its TTLs; only giving up is passed on. */
async function unlessCancelled(context: Context, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (context.cancelled !== null) throw error;
  }
}
