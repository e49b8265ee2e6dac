/**
 * Asks of a run that is made up what its arm will be asked, so that a name which is not there is told before the run and
 * not at its end. The values mean nothing: whatever else goes wrong with them is left to the real run.
 */
import type { ArmRun, OperationResult, PhaseWindow } from '../../reports/result.ts';
import { FigureError, figuresOf, type RunFigures } from './figures.ts';
import { type Arm, type Case, type Scenario, ScenarioError } from './scenario.ts';

export interface Names {
  readonly operations: readonly string[];
  readonly nodes: readonly { readonly engine: string; readonly machine: { readonly name: string } }[];
  readonly phases: readonly PhaseWindow[];
}

/** Throws `ScenarioError` for an engine, an operation, a phase or an invariant that a run of this arm does not have. */
export function tryNames(scenario: Scenario, { objectives, evidence }: Case, arm: Arm, names: Names): void {
  // Series and figures come up as a run goes.
  const run: RunFigures = {
    ...figuresOf(madeUp(scenario, names), names.phases),
    series: () => undefined,
    valuesIn: () => [1],
    figure: () => 1,
  };
  const attempt = (what: string, ask: (run: RunFigures) => unknown) => {
    try {
      ask(run);
    } catch (error) {
      if (error instanceof FigureError) throw new ScenarioError(`${what} fails: ${error.message}`);
    }
  };
  for (const { name, measure } of objectives) attempt(`measure of objective '${name}'`, measure);
  for (const one of evidence)
    if (one.in.includes(arm.name) || one.in.includes(arm.role))
      attempt(`measure of evidence '${one.name}'`, one.measure);
  attempt('says', arm.says);
}

const ANSWERED = { arrivals: 1, completed: 1, failed: 0, inFlight: 0 };

function madeUp(
  { invariants }: Scenario,
  { operations, nodes, phases }: Names,
): Omit<ArmRun, 'objectives' | 'evidence'> {
  const results = operations.map(
    (operation): OperationResult => ({
      operation,
      conservation: ANSWERED,
      errors: [],
      latency: { count: 1, sumMs: 1, maxMs: 1, buckets: [[1, 1]] },
      goodputPerSecond: 1,
      breakdown: [],
    }),
  );
  return {
    seed: 1,
    partial: false,
    activeListeners: 1,
    plays: 1,
    events: 1,
    phases: phases.map(({ name }) => ({ name, operations: results })),
    invariants: [...invariants, 'conservation', 'steady before the trigger'].map((name) => {
      return { name, checked: 1, violations: 0, expectedToBreak: false, examples: [] };
    }),
    series: [],
    nodes: phases.flatMap(({ name: phase }) =>
      nodes.map(({ engine, machine }) => {
        const [requestsPerSecond, utilisation] = [1, 0.5];
        const load = { requestsPerSecond, utilisation, resource: '', largestBytes: 1, hot: false };
        return { node: machine.name, engine, phase, ...load };
      }),
    ),
    figures: [],
    conservation: ANSWERED,
  };
}
