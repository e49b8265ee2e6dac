/**
 * Numbers edits: the clock in microseconds, then the instance in three digits. Numbers grow, no two edits share one, and
 * handing one out asks nobody. A counter in the database would need a lightweight transaction (four round trips, and
 * editors of one playlist would queue for it); Cassandra's own last-write-wins trusts clocks just as far. What is given
 * up: with clocks that differ by d, the order of two edits on different instances less than d apart is not theirs.
 */
import type { Clock } from '../../ports/clock.ts';

const INSTANCES = 1_000;

/** @param instance 0 to 999, different in every running instance */
export function createEditNumbers(clock: Clock, instance: number): () => number {
  if (!(Number.isInteger(instance) && instance >= 0 && instance < INSTANCES))
    throw new RangeError(`Instances are numbered 0 to ${INSTANCES - 1}, not ${instance}.`);
  let last = 0;
  return () => {
    const now = Math.floor(clock.now() / INSTANCES) * INSTANCES + instance;
    last = now > last ? now : last + INSTANCES;
    return last;
  };
}
