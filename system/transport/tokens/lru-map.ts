/**
 * A map that holds at most `capacity` entries: one more ends the one that nobody asked for longest. A Map iterates in
 * the order of insertion, so an entry that is asked for moves to the end by being inserted again.
 */
export interface LruMap<V> {
  /** Counts as use. */
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  delete(key: string): boolean;
  clear(): void;
  readonly size: number;
}

/** `onEnd` hears of every entry that leaves: pushed out, deleted, replaced or cleared. */
export function createLruMap<V>(capacity: number, onEnd?: (key: string, value: V) => void): LruMap<V> {
  if (!Number.isInteger(capacity) || capacity < 1)
    throw new RangeError(`the capacity of a map is a whole number of at least 1, not ${capacity}`);
  const entries = new Map<string, V>();

  const end = (key: string): boolean => {
    const value = entries.get(key);
    if (value === undefined) return false;
    entries.delete(key);
    onEnd?.(key, value);
    return true;
  };

  return {
    get(key) {
      const value = entries.get(key);
      if (value === undefined) return undefined;
      entries.delete(key);
      entries.set(key, value);
      return value;
    },
    set(key, value) {
      end(key);
      if (entries.size >= capacity) for (const oldest of entries.keys()) if (end(oldest)) break;
      entries.set(key, value);
    },
    delete: end,
    clear() {
      for (const key of [...entries.keys()]) end(key);
    },
    get size() {
      return entries.size;
    },
  };
}
