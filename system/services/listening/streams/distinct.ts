/**
 * Numbers that were seen within some time of the stream, in two generations: the younger one becomes the older one when
 * a period has passed, so that each is remembered for one period at least and for two at most.
 */
type Encoded = readonly (readonly number[])[];

export class Distinct {
  readonly #periodNs: number;
  #period = 0;
  #young = new Set<number>();
  #old = new Set<number>();
  /** What is new since the last `take`: periods, each followed by its numbers. */
  #added: number[][] = [];

  constructor(periodNs: number) {
    this.#periodNs = periodNs;
  }

  /** False: it was there. `streamNs`: the latest time of the stream so far. */
  add(number: number, streamNs: number): boolean {
    this.#turn(Math.floor(streamNs / this.#periodNs));
    if (this.#old.has(number)) return false;
    const { size } = this.#young;
    // Whether it grows says whether the number was there: one look instead of two, for every record.
    if (this.#young.add(number).size === size) return false;
    const last = this.#added.at(-1);
    if (last !== undefined && last[0] === this.#period) last.push(number);
    else this.#added.push([this.#period, number]);
    return true;
  }

  take(): Encoded {
    const added = this.#added;
    this.#added = [];
    return added;
  }

  encodeAll(): Encoded {
    return [
      [this.#period - 1, ...this.#old],
      [this.#period, ...this.#young],
    ];
  }

  restore(encoded: Encoded): void {
    for (const [period, ...numbers] of encoded) {
      this.#turn(period!);
      for (const number of numbers) this.#young.add(number);
    }
  }

  #turn(period: number): void {
    if (period <= this.#period) return;
    this.#old = period === this.#period + 1 ? this.#young : new Set();
    this.#young = new Set();
    this.#period = period;
  }
}
