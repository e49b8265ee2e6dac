/** Fetches on their way, in slots that are used again, and which of them bring chunks of the same object. */
import type { PortError } from '../ports/errors.ts';
import type { ObjectInfo } from '../ports/object-store.ts';
import type { CallContext } from '../runtime/kernel/index.ts';
import type { CacheNode } from './cache-node.ts';

export const FREE = 0;
export const TO_SHIELD = 1;
export const AT_SHIELD = 2;
/** The shield fetches it. */
export const BEHIND_SHIELD = 3;
export const FROM_SHIELD = 4;
export const AT_ORIGIN = 5;
export const BACKING_OFF = 6;

export class Fetch {
  state = FREE;
  generation = 0;
  node: CacheNode | null = null;
  path = '';
  /** The run: from this chunk up to that one, exclusive. Where the size is not known yet, it may reach beyond the end. */
  first = 0;
  end = 0;
  /** Number of a further fetch of the same object at the node; -1: there is none. */
  next = -1;
  /** Purged while it is under way: who waits gets it, the cache does not. */
  doomed = false;
  /** Flights of listeners, or at the shield: fetches of points of presence. */
  waiters: number[] = [];
  request = 0;
  attempt = 0;
  timer = 0;
  context: CallContext | null = null;
  /** At the shield: how many of its fetches this one waits for, and whether they brought different versions. */
  missing = 0;
  mixed = false;
  restarts = 0;
  info: ObjectInfo | null = null;
  /** Until when what it brings may be kept, in the run's time: as long as the origin said when it gave it, to whom it was. */
  freshUntilNs = 0;
  error: PortError | null = null;
}

/** Slot in the low bits, generation above: what comes late cannot hit the slot's next owner. */
const SLOT_BITS = 20;
const SLOT_MASK = (1 << SLOT_BITS) - 1;
const GENERATION_MASK = 0x7ff;

export class FetchSlots {
  readonly #fetches: Fetch[] = [];
  readonly #free: number[] = [];

  /** Number of a free slot, for a fetch of this object by the node: others find it until it is forgotten or released. */
  take(node: CacheNode, path: string): number {
    const slot = this.#free.pop() ?? this.#fetches.push(new Fetch()) - 1;
    const fetch = this.#fetches[slot]!;
    const argument = (fetch.generation << SLOT_BITS) | slot;
    fetch.node = node;
    fetch.path = path;
    fetch.next = node.fetching.get(path) ?? -1;
    node.fetching.set(path, argument);
    return argument;
  }

  /** The slot of this number, whoever has it now. */
  at(argument: number): Fetch {
    return this.#fetches[argument & SLOT_MASK]!;
  }

  /** The fetch of this number, if it is in this state still. */
  find(argument: number, state: number): Fetch | null {
    const fetch = this.at(argument);
    return fetch.generation === argument >>> SLOT_BITS && fetch.state === state ? fetch : null;
  }

  isCurrent(argument: number): boolean {
    return this.at(argument).generation === argument >>> SLOT_BITS;
  }

  /** Number of the fetch of this object that the node began last; -1: there is none. */
  newest(node: CacheNode, path: string): number {
    return node.fetching.get(path) ?? -1;
  }

  /** Number of a fetch that brings this chunk: `newest` or one that was begun before it; -1: there is none. */
  bringing(newest: number, chunk: number): number {
    let argument = newest;
    while (argument >= 0) {
      const { first, end, next } = this.at(argument);
      if (chunk >= first && chunk < end) return argument;
      argument = next;
    }
    return -1;
  }

  /** Calls back with the number of each fetch under way; it may be released there. */
  forEach(callback: (argument: number, fetch: Fetch) => void): void {
    for (let slot = 0; slot < this.#fetches.length; slot++) {
      const fetch = this.#fetches[slot]!;
      if (fetch.state !== FREE) callback((fetch.generation << SLOT_BITS) | slot, fetch);
    }
  }

  release(argument: number): void {
    const fetch = this.at(argument);
    if (!fetch.doomed) this.#unlink(fetch, argument);
    fetch.state = FREE;
    fetch.generation = (fetch.generation + 1) & GENERATION_MASK;
    fetch.node = null;
    fetch.next = -1;
    fetch.doomed = false;
    fetch.attempt = 0;
    fetch.restarts = 0;
    fetch.context = null;
    fetch.info = null;
    fetch.freshUntilNs = 0;
    fetch.error = null;
    this.#free.push(argument & SLOT_MASK);
  }

  /** Takes a fetch out of those of its object. */
  #unlink({ node, path, next }: Fetch, argument: number): void {
    const { fetching } = node!;
    let other = fetching.get(path) ?? -1;
    if (other === argument) {
      if (next < 0) fetching.delete(path);
      else fetching.set(path, next);
      return;
    }
    while (other >= 0) {
      const fetch = this.at(other);
      if (fetch.next === argument) fetch.next = next;
      other = fetch.next;
    }
  }
}
