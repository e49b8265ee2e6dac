/**
 * Runs a simulation along the wall clock: what is due happens when its time has come, and requests from outside enter at
 * the present time. One timer serves all due events. Node's timers have a millisecond, so events that lie closer
 * together are made up for at once, in their order and at their own times: model time lags the wall clock by that much
 * at most while the process keeps up, and the lag is measured.
 *
 *   socket ──▶ enter(work) ──▶ [advance to now ▸ work ▸ advance to now] ──▶ timer for the next event
 */
import { type Drain, synchronousDrain } from './drive.ts';
import { Histogram } from './kernel/histogram.ts';
import type { Simulation } from './kernel/simulation.ts';

export interface RealTimeOptions {
  readonly drain?: Drain;
  /** Time stands still until `begin`: there is something to put back before. */
  readonly held?: boolean;
  /** Called once when the simulation throws, which is a defect: nothing runs afterwards. */
  readonly onFault: (error: Error) => void;
}

/** How far answers came behind their model time, in ms. */
export interface Lateness {
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** Time that events may take before sockets get their turn. */
const SLICE_MS = 10;
/** A longer delay would overflow the host's timers, which hold 31 bits of milliseconds. */
const LONGEST_TIMER_MS = 60_000;

interface Entry {
  readonly work: () => Promise<unknown>;
  readonly resolve: (value: never) => void;
  readonly reject: (reason: unknown) => void;
}

export class RealTime {
  readonly #simulation: Simulation;
  readonly #drainNow: (() => void) | null;
  readonly #onFault: (error: Error) => void;
  #originMs: number;
  #originNs: number;
  readonly #lateness = new Histogram();
  #latestMs = 0;
  #entries: Entry[] = [];
  #answers: (() => void)[] = [];
  #timer: NodeJS.Timeout | null = null;
  #timerNs = Number.POSITIVE_INFINITY;
  /** A turn is under way or asked for. */
  #awake = false;
  #held: boolean;
  #stopped = false;
  #sliceEndMs = 0;

  constructor(simulation: Simulation, options: RealTimeOptions) {
    const drain = options.drain ?? 'checkpoint';
    this.#simulation = simulation;
    this.#drainNow = drain === 'public' ? null : synchronousDrain(drain);
    this.#onFault = options.onFault;
    this.#originMs = performance.now();
    this.#originNs = simulation.nowNs;
    this.#held = options.held ?? false;
    this.#wake();
  }

  /** Time begins, where it was held: where it stood, or later. */
  begin(nowNs = this.#originNs): void {
    if (!this.#held) return;
    this.#held = false;
    this.#originNs = Math.max(this.#originNs, nowNs);
    this.#originMs = performance.now();
    this.#wake();
  }

  /** The wall clock on the simulation's scale, in ns. */
  get wallNs(): number {
    return this.#originNs + Math.floor((performance.now() - this.#originMs) * 1e6);
  }

  /** For how long the next event has been due, in ns: large when the process cannot keep up. */
  get lagNs(): number {
    return Math.max(0, this.wallNs - this.#simulation.nextEventNs);
  }

  /**
   * Calls `work` at the present time, in the simulation, and resolves or rejects as it does. After `stop` it rejects.
   * Work begins in the order of the calls.
   */
  enter<T>(work: () => Promise<T>): Promise<T> {
    if (this.#stopped) return Promise.reject(new Error('The system has stopped.'));
    return new Promise<T>((resolve, reject) => {
      this.#entries.push({ work, resolve, reject });
      this.#wake();
    });
  }

  /**
   * Calls `answer` at the present time, within a turn: so that something outside (a disk) can settle calls that services
   * wait on, and what follows from it happens in model time. After `stop` it is not called.
   */
  settle(answer: () => void): void {
    if (this.#stopped) return;
    this.#answers.push(answer);
    this.#wake();
  }

  /** Answers so far, and how late they were. */
  lateness(): Lateness {
    const { count } = this.#lateness;
    const at = (q: number) => (count === 0 ? 0 : this.#lateness.quantile(q));
    return { count, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: this.#latestMs };
  }

  /** Nothing happens any more; work that waits to enter is refused. Calls in flight stay unanswered. */
  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const refused = this.#entries;
    this.#entries = [];
    for (const { reject } of refused) reject(new Error('The system has stopped.'));
  }

  #wake(): void {
    if (this.#awake || this.#held || this.#stopped) return;
    this.#awake = true;
    // One turn for all requests that the sockets deliver together.
    setImmediate(this.#begin);
  }

  readonly #begin = () => {
    const nowMs = performance.now();
    this.#sliceEndMs = nowMs + SLICE_MS;
    this.#turn();
  };

  readonly #turn = () => {
    if (this.#stopped) return;
    try {
      for (;;) {
        const pause = this.#simulation.advance(this.wallNs, this.#drainNow, this.#sliceIsOver);
        if (pause === 'settled') {
          // nextTick callbacks run once the microtask queue is empty, however deep the continuations nest.
          queueMicrotask(() => process.nextTick(this.#turn));
          return;
        }
        if (pause === 'stopped') {
          setImmediate(this.#begin);
          return;
        }
        if (this.#entries.length === 0 && this.#answers.length === 0) break;
        // Up to now, or the first request of a quiet hour would enter at the time of the last event before it.
        this.#simulation.moveTo(Math.min(this.wallNs, this.#simulation.nextEventNs));
        this.#admit();
      }
      this.#awake = false;
      this.#setTimer();
    } catch (error) {
      this.stop();
      this.#onFault(error instanceof Error ? error : new Error(String(error)));
    }
  };

  readonly #sliceIsOver = () => performance.now() > this.#sliceEndMs;

  #admit(): void {
    const answers = this.#answers;
    this.#answers = [];
    for (const answer of answers) answer();
    const entries = this.#entries;
    this.#entries = [];
    for (const { work, resolve, reject } of entries) {
      started(work).then(
        (value) => {
          this.#measure();
          resolve(value as never);
        },
        (error: unknown) => {
          this.#measure();
          reject(error);
        },
      );
    }
    this.#simulation.markSettled();
  }

  #measure(): void {
    const lateMs = Math.max(0, this.wallNs - this.#simulation.nowNs) / 1e6;
    if (lateMs > this.#latestMs) this.#latestMs = lateMs;
    this.#lateness.record(lateMs);
  }

  #setTimer(): void {
    const dueNs = this.#simulation.nextEventNs;
    if (this.#timer !== null) {
      if (dueNs === this.#timerNs) return;
      clearTimeout(this.#timer);
      this.#timer = null;
    }
    if (dueNs === Number.POSITIVE_INFINITY) return;
    this.#timerNs = dueNs;
    const delayMs = Math.min(LONGEST_TIMER_MS, Math.ceil(Math.max(0, dueNs - this.wallNs) / 1e6));
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (!this.#awake) {
        this.#awake = true;
        this.#begin();
      }
    }, delayMs);
  }
}

/** Work may throw before it has a promise. */
function started(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return work();
  } catch (error) {
    return Promise.reject(error);
  }
}
