/**
 * What a scenario outside this repository imports: `import { defineScenario } from '@rehearsal/rehearse'`. The
 * simulation kernel is a module of its own: `@rehearsal/rehearse/kernel`.
 */
export type { RunResult } from './reports/result.ts';
export type { RunFigures } from './scenarios/harness/figures.ts';
export {
  type Arm,
  type Case,
  defineScenario,
  type Evidence,
  type HotPlaylists,
  type InvariantName,
  type Journey,
  type Load,
  type Objective,
  type Phase,
  REFERENCE_LISTENERS,
  type Scenario,
  ScenarioError,
  type Traffic,
} from './scenarios/harness/scenario.ts';
