/** Policies around port calls, on the clock port: libraries read the wall clock, these run in virtual time too. */
export {
  type AdaptiveThrottle,
  type AdaptiveThrottleDependencies,
  createAdaptiveThrottle,
} from './adaptive-throttle.ts';
export { type AttemptBudget, type AttemptBudgetOptions, createAttemptBudget } from './budget.ts';
export { type Bulkhead, type BulkheadDependencies, createBulkhead } from './bulkhead.ts';
export {
  type CircuitBreaker,
  type CircuitBreakerDependencies,
  type CircuitState,
  createCircuitBreaker,
} from './circuit-breaker.ts';
export { createHedge, type Hedge, type HedgeDependencies } from './hedge.ts';
export { inParallel } from './in-parallel.ts';
export { createRateLimiter, type RateLimiter, type RateLimiterDependencies } from './rate-limiter.ts';
export { createRetry, type Retry, type RetryDependencies, type RetryRules } from './retry.ts';
export { createSingleFlight, type SingleFlight, type SingleFlightDependencies } from './single-flight.ts';
export { withTimeout } from './timeout.ts';
