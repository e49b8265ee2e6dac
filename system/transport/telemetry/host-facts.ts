/** What only the host knows: which process this is, and what the wall clock says. */
import { randomInt } from 'node:crypto';

/** 32 bits that no other process is likely to have: ids of spans begin with them. */
export function processNumber(): number {
  return randomInt(2 ** 32);
}

/** What a clock's zero is on the wall clock, in ms since 1970, when the clock says `nowNs` now. */
export function epochMsOf(nowNs: number): number {
  return Date.now() - nowNs / 1e6;
}
