/** Whether the series that a headline names are there: one that is misspelt would be a chart that is just missing. */
import { didYouMean } from '../../system/runtime/suggest.ts';
import { type Case, type Scenario, ScenarioError } from './scenario.ts';
import type { Finished } from './worker.ts';

/**
 * Throws `ScenarioError` for a series that no arm has. Which there are depends on what an arm turns (a cache, twice the
 * nodes), so every arm must have run: `runs` is one of each, in any order; while one is missing, nothing is said.
 */
export function checkHeadlineSeries(
  { name }: Scenario,
  { name: caseName, headline, arms }: Case,
  runs: readonly Pick<Finished, 'run' | 'unshown'>[],
): void {
  if (runs.length < arms.length || runs.some(({ run }) => run.partial)) return;
  const known = [
    ...new Set(runs.flatMap(({ run, unshown }) => [...run.series.map((series) => series.name), ...unshown])),
  ];
  const missing = headline.series.find((series) => !known.includes(series));
  if (missing === undefined) return;
  throw new ScenarioError(
    `Scenario ${name}: headline.series of case ${caseName} has '${missing}', which no arm has.${didYouMean(missing, known)}`,
  );
}
