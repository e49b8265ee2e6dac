/**
 * Whether a generator was fit to refute a target: an objective that it missed itself, by beginning late or by not keeping
 * up, says nothing about whom it asked. Each miss is held against what the generator could have done to it.
 */
import type { ArmRun, ObjectiveResult, OperationResult, Outcome } from '../../../reports/result.ts';
import { DEFAULT_MARGIN, format } from '../judge.ts';
import { counted } from '../phrases.ts';
import { TIMEOUT_MS } from './http-client.ts';

export interface Generator {
  /** 'k6 v1.8.1' */
  readonly name: string;
  /** At p99, behind the time at which a journey was due. */
  readonly lateMs: number;
  /** Journeys that it did not begin. */
  readonly dropped: number;
  /** Why it was given up before its end; null: it was not. */
  readonly stopped: string | null;
}

/** Names of the invariants that a generator can violate by itself. */
export const BEGUN = 'every journey that was due was begun';
export const ANSWERED = 'every operation was answered';
export const CONSERVATION = 'conservation';

/** Of requests that nobody answered in time; a timeout that the target answers is the target's own. */
const NO_ANSWER = 'no-answer';

/** Why this run says nothing about the target, in words; nothing where what was seen is the target's own. */
export function unfitness(run: ArmRun, observed: Outcome, generator: Generator): string[] {
  const { name, lateMs, dropped, stopped } = generator;
  if (refutes(run, generator) || run.partial) return [];
  const overrun = dropped > 0 || stopped !== null;
  const own = [BEGUN, ANSWERED, ...(stopped === null ? [] : [CONSERVATION])];
  const others = run.invariants.some((one) => one.violations > 0 && !(overrun && own.includes(one.name)));
  if (others) return [];
  const found = stopped === null ? [] : [stopped];
  if (dropped > 0) found.push(`${name} could not begin ${counted(dropped, 'journey')}: lower --rate`);
  if (observed === 'misses' && lateMs > 0)
    found.push(
      `the generator itself was ${format(lateMs)} ms late at p99: it needs a machine of its own, or a lower --rate`,
    );
  return found;
}

/** Whether a missed objective refutes the target: nothing that the generator did explains it. */
function refutes(run: ArmRun, generator: Generator): boolean {
  return run.objectives.some(
    (objective) =>
      !objective.met && objective.margin >= DEFAULT_MARGIN && !isExplained(objective, run, generator),
  );
}

function isExplained(objective: ObjectiveResult, run: ArmRun, { lateMs, dropped }: Generator): boolean {
  const { name, unit, measured, target } = objective;
  const operation = name.replace(/ (?:errors|p99)$/, '');
  const asked = run.phases
    .find((phase) => phase.name === objective.phase)
    ?.operations.find((one) => one.operation === operation);
  const noAnswer = asked === undefined ? 0 : countOf(asked, NO_ANSWER);
  // Only who could not keep up leaves requests without an answer that would have come.
  const isOverrun = (dropped > 0 || lateMs >= TIMEOUT_MS) && noAnswer > 0;
  if (unit !== '%') return isOverrun || inMs(measured - target, unit) <= lateMs;
  if (!isOverrun) return false;
  const { completed, failed } = asked!.conservation;
  return (100 * (failed - noAnswer)) / (completed + failed) <= target;
}

const inMs = (value: number, unit: string) => (unit === 's' ? 1_000 * value : value);

const countOf = ({ errors }: OperationResult, kind: string) =>
  errors.filter((error) => error.kind === kind).reduce((sum, { count }) => sum + count, 0);
