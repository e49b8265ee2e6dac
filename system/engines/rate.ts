/**
 * Growth per second since the last look, for gauges of runs in virtual time, which are read once a second by one reader;
 * looking twice at one time gives the same. Null: no time has passed.
 */
import type { Clock } from '../ports/clock.ts';

export function rateOf(clock: Pick<Clock, 'now'>, count: () => number): () => number | null {
  let lastNs = clock.now();
  let last = count();
  let perSecond: number | null = null;
  return () => {
    const nowNs = clock.now();
    if (nowNs === lastNs) return perSecond;
    const present = count();
    perSecond = ((present - last) * 1e9) / (nowNs - lastNs);
    lastNs = nowNs;
    last = present;
    return perSecond;
  };
}
