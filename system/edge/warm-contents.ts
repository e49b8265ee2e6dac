/**
 * What a cache held before the run: a network that has been up for long is full of what is popular. Nothing is stored for
 * it: whether an object was here follows from its rank, and it is put in when somebody asks for the first time. What
 * comes in during the run takes the place of the least popular ones.
 */
import type { ObjectInfo } from '../ports/object-store.ts';

export interface WarmSource {
  /** By popularity among all objects, from 1; Infinity: it is none of those. */
  rankOf(path: string): number;
  find(path: string): ObjectInfo | null;
  /** Mean size of the objects. */
  readonly meanBytes: number;
}

export class WarmContents {
  readonly #source: WarmSource;
  /** Objects of a higher rank are not here any more. */
  #lastRank: number;
  /** Popular ones that were asked for in the run, and what was purged: the cache knows better. */
  readonly #known = new Set<string>();
  readonly #purged: string[] = [];

  constructor(source: WarmSource, cacheBytes: number) {
    this.#source = source;
    this.#lastRank = cacheBytes / source.meanBytes;
  }

  /** An object that nobody has asked for yet and that is still here; null: it is not. */
  take(path: string): ObjectInfo | null {
    // What lies behind the last rank never comes before it again, and need not be remembered.
    if (this.#lastRank < 1 || this.#source.rankOf(path) > this.#lastRank || this.#known.has(path))
      return null;
    this.#known.add(path);
    return this.#purged.some((prefix) => path.startsWith(prefix)) ? null : this.#source.find(path);
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
