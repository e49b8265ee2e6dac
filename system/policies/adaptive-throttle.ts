import { type Clock, type Random, SECOND } from '../ports/clock.ts';
import type { Context } from '../ports/context.ts';
import { type ErrorKind, PortError } from '../ports/errors.ts';
import { SlidingCounts } from './window.ts';

/**
 * Client-side throttling as in Google's SRE book (2016, "Handling Overload"): a client refuses its own requests with
 * probability max(0, (requests − K · accepts) / (requests + 1)), counted over two minutes. Refused ones count as
 * requests too, so an overloaded backend soon sees about K times what it accepts. A request counts when its outcome is known:
 * counted when sent, the first ones in flight would look refused and throttle a healthy backend from the start.
 */
export interface AdaptiveThrottleDependencies {
  readonly clock: Clock;
  readonly random: Random;
  readonly operation: string;
  /** The book's multiplier; 2 wastes some of the backend's work to notice its recovery early. */
  readonly k?: number;
  /** The book's two minutes. */
  readonly windowNs?: number;
  readonly entity?: number;
}

export interface AdaptiveThrottle {
  /** Rejects with `overloaded` (definite) without calling `work` when throttled. */
  run<T>(context: Context, work: (context: Context) => Promise<T>): Promise<T>;
  rejectionProbability(): number;
}

/** The backend did not take the request, or took it and could not finish: not an accept. */
const NOT_ACCEPTED: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  'overloaded',
  'rate-limited',
  'unavailable',
  'timeout',
  'reset',
  'deadline-exceeded',
]);

export function createAdaptiveThrottle(dependencies: AdaptiveThrottleDependencies): AdaptiveThrottle {
  const { clock, random, operation, k = 2, windowNs = 120 * SECOND, entity = 0 } = dependencies;
  /** First: requests; second: accepts. 24 steps: of five seconds each in two minutes. */
  const counts = new SlidingCounts(windowNs, 24);

  const rejectionProbability = () => {
    counts.moveTo(clock.now());
    return Math.max(0, (counts.first - k * counts.second) / (counts.first + 1));
  };
  const count = (accepts: number) => {
    counts.moveTo(clock.now());
    counts.add(1, accepts);
  };

  return {
    rejectionProbability,
    async run(context, work) {
      const probability = rejectionProbability();
      if (probability > 0 && random.uniform(entity, context.request, context.attempt) < probability) {
        counts.add(1, 0);
        throw new PortError('overloaded', operation, true, 'throttled by the client');
      }
      try {
        const result = await work(context);
        count(1);
        return result;
      } catch (error) {
        // A caller that gave up proves nothing: the backend may have hung.
        if (error instanceof PortError && error.kind === 'cancelled') throw error;
        // An answer that refuses for a reason is an accept.
        count(error instanceof PortError && NOT_ACCEPTED.has(error.kind) ? 0 : 1);
        throw error;
      }
    },
  };
}
