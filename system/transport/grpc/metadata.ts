/** What travels beside a call's message. */
import type { Metadata } from '@grpc/grpc-js';

export const CORRELATION_ID = 'x-correlation-id';
/** W3C Trace Context: the span that makes the call. */
export const TRACEPARENT = 'traceparent';
/** Number of the request and of the try, so that what is keyed by them is the same in every process. */
export const REQUEST = 'rehearsal-request';
export const ATTEMPT = 'rehearsal-attempt';
/** Unix time, in ms, at which the caller's clock stood at 0: times in the message, and in the answer, are of that clock. */
export const EPOCH = 'rehearsal-epoch-ms';
/** Seed and size of the population that the caller serves: another process is asked only by one of the same. */
export const POPULATION = 'rehearsal-population';

export function metadataText(metadata: Metadata, key: string): string | undefined {
  const value = metadata.get(key)[0];
  return typeof value === 'string' ? value : undefined;
}
