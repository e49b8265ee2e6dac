import type { Clock } from '../../ports/clock.ts';

/** A bounded cache in the memory of one process; the oldest entry leaves first, and none outlives the TTL. */
export interface LocalCache<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
  delete(key: string): void;
  readonly size: number;
}

export function createLocalCache<T>(clock: Clock, capacity: number, ttlNs: number): LocalCache<T> {
  /** In the order of storing: a Map keeps it. */
  const entries = new Map<string, { readonly value: T; readonly storedAtNs: number }>();
  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      if (clock.now() - entry.storedAtNs < ttlNs) return entry.value;
      entries.delete(key);
      return undefined;
    },
    set(key, value) {
      if (capacity === 0) return;
      entries.delete(key);
      if (entries.size >= capacity) entries.delete(entries.keys().next().value!);
      entries.set(key, { value, storedAtNs: clock.now() });
    },
    delete(key) {
      entries.delete(key);
    },
    get size() {
      return entries.size;
    },
  };
}
