/** A failure's kind as metrics and traces name it; which kinds count against an objective is said by `isFault` (`system/ports/errors.ts`). */
import { type ErrorKind, PortError } from '../ports/errors.ts';

/** The kind as a label: a defect is 'internal', as callers are told. */
export function kindOf(error: Error): ErrorKind {
  return error instanceof PortError ? error.kind : 'internal';
}
