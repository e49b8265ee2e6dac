/** What `rehearse run` says of an arm as soon as all its seeds are there; the reasons stand in the table at the end. */
import { markOf, nameOf } from '../reports/figures.ts';
import type { Verdict } from '../reports/result.ts';

/** With the mark that the table will have. */
export function verdictLine(verdict: Verdict): string {
  const { scenario, case: testCase, arm, confirmed, expected, overridden } = verdict;
  const name = `${markOf(verdict)} ${nameOf(scenario, testCase, arm)}`;
  if (confirmed) return `${name} ${expected}, as expected`;
  return `${name} is not ${overridden === undefined ? 'confirmed' : 'judged: overridden'}`;
}
