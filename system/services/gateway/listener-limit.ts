/**
 * A token bucket per listener, shared by all instances of the gateway through the cache. Off by default: it costs a call
 * to the cache per request. While the cache cannot be asked, everybody may pass: the limit protects against greedy apps,
 * and must not become one more thing whose failure stops the music.
 */
import type { TokenGrant } from '../../ports/cache.ts';
import { MILLISECOND } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { GatewayDependencies } from './gateway-service.ts';

export type ListenerLimit = (context: Context, listenerId: string, operation: string) => Promise<void>;

export function createListenerLimit(
  dependencies: Pick<GatewayDependencies, 'cache' | 'clock' | 'knobs'>,
): ListenerLimit | null {
  const { cache, clock, knobs } = dependencies;
  if (!knobs.rateLimit) return null;
  if (cache === undefined) throw new RangeError('gateway.rateLimit needs a cache for its buckets.');

  const take = async (context: Context, listenerId: string): Promise<TokenGrant | null> => {
    try {
      const grant = await cache.evaluate(context, {
        name: 'take-token',
        key: `rate:${listenerId}`,
        capacity: knobs.rateLimitBurst,
        refillPerSecond: knobs.rateLimitPerSecond,
        take: 1,
        nowMs: clock.now() / MILLISECOND,
      });
      return grant as TokenGrant;
    } catch (error) {
      if (context.cancelled !== null) throw error;
      return null;
    }
  };

  return async (context, listenerId, operation) => {
    const grant = await take(context, listenerId);
    if (grant !== null && !grant.allowed)
      throw new PortError('rate-limited', operation, true, '', grant.retryAfterMs);
  };
}
