/**
 * What was made to fail in the target while it was loaded (`/admin/faults` of rehearse serve): a result in which nobody
 * sees why it broke could be taken for the system's own. It is the answer of another process, and not taken as it comes.
 */
import type { FaultWindow } from '../../../reports/result.ts';
import { HttpClient, NoAnswer, parsed } from './http-client.ts';
import type { LiveLoad } from './live-load.ts';

interface FaultThere {
  readonly what: string;
  readonly beginsAt: string;
  readonly endsAt: string;
  readonly state: string;
}

const TIMEOUT_MS = 5_000;
const LONGEST_TEXT = 500;

/** Nothing where the target says nothing of the kind: it is another system, or does not answer any more. */
export async function askWhatFailed({
  baseUrl,
  authority,
}: Pick<LiveLoad, 'baseUrl' | 'authority'>): Promise<readonly FaultThere[]> {
  const client = new HttpClient(baseUrl, authority?.pem ?? null);
  try {
    const answer = await client.send({ method: 'GET', path: '/admin/faults', headers: {} }, TIMEOUT_MS);
    return answer.status === 200 ? faultsIn(parsed(answer)) : [];
  } catch (error) {
    if (error instanceof NoAnswer) return [];
    throw error;
  } finally {
    client.close();
  }
}

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

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
const isTime = (value: unknown): boolean => typeof value === 'string' && !Number.isNaN(Date.parse(value));
const isFault = (value: unknown): value is FaultThere =>
  isObject(value) &&
  typeof value.what === 'string' &&
  value.what.length <= LONGEST_TEXT &&
  isTime(value.beginsAt) &&
  isTime(value.endsAt) &&
  typeof value.state === 'string';
