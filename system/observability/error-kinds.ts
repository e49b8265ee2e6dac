/** Which failures are the system's and which are answers: what counts against an objective, and which traces are kept. */
import { type ErrorKind, PortError } from '../ports/errors.ts';

/** The kind as a label: a defect is 'internal', as callers are told. */
export function kindOf(error: Error): ErrorKind {
  return error instanceof PortError ? error.kind : 'internal';
}

/** HTTP calls them 5xx. The others are right answers to requests that cannot be served, or nobody waited any longer. */
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
