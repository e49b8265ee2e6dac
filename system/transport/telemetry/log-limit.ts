/** Lets so many lines of a kind through in each stretch of time, and counts the others, so that a flood is one line and a number. */
export interface LogLimitOptions {
  readonly lines: number;
  readonly everyMs: number;
  /** Now, in ms. */
  readonly now: () => number;
}

interface Kind {
  windowMs: number;
  passed: number;
  suppressed: number;
}

/** Kinds are named by code, but a mistake there must not fill the memory. */
const MOST_KINDS = 1_000;

export class LogLimit {
  readonly #options: LogLimitOptions;
  readonly #kinds = new Map<string, Kind>();

  constructor(options: LogLimitOptions) {
    this.#options = options;
  }

  /** Null: not now. Otherwise how many lines of the kind were left out since the last one. */
  pass(kind: string): number | null {
    const { lines, everyMs, now } = this.#options;
    const windowMs = Math.floor(now() / everyMs);
    let state = this.#kinds.get(kind);
    if (state === undefined) {
      if (this.#kinds.size >= MOST_KINDS) return null;
      state = { windowMs, passed: 0, suppressed: 0 };
      this.#kinds.set(kind, state);
    }
    if (state.windowMs !== windowMs) {
      state.windowMs = windowMs;
      state.passed = 0;
    }
    if (state.passed >= lines) {
      state.suppressed++;
      return null;
    }
    state.passed++;
    const { suppressed } = state;
    state.suppressed = 0;
    return suppressed;
  }

  /** What was left out and not told yet, by kind. */
  rest(): [kind: string, suppressed: number][] {
    return [...this.#kinds]
      .filter(([, { suppressed }]) => suppressed > 0)
      .map(([kind, { suppressed }]) => [kind, suppressed]);
  }
}
