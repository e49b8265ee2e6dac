/**
 * The gateway's rules for whatever is public: a deadline for all work below, the rate limits, and errors as apps see them.
 * What the host answers past the gateway service, because it stores audio or signs URLs itself, keeps them all the same.
 */
import { withTimeout } from '../../policies/index.ts';
import { MILLISECOND } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import type { Identity } from '../../ports/tokens.ts';
import type { GatewayDependencies } from './gateway-service.ts';
import { publicError } from './public-error.ts';
import { createRequestLimit } from './request-limit.ts';

/** Runs work within a deadline, and tells an app of its errors what an app is told. */
export type PublicWork = <T>(
  context: Context,
  operation: string,
  work: (context: Context) => Promise<T>,
  deadlineNs?: number,
) => Promise<T>;

export function createPublicWork({ clock, knobs }: Pick<GatewayDependencies, 'clock' | 'knobs'>): PublicWork {
  const usualNs = knobs.deadlineMs * MILLISECOND;
  return (context, operation, work, deadlineNs = usualNs) =>
    withTimeout(clock, context, deadlineNs, operation, work, publicError);
}

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
  const limit = createRequestLimit(dependencies);
  const publicly = createPublicWork(dependencies);
  return (context, who, operation, work, deadlineNs) =>
    publicly(
      context,
      operation,
      async (limited) => {
        if (limit !== null && who !== null) await limit(limited, who, operation);
        return await work(limited);
      },
      deadlineNs,
    );
}
