/**
 * Copies of answers, bounded by bytes: what was not read for longest leaves first. A copy is found as long as anybody may
 * want it; whether it is fresh is for the reader to say.
 */
import type { PurgeTarget } from '../../ports/audio-edge.ts';

export interface Copy {
  readonly value: unknown;
  /** Of the answer's body. */
  readonly bytes: number;
  readonly storedAtNs: number;
}

/** Key and entry in the map. estimate. */
const OVERHEAD_BYTES = 200;

export class Copies {
  readonly #maxBytes: number;
  /** The least recently read comes first: a Map keeps the order of insertion. */
  readonly #byPath = new Map<string, Copy>();
  #bytes = 0;
  #purges = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get count(): number {
    return this.#byPath.size;
  }

  /** How many purges there were: what was asked for before one must not be kept after it. */
  get purges(): number {
    return this.#purges;
  }

  find(path: string): Copy | undefined {
    const copy = this.#byPath.get(path);
    if (copy === undefined) return undefined;
    this.#byPath.delete(path);
    this.#byPath.set(path, copy);
    return copy;
  }

  /** Keeps an answer that was asked for when there had been so many purges. */
  keep(path: string, copy: Copy, purges: number): void {
    if (purges !== this.#purges) return;
    this.#remove(path);
    const size = sizeOf(path, copy);
    if (size > this.#maxBytes) return;
    this.#byPath.set(path, copy);
    this.#bytes += size;
    for (const oldest of this.#byPath.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#remove(oldest);
    }
  }

  /** A path stands for what its query asks of it, too. */
  purge(target: PurgeTarget): void {
    this.#purges++;
    const isMeant =
      'path' in target
        ? (path: string) => path === target.path || path.startsWith(`${target.path}?`)
        : (path: string) => path.startsWith(target.prefix);
    for (const path of this.#byPath.keys()) if (isMeant(path)) this.#remove(path);
  }

  #remove(path: string): void {
    const copy = this.#byPath.get(path);
    if (copy === undefined) return;
    this.#byPath.delete(path);
    this.#bytes -= sizeOf(path, copy);
  }
}

const sizeOf = (path: string, { bytes }: Copy) => path.length + bytes + OVERHEAD_BYTES;
