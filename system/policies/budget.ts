/**
 * Keeps extra attempts (retries, hedges) to a share of the requests, over the last ten seconds: each request earns `share` of
 * a token, each extra attempt costs one, and both are forgotten when they are older. When a callee is down and every request
 * wants a retry, load grows by `share` and not by the number of attempts; a blip after a time of health finds what was saved.
 *
 * As Finagle's `RetryBudget` (a leaky bucket over `ttl`). gRPC's retry throttling (gRFC A6) is another thing: there failures
 * cost a token each, whether they are repeated or not, successes earn, and nothing is repeated below half of the tokens.
 */
import { type Clock, SECOND } from '../ports/clock.ts';
import { SlidingCounts } from './window.ts';

export interface AttemptBudget {
  /** A request was made. */
  deposit(): void;
  /** True, and one token spent, if an extra attempt is allowed now. */
  withdraw(): boolean;
  readonly tokens: number;
}

export interface AttemptBudgetOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** Extra attempts per request, 0 to 1. The SRE book's client budget is 0.1 ("Handling Overload", 2016), Finagle's 0.2. */
  readonly share: number;
  /**
   * Extra attempts in any window beside those that were earned, so that a client of few requests can retry at all. estimate:
   * 10, one a second. Finagle's default is ten a second (`minRetriesPerSec`), for clients of many more requests.
   */
  readonly reserve?: number;
  /** Finagle's default `ttl`: 10 s. */
  readonly windowNs?: number;
}

/** Tenths do not add up exactly. */
const ROUNDING = 1e-9;

export function createAttemptBudget(options: AttemptBudgetOptions): AttemptBudget {
  const { clock, share, reserve = 10, windowNs = 10 * SECOND } = options;
  if (!(share >= 0 && share <= 1)) throw new RangeError(`A budget's share is between 0 and 1, not ${share}.`);
  /** First: requests; second: extra attempts. */
  const counts = new SlidingCounts(windowNs, 10);
  const tokens = () => {
    counts.moveTo(clock.now());
    return reserve + share * counts.first - counts.second;
  };
  return {
    deposit() {
      counts.moveTo(clock.now());
      counts.add(1, 0);
    },
    withdraw() {
      if (tokens() < 1 - ROUNDING) return false;
      counts.add(0, 1);
      return true;
    },
    get tokens() {
      return Math.max(0, tokens());
    },
  };
}
