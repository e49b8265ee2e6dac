/**
 * Numbers edits: the clock in microseconds, then the instance in three digits. Numbers grow, no two edits share one, and
 * handing one out asks nobody. A counter in the database would need a lightweight transaction (four round trips, and
 * editors of one playlist would supersede each other, some without ever knowing whether they counted); Cassandra's own
 * last-write-wins trusts clocks just as far. What is given up: with clocks that differ by d, the order of two edits on different instances less than d apart is not theirs.
 */
import type { Clock } from '../../ports/clock.ts';

const INSTANCES = 1_000;

/** `after`: an edit that the number must be greater than, whatever clock that one is from. */
export type NextEdit = (after?: number) => number;

/** @param instance 0 to 999, different in every running instance */
export function createEditNumbers(clock: Clock, instance: number): NextEdit {
  if (!(Number.isInteger(instance) && instance >= 0 && instance < INSTANCES))
    throw new RangeError(`Instances are numbered 0 to ${INSTANCES - 1}, not ${instance}.`);
  let last = 0;
  return (after) => {
    const least = after === undefined ? 0 : Math.floor(after / INSTANCES) + 1;
    const micros = Math.max(Math.floor(clock.now() / INSTANCES), least);
    const number = micros * INSTANCES + instance;
    last = number > last ? number : last + INSTANCES;
    return last;
  };
}
