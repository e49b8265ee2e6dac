/**
 * When the n-th journey of a stream is due: k6's ramping-arrival-rate as a formula, so that latency counts from the
 * intended start although k6 does not tell it. From 0 the rate rises evenly to `perSecond` over the warm-up and stays.
 */
export interface Ramp {
  readonly warmUpS: number;
  readonly perSecond: number;
}

/** Seconds after the start of the stream; `index` counts from 0. */
export function dueS({ warmUpS, perSecond }: Ramp, index: number): number {
  const number = index + 1;
  const inWarmUp = (perSecond * warmUpS) / 2;
  if (number <= inWarmUp) return Math.sqrt((2 * warmUpS * number) / perSecond);
  return warmUpS + (number - inWarmUp) / perSecond;
}

/**
 * Until a request of k6 is on its way, its interpreter has drawn and written it: a start that is late by less than this
 * is on time (estimate; a few milliseconds on a busy laptop). Later than that k6 itself cannot keep up, and it counts.
 */
export const PREPARATION_MS = 10;
