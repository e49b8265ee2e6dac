/**
 * What was made to fail in the target while it was loaded (`/admin/faults` of rehearse serve): a result in which nobody
 * sees why it broke could be taken for the system's own. It is the answer of another process, and not taken as it comes.
 */
import type { FaultWindow } from '../../../reports/result.ts';
import type { LiveLoad } from './live-load.ts';
import { askOwnPage, isObject } from './own-pages.ts';

interface FaultThere {
  readonly what: string;
  readonly beginsAt: string;
  readonly endsAt: string;
  readonly state: string;
}

const LONGEST_TEXT = 500;

/** Nothing where the target says nothing of the kind. */
export const askWhatFailed = async (
  target: Pick<LiveLoad, 'baseUrl' | 'authority'>,
): Promise<readonly FaultThere[]> => faultsIn(await askOwnPage(target, '/admin/faults'));

export function faultsIn(content: unknown): readonly FaultThere[] {
  if (!isObject(content) || !Array.isArray(content.faults)) return [];
  return content.faults.filter(isFault);
}

/** Those that acted while a run of `seconds` lasted, which began at `startedAtMs` (Unix time), by its seconds. */
export function windowsOf(
  faults: readonly FaultThere[],
  startedAtMs: number,
  seconds: number,
): FaultWindow[] {
  const at = (time: string) => (Date.parse(time) - startedAtMs) / 1_000;
  return faults
    .map(({ what, beginsAt, endsAt, state }) => {
      const [startS, endS] = [at(beginsAt), at(endsAt)];
      const ended = state === 'ended' ? ` (ended by hand after ${Math.round(endS - startS)} s)` : '';
      return { startS: within(startS, seconds), endS: within(endS, seconds), what: `${what}${ended}` };
    })
    .filter(({ startS, endS }) => endS > startS)
    .sort((a, b) => a.startS - b.startS);
}

const within = (second: number, seconds: number) => Number(Math.min(Math.max(second, 0), seconds).toFixed(1));

const isTime = (value: unknown): boolean => typeof value === 'string' && !Number.isNaN(Date.parse(value));
const isFault = (value: unknown): value is FaultThere =>
  isObject(value) &&
  typeof value.what === 'string' &&
  value.what.length <= LONGEST_TEXT &&
  isTime(value.beginsAt) &&
  isTime(value.endsAt) &&
  typeof value.state === 'string';
