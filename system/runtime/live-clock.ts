/**
 * The clock of a live system beside the one on the wall. Inside, time is ns of a clock that doubles hold exactly for 104
 * days, so it begins no earlier than it has to.
 */
const HOUR_MS = 3_600_000;
const MS = 1e6;

/**
 * Unix time, in ms, at which the clock of a system that begins now stands at 0: as long ago as anything may be told late.
 * It is a full hour of UTC, so that hours of the clock, which charts are of, are hours of the day.
 */
export function newEpochMs(reachesBackMs: number): number {
  return Math.floor((Date.now() - reachesBackMs) / HOUR_MS) * HOUR_MS;
}

/** What time it is on a clock that stood at 0 then. */
export function liveNowNs(epochMs: number): number {
  return (Date.now() - epochMs) * MS;
}
