import type { Timer } from '../../ports/clock.ts';

/** Slot number in the low bits, generation above: a late `cancel` cannot hit the slot's next owner. */
const SLOT_LIMIT = 2 ** 24;
/** Distinct delays that get a lane of their own; timeouts and polls use a handful. */
const LANE_LIMIT = 64;
/**
 * Delays seen of late, by hash: a delay gets a lane when it comes back. Without this the first 64 random back-offs
 * would take all lanes and the timeouts that follow would fill the heap. 1,024 entries: 8 KiB.
 */
const RECENT = 1024;

interface Owner {
  readonly now: number;
  nextSequence(): number;
  markSettled(): void;
  register(handler: (argument: number) => void): number;
  push(timeNs: number, sequence: number, handler: number, argument: number): void;
}

/**
 * Cancellable timers. Most are timeouts of one constant length that are cancelled long before they fire, so timers of
 * equal length queue in a lane (first in, first out, which is their order in time) and only a lane's head is in the
 * event heap: setting and cancelling are O(1) and a million cancelled timeouts never burden the heap.
 */
export class Timers {
  readonly #owner: Owner;
  readonly #callbacks: ((() => void) | null)[] = [];
  readonly #generations: number[] = [];
  readonly #free: number[] = [];
  readonly #lanes = new Map<number, Lane>();
  readonly #recent = new Float64Array(RECENT).fill(-1);
  readonly #fireOne: number;

  constructor(owner: Owner) {
    this.#owner = owner;
    this.#fireOne = owner.register((slot) => this.#fire(slot));
  }

  set(delayNs: number, callback: () => void): Timer {
    const owner = this.#owner;
    const slot = this.#take(callback);
    const timeNs = owner.now + delayNs;
    const lane = this.#lane(delayNs);
    if (lane === undefined) owner.push(timeNs, owner.nextSequence(), this.#fireOne, slot);
    else lane.append(timeNs, owner.nextSequence(), slot);
    return this.#generations[slot]! * SLOT_LIMIT + slot;
  }

  cancel(timer: Timer): void {
    const generation = Math.floor(timer / SLOT_LIMIT);
    const slot = timer - generation * SLOT_LIMIT;
    if (this.#generations[slot] === generation) this.#callbacks[slot] = null;
  }

  isLive(slot: number): boolean {
    return this.#callbacks[slot] !== null;
  }

  release(slot: number): void {
    this.#callbacks[slot] = null;
    this.#generations[slot]!++;
    this.#free.push(slot);
  }

  #fire(slot: number): void {
    const callback = this.#callbacks[slot]!;
    this.release(slot);
    if (callback === null) return;
    // A callback may settle a promise of its own (a timeout, a woken waiter): its continuations run before time moves.
    this.#owner.markSettled();
    callback();
  }

  #take(callback: () => void): number {
    const slot = this.#free.pop() ?? this.#callbacks.length;
    if (slot >= SLOT_LIMIT) throw new RangeError(`More than ${SLOT_LIMIT} timers are set at once.`);
    this.#callbacks[slot] = callback;
    this.#generations[slot] ??= 0;
    return slot;
  }

  #lane(delayNs: number): Lane | undefined {
    const known = this.#lanes.get(delayNs);
    if (known !== undefined || this.#lanes.size === LANE_LIMIT) return known;
    const recent = delayNs % 1021; // the largest prime below RECENT: round delays spread
    if (this.#recent[recent] !== delayNs) {
      this.#recent[recent] = delayNs;
      return undefined;
    }
    const lane = new Lane(this.#owner, this, (slot) => this.#fire(slot));
    this.#lanes.set(delayNs, lane);
    return lane;
  }
}

/** Timers of one length in the order in which they will fire: a ring buffer whose head waits in the event heap. */
class Lane {
  readonly #owner: Owner;
  readonly #timers: Timers;
  readonly #handler: number;
  #times = new Float64Array(64);
  #sequences = new Float64Array(64);
  #slots = new Int32Array(64);
  #head = 0;
  #count = 0;

  constructor(owner: Owner, timers: Timers, fire: (slot: number) => void) {
    this.#owner = owner;
    this.#timers = timers;
    this.#handler = owner.register(() => {
      const slot = this.#slots[this.#head]!;
      this.#drop();
      this.#raiseHead();
      fire(slot);
    });
  }

  append(timeNs: number, sequence: number, slot: number): void {
    if (this.#count === this.#times.length) this.#grow();
    const i = (this.#head + this.#count++) & (this.#times.length - 1);
    this.#times[i] = timeNs;
    this.#sequences[i] = sequence;
    this.#slots[i] = slot;
    if (this.#count === 1) this.#owner.push(timeNs, sequence, this.#handler, 0);
  }

  /** Passes over cancelled timers, then puts the next live one into the heap with the sequence it was given when set. */
  #raiseHead(): void {
    while (this.#count > 0 && !this.#timers.isLive(this.#slots[this.#head]!)) {
      this.#timers.release(this.#slots[this.#head]!);
      this.#drop();
    }
    if (this.#count === 0) return;
    this.#owner.push(this.#times[this.#head]!, this.#sequences[this.#head]!, this.#handler, 0);
  }

  #drop(): void {
    this.#head = (this.#head + 1) & (this.#times.length - 1);
    this.#count--;
  }

  #grow(): void {
    const length = this.#times.length;
    const times = new Float64Array(length * 2);
    const sequences = new Float64Array(length * 2);
    const slots = new Int32Array(length * 2);
    for (let k = 0; k < this.#count; k++) {
      const i = (this.#head + k) & (length - 1);
      times[k] = this.#times[i]!;
      sequences[k] = this.#sequences[i]!;
      slots[k] = this.#slots[i]!;
    }
    this.#times = times;
    this.#sequences = sequences;
    this.#slots = slots;
    this.#head = 0;
  }
}
