/**
 * Errors as callers of a port see them. `definite` answers the question that decides whether a retry is safe:
 * did it certainly not happen (true), or is the outcome unknown (false)?
 */
export type ErrorKind =
  | 'deadline-exceeded' // nobody waited long enough; the work may still be done
  | 'cancelled' // the caller gave up for another reason
  | 'timeout' // the engine itself gave up (a coordinator that did not hear from its replicas)
  | 'unavailable' // too few replicas, no leader, nothing listening
  | 'reset' // the other process crashed during the call
  | 'overloaded' // shed: the queue was full
  | 'rate-limited' // refused by a limit that the caller exceeded
  | 'circuit-open' // refused locally because the callee has been failing
  | 'unauthenticated'
  | 'permission-denied'
  | 'not-found'
  | 'invalid' // the request cannot ever succeed
  | 'conflict' // a condition (compare-and-set, unique name) did not hold
  | 'internal';

/**
 * The system's fault, and no answer: HTTP calls them 5xx. The others are right answers to requests that cannot be served, or
 * nobody waited any longer.
 */
const FAULTS: ReadonlySet<ErrorKind> = new Set([
  'deadline-exceeded',
  'timeout',
  'unavailable',
  'reset',
  'overloaded',
  'circuit-open',
  'internal',
]);

export function isFault(kind: ErrorKind): boolean {
  return FAULTS.has(kind);
}

/** A caller's mistake or a defect: who reads of it wants to know where. The other kinds are outcomes, and come by the thousand. */
const WITH_STACK: ReadonlySet<ErrorKind> = new Set(['invalid', 'internal']);

export class PortError extends Error {
  readonly kind: ErrorKind;
  readonly operation: string;
  readonly definite: boolean;
  /** Milliseconds after which a retry makes sense, where the callee said so. */
  readonly retryAfterMs: number | undefined;

  constructor(kind: ErrorKind, operation: string, definite: boolean, detail = '', retryAfterMs?: number) {
    // Writing down the stack takes longer than all the rest of a failed request.
    const { stackTraceLimit } = Error;
    if (!WITH_STACK.has(kind)) Error.stackTraceLimit = 0;
    super(detail === '' ? `${operation}: ${kind}` : `${operation}: ${kind}: ${detail}`);
    Error.stackTraceLimit = stackTraceLimit;
    this.name = 'PortError';
    this.kind = kind;
    this.operation = operation;
    this.definite = definite;
    this.retryAfterMs = retryAfterMs;
  }
}
