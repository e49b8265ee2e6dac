import type { Clock } from '../ports/clock.ts';
import type { ChildContext, Context, Hop, Trace } from '../ports/context.ts';
import { PortError } from '../ports/errors.ts';
import { detachedFrom } from './branch.ts';
import { Waiter } from './waiter.ts';

/**
 * Callers of one process who want the same key at the same time share one piece of work. It runs in a context of its
 * own: a caller that gives up leaves the others waiting for it, and when the last one has left, the work is cancelled.
 */
export interface SingleFlightDependencies {
  readonly clock: Clock;
  /** Named in the error: 'playlist.load'. */
  readonly operation: string;
  /** Where callers who joined book their wait; whoever started the work books what the work books. */
  readonly hop?: Hop;
}

export interface SingleFlight<T> {
  /** `work` is called for the first caller of a key only; its value or error goes to all who wait. */
  run(context: Context, key: string, work: (context: Context) => Promise<T>): Promise<T>;
  /** Keys in the air. */
  readonly size: number;
  /** Callers who joined work that others had started. */
  readonly shared: number;
}

const ABANDONED = new PortError('cancelled', 'single flight', false, 'every caller has left');

/** One piece of work and those who wait for it, in order of arrival. */
class Flight<T> implements Trace {
  readonly context: ChildContext;
  readonly waiters: Waiter[] = [];
  /** Those of them who have not left. */
  waiting = 0;
  done = false;
  failed = false;
  value: T | undefined;
  error: unknown;
  /** The starter's, while it is still waiting. */
  starterTrace: Trace | null;
  /** The starter's too, and for good: the work is found under its request. */
  readonly origin: Trace;

  constructor(starter: Context) {
    this.starterTrace = starter.trace;
    this.origin = starter.trace.origin ?? starter.trace;
    this.context = detachedFrom(starter, this);
  }

  get correlationId(): string | undefined {
    return this.origin.correlationId;
  }

  get traceparent(): string | undefined {
    return this.origin.traceparent;
  }

  add(hop: Hop, ns: number): void {
    this.starterTrace?.add(hop, ns);
  }
}

export function createSingleFlight<T>(dependencies: SingleFlightDependencies): SingleFlight<T> {
  const { clock, operation, hop } = dependencies;
  const flights = new Map<string, Flight<T>>();
  let shared = 0;

  const fly = async (flight: Flight<T>, key: string, work: (context: Context) => Promise<T>) => {
    try {
      flight.value = await work(flight.context);
    } catch (error) {
      flight.failed = true;
      flight.error = error;
    }
    flight.done = true;
    if (flights.get(key) === flight) flights.delete(key);
    for (const waiter of flight.waiters) waiter.wake();
  };

  const leave = (flight: Flight<T>, key: string) => {
    if (--flight.waiting > 0 || flight.done) return;
    if (flights.get(key) === flight) flights.delete(key);
    flight.context.cancel(ABANDONED);
  };

  return {
    async run(context, key, work) {
      if (context.cancelled !== null) throw context.cancelled;
      const sinceNs = clock.now();
      const existing = flights.get(key);
      const flight = existing ?? new Flight<T>(context);
      const waiter = new Waiter(clock, context);
      flight.waiters.push(waiter);
      flight.waiting++;
      if (existing === undefined) {
        flights.set(key, flight);
        void fly(flight, key, work);
      } else shared++;
      try {
        if (!(await waiter.wait()) && !flight.done)
          throw new PortError('deadline-exceeded', operation, false);
      } finally {
        if (existing === undefined) flight.starterTrace = null;
        leave(flight, key);
      }
      if (existing !== undefined && hop !== undefined) context.trace.add(hop, clock.now() - sinceNs);
      if (flight.failed) throw flight.error;
      return flight.value as T;
    },
    get size() {
      return flights.size;
    },
    get shared() {
      return shared;
    },
  };
}
