/**
 * Two counts over a sliding window of time, in a ring of equal steps: the oldest step falls out as a whole. Ten steps
 * err by at most a tenth of the window; nothing is allocated after the start.
 */
export class SlidingCounts {
  first = 0;
  second = 0;
  readonly #stepNs: number;
  readonly #firsts: Float64Array;
  readonly #seconds: Float64Array;
  #step = 0;

  constructor(windowNs: number, steps: number) {
    if (!(windowNs > 0)) throw new RangeError(`A window of ${windowNs} ns holds nothing.`);
    this.#stepNs = windowNs / steps;
    this.#firsts = new Float64Array(steps);
    this.#seconds = new Float64Array(steps);
  }

  /** Lets what is too old fall out; call before reading. */
  moveTo(nowNs: number): void {
    const step = Math.floor(nowNs / this.#stepNs);
    if (step === this.#step) return;
    const steps = this.#firsts.length;
    const from = Math.max(this.#step + 1, step - steps + 1);
    for (let at = from; at <= step; at++) {
      const i = at % steps;
      this.first -= this.#firsts[i]!;
      this.second -= this.#seconds[i]!;
      this.#firsts[i] = 0;
      this.#seconds[i] = 0;
    }
    this.#step = step;
  }

  /** Adds to the present step; `moveTo` has been called for now. */
  add(first: number, second: number): void {
    const i = this.#step % this.#firsts.length;
    this.#firsts[i]! += first;
    this.#seconds[i]! += second;
    this.first += first;
    this.second += second;
  }

  clear(): void {
    this.#firsts.fill(0);
    this.#seconds.fill(0);
    this.first = 0;
    this.second = 0;
  }
}
