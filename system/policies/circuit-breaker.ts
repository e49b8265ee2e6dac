/**
 * Refuses calls to a callee that keeps failing, so that callers fail at once and the callee gets room to recover.
 *
 *   closed ──failure rate over the window──▶ open ──after openNs──▶ half-open ──rate of the probes is below──▶ closed
 *                                             ▲────rate of the probes is not────┘
 *
 * As resilience4j's (CircuitBreakerStateMachine) with a window of type TIME_BASED. Its default is COUNT_BASED, the last 100
 * calls: there a failure counts until 100 further calls have come, however long that takes.
 */
import { type Clock, MILLISECOND } from '../ports/clock.ts';
import type { Context } from '../ports/context.ts';
import { type ErrorKind, PortError } from '../ports/errors.ts';
import { SlidingCounts } from './window.ts';

/** Kinds that say the callee is unwell. Refusals with a reason (`not-found`, `conflict`) are healthy answers. */
const FAILURES: ReadonlySet<ErrorKind> = new Set<ErrorKind>([
  'deadline-exceeded',
  'timeout',
  'unavailable',
  'reset',
  'overloaded',
  'internal',
]);

export type CircuitState = 'closed' | 'open' | 'half-open';

export interface CircuitBreakerDependencies {
  readonly clock: Clock;
  /** Named in the error: 'catalogue'. */
  readonly operation: string;
  /** Share of failed calls in the window that opens the circuit, 0 to 1. resilience4j's default: 0.5. */
  readonly failureRate: number;
  /** Calls in the window below which no rate is judged. resilience4j's default: 100. */
  readonly minimumCalls: number;
  /** resilience4j's default `slidingWindowSize` of 100 is in seconds where the type is TIME_BASED, and in calls otherwise. */
  readonly windowNs: number;
  /** How long it stays open. resilience4j's default: 60 s. */
  readonly openNs: number;
  /** Calls let through when half-open; their failure rate, by the same threshold, decides. resilience4j's default: 10. */
  readonly probes: number;
}

export interface CircuitBreaker {
  /** Rejects with `circuit-open` (definite, with the time left) without calling `work` while the circuit is open. */
  run<T>(context: Context, work: (context: Context) => Promise<T>): Promise<T>;
  readonly state: CircuitState;
  /** How often it has opened. */
  readonly opened: number;
}

export function createCircuitBreaker(dependencies: CircuitBreakerDependencies): CircuitBreaker {
  const { clock, operation, failureRate, minimumCalls, windowNs, openNs, probes } = dependencies;
  const counts = new SlidingCounts(windowNs, 10);
  /** Answered probes after which their rate is judged (resilience4j: CircuitBreakerMetrics.forHalfOpen). */
  const judged = Math.min(probes, minimumCalls);
  let state: CircuitState = 'closed';
  let openUntilNs = 0;
  let probing = 0;
  let probesAnswered = 0;
  let probesFailed = 0;
  let opened = 0;
  /** Changes with the state: an answer to a call of an earlier period says nothing about this one. */
  let period = 0;

  const enter = (next: CircuitState) => {
    state = next;
    period++;
    probing = 0;
    probesAnswered = 0;
    probesFailed = 0;
    if (next === 'closed') counts.clear();
    if (next === 'open') {
      opened++;
      openUntilNs = clock.now() + openNs;
    }
  };

  const admit = () => {
    if (state === 'open') {
      const leftNs = openUntilNs - clock.now();
      if (leftNs > 0)
        throw new PortError('circuit-open', operation, true, '', Math.ceil(leftNs / MILLISECOND));
      enter('half-open');
    }
    if (state === 'half-open') {
      if (probing + probesAnswered >= probes) throw new PortError('circuit-open', operation, true, 'probing');
      probing++;
    }
  };

  const isTooMany = (failures: number, calls: number) => failures >= failureRate * calls;

  const answered = (failure: boolean) => {
    const failures = failure ? 1 : 0;
    if (state === 'half-open') {
      probing--;
      probesAnswered++;
      probesFailed += failures;
      if (probesAnswered >= judged) enter(isTooMany(probesFailed, probesAnswered) ? 'open' : 'closed');
      return;
    }
    counts.moveTo(clock.now());
    counts.add(1, failures);
    if (counts.first >= minimumCalls && isTooMany(counts.second, counts.first)) enter('open');
  };

  const failed = (error: unknown) => {
    // A caller that gave up frees its probe and proves nothing.
    if (error instanceof PortError && error.kind === 'cancelled') {
      if (state === 'half-open') probing--;
      return;
    }
    answered(!(error instanceof PortError) || FAILURES.has(error.kind));
  };

  return {
    async run(context, work) {
      admit();
      const mine = period;
      try {
        const result = await work(context);
        if (mine === period) answered(false);
        return result;
      } catch (error) {
        if (mine === period) failed(error);
        throw error;
      }
    },
    get state() {
      return state;
    },
    get opened() {
      return opened;
    },
  };
}
