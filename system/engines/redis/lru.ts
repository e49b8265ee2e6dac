/**
 * An exact least-recently-used cache, bounded by bytes. A JavaScript Map keeps the order of insertion, so the first key
 * is the oldest and using a key is taking it out and putting it in again. For caches that are small or local; the Redis
 * model itself samples, as Redis does.
 */
export class LruCache<V> {
  readonly maxBytes: number;
  /** Sum of the sizes given with the values. */
  bytes = 0;
  /** Called with each key that had to make room. */
  onEvict: ((key: string, value: V) => void) | null = null;
  readonly #entries = new Map<string, { value: V; bytes: number }>();

  constructor(maxBytes: number) {
    if (!(maxBytes >= 0)) throw new RangeError(`A cache cannot hold ${maxBytes} bytes.`);
    this.maxBytes = maxBytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The value, which becomes the newest; undefined: a miss. */
  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** Without using it. */
  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** Puts a value in as the newest. False: it is larger than the whole cache and was not kept. */
  set(key: string, value: V, bytes: number): boolean {
    this.delete(key);
    if (bytes > this.maxBytes) return false;
    this.#entries.set(key, { value, bytes });
    this.bytes += bytes;
    if (this.bytes > this.maxBytes) this.#makeRoom();
    return true;
  }

  delete(key: string): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    this.#entries.delete(key);
    this.bytes -= entry.bytes;
    return true;
  }

  clear(): void {
    this.#entries.clear();
    this.bytes = 0;
  }

  /** From the oldest to the newest. */
  keys(): IterableIterator<string> {
    return this.#entries.keys();
  }

  #makeRoom(): void {
    for (const [key, { value, bytes }] of this.#entries) {
      this.#entries.delete(key);
      this.bytes -= bytes;
      this.onEvict?.(key, value);
      if (this.bytes <= this.maxBytes) return;
    }
  }
}
