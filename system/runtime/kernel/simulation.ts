import type { Clock, Timer } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import { PendingCall } from './call.ts';
import { EventHeap } from './event-heap.ts';
import { KeyedRandom, type RandomStream } from './random.ts';
import { Timers } from './timers.ts';

/** What happens when an event's time has come. The argument is a whole number (32 bits): usually a slot. */
export type EventHandler = (argument: number) => void;
export type HandlerId = number;

/** Why `advance` returned. */
export type Pause =
  | 'settled' // promises were settled: let every continuation run, then call again
  | 'until' // the next event is later than asked for
  | 'empty' // nothing is left to happen
  | 'stopped'; // the stop check said so

/** Events between two looks at the stop check. */
const STOP_CHECK_MASK = 0xfff;

/**
 * Virtual time: events in order, and the promises that services wait on. The clock stands still while an event's
 * handler and every continuation that it caused run; then it jumps to the next event. Time is whole nanoseconds (a
 * double holds 104 days exactly). One simulation is single-threaded and knows nothing of the host.
 */
export class Simulation implements Clock {
  readonly seed: number;
  /** False: service and network take no time, so that only timers, timeouts and the work itself do. */
  readonly costs: boolean;
  /** Nanoseconds since the start of the run. */
  nowNs = 0;
  /** Events processed so far. */
  events = 0;
  /** Port calls made so far (promises that services wait on). */
  calls = 0;
  readonly #heap = new EventHeap();
  readonly #handlers: EventHandler[] = [];
  readonly #timers: Timers;
  #sequence = 0;
  #settled = false;
  /** Head of the list of unsettled calls, for the error that names them. */
  readonly #pending: { first: PendingCall<unknown> | null } = { first: null };

  /** `startNs`: time that has passed before, in a run that goes on where an earlier process ended. */
  constructor(options: { seed: number; costs?: boolean; startNs?: number }) {
    this.seed = options.seed;
    this.costs = options.costs ?? true;
    this.nowNs = options.startNs ?? 0;
    const self = this;
    this.#timers = new Timers({
      get now() {
        return self.nowNs;
      },
      nextSequence: () => this.#sequence++,
      markSettled: () => this.markSettled(),
      register: (handler) => this.register(handler),
      push: (timeNs, sequence, handler, argument) => this.#heap.push(timeNs, sequence, handler, argument),
    });
  }

  now(): number {
    return this.nowNs;
  }

  /** Gives a handler its number; do it once per purpose, not per event. */
  register(handler: EventHandler): HandlerId {
    return this.#handlers.push(handler) - 1;
  }

  /**
   * Like `register`, for handlers that start or resume code of a service: whatever that code does in promises of its
   * own (an answer from a local cache, a waiter woken by hand) is finished before time moves on.
   */
  registerEntry(handler: EventHandler): HandlerId {
    return this.register((argument) => {
      this.#settled = true;
      handler(argument);
    });
  }

  /** Calls the handler after `delayNs` (rounded to whole nanoseconds; negative: an error). Cannot be cancelled. */
  schedule(delayNs: number, handler: HandlerId, argument = 0): void {
    if (!(delayNs >= 0)) throw new RangeError(`An event cannot be scheduled ${delayNs} ns from now.`);
    if (typeof handler !== 'number')
      throw new TypeError('schedule takes the number of a handler: register the function first, once.');
    this.#heap.push(this.nowNs + Math.floor(delayNs + 0.5), this.#sequence++, handler, argument);
  }

  after(delayNs: number, callback: () => void): Timer {
    if (!(delayNs >= 0)) throw new RangeError(`A timer cannot be set ${delayNs} ns from now.`);
    return this.#timers.set(Math.floor(delayNs + 0.5), callback);
  }

  cancel(timer: Timer): void {
    this.#timers.cancel(timer);
  }

  sleep(context: Context, delayNs: number): Promise<void> {
    const call = this.open<void>(context, 'sleep');
    const timer = this.after(delayNs, () => call.resolve());
    call.onCancel = () => this.cancel(timer);
    return call.promise;
  }

  /** Draws keyed by (seed, purpose, …). */
  random(purpose: string): KeyedRandom {
    return new KeyedRandom(this.seed, purpose);
  }

  /** A sequential stream for one owner. */
  stream(purpose: string, entity = 0): RandomStream {
    return this.random(purpose).stream(entity);
  }

  /** Calls a registered handler now, within the current event. */
  call(handler: HandlerId, argument: number): void {
    this.#handlers[handler]!(argument);
  }

  /** Opens a call that a service will wait on: hand out `promise`, settle it from an event. */
  open<T>(context: Context, operation: string): PendingCall<T> {
    this.calls++;
    return new PendingCall<T>(this, this.#pending, context, operation);
  }

  /**
   * Somebody's continuations became runnable: time may not move before they have run. Calls and timers say so
   * themselves; who settles a promise of its own from an event's handler has to.
   */
  markSettled(): void {
    this.#settled = true;
  }

  get pendingEvents(): number {
    return this.#heap.size;
  }

  /** When the next event is due; Infinity when nothing is left to happen. */
  get nextEventNs(): number {
    return this.#heap.size === 0 ? Number.POSITIVE_INFINITY : this.#heap.times[0]!;
  }

  /** Moves the clock to a time before which nothing is due, as a driver along the wall clock does before it lets work in. */
  moveTo(timeNs: number): void {
    if (timeNs > this.nextEventNs || this.#settled)
      throw new RangeError(`The clock cannot be moved to ${timeNs} ns past what is due before.`);
    if (timeNs > this.nowNs) this.nowNs = timeNs;
  }

  /** Operations of live processes that nobody has answered yet, with how often: what an empty heap leaves behind. */
  unanswered(): Map<string, number> {
    const names = new Map<string, number>();
    for (let call = this.#pending.first; call !== null; call = call.next) {
      if (call.context.incarnation.alive) names.set(call.operation, (names.get(call.operation) ?? 0) + 1);
    }
    return names;
  }

  /**
   * Processes events up to and including `untilNs`. With `drain` (a function that runs all continuations at once) it
   * goes on by itself; without, it returns 'settled' whenever continuations have to run first.
   */
  advance(
    untilNs: number,
    drain: (() => void) | null = null,
    shouldStop: (() => boolean) | null = null,
  ): Pause {
    const heap = this.#heap;
    const handlers = this.#handlers;
    for (;;) {
      if (this.#settled) {
        this.#settled = false;
        if (drain === null) return 'settled';
        drain();
        continue;
      }
      if (heap.size === 0) return 'empty';
      if (heap.times[0]! > untilNs) {
        if (untilNs > this.nowNs) this.nowNs = untilNs;
        return 'until';
      }
      this.nowNs = heap.pop();
      this.events++;
      handlers[heap.poppedHandler]!(heap.poppedArgument);
      if ((this.events & STOP_CHECK_MASK) === 0 && shouldStop?.()) return 'stopped';
    }
  }
}
