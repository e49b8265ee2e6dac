import type { CacheValue } from '../../ports/cache.ts';

const NONE: readonly CacheValue[] = [];

/**
 * A list, newest first, and the bytes of its elements. There may be one for each listener, most with one element or a few of
 * one size: so the newest needs no array, the size is one number, and arrays are as long as what they hold.
 */
export class CacheList {
  length = 0;
  /** Undefined: the list is empty. */
  #newest: CacheValue | undefined = undefined;
  #older: readonly CacheValue[] = NONE;
  /** Of every element, as long as they are equal. */
  #size = 0;
  /** Of each one, once they are not. */
  #sizes: readonly number[] | null = null;

  /** Undefined: the list is not that long. */
  at(place: number): CacheValue | undefined {
    return place === 0 ? this.#newest : this.#older[place - 1];
  }

  /** The newest so many. */
  first(count: number): CacheValue[] {
    return this.length === 0 || count <= 0 ? [] : [this.#newest!, ...this.#older.slice(0, count - 1)];
  }

  /** Size of what stands from this place on. */
  bytesFrom(place: number): number {
    const { length } = this;
    if (this.#sizes === null) return this.#size * Math.max(0, length - place);
    let bytes = 0;
    for (let i = place; i < length; i++) bytes += this.#sizes[i]!;
    return bytes;
  }

  insert(place: number, value: CacheValue, size: number): void {
    const { length } = this;
    if (length === 0) this.#size = size;
    if (this.#sizes !== null || size !== this.#size) {
      const sizes = this.#sizes ?? new Array<number>(length).fill(this.#size);
      this.#sizes = sizes.toSpliced(place, 0, size);
    }
    if (place > 0) this.#older = this.#older.toSpliced(place - 1, 0, value);
    else {
      if (length > 0) this.#older = [this.#newest!, ...this.#older];
      this.#newest = value;
    }
    this.length++;
  }

  /** Only the newest remain. */
  truncate(length: number): void {
    if (this.length <= length) return;
    this.length = length;
    if (length === 0) this.#newest = undefined;
    this.#older = length <= 1 ? NONE : this.#older.slice(0, length - 1);
    if (this.#sizes !== null) this.#sizes = this.#sizes.slice(0, length);
  }
}
