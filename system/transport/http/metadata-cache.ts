/**
 * Metadata is the same for everybody, is read far more often than it changes, and is old by a minute already in the
 * services' own copies. So caches between the gateway and an app (a content delivery network, the app's own) may answer
 * for that long, and ask afterwards whether it has changed instead of fetching it again.
 */
import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Kept } from '../../contracts/metadata.ts';
import { SECOND } from '../../ports/clock.ts';
import { hasTag, quoted } from './entity-tags.ts';

/** As long as a catalogue service keeps its copies (`catalogue.localCacheTtlMs`, 60 s). */
const MAX_AGE_S = 60;

/** A hook for `onSend`: marks an answer as one to be kept, and leaves its body out for whoever has it. */
export function keptByCaches(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  done: (error: Error | null, payload?: unknown) => void,
): void {
  if (reply.statusCode !== 200 || typeof payload !== 'string') {
    done(null, payload);
    return;
  }
  const etag = createHash('sha256').update(payload).digest('base64url').slice(0, 22);
  reply.header('etag', quoted(etag)).header('cache-control', `public, max-age=${MAX_AGE_S}`);
  const ifNoneMatch = request.headers['if-none-match'];
  if (ifNoneMatch === undefined || !hasTag(ifNoneMatch, etag)) {
    done(null, payload);
    return;
  }
  reply.code(304).removeHeader('content-type').removeHeader('content-length');
  done(null, null);
}

/** The answer itself; its headers say how old it is and which point of presence gave it, as those of audio do. */
export function describeKept(
  reply: FastifyReply,
  { value, ageNs, outcome, servedBy }: Kept<unknown>,
): unknown {
  if (servedBy !== '')
    reply.headers({
      age: Math.floor(ageNs / SECOND),
      'x-cache': outcome.toUpperCase(),
      'x-served-by': servedBy,
    });
  return value;
}
