/**
 * The first argument of every port and contract call: what a request carries with it wherever it goes.
 * A context is made by whoever accepts a request and handed down unchanged, or narrowed (a shorter deadline,
 * a later attempt) by a policy. There is no ambient context: what is not passed is not known.
 */
export interface Context {
  /** Absolute virtual or real time in nanoseconds after which nobody waits for the answer; Infinity: none. */
  readonly deadlineNs: number;
  /** Number of the request in this run: the same in every arm, so that randomness keyed by it is too. */
  readonly request: number;
  /** 0 for the first try; retries and hedges count up. */
  readonly attempt: number;
  /** Why nobody waits any more, or null while somebody does. */
  readonly cancelled: Error | null;
  /** The life of the process that made the call: after its crash no promise of this life settles. */
  readonly incarnation: Incarnation;
  /** Where the time of this request is booked, hop by hop. */
  readonly trace: Trace;
  /** A context for a part of the work; closing or cancelling it leaves the parent alone. */
  child(options?: { deadlineNs?: number; attempt?: number; incarnation?: Incarnation }): ChildContext;
}

export interface ChildContext extends Context {
  /** Stops the work below: pending calls reject with `reason`, engines free what they can. Idempotent. */
  cancel(reason: Error): void;
  /** The work is over: detach from the parent. Forgetting it leaks until the parent ends. */
  close(): void;
}

export interface Incarnation {
  readonly process: string;
  readonly alive: boolean;
}

/** A hop's number, given out once per name by the composition root. */
export type Hop = number;

export interface Trace {
  /** Books `ns` of the request's critical path on `hop`. Parts are added by whoever decided when the answer came. */
  add(hop: Hop, ns: number): void;
  /** Under which the request is found in logs and spans; given by whoever accepted it from outside. */
  readonly correlationId?: string;
  /** The span that the work belongs to, for calls to other processes (W3C Trace Context); absent where it has none. */
  readonly traceparent?: string;
  /** The request's own trace, where this one only keeps its bookings apart (one of several attempts). */
  readonly origin?: Trace;
}
