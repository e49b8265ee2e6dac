/**
 * What comparing a run with its baseline came to, as the run's own reports say it: a run that is worse fails its command,
 * and no report may show a tick beside that.
 */
import { type ArmComparison, type Comparison, compareResults } from './comparison.ts';
import { MARK_WORDS, type Mark } from './figures.ts';
import { comparisonVerdict, fullName, renderComparison } from './render-comparison.ts';
import { ReportError } from './report-error.ts';
import type { RunResult } from './result.ts';
import { resultMark } from './terminal.ts';

/** An error: the two have nothing in common. */
export type Compared = Comparison | ReportError;

/** As `compareResults`, but what cannot be compared is an outcome too: the reports of the run are written all the same. */
export function comparedWith(baseline: RunResult, result: RunResult): Compared {
  try {
    return compareResults(baseline, result);
  } catch (error) {
    if (error instanceof ReportError) return error;
    throw error;
  }
}

export interface BaselineVerdict {
  readonly mark: Mark;
  /** 'regression', 'cannot tell', 'not comparable', or 'no regression': the only one with which the command succeeds. */
  readonly kind: keyof typeof KINDS;
  readonly sentence: string;
  /** Why, an arm at a time. */
  readonly reasons: readonly { readonly arm: string; readonly why: readonly string[] }[];
  /** All of it, as the terminal shows it. */
  readonly text: string;
}

/** What is said of the run beside its own verdict. */
const KINDS = {
  regression: 'worse than the baseline',
  'cannot tell': 'too few seeds to tell whether it is worse than the baseline',
  'not comparable': 'not comparable with the baseline',
  'no regression': null,
} as const;

export function baselineVerdict(compared: Compared): BaselineVerdict {
  if (compared instanceof ReportError) {
    const { message } = compared;
    return { mark: '✗', kind: 'not comparable', sentence: message, reasons: [], text: message };
  }
  const reasons = compared.arms
    .map((arm) => ({ arm: fullName(arm), why: reasonsOf(arm) }))
    .filter(({ why }) => why.length > 0);
  return {
    ...comparisonVerdict(compared),
    kind: kindOf(compared),
    reasons,
    text: renderComparison(compared).trimEnd(),
  };
}

const reasonsOf = ({ regressions, undecided, loadChanges }: ArmComparison): string[] => [
  ...regressions,
  ...undecided,
  ...loadChanges.map((change) => `was sent another load: ${change}`),
];

function kindOf({ regressed, incomparable, undecided }: Comparison): BaselineVerdict['kind'] {
  if (regressed) return 'regression';
  if (incomparable) return 'not comparable';
  return undecided ? 'cannot tell' : 'no regression';
}

/** From the best to the worst. */
const MARKS: readonly Mark[] = ['✓', '?', '✗'];

/** The verdict that stands above everything: 'confirmed', or 'confirmed, but worse than the baseline' with the worse mark. */
export function wholeVerdict(
  result: RunResult,
  compared: Compared | null,
): { readonly mark: Mark; readonly words: string } {
  const own = resultMark(result);
  if (compared === null) return { mark: own, words: MARK_WORDS[own] };
  const { mark, kind } = baselineVerdict(compared);
  const beside = KINDS[kind];
  if (beside === null) return { mark: own, words: MARK_WORDS[own] };
  const worst = MARKS.indexOf(own) > MARKS.indexOf(mark) ? own : mark;
  return { mark: worst, words: `${MARK_WORDS[own]}, ${own === '✓' ? 'but' : 'and'} ${beside}` };
}
