/**
 * What the host answers past the gateway service, because it stores audio or signs URLs itself, keeps the gateway's rules
 * all the same: a deadline for all work below, and errors as apps see them.
 */
import { withTimeout } from '../../policies/index.ts';
import { MILLISECOND } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import type { GatewayDependencies } from './gateway-service.ts';
import { publicError } from './public-error.ts';

/** `deadlineNs`: for an operation that cannot be as quick as the others. */
export type PublicCall = <T>(
  context: Context,
  operation: string,
  work: (context: Context) => Promise<T>,
  deadlineNs?: number,
) => Promise<T>;

export function createPublicCall({ clock, knobs }: Pick<GatewayDependencies, 'clock' | 'knobs'>): PublicCall {
  const usualNs = knobs.deadlineMs * MILLISECOND;
  return async (context, operation, work, deadlineNs = usualNs) => {
    try {
      return await withTimeout(clock, context, deadlineNs, operation, work);
    } catch (error) {
      throw publicError(operation, error);
    }
  };
}
