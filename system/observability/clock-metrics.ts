/** How well a live process keeps up with the wall clock: its answers are late by as much as it is behind. */
import { family, type MetricFamily } from './metric-family.ts';

export interface ObservedClock {
  /** For how long the next event has been due, in ns. */
  readonly lagNs: number;
  lateness(): {
    readonly count: number;
    readonly p50Ms: number;
    readonly p99Ms: number;
    readonly maxMs: number;
  };
}

export function clockFamilies(clock: ObservedClock): MetricFamily[] {
  const { count, p50Ms, p99Ms, maxMs } = clock.lateness();
  const quantiles = Object.entries({ '0.5': p50Ms, '0.99': p99Ms, '1': maxMs });
  return [
    family('gauge', 'clock_lag_seconds', 'For how long the next event of the system has been due.', [
      { labels: {}, value: clock.lagNs / 1e9 },
    ]),
    family(
      'gauge',
      'clock_lateness_seconds',
      'By how much answers came later than the models say, since the start.',
      quantiles.map(([quantile, ms]) => ({ labels: { quantile }, value: ms / 1e3 })),
    ),
    family('counter', 'clock_answers_total', 'Answers whose lateness was measured.', [
      { labels: {}, value: count },
    ]),
  ];
}
