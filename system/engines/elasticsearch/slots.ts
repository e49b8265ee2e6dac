/** Slot in the low bits, generation above: an event that comes late, or twice, cannot hit the slot's next owner. */
const SLOT_BITS = 22;
const SLOT_MASK = (1 << SLOT_BITS) - 1;
const GENERATION_MASK = 0x1ff;

/**
 * Something in flight: a pooled record that events name by a number, and where its time went so far. The parts are
 * counted from one mark to the next, so that they always add up to the time since `begin`.
 */
export class InFlight {
  /** What events carry: slot and generation. */
  argument = 0;
  state = 0;
  markNs = 0;
  networkNs = 0;
  queueNs = 0;
  cpuNs = 0;
  syncNs = 0;

  begin(nowNs: number): void {
    this.markNs = nowNs;
    this.networkNs = 0;
    this.queueNs = 0;
    this.cpuNs = 0;
    this.syncNs = 0;
  }

  travelled(nowNs: number): void {
    this.networkNs += nowNs - this.markNs;
    this.markNs = nowNs;
  }

  waited(nowNs: number): void {
    this.queueNs += nowNs - this.markNs;
    this.markNs = nowNs;
  }

  /** `serviceNs` of the time since the mark was service, the rest queueing. */
  served(nowNs: number, serviceNs: number): void {
    this.queueNs += nowNs - this.markNs - serviceNs;
    this.cpuNs += serviceNs;
    this.markNs = nowNs;
  }

  synced(nowNs: number): void {
    this.syncNs += nowNs - this.markNs;
    this.markNs = nowNs;
  }

  /** This part of the work decided when its parent could go on: its time is the parent's. */
  addTo(parent: InFlight): void {
    parent.networkNs += this.networkNs;
    parent.queueNs += this.queueNs;
    parent.cpuNs += this.cpuNs;
    parent.syncNs += this.syncNs;
    parent.markNs = this.markNs;
  }
}

/** A pool of records: taking and releasing allocates nothing once it has grown. */
export class Slots<T extends InFlight> {
  readonly all: T[] = [];
  readonly #free: number[] = [];
  readonly #make: () => T;

  constructor(make: () => T) {
    this.#make = make;
  }

  take(): T {
    const slot = this.#free.pop();
    if (slot !== undefined) return this.all[slot]!;
    const record = this.#make();
    record.argument = this.all.push(record) - 1;
    return record;
  }

  /** The record that an event means, or null if it is no longer in that state. */
  find(argument: number, state: number): T | null {
    const record = this.all[argument & SLOT_MASK]!;
    return record.argument === argument && record.state === state ? record : null;
  }

  /** The record whatever its state, or null if it was released. */
  alive(argument: number): T | null {
    const record = this.all[argument & SLOT_MASK]!;
    return record.argument === argument && record.state !== 0 ? record : null;
  }

  release(record: T): void {
    record.state = 0;
    const slot = record.argument & SLOT_MASK;
    const generation = ((record.argument >>> SLOT_BITS) + 1) & GENERATION_MASK;
    record.argument = (generation << SLOT_BITS) | slot;
    this.#free.push(slot);
  }
}
