/**
 * Whether two runs of an arm were sent the same. In virtual time the same seed and size have the same arrivals to the
 * last one, so that any difference is one of the scenario's load. Live, requests follow answers: there the rate says it.
 */
import type { ArmResult, ArmRun, RunResult } from './result.ts';

/** They come when the answer before them has come: their number is the system's doing. */
const FOLLOWS_AN_ANSWER = / read-back$/;
const LIVE_RATE = 'load.rate';

export interface Sent {
  readonly mode: RunResult['mode'];
  readonly listeners: number;
  readonly arm: Pick<ArmResult, 'configuration'>;
}

/** 'search in trigger 15,031 → 25,550 arrivals at seed 1', once for each operation and phase, of the first pair that differs. */
export function loadChanges(
  before: Sent,
  after: Sent,
  pairs: readonly (readonly [ArmRun, ArmRun])[],
): string[] {
  if (before.mode !== after.mode || before.listeners !== after.listeners) return [];
  if (before.mode !== 'simulated') {
    const [from, to] = [before, after].map(({ arm }) => arm.configuration[LIVE_RATE]);
    return from === to ? [] : [`${from} → ${to} journeys/s`];
  }
  const changes = new Map<string, string>();
  for (const [run, other] of pairs) {
    const [earlier, later] = [arrivalsOf(run), arrivalsOf(other)];
    for (const place of new Set([...earlier.keys(), ...later.keys()])) {
      const [from, to] = [earlier.get(place) ?? 0, later.get(place) ?? 0];
      if (from === to || changes.has(place)) continue;
      const [x, y] = [from, to].map((count) => count.toLocaleString('en-US'));
      changes.set(place, `${place} ${x} → ${y} arrivals at seed ${run.seed}`);
    }
  }
  return [...changes.values()];
}

function arrivalsOf({ phases }: ArmRun): Map<string, number> {
  const arrivals = new Map<string, number>();
  for (const { name, operations } of phases)
    for (const { operation, conservation } of operations)
      if (!FOLLOWS_AN_ANSWER.test(operation)) arrivals.set(`${operation} in ${name}`, conservation.arrivals);
  return arrivals;
}
