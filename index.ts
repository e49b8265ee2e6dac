/**
 * What a scenario outside this repository imports: `import { defineScenario } from '@rehearsal/rehearse'`. The
 * simulation kernel is a module of its own: `@rehearsal/rehearse/kernel`.
 */
export type * from './reports/result.ts';
export * from './scenarios/harness/index.ts';
