/**
 * What a cache held before the run: a network that has been up for long is full of what is popular. Nothing is stored for
 * it: whether an object was here follows from its rank, and it is put in when somebody asks for the first time. What
 * comes in during the run takes the place of the least popular ones.
 */
import type { ObjectInfo } from '../ports/object-store.ts';

export interface WarmSource {
  /** An object whose rank by popularity among all objects, from 1, is at most `lastRank`; null: it is none of those. */
  find(path: string, lastRank: number): ObjectInfo | null;
  /** Mean size of the objects. */
  readonly meanBytes: number;
}

export class WarmContents {
  readonly #source: WarmSource;
  /** Objects of a higher rank are not here any more. */
  #lastRank: number;
  /** Asked for or purged in the run: the cache knows better. */
  readonly #known = new Set<string>();
  readonly #purged: string[] = [];

  constructor(source: WarmSource, cacheBytes: number) {
    this.#source = source;
    this.#lastRank = cacheBytes / source.meanBytes;
  }

  /** An object that nobody has asked for yet and that is still here; null: it is not. */
  take(path: string): ObjectInfo | null {
    if (this.#lastRank < 1 || this.#known.has(path)) return null;
    this.#known.add(path);
    const found = this.#source.find(path, this.#lastRank);
    return this.#purged.some((prefix) => path.startsWith(prefix)) ? null : found;
  }

  /** So many bytes came in: the least popular objects have made room. */
  displace(bytes: number): void {
    this.#lastRank -= bytes / this.#source.meanBytes;
  }

  purge(path: string): void {
    this.#known.add(path);
  }

  purgePrefix(prefix: string): void {
    this.#purged.push(prefix);
  }

  clear(): void {
    this.#lastRank = 0;
    this.#known.clear();
  }
}
