/**
 * Whether a generator was fit to refute a target: an objective that it missed itself, by beginning late or by not keeping
 * up, says nothing about whom it asked. Each miss is held against what the generator could have done to it.
 */
import type { ArmRun, ObjectiveResult, OperationResult } from '../../../reports/result.ts';
import { DEFAULT_MARGIN } from '../judge.ts';
import { TIMEOUT_MS } from './http-client.ts';

export interface Fitness {
  /** At p99, behind the time at which a journey was due. */
  readonly lateMs: number;
  readonly dropped: number;
}

const TIMED_OUT = 'timeout';

/** Whether a missed objective refutes: none of these circumstances explains it. */
export function refutes(run: ArmRun, fitness: Fitness): boolean {
  return run.objectives.some(
    (objective) =>
      !objective.met && objective.margin >= DEFAULT_MARGIN && !isExplained(objective, run, fitness),
  );
}

function isExplained(objective: ObjectiveResult, run: ArmRun, { lateMs, dropped }: Fitness): boolean {
  const { name, unit, measured, target } = objective;
  const operation = name.replace(/ (?:errors|p99)$/, '');
  const asked = run.phases
    .find((phase) => phase.name === objective.phase)
    ?.operations.find((one) => one.operation === operation);
  const timedOut = asked === undefined ? 0 : countOf(asked, TIMED_OUT);
  // Only who could not keep up leaves requests without an answer that would have come.
  const isOverrun = (dropped > 0 || lateMs >= TIMEOUT_MS) && timedOut > 0;
  if (unit !== '%') return isOverrun || inMs(measured - target, unit) <= lateMs;
  if (!isOverrun) return false;
  const { completed, failed } = asked!.conservation;
  return (100 * (failed - timedOut)) / (completed + failed) <= target;
}

const inMs = (value: number, unit: string) => (unit === 's' ? 1_000 * value : value);

const countOf = ({ errors }: OperationResult, kind: string) =>
  errors.filter((error) => error.kind === kind).reduce((sum, { count }) => sum + count, 0);
