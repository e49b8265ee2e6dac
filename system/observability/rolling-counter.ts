/**
 * Sums over the last five minutes up to the last three days, in constant memory: totals that only grow, and for each
 * window what they were at the ends of sixty slots. A window's sum is the total less what it was when the window began,
 * so recording costs an addition, whatever the number of windows.
 */
const SLOTS = 60;

class WindowMarks {
  readonly slotNs: number;
  /** Totals at the end of each slot, in a ring: `counters` values a slot. */
  readonly #marks: Float64Array;
  readonly #counters: number;
  /** Slots that have ended. */
  #ended: number;
  readonly #firstSlot: number;

  constructor(windowNs: number, counters: number, nowNs: number) {
    this.slotNs = windowNs / SLOTS;
    this.#counters = counters;
    this.#marks = new Float64Array((SLOTS + 1) * counters);
    this.#firstSlot = Math.floor(nowNs / this.slotNs);
    this.#ended = this.#firstSlot;
  }

  /** Notes the totals for every slot that has ended by now. */
  advance(nowNs: number, totals: Float64Array): void {
    const slot = Math.floor(nowNs / this.slotNs);
    const from = Math.max(this.#ended, slot - SLOTS - 1);
    for (let ended = from; ended < slot; ended++) {
      this.#marks.set(totals, ((ended + 1) % (SLOTS + 1)) * this.#counters);
    }
    this.#ended = Math.max(this.#ended, slot);
  }

  /** The counter's total when the window began: 0 for a window that reaches back before the start. */
  atStart(counter: number): number {
    const begin = this.#ended - SLOTS;
    if (begin <= this.#firstSlot) return 0;
    return this.#marks[(begin % (SLOTS + 1)) * this.#counters + counter]!;
  }
}

export class RollingCounters {
  readonly #totals: Float64Array;
  readonly #windows: WindowMarks[];
  readonly #now: () => number;
  #nextNs: number;
  readonly #finestNs: number;

  /** Windows in ns. A window covers its length and the part of the present slot (a sixtieth) that has passed. */
  constructor(counters: number, windowsNs: readonly number[], now: () => number) {
    this.#totals = new Float64Array(counters);
    this.#now = now;
    const nowNs = now();
    this.#windows = windowsNs.map((windowNs) => new WindowMarks(windowNs, counters, nowNs));
    this.#finestNs = Math.min(...this.#windows.map(({ slotNs }) => slotNs));
    this.#nextNs = this.#end(nowNs);
  }

  add(counter: number): void {
    if (this.#now() >= this.#nextNs) this.#advance();
    this.#totals[counter]!++;
  }

  /** The sum over a window, by its place among those given. */
  sum(window: number, counter: number): number {
    this.#advance();
    return this.#totals[counter]! - this.#windows[window]!.atStart(counter);
  }

  #advance(): void {
    const nowNs = this.#now();
    for (const window of this.#windows) window.advance(nowNs, this.#totals);
    this.#nextNs = this.#end(nowNs);
  }

  /** Slots of all windows end where one of the finest does, as long as each is a multiple of it. */
  #end(nowNs: number): number {
    return (Math.floor(nowNs / this.#finestNs) + 1) * this.#finestNs;
  }
}
