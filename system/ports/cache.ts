import type { Context } from './context.ts';

/** What a cache holds: any plain value that JSON can carry; embedded arms keep the reference and count `bytes`. */
export type CacheValue = unknown;

export interface SetOptions {
  readonly ttlMs?: number;
  /** SET NX: only if the key does not exist. */
  readonly onlyIfAbsent?: boolean;
  /** Size as stored, for the memory limit. */
  readonly bytes: number;
}

/** An atomic script, run on the server without anything in between (EVAL). Each arm implements these by name. */
export type CacheScript =
  | { readonly name: 'delete-if-equal'; readonly key: string; readonly value: CacheValue } // release a lock
  | {
      /** Token bucket; returns a `TokenGrant`. */
      readonly name: 'take-token';
      readonly key: string;
      readonly capacity: number;
      readonly refillPerSecond: number;
      readonly take: number;
      /** A second bucket that has to have as many: where one of them refuses, nothing is taken from the other either. */
      readonly and?: Bucket;
      /** The caller's clock, as the usual Lua script gets it. */
      readonly nowMs: number;
    }
  | {
      /**
       * Puts values into lists that stay sorted, largest `by` first (then largest `id`), and of which the first `keep`
       * remain; a value that is there already is left out, so that doing it twice, or in another order, changes nothing.
       */
      readonly name: 'push-bounded';
      readonly lists: readonly BoundedPush[];
      /** Fields of the values that hold numbers. */
      readonly by: string;
      readonly id: string;
      readonly keep: number;
      /** Of each list, from now on. */
      readonly ttlMs: number;
    }
  | {
      /** SET for values with a `version`, unless the key holds one that is as high: writers that come late change nothing. */
      readonly name: 'set-newer';
      readonly entries: readonly VersionedSet[];
      readonly ttlMs: number;
    };

export interface Bucket {
  readonly key: string;
  readonly capacity: number;
  readonly refillPerSecond: number;
}

export interface BoundedPush {
  readonly key: string;
  readonly values: readonly CacheValue[];
  /** Size of each as stored. */
  readonly bytes: number;
}

export interface VersionedSet {
  readonly key: string;
  readonly value: { readonly version: number };
  readonly bytes: number;
}

export interface TokenGrant {
  readonly allowed: boolean;
  readonly retryAfterMs: number;
  /** Key of the bucket that refused; of two that did, the one that takes longer. */
  readonly refusedBy?: string;
}

/**
 * A key-value cache as Redis is one: one thread, TTLs, a memory limit with an eviction policy.
 * Errors: `overloaded` (connection limit or out of memory under `noeviction`), `deadline-exceeded`, `reset`.
 */
export interface Cache {
  /** Undefined: a miss. */
  get(context: Context, key: string): Promise<CacheValue | undefined>;
  /** False only with `onlyIfAbsent` when the key existed. */
  set(context: Context, key: string, value: CacheValue, options: SetOptions): Promise<boolean>;
  delete(context: Context, key: string): Promise<boolean>;
  increment(context: Context, key: string, by: number, ttlMs?: number): Promise<number>;
  /** LPUSH + LTRIM: the newest `keep` values, newest first (recently played). */
  pushFront(context: Context, key: string, value: CacheValue, keep: number, bytes: number): Promise<number>;
  range(context: Context, key: string, count: number): Promise<readonly CacheValue[]>;
  evaluate(context: Context, script: CacheScript): Promise<boolean | TokenGrant>;
}
