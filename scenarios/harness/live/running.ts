/**
 * What the target says that it runs (`/admin/running` of rehearse serve): a result has to name what was loaded. It is the
 * answer of another process, so nothing of it is taken as it comes.
 */
import type { Setting } from '../../../reports/result.ts';
import { HttpClient, NoAnswer, parsed } from './http-client.ts';
import type { LiveLoad } from './live-load.ts';

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

const TIMEOUT_MS = 5_000;

/** Null where the target says nothing of the kind: it is another system, or an older one. */
export async function askWhatRuns({
  baseUrl,
  authority,
}: Pick<LiveLoad, 'baseUrl' | 'authority'>): Promise<RunningThere | null> {
  const client = new HttpClient(baseUrl, authority?.pem ?? null);
  try {
    const answer = await client.send({ method: 'GET', path: '/admin/running', headers: {} }, TIMEOUT_MS);
    return answer.status === 200 ? runningIn(parsed(answer)) : null;
  } catch (error) {
    if (error instanceof NoAnswer) return null;
    throw error;
  } finally {
    client.close();
  }
}

export function runningIn(content: unknown): RunningThere | null {
  if (!isObject(content) || typeof content.costs !== 'boolean' || !Array.isArray(content.changed))
    return null;
  const changed = content.changed.filter(isChange);
  if (changed.length !== content.changed.length) return null;
  const { as, costs } = content;
  const listeners = typeof content.listeners === 'number' ? content.listeners : null;
  const seed = typeof content.seed === 'number' ? content.seed : null;
  if (as === null) return { as, costs, listeners, seed, changed };
  if (!isObject(as) || ![as.scenario, as.case, as.arm].every(isText)) return null;
  const { scenario, case: testCase, arm } = as as Record<string, string>;
  return { as: { scenario: scenario!, case: testCase!, arm: arm! }, costs, listeners, seed, changed };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
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
