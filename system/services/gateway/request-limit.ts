/**
 * A token bucket per listener, and one per app (OAuth client) over all its listeners, shared by all instances of the
 * gateway through the cache: one script asks both. Off by default: it costs a call to the cache per request. While the
 * cache cannot be asked, everybody may pass: the limit protects against greedy apps, and must not become one more thing
 * whose failure stops the music.
 */
import type { Bucket, TokenGrant } from '../../ports/cache.ts';
import { MILLISECOND } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { Identity } from '../../ports/tokens.ts';
import type { GatewayDependencies } from './gateway-service.ts';

/** Rejects with `rate-limited` and the time after which both buckets have a token. */
export type RequestLimit = (context: Context, who: Identity, operation: string) => Promise<void>;

export function createRequestLimit(
  dependencies: Pick<GatewayDependencies, 'cache' | 'clock' | 'knobs'>,
): RequestLimit | null {
  const { cache, clock, knobs } = dependencies;
  if (!knobs.rateLimit) return null;
  if (cache === undefined) throw new RangeError('gateway.rateLimit needs a cache for its buckets.');

  const ofClient = (clientId: string): Bucket => ({
    key: `rate:client:${clientId}`,
    capacity: knobs.clientRateLimitBurst,
    refillPerSecond: knobs.clientRateLimitPerSecond,
  });

  const take = async (context: Context, { listenerId, clientId }: Identity): Promise<TokenGrant | null> => {
    try {
      const grant = await cache.evaluate(context, {
        name: 'take-token',
        key: `rate:${listenerId}`,
        capacity: knobs.rateLimitBurst,
        refillPerSecond: knobs.rateLimitPerSecond,
        take: 1,
        nowMs: clock.now() / MILLISECOND,
        ...(clientId === undefined ? {} : { and: ofClient(clientId) }),
      });
      return grant as TokenGrant;
    } catch (error) {
      if (context.cancelled !== null) throw error;
      return null;
    }
  };

  return async (context, who, operation) => {
    const grant = await take(context, who);
    if (grant === null || grant.allowed) return;
    const why =
      grant.refusedBy === `rate:${who.listenerId}` ? '' : 'this app is over the limit of all its listeners';
    throw new PortError('rate-limited', operation, true, why, grant.retryAfterMs);
  };
}
