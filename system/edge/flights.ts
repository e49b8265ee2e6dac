/** Requests on their way, in slots that are used again: a message carries the number of one. */
import type { EdgeAnswer } from '../ports/audio-edge.ts';
import type { ByteRange } from '../ports/byte-range.ts';
import type { PortError } from '../ports/errors.ts';
import type { ObjectInfo } from '../ports/object-store.ts';
import type { UrlGrant } from '../ports/url-signer.ts';
import type { PendingCall } from '../runtime/kernel/index.ts';
import type { CacheNode } from './cache-node.ts';

export const FREE = 0;
export const TRAVELLING = 1;
export const AT_PROCESSOR = 2;
export const FETCHING = 3;
export const RETURNING = 4;

export const WHOLE: ByteRange = { from: 0 };

/** Slot in the low bits, generation above: what comes late cannot hit the slot's next owner. */
const SLOT_BITS = 20;
const SLOT_MASK = (1 << SLOT_BITS) - 1;
const GENERATION_MASK = 0x7ff;

export class Flight {
  state = FREE;
  generation = 0;
  call: PendingCall<EdgeAnswer> | null = null;
  path = '';
  token: string | undefined = undefined;
  /** Checked by the transport. */
  grant: UrlGrant | undefined = undefined;
  /** More of an object whose URL was checked before. */
  more = false;
  origin: string | undefined = undefined;
  range: ByteRange = WHOLE;
  headOnly = false;
  place = 0;
  node: CacheNode | null = null;
  info: ObjectInfo | null = null;
  /** In the run's time. */
  freshUntilNs = 0;
  from = 0;
  to = 0;
  missing = 0;
  cached = true;
  restarts = 0;
  error: PortError | null = null;
  openedNs = 0;
  sinceNs = 0;
  /** A message of it was lost: nothing more will happen. */
  lost = false;
  outNs = 0;
  backNs = 0;
  queueNs = 0;
  cpuNs = 0;
  fetchNs = 0;
  lineNs = 0;
}

export class Flights {
  readonly #flights: Flight[] = [];
  readonly #free: number[] = [];

  /** The number of a free slot. */
  take(): number {
    const slot = this.#free.pop() ?? this.#flights.push(new Flight()) - 1;
    return (this.#flights[slot]!.generation << SLOT_BITS) | slot;
  }

  /** The slot of this number, whoever has it now. */
  at(argument: number): Flight {
    return this.#flights[argument & SLOT_MASK]!;
  }

  /** The flight of this number, if it is in this state still. */
  find(argument: number, state: number): Flight | null {
    const flight = this.#flights[argument & SLOT_MASK]!;
    return flight.generation === argument >>> SLOT_BITS && flight.state === state ? flight : null;
  }

  isCurrent(argument: number): boolean {
    return this.#flights[argument & SLOT_MASK]!.generation === argument >>> SLOT_BITS;
  }

  /** The same flight under a new number: whatever carries the old one comes too late. */
  renumber(argument: number): number {
    const slot = argument & SLOT_MASK;
    const flight = this.#flights[slot]!;
    flight.generation = (flight.generation + 1) & GENERATION_MASK;
    return (flight.generation << SLOT_BITS) | slot;
  }

  release(argument: number): void {
    const flight = this.at(this.renumber(argument));
    flight.state = FREE;
    flight.call = null;
    flight.node = null;
    flight.info = null;
    flight.freshUntilNs = 0;
    flight.error = null;
    flight.grant = undefined;
    flight.cached = true;
    flight.restarts = 0;
    flight.queueNs = 0;
    flight.cpuNs = 0;
    flight.fetchNs = 0;
    flight.lineNs = 0;
    this.#free.push(argument & SLOT_MASK);
  }

  /** Calls back with the number of each flight that is in one of these states at the node. */
  forEachAt(node: CacheNode, states: readonly number[], callback: (argument: number) => void): void {
    for (let slot = 0; slot < this.#flights.length; slot++) {
      const flight = this.#flights[slot]!;
      if (flight.node === node && states.includes(flight.state))
        callback((flight.generation << SLOT_BITS) | slot);
    }
  }
}
