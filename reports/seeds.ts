/**
 * Which seed is meant. Tables show medians over the seeds; a sentence, a chart over time or a load per node can only be
 * of one run, and that is the one in the middle: the run whose figure is the median, of an even number the lower one.
 */
import type { ArmResult, ArmRun, CaseResult } from './result.ts';

/** 1, 2, 3: named by the first and the last. */
export const areInARow = (seeds: readonly number[]): boolean =>
  seeds.every((seed, index) => seed === seeds[0]! + index);

/** 'seed 7', 'seeds 1 to 3', 'seeds 1, 5 and 9'. */
export function seedText(seeds: readonly number[]): string {
  if (seeds.length === 1) return `seed ${seeds[0]}`;
  if (areInARow(seeds)) return `seeds ${seeds[0]} to ${seeds.at(-1)}`;
  return `seeds ${seeds.slice(0, -1).join(', ')} and ${seeds.at(-1)}`;
}

const WORDS = ['', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
const inWords = (count: number) => WORDS[count] ?? String(count);

/** Where a seed in the middle stands: 'the middle of three', 'the lower of two', 'the lower middle of four'. */
function middleText(count: number): string {
  if (count === 2) return 'the lower of two';
  return `the ${count % 2 === 0 ? 'lower middle' : 'middle'} of ${inWords(count)}`;
}

/** Runs that were interrupted are left out where there is a whole one. */
function wholeRuns({ runs }: ArmResult): readonly ArmRun[] {
  const whole = runs.filter(({ partial }) => !partial);
  return whole.length > 0 ? whole : runs;
}

/** Whom the sentence speaks of, beside columns that are medians over seeds: 'seed 2, the middle of three'; null with one seed. */
export function sentenceSeedText(arm: ArmResult): string | null {
  const { sentenceSeed } = arm.verdict;
  if (sentenceSeed === undefined || arm.runs.length < 2) return null;
  const { length } = wholeRuns(arm);
  return length < 2 ? `seed ${sentenceSeed}` : `seed ${sentenceSeed}, ${middleText(length)}`;
}

/** Whether sentences of the case name a seed, so that a table of them has to say why. */
export const namesSeeds = ({ arms }: CaseResult): boolean =>
  arms.some((arm) => sentenceSeedText(arm) !== null);

export interface DrawnSeed {
  readonly seed: number;
  /** 'seed 3, the middle of three'. */
  readonly text: string;
  /** The arm in whose middle it is; null where there is one seed or no verdict names one. */
  readonly by: string | null;
}

/**
 * The seed that everything of a case is drawn at: arms of one seed saw the same arrivals, so their lines can be laid upon
 * each other. It is the one in the middle of the broken arm, which the case is about; of the first arm where none is.
 */
export function drawnSeed(testCase: CaseResult): DrawnSeed {
  const arms = testCase.arms.filter(({ runs }) => runs.length > 0);
  const arm = arms.find(({ role }) => role === 'broken') ?? arms[0];
  if (arm === undefined) return { seed: 0, text: 'no seed', by: null };
  const runs = wholeRuns(arm);
  const seed = arm.verdict.sentenceSeed ?? runs[0]!.seed;
  const text = sentenceSeedText(arm);
  return { seed, text: text ?? `seed ${seed}`, by: text === null ? null : arm.name };
}

/** The arm's run at a seed; undefined where it was not run there. */
export const runAt = ({ runs }: ArmResult, seed: number): ArmRun | undefined =>
  runs.find((run) => run.seed === seed);
