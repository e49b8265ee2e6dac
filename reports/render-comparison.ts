/** A comparison as text for a terminal: regressions first, then what changed; what stayed the same is only counted. */
import {
  type ArmComparison,
  type Comparison,
  type MetricChange,
  nameOf,
  PAIRS_FOR_SIGNIFICANCE,
} from './comparison.ts';
import { formatQuantity } from './numbers.ts';
import { wrap } from './terminal.ts';

/** Below this share a change is called none: a histogram's bucket is 0.8 % wide. */
const VISIBLE_SHARE = 0.01;

export function renderComparison(comparison: Comparison, options: { readonly width?: number } = {}): string {
  const width = options.width ?? 100;
  const lines = [...headline(comparison, width), ''];
  const changed = comparison.arms.filter((arm) => arm.regressions.length > 0 || arm.changes.some(isVisible));
  for (const arm of changed) lines.push(...armLines(arm, width), '');
  const same = comparison.arms.length - changed.length;
  if (same > 0) lines.push(`${same} of ${comparison.arms.length} arms: no visible change.`);
  for (const remark of comparison.remarks) lines.push(...wrap(remark, width));
  if (comparison.pairs < PAIRS_FOR_SIGNIFICANCE && !comparison.identical) {
    const { pairs } = comparison;
    lines.push(
      ...wrap(
        `${pairs} ${pairs === 1 ? 'pair' : 'pairs'} an arm: too few to call a difference significant; run both with --repeat ${PAIRS_FOR_SIGNIFICANCE} or more.`,
        width,
      ),
    );
  }
  if (comparison.tested > 0 && !comparison.identical) {
    const { tested } = comparison;
    const chance = Math.max(1, Math.round(tested / 20));
    lines.push(
      ...wrap(
        `${tested} figures that differ were tested at 5 %: if nothing had changed, about ${chance} of them would be called significant.`,
        width,
      ),
    );
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

function headline(comparison: Comparison, width: number): string[] {
  if (comparison.identical) return ['✓ The two results are identical (same digest).'];
  const bad = comparison.arms.filter(({ regressions }) => regressions.length > 0);
  if (bad.length === 0) return [`✓ No regression in ${comparison.arms.length} arms.`];
  return wrap(`✗ Regressed: ${bad.map(fullName).join(', ')}.`, width);
}

const fullName = (arm: ArmComparison) => nameOf(arm.scenario, arm.case, arm.arm);

function armLines(arm: ArmComparison, width: number): string[] {
  const state =
    arm.confirmedBefore === arm.confirmedAfter
      ? arm.confirmedAfter
        ? 'confirmed in both'
        : 'confirmed in neither'
      : arm.confirmedAfter
        ? 'now confirmed'
        : 'no longer confirmed';
  const lines = [`${arm.regressions.length > 0 ? '✗' : '·'} ${fullName(arm)} (${arm.role}, ${state})`];
  for (const why of arm.regressions) lines.push(...wrap(why, width - 4).map((line) => `    ${line}`));
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

function share({ relative }: MetricChange): string {
  if (relative === null) return 'from 0';
  return `${relative > 0 ? '+' : '−'}${formatQuantity(Math.abs(relative) * 100, '%')}`;
}

function judgement(change: MetricChange): string {
  const { worsePairs, betterPairs, pairs, significant, pValue } = change;
  const worse = worsePairs >= betterPairs;
  const count = `${worse ? 'worse' : 'better'} in ${worse ? worsePairs : betterPairs} of ${pairs}`;
  if (pValue === null) return count;
  return significant ? `${count}, significant (p = ${pValue.toFixed(3)})` : `${count}, not significant`;
}
