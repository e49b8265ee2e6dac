/** What a result does not have: arms that `--arm` left out, and those that were not run when all was stopped. */
import type { NotRun, RunResult } from '../../reports/result.ts';
import type { Arm, Scenario } from './scenario.ts';
import type { Task } from './worker.ts';

interface Wanted {
  readonly scenarios: readonly { readonly scenario: Scenario }[];
  readonly seeds: readonly number[];
  /** Null: all. */
  readonly arms: readonly string[] | null;
}

/** What `--arm` did not name. */
export function leftOutOf({ arms, scenarios, seeds }: Wanted): Pick<RunResult, 'leftOut'> {
  if (arms === null) return {};
  const leftOut = scenarios.flatMap(({ scenario }) =>
    scenario.cases.flatMap((testCase) =>
      testCase.arms
        .filter(({ name }) => !arms.includes(name))
        .map(({ name, role }) => ({
          scenario: scenario.name,
          case: testCase.name,
          arm: name,
          role,
          seeds: [...seeds],
        })),
    ),
  );
  return leftOut.length === 0 ? {} : { leftOut };
}

/** An arm at a time, the seeds at which it has no run. `finished`: ids of tasks. */
export function withoutRun(
  planned: readonly { readonly task: Task; readonly arm: Arm }[],
  finished: { has(id: number): boolean },
): NotRun[] {
  const arms = new Map<string, NotRun>();
  for (const { task, arm } of planned) {
    if (finished.has(task.id)) continue;
    const { scenario, case: testCase, seed } = task;
    const key = JSON.stringify([scenario, testCase, arm.name]);
    const known = arms.get(key);
    if (known !== undefined) known.seeds.push(seed);
    else arms.set(key, { scenario, case: testCase, arm: arm.name, role: arm.role, seeds: [seed] });
  }
  return [...arms.values()];
}
