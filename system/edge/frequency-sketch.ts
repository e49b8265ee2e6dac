/**
 * How often things were asked for of late, in a few bits each: a count-min sketch (Cormode & Muthukrishnan 2005) of four
 * rows, counters up to 15. After ten times as many requests as the cache holds things all counters are halved, so that
 * what was popular once is forgotten (the "reset" of the TinyLFU paper).
 */
const ROWS = 4;
const HIGHEST = 15;
const SAMPLES_PER_ENTRY = 10;
/** A sketch of more counters than this would only make the halving longer: 16 MiB. */
const MOST_COUNTERS = 2 ** 22;
/** One odd multiplier a row. */
const MULTIPLIERS = [0x9e3779b1, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f];

export class FrequencySketch {
  readonly #shift: number;
  readonly #width: number;
  readonly #counters: Uint8Array;
  readonly #samples: number;
  #added = 0;

  /** `entries`: about how many things the cache holds. */
  constructor(entries: number) {
    let bits = 6;
    while (2 ** bits < entries && 2 ** bits < MOST_COUNTERS) bits++;
    this.#width = 2 ** bits;
    this.#shift = 32 - bits;
    this.#counters = new Uint8Array(ROWS * this.#width);
    this.#samples = SAMPLES_PER_ENTRY * Math.max(entries, this.#width / 2);
  }

  add(hash: number): void {
    // Only the lowest of its counters grow (conservative update): fewer overestimates.
    const estimate = this.estimate(hash);
    if (estimate < HIGHEST) {
      for (let row = 0; row < ROWS; row++) {
        const at = this.#at(row, hash);
        if (this.#counters[at] === estimate) this.#counters[at] = estimate + 1;
      }
    }
    if (++this.#added >= this.#samples) this.#age();
  }

  /** Never less than how often it was added since it was last forgotten, up to 15. */
  estimate(hash: number): number {
    let least = HIGHEST;
    for (let row = 0; row < ROWS; row++) {
      const count = this.#counters[this.#at(row, hash)]!;
      if (count < least) least = count;
    }
    return least;
  }

  clear(): void {
    this.#counters.fill(0);
    this.#added = 0;
  }

  #at(row: number, hash: number): number {
    return row * this.#width + (Math.imul(hash ^ (hash >>> 15), MULTIPLIERS[row]!) >>> this.#shift);
  }

  #age(): void {
    const counters = this.#counters;
    for (let i = 0; i < counters.length; i++) counters[i]! >>= 1;
    this.#added >>= 1;
  }
}
