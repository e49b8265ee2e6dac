/** A comparison as text for a terminal: regressions first, then what changed; what stayed the same is only counted. */
import type { ArmComparison, Comparison, MetricChange } from './comparison.ts';
import { type Mark, nameOf } from './figures.ts';
import { counted, formatQuantity } from './numbers.ts';
import { PAIRS_FOR_SIGNIFICANCE, PAIRS_THAT_AGREE } from './regression.ts';
import { wrap } from './terminal.ts';

/** Below this share a change is called none: a histogram's bucket is 0.8 % wide. */
const VISIBLE_SHARE = 0.01;

export function renderComparison(comparison: Comparison, options: { readonly width?: number } = {}): string {
  const width = options.width ?? 100;
  const lines = [...headline(comparison, width), ''];
  const changed = comparison.arms.filter(
    (arm) =>
      arm.interrupted ||
      arm.regressions.length + arm.undecided.length + arm.loadChanges.length > 0 ||
      arm.changes.some(isVisible),
  );
  for (const arm of changed) lines.push(...armLines(arm, width), '');
  const same = comparison.arms.length - changed.length;
  if (same > 0) lines.push(`${same} of ${counted(comparison.arms.length, 'arm')}: no visible change.`);
  for (const remark of comparison.remarks) lines.push(...wrap(remark, width));
  if (!comparison.identical) for (const note of notes(comparison)) lines.push(...wrap(note, width));
  return `${lines.join('\n').trimEnd()}\n`;
}

/** What the pairs allow to be said, and what chance alone would say. */
function notes({ pairs, tested, arms }: Comparison): string[] {
  const found: string[] = [];
  // More seeds would not help.
  if (arms.every(isIncomparable)) return found;
  if (pairs < PAIRS_FOR_SIGNIFICANCE) {
    const agreeing =
      pairs < PAIRS_THAT_AGREE
        ? ''
        : `; a regression is what is worse by more than 10 % (a share: by more than a point) in every pair: by chance alone all of ${pairs} are worse in 1 of ${2 ** pairs} cases, and seldom by so much`;
    found.push(
      `${counted(pairs, 'pair')} an arm: too few to call a difference significant${agreeing}; run both with --repeat ${PAIRS_FOR_SIGNIFICANCE} or more.`,
    );
  }
  if (tested > 0) {
    const chance = tested / CHANCE_OF_ONE;
    const about =
      chance < 1
        ? ''
        : `: if nothing had changed, about ${Math.round(chance)} of them would be called significant`;
    found.push(
      `${counted(tested, 'figure')} that ${tested === 1 ? 'differs was' : 'differ were'} tested at 5 %${about}.`,
    );
  }
  if (arms.some(({ changes }) => changes.some((change) => isVisible(change) && disagrees(change))))
    found.push(
      'A row has the medians of both sides and, behind them, the median change of the pairs: they need not agree.',
    );
  return found;
}

/** At 5 %, one figure of so many is called significant by chance. */
const CHANCE_OF_ONE = 20;

/** What it comes to, in a sentence: the first line of every report of it. */
export function comparisonVerdict(comparison: Comparison): {
  readonly mark: Mark;
  readonly sentence: string;
} {
  if (comparison.identical) return { mark: '✓', sentence: 'The two results are identical (same digest).' };
  const bad = comparison.arms.filter(({ regressions }) => regressions.length > 0);
  const other = comparison.arms.filter(isIncomparable);
  const unclear = comparison.arms.filter(({ undecided }) => undecided.length > 0);
  const said: string[] = [];
  if (bad.length > 0) said.push(`Regressed: ${bad.map(fullName).join(', ')}.`);
  if (other.length > 0) {
    const were = other.length === 1 ? 'was' : 'were';
    said.push(
      `Not comparable: ${other.map(fullName).join(', ')} ${were} sent another load, which may be all that makes a difference.`,
    );
  }
  const stopped = comparison.arms.filter(({ interrupted }) => interrupted);
  if (stopped.length > 0) {
    const were = stopped.length === 1 ? 'was' : 'were';
    said.push(`Not comparable: ${stopped.map(fullName).join(', ')} ${were} interrupted in one of the two.`);
  }
  if (bad.length === 0 && unclear.length > 0) {
    const worse = unclear.length === 1 ? 'is worse' : 'are worse';
    said.push(
      `Cannot tell: ${unclear.map(fullName).join(', ')} ${worse} in too few pairs; run both with --repeat ${PAIRS_FOR_SIGNIFICANCE} or more.`,
    );
  }
  if (said.length === 0)
    return { mark: '✓', sentence: `No regression in ${counted(comparison.arms.length, 'arm')}.` };
  return { mark: bad.length > 0 ? '✗' : '?', sentence: said.join(' ') };
}

