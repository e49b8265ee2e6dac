/**
 * Times as the API tells them: RFC 3339 in UTC, to the millisecond. Inside, a time is ns of the system's clock, whose
 * beginning nobody outside knows.
 */
import { MILLISECOND } from '../../ports/clock.ts';
import { FieldError } from './problem.ts';

const HOUR_MS = 3_600_000;
/** estimate: an app that was offline for longer than a week has thrown away what it could not tell. */
export const OLDEST_PLAY_MS = 7 * 24 * HOUR_MS;
/** estimate: the clock of a phone that has a network is right to the minute. */
const AHEAD_MS = 5 * 60_000;

/** RFC 3339, 5.6. A leap second is none here. */
const DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})[Tt]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)$/;

export interface Times {
  /** Of a time of the system's clock. */
  textOf(ns: number): string;
  /**
   * Of a time of play, as far as one may lie back or, as clocks of apps differ, ahead. Throws a `FieldError` with the name
   * of the field otherwise.
   */
  nsOfPlay(text: string, field: string): number;
  /** The same of any time since the system's clock began. */
  nsOfPast(text: string, field: string): number;
}

/** `epochMs`: Unix time at which the system's clock stands at 0. */
export function createTimes(epochMs: number, clock: { now(): number }): Times {
  const textAt = (ms: number) => new Date(ms).toISOString();
  const nowMs = () => epochMs + clock.now() / MILLISECOND;
  function nsOf(text: string, field: string, oldestMs: number): number {
    const atMs = Date.parse(text);
    if (atMs < oldestMs) throw new FieldError(field, `it must not be before ${textAt(oldestMs)}`);
    if (atMs > nowMs() + AHEAD_MS) throw new FieldError(field, `it is later than now (${textAt(nowMs())})`);
    return (atMs - epochMs) * MILLISECOND;
  }
  return {
    textOf: (ns) => textAt(epochMs + ns / MILLISECOND),
    // A system that was started by an older version may have a clock that is younger than a week.
    nsOfPlay: (text, field) => nsOf(text, field, Math.max(nowMs() - OLDEST_PLAY_MS, epochMs + 1)),
    nsOfPast: (text, field) => nsOf(text, field, epochMs + 1),
  };
}

/** Whether a text is a time as RFC 3339 has it, of a day that there is. */
export function isDateTime(text: string): boolean {
  const found = DATE_TIME.exec(text);
  if (found === null) return false;
  const [year, month, day] = found.slice(1, 4).map(Number) as [number, number, number];
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
