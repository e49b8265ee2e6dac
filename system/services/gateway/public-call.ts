/**
 * What the host answers past the gateway service, because it stores audio or signs URLs itself, keeps the gateway's rules
 * all the same: a deadline for all work below, the rate limits, and errors as apps see them.
 */
import { withTimeout } from '../../policies/index.ts';
import { MILLISECOND } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import type { Identity } from '../../ports/tokens.ts';
import type { GatewayDependencies } from './gateway-service.ts';
import { publicError } from './public-error.ts';
import { createRequestLimit } from './request-limit.ts';

/** `who`: null for a part of what has passed the limits already; `deadlineNs`: for an operation that cannot be as quick as the others. */
export type PublicCall = <T>(
  context: Context,
  who: Identity | null,
  operation: string,
  work: (context: Context) => Promise<T>,
  deadlineNs?: number,
) => Promise<T>;

export function createPublicCall(
  dependencies: Pick<GatewayDependencies, 'cache' | 'clock' | 'knobs'>,
): PublicCall {
  const { clock, knobs } = dependencies;
  const limit = createRequestLimit(dependencies);
  const usualNs = knobs.deadlineMs * MILLISECOND;
  return async (context, who, operation, work, deadlineNs = usualNs) => {
    try {
      return await withTimeout(clock, context, deadlineNs, operation, async (limited) => {
        if (limit !== null && who !== null) await limit(limited, who, operation);
        return await work(limited);
      });
    } catch (error) {
      throw publicError(operation, error);
    }
  };
}