function headline(comparison: Comparison, width: number): string[] {
  const { mark, sentence } = comparisonVerdict(comparison);
  return wrap(`${mark} ${sentence}`, width);
}

const isIncomparable = ({ loadChanges }: ArmComparison) => loadChanges.length > 0;

/** Medians of both sides, and the median change of pairs: of three pairs each may be another's. */
const disagrees = ({ before, after, relative }: MetricChange): boolean =>
  relative !== null && before !== 0 && Math.abs((after - before) / before - relative) > VISIBLE_SHARE;

export const fullName = (arm: ArmComparison) => nameOf(arm.scenario, arm.case, arm.arm);

function armLines(arm: ArmComparison, width: number): string[] {
  const state =
    arm.confirmedBefore === arm.confirmedAfter
      ? arm.confirmedAfter
        ? 'confirmed in both'
        : 'confirmed in neither'
      : arm.confirmedAfter
        ? 'now confirmed'
        : arm.interrupted
          ? 'interrupted'
          : 'no longer confirmed';
  const doubtful = arm.interrupted || arm.undecided.length > 0 || isIncomparable(arm);
  const mark = arm.regressions.length > 0 ? '✗' : doubtful ? '?' : '·';
  const lines = [`${mark} ${fullName(arm)} (${arm.role}, ${state})`];
  for (const why of [...arm.regressions, ...arm.undecided])
    lines.push(...wrap(why, width - 4).map((line) => `    ${line}`));
  const shown = arm.changes.filter(isVisible);
  const rows = shown.map((change) => [
    change.metric,
    formatQuantity(change.before, change.unit),
    '→',
    formatQuantity(change.after, change.unit),
    share(change),
    judgement(change),
  ]);
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(0, ...rows.map((row) => row[column]!.length)));
  for (const row of rows) {
    const cells = row.map((cell, column) => {
      if (column === 5) return cell;
      return column === 0 || column === 2 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!);
    });
    lines.push(`    ${cells.join('  ')}`);
  }
  return lines;
}

function isVisible(change: MetricChange): boolean {
  if (change.difference === 0 && change.relative === 0) return false;
  return change.relative === null || Math.abs(change.relative) >= VISIBLE_SHARE;
}

/** By how much: of a share in points, which is also how it is judged. */
function share({ relative, difference, unit }: MetricChange): string {
  if (unit === '%') return `${difference > 0 ? '+' : '−'}${formatPoints(Math.abs(difference))}`;
  if (relative === null) return 'from 0';
  return `${relative > 0 ? '+' : '−'}${formatQuantity(Math.abs(relative) * 100, '%')}`;
}

const formatPoints = (points: number) =>
  points === 1 ? '1 point' : `${formatQuantity(points, '%').replace(/ %$/, '')} points`;

function judgement(change: MetricChange): string {
  const { worsePairs, betterPairs, pairs, significant, pValue } = change;
  const worse = worsePairs >= betterPairs;
  const count = `${worse ? 'worse' : 'better'} in ${worse ? worsePairs : betterPairs} of ${pairs}`;
  if (pValue === null) return count;
  return significant
    ? `${count}, significant (p ${pValue < 0.0005 ? '< 0.001' : `= ${pValue.toFixed(3)}`})`
    : `${count}, not significant`;
}
