/**
 * What a cache held before the run: a network that has been up for long is full of what was asked for
 * (`steady-state.ts`). Nothing is stored for it: whether an object was here follows from its rank and a draw, and it is put
 * in when somebody asks for the first time. What comes in during the run takes the place of what would go next.
 */
import type { ObjectInfo } from '../ports/object-store.ts';
import type { SteadyState, ZipfLaw } from './steady-state.ts';

export interface WarmSource extends ZipfLaw {
  /** By popularity among all objects, from 1; Infinity: it is none of those. */
  rankOf(path: string): number;
  find(path: string): ObjectInfo | null;
}

export class WarmContents {
  readonly #source: WarmSource;
  readonly #draw: (hash: number) => number;
  /** Null: nothing of before the run is here any more. */
  #state: SteadyState | null;
  /** Those that were here and were asked for in the run, and what was purged: the cache knows better. */
  readonly #known = new Set<string>();
  readonly #purged: string[] = [];

  /** `draw`: from 0 to 1, by the hash of a path, the same each time; different in each cache. */
  constructor(source: WarmSource, state: SteadyState, draw: (hash: number) => number) {
    this.#source = source;
    this.#state = state;
    this.#draw = draw;
  }

  /** An object that nobody has asked for yet and that is still here; null: it is not. `hash`: of the path. */
  take(path: string, hash: number): ObjectInfo | null {
    if (this.#state === null) return null;
    const rank = this.#source.rankOf(path);
    // What is not here does not come back by itself, and need not be remembered.
    if (rank === Number.POSITIVE_INFINITY || !this.#state.holds(rank, this.#draw(hash))) return null;
    if (this.#known.has(path)) return null;
    this.#known.add(path);
    return this.#purged.some((prefix) => path.startsWith(prefix)) ? null : this.#source.find(path);
  }

  /** So many bytes came in: others have made room. */
  displace(bytes: number): void {
    this.#state?.displace(bytes);
  }

  purge(path: string): void {
    this.#known.add(path);
  }

  purgePrefix(prefix: string): void {
    this.#purged.push(prefix);
  }

  clear(): void {
    this.#state = null;
    this.#known.clear();
  }
}
