import type { CacheValue } from '../../ports/cache.ts';

/**
 * A list, newest first, and the bytes of its elements. There may be one for each listener, most with a few elements of one
 * size: so the size is one number, and arrays are as long as what they hold.
 */
export class CacheList {
  #values: readonly CacheValue[] = [];
  /** Of every element, as long as they are equal. */
  #size = 0;
  /** Of each one, once they are not. */
  #sizes: readonly number[] | null = null;

  get values(): readonly CacheValue[] {
    return this.#values;
  }

  get length(): number {
    return this.#values.length;
  }

  /** Size of what stands from this place on. */
  bytesFrom(place: number): number {
    const { length } = this.#values;
    if (this.#sizes === null) return this.#size * Math.max(0, length - place);
    let bytes = 0;
    for (let i = place; i < length; i++) bytes += this.#sizes[i]!;
    return bytes;
  }

  insert(place: number, value: CacheValue, size: number): void {
    const values = this.#values;
    if (values.length === 0) this.#size = size;
    if (this.#sizes !== null || size !== this.#size) {
      const sizes = this.#sizes ?? new Array<number>(values.length).fill(this.#size);
      this.#sizes = sizes.toSpliced(place, 0, size);
    }
    // Most lists are begun here.
    this.#values = values.length === 0 ? [value] : values.toSpliced(place, 0, value);
  }

  /** Only the newest remain. */
  truncate(length: number): void {
    if (this.#values.length <= length) return;
    this.#values = this.#values.slice(0, length);
    if (this.#sizes !== null) this.#sizes = this.#sizes.slice(0, length);
  }
}
