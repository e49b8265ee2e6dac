/** The objectives that most scenarios state, and numbers as people read them. */
import type { RunFigures } from './figures.ts';
import { format } from './judge.ts';
import { ScenarioError } from './mistakes.ts';
import type { Objective, Phase } from './scenario.ts';

type PhaseName = Phase['name'];

/** Latency objective: `p('playlist.get', 99, 'trigger', 100)` — p99 in the trigger phase at most 100 ms. */
export function p(operation: string, percentile: number, phase: PhaseName, atMostMs: number): Objective {
  // 0.99 would be nearly the fastest request, and hardly ever missed.
  if (!(percentile >= 1 && percentile < 100))
    throw new ScenarioError(
      `p('${operation}', ${percentile}, …) takes a percentile from 1 to less than 100: 99 for the 99th, where latencyMs takes the share 0.99.`,
    );
  return {
    name: `${operation} p${percentile}`,
    phase,
    measure: (run) => run.latencyMs(operation, phase, percentile / 100),
    comparison: '<=',
    target: atMostMs,
    unit: 'ms',
  };
}

/** Error objective in per cent of the finished requests. */
export function errors(operation: string, phase: PhaseName, atMostPercent: number): Objective {
  return {
    name: `${operation} errors`,
    phase,
    measure: (run) => 100 * run.errorShare(operation, phase),
    comparison: '<=',
    target: atMostPercent,
    unit: '%',
  };
}

/** An objective on anything else that a run measures. */
export function objective(
  name: string,
  phase: PhaseName,
  atMost: number,
  unit: string,
  measure: (run: RunFigures) => number,
): Objective {
  return { name, phase, measure, comparison: '<=', target: atMost, unit };
}

export const milliseconds = (value: number) =>
  value >= 10_000 ? `${format(value / 1000)} s` : `${format(value)} ms`;
/** With one digit; what is not nothing, and not all, never reads as if it were. */
export const percent = (share: number) => {
  if (share > 0 && share < 0.0005) return '< 0.1 %';
  if (share >= 0.9995 && share < 1) return '> 99.9 %';
  return `${format(Math.round(share * 1000) / 10)} %`;
};
/** '1 rebuild', '1.4 rebuilds': by the number that is shown, of words that only take an s. */
export const counted = (count: number, word: string) => {
  const shown = format(count);
  return `${shown} ${word}${shown === '1' ? '' : 's'}`;
};
