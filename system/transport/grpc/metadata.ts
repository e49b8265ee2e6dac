/** What travels beside a call's message. */
import type { Metadata } from '@grpc/grpc-js';

export const CORRELATION_ID = 'x-correlation-id';
/** Number of the request and of the try, so that what is keyed by them is the same in every process. */
export const REQUEST = 'rehearsal-request';
export const ATTEMPT = 'rehearsal-attempt';

export function metadataText(metadata: Metadata, key: string): string | undefined {
  const value = metadata.get(key)[0];
  return typeof value === 'string' ? value : undefined;
}
