/**
 * Records in flight, by number: events carry a 32-bit argument, so a record is named by its slot and by how often the
 * slot was used before (a late message cannot hit the slot's next owner). Timeouts of one length queue in a lane.
 */
import type { HandlerId, Simulation } from '../../runtime/kernel/index.ts';

const SLOT_BITS = 20;
const SLOT_MASK = (1 << SLOT_BITS) - 1;
const GENERATION_MASK = 0x7ff;

export interface Pooled {
  slot: number;
  /** Slot and generation: what events carry. */
  id: number;
  inUse: boolean;
}

export class Pool<T extends Pooled> {
  readonly items: T[] = [];
  readonly #make: () => T;
  readonly #free: number[] = [];

  constructor(make: () => T) {
    this.#make = make;
  }

  acquire(): T {
    const slot = this.#free.pop();
    let item: T;
    if (slot === undefined) {
      item = this.#make();
      item.slot = this.items.length;
      item.id = item.slot;
      if (item.slot > SLOT_MASK)
        throw new RangeError('More than a million requests are in flight in Cassandra.');
      this.items.push(item);
    } else item = this.items[slot]!;
    item.inUse = true;
    return item;
  }

  /** The record of this number, unless it has been released since. */
  find(id: number): T | null {
    const item = this.items[id & SLOT_MASK]!;
    return item.id === id && item.inUse ? item : null;
  }

  release(item: T): void {
    item.inUse = false;
    const generation = ((item.id >>> SLOT_BITS) + 1) & GENERATION_MASK;
    item.id = (generation << SLOT_BITS) | item.slot;
    this.#free.push(item.slot);
  }
}

/**
 * Timeouts of one length: they fire in the order in which they were set, so a ring buffer holds them and one event waits
 * for the first that still matters. Most are outlived: they are passed over when the lane gets to them.
 */
export class TimeoutLane {
  readonly #simulation: Simulation;
  readonly #delayNs: number;
  readonly #isLive: (id: number) => boolean;
  readonly #fire: (id: number) => void;
  readonly #handler: HandlerId;
  #times = new Float64Array(256);
  #ids = new Int32Array(256);
  #head = 0;
  #count = 0;
  #waiting = false;

  constructor(
    simulation: Simulation,
    delayNs: number,
    isLive: (id: number) => boolean,
    fire: (id: number) => void,
  ) {
    this.#simulation = simulation;
    this.#delayNs = delayNs;
    this.#isLive = isLive;
    this.#fire = fire;
    this.#handler = simulation.register(() => this.#due());
  }

  set(id: number): void {
    if (this.#count === this.#times.length) this.#grow();
    const i = (this.#head + this.#count++) & (this.#times.length - 1);
    this.#times[i] = this.#simulation.nowNs + this.#delayNs;
    this.#ids[i] = id;
    if (!this.#waiting) this.#wait();
  }

  #due(): void {
    const nowNs = this.#simulation.nowNs;
    while (this.#count > 0) {
      const id = this.#ids[this.#head]!;
      const live = this.#isLive(id);
      if (live && this.#times[this.#head]! > nowNs) break;
      this.#drop();
      if (live) this.#fire(id);
    }
    this.#waiting = false;
    if (this.#count > 0) this.#wait();
  }

  #wait(): void {
    this.#waiting = true;
    this.#simulation.schedule(this.#times[this.#head]! - this.#simulation.nowNs, this.#handler);
  }

  #drop(): void {
    this.#head = (this.#head + 1) & (this.#times.length - 1);
    this.#count--;
  }

  #grow(): void {
    const length = this.#times.length;
    const times = new Float64Array(length * 2);
    const ids = new Int32Array(length * 2);
    for (let k = 0; k < this.#count; k++) {
      const i = (this.#head + k) & (length - 1);
      times[k] = this.#times[i]!;
      ids[k] = this.#ids[i]!;
    }
    this.#times = times;
    this.#ids = ids;
    this.#head = 0;
  }
}
