/**
 * Traces of a whole run in virtual time, in bounded memory: when there are too many, the share that is kept is halved.
 * Which ones remain follows from their ids alone, so they are spread over the run, and the same at every repetition.
 */
import type { Span } from './span.ts';
import { placeOf } from './trace-context.ts';

export class ThinnedTraces {
  /** Share of the traces that came in which is still kept. */
  share = 1;
  readonly #most: number;
  #limit: number;
  #traces = new Map<string, Span[]>();

  /**
   * `most` traces; `place`: the share that was sampled before they came here, below which their places lie.
   */
  constructor(most: number, place = 1) {
    this.#most = most;
    this.#limit = place;
  }

  record(span: Span): void {
    const known = this.#traces.get(span.traceId);
    if (known !== undefined) {
      known.push(span);
      return;
    }
    if (placeOf(span.traceId) >= this.#limit) return;
    this.#traces.set(span.traceId, [span]);
    while (this.#traces.size > this.#most) this.#halve();
  }

  /** In the order in which they began to be known. */
  list(): readonly (readonly Span[])[] {
    return [...this.#traces.values()];
  }

  #halve(): void {
    this.#limit /= 2;
    this.share /= 2;
    this.#traces = new Map([...this.#traces].filter(([traceId]) => placeOf(traceId) < this.#limit));
  }
}
