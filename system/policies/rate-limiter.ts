import { type Clock, SECOND } from '../ports/clock.ts';
import type { Context } from '../ports/context.ts';
import { PortError } from '../ports/errors.ts';

/**
 * A token bucket in this process: `ratePerSecond` on average, `burst` at once. A limit over all instances of a service
 * needs a shared bucket (the cache's `take-token` script).
 */
export interface RateLimiterDependencies {
  readonly clock: Clock;
  readonly operation: string;
  readonly ratePerSecond: number;
  readonly burst: number;
}

export interface RateLimiter {
  /** Takes tokens if they are there; says otherwise in how many milliseconds they will be. Throws for more than `burst`. */
  take(tokens?: number): { readonly allowed: boolean; readonly retryAfterMs: number };
  /** Rejects with `rate-limited` (definite, with the time to wait) without calling `work` when the bucket is empty. */
  run<T>(context: Context, work: (context: Context) => Promise<T>): Promise<T>;
}

const ALLOWED = { allowed: true, retryAfterMs: 0 } as const;

export function createRateLimiter(dependencies: RateLimiterDependencies): RateLimiter {
  const { clock, operation, ratePerSecond, burst } = dependencies;
  if (!(ratePerSecond > 0 && burst >= 1))
    throw new RangeError(
      `A bucket needs a positive rate and room for one token: ${ratePerSecond}/s, ${burst}.`,
    );
  let tokens = burst;
  let filledNs = clock.now();

  const take = (wanted = 1) => {
    // However long somebody waited for them.
    if (wanted > burst) throw new RangeError(`A bucket that holds ${burst} never has ${wanted} tokens.`);
    const nowNs = clock.now();
    tokens = Math.min(burst, tokens + ((nowNs - filledNs) / SECOND) * ratePerSecond);
    filledNs = nowNs;
    if (tokens < wanted)
      return { allowed: false, retryAfterMs: Math.ceil(((wanted - tokens) / ratePerSecond) * 1000) };
    tokens -= wanted;
    return ALLOWED;
  };

  return {
    take,
    async run(context, work) {
      const grant = take();
      if (!grant.allowed) throw new PortError('rate-limited', operation, true, '', grant.retryAfterMs);
      return work(context);
    },
  };
}
