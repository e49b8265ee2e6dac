/** What a scenario file imports. */
export type { RunFigures } from './figures.ts';
export { format } from './judge.ts';
export { counted, errors, milliseconds, objective, p, percent } from './phrases.ts';
export {
  type Arm,
  type Case,
  defineScenario,
  type Evidence,
  type Load,
  type MachineFault,
  type Objective,
  type Phase,
  REFERENCE_LISTENERS,
  type Scenario,
  ScenarioError,
  type Traffic,
} from './scenario.ts';
