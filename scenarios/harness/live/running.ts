/**
 * What the target says that it runs (`/admin/running` of rehearse serve): a result has to name what was loaded. It is the
 * answer of another process, so nothing of it is taken as it comes.
 */
import { LARGEST_POPULATION } from '../../../fixtures/figures.ts';
import type { Setting } from '../../../reports/result.ts';
import type { LiveLoad } from './live-load.ts';
import { askOwnPage, isObject } from './own-pages.ts';

export interface RunningThere {
  readonly as: { readonly scenario: string; readonly case: string; readonly arm: string } | null;
  readonly costs: boolean;
  /** Its population, size and seed; null: it does not say. */
  readonly listeners: number | null;
  readonly seed: number | null;
  /** Knobs that differ from what serve starts with, or of a scenario from their defaults. */
  readonly changed: readonly {
    readonly knob: string;
    readonly from: Setting;
    readonly to: Setting;
    readonly unit: string;
  }[];
}

/** Null where the target says nothing of the kind: it is another system, or an older one. */
export const askWhatRuns = async (
  target: Pick<LiveLoad, 'baseUrl' | 'authority'>,
): Promise<RunningThere | null> => runningIn(await askOwnPage(target, '/admin/running'));

export function runningIn(content: unknown): RunningThere | null {
  if (!isObject(content) || typeof content.costs !== 'boolean' || !Array.isArray(content.changed))
    return null;
  const changed = content.changed.filter(isChange);
  if (changed.length !== content.changed.length) return null;
  const { as, costs } = content;
  const listeners = wholeFrom(1, LARGEST_POPULATION, content.listeners);
  const seed = wholeFrom(0, Number.MAX_SAFE_INTEGER, content.seed);
  if (as === null) return { as, costs, listeners, seed, changed };
  if (!isObject(as) || ![as.scenario, as.case, as.arm].every(isText)) return null;
  const { scenario, case: testCase, arm } = as as Record<string, string>;
  return { as: { scenario: scenario!, case: testCase!, arm: arm! }, costs, listeners, seed, changed };
}

/** Null: no number of that kind. */
const wholeFrom = (least: number, most: number, value: unknown): number | null =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most
    ? (value as number)
    : null;

const isText = (value: unknown): value is string => typeof value === 'string';
const isSetting = (value: unknown): value is Setting =>
  ['string', 'number', 'boolean'].includes(typeof value);
const isChange = (value: unknown): value is RunningThere['changed'][number] =>
  isObject(value) && isText(value.knob) && isSetting(value.from) && isSetting(value.to) && isText(value.unit);

/** Of the system as serve starts it: its own settings are no change. */
const changedText = (count: number) =>
  count === 0 ? 'no knob changed' : `${count} ${count === 1 ? 'knob' : 'knobs'} changed`;
const differText = (count: number) =>
  `${count} ${count === 1 ? 'knob differs' : 'knobs differ'} from the default`;

/** 'hot-partition / broken, 9 knobs changed, engines without costs'. */
export function describeRunning(running: Omit<RunningThere, 'listeners' | 'seed'> | null): string {
  if (running === null) return 'A system that does not say what it runs';
  const { as, costs, changed } = running;
  const what =
    as === null
      ? 'The system as rehearse serve starts it'
      : `Served as ${as.scenario} / ${as.case === as.scenario ? '' : `${as.case} / `}${as.arm}`;
  const knobs = as === null ? changedText(changed.length) : differText(changed.length);
  return `${what}; ${knobs}; engines ${costs ? 'at their modelled speed' : 'without costs'}`;
}
