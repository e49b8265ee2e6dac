/**
 * What an app is told. Kinds that say what the app did, or when to come back, go through unchanged; how the inside is
 * built does not: a crashed process and an open circuit are both just unavailable, and a defect is `internal`.
 */
import { type ErrorKind, PortError } from '../../ports/errors.ts';

const HIDDEN: ReadonlySet<ErrorKind> = new Set<ErrorKind>(['reset', 'circuit-open']);

export function publicError(operation: string, error: unknown): PortError {
  if (!(error instanceof PortError)) return new PortError('internal', operation, false, String(error));
  if (!HIDDEN.has(error.kind)) return error;
  const told = new PortError('unavailable', operation, error.definite, '', error.retryAfterMs);
  // For logs, which say more than apps are told.
  told.cause = error;
  return told;
}
