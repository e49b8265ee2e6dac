import type { Clock, Random } from '../ports/clock.ts';
import { MILLISECOND } from '../ports/clock.ts';
import type { Context } from '../ports/context.ts';
import { type ErrorKind, PortError } from '../ports/errors.ts';
import type { AttemptBudget } from './budget.ts';

/**
 * Kinds that may pass by themselves. `rate-limited` is retried only if the callee said when; `circuit-open` never: the
 * circuit is there to keep callers away. `deadline-exceeded` is an attempt's own (the request's ends everything).
 */
const TRANSIENT: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  'timeout',
  'unavailable',
  'reset',
  'overloaded',
  'rate-limited',
  'deadline-exceeded',
]);

export interface RetryDependencies {
  readonly clock: Clock;
  readonly random: Random;
  /** Tries in all, the first included. */
  readonly attempts: number;
  /** The first back-off is drawn from 0 to this; each later range doubles. */
  readonly baseDelayNs: number;
  readonly maxDelayNs: number;
  /** Shared by all calls to one callee. Absent: every failure may be retried (three layers of four attempts make 64). */
  readonly budget?: AttemptBudget;
  /** Keys the jitter, so that two policies draw apart. */
  readonly entity?: number;
}

export interface RetryRules {
  /** Doing the work twice is the same as doing it once: then an error of unknown outcome may be retried too. */
  readonly idempotent: boolean;
}

export interface Retry {
  /**
   * Runs `work` until it succeeds, fails for good, or attempts, budget or deadline are used up; rejects with the last
   * error. Each further attempt gets a context with an attempt number of its own.
   */
  run<T>(context: Context, rules: RetryRules, work: (context: Context) => Promise<T>): Promise<T>;
  /** Attempts beyond the first, since the start. */
  readonly retries: number;
}

/** Retries with exponential back-off and full jitter (Brooker, "Exponential Backoff And Jitter", AWS 2015). */
export function createRetry(dependencies: RetryDependencies): Retry {
  const { clock, random, attempts, baseDelayNs, maxDelayNs, budget, entity = 0 } = dependencies;
  if (!(Number.isInteger(attempts) && attempts >= 1))
    throw new RangeError(`A retry policy needs at least one attempt, not ${attempts}.`);
  let retries = 0;

  /** Nanoseconds until the next attempt, or -1 when `error` is the answer. */
  const delayAfter = (error: unknown, context: Context, idempotent: boolean, tried: number): number => {
    if (!(error instanceof PortError) || !TRANSIENT.has(error.kind)) return -1;
    if (!error.definite && !idempotent) return -1;
    if (error.kind === 'rate-limited' && error.retryAfterMs === undefined) return -1;
    if (tried === attempts || context.cancelled !== null || !context.incarnation.alive) return -1;
    const range = Math.min(maxDelayNs, baseDelayNs * 2 ** (tried - 1));
    const jitter = range * random.uniform(entity, context.request, context.attempt * attempts + tried);
    // Jitter on top of the callee's wish: callers that were refused together must not come back together.
    const delayNs = Math.floor(jitter + (error.retryAfterMs ?? 0) * MILLISECOND);
    if (clock.now() + delayNs >= context.deadlineNs) return -1;
    if (budget !== undefined && !budget.withdraw()) return -1;
    return delayNs;
  };

  const again = async <T>(
    context: Context,
    idempotent: boolean,
    work: (context: Context) => Promise<T>,
    firstError: unknown,
  ): Promise<T> => {
    let error = firstError;
    for (let tried = 1; ; tried++) {
      const delayNs = delayAfter(error, context, idempotent, tried);
      if (delayNs < 0) throw error;
      await clock.sleep(context, delayNs);
      retries++;
      // Unique over nested layers: attempt i of a call within attempt p of its caller.
      const child = context.child({ attempt: context.attempt * attempts + tried });
      try {
        return await work(child);
      } catch (thrown) {
        error = thrown;
      } finally {
        child.close();
      }
    }
  };

  return {
    async run(context, { idempotent }, work) {
      budget?.deposit();
      const attempt = context.attempt * attempts;
      // The usual case, a first attempt that succeeds, costs no context of its own.
      const first = attempt === context.attempt ? null : context.child({ attempt });
      try {
        return await work(first ?? context);
      } catch (error) {
        return await again(context, idempotent, work, error);
      } finally {
        first?.close();
      }
    },
    get retries() {
      return retries;
    },
  };
}
