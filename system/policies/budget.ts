/**
 * Keeps extra attempts (retries, hedges) to a share of the requests: each request earns `share` of a token, each extra
 * attempt costs one. A token bucket, as in Finagle's `RetryBudget` and gRPC's retry throttling: when a callee is down
 * and every request wants a retry, load grows by `share` and not by the number of attempts.
 */
export interface AttemptBudget {
  /** A request was made. */
  deposit(): void;
  /** True, and one token spent, if an extra attempt is allowed now. */
  withdraw(): boolean;
  readonly tokens: number;
}

export interface AttemptBudgetOptions {
  /** Extra attempts per request, 0 to 1. The SRE book's client budget is 0.1 ("Handling Overload", 2016). */
  readonly share: number;
  /** Tokens at the start and the most that can be saved up. estimate: 10 lets a quiet client retry at all. */
  readonly reserve?: number;
}

export function createAttemptBudget({ share, reserve = 10 }: AttemptBudgetOptions): AttemptBudget {
  if (!(share >= 0 && share <= 1)) throw new RangeError(`A budget's share is between 0 and 1, not ${share}.`);
  let tokens = reserve;
  return {
    deposit() {
      tokens = Math.min(reserve, tokens + share);
    },
    withdraw() {
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
    get tokens() {
      return tokens;
    },
  };
}
