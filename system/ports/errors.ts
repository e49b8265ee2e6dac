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

export class PortError extends Error {
  readonly kind: ErrorKind;
  readonly operation: string;
  readonly definite: boolean;
  /** Milliseconds after which a retry makes sense, where the callee said so. */
  readonly retryAfterMs: number | undefined;

  constructor(kind: ErrorKind, operation: string, definite: boolean, detail = '', retryAfterMs?: number) {
    super(detail === '' ? `${operation}: ${kind}` : `${operation}: ${kind}: ${detail}`);
    this.name = 'PortError';
    this.kind = kind;
    this.operation = operation;
    this.definite = definite;
    this.retryAfterMs = retryAfterMs;
  }
}
