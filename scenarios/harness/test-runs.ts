/** Runs, objectives and invariants as the harness judges them: what a test does not name is unremarkable. */
import type { ArmRun, InvariantResult, ObjectiveResult } from '../../reports/result.ts';

export const objective = (measured: number, target = 100): ObjectiveResult => ({
  name: 'p99',
  phase: 'trigger',
  measured,
  comparison: '<=',
  target,
  unit: 'ms',
  met: measured <= target,
  margin: Math.abs(measured - target) / target,
});

export const invariant = (changes: Partial<InvariantResult> = {}): InvariantResult => ({
  name: 'read-your-writes',
  checked: 10,
  violations: 0,
  expectedToBreak: false,
  examples: [],
  ...changes,
});

export const run = (changes: Partial<ArmRun> = {}): ArmRun => ({
  seed: 1,
  partial: false,
  activeListeners: 0,
  plays: 0,
  events: 0,
  phases: [],
  objectives: [objective(50)],
  evidence: [],
  invariants: [invariant()],
  series: [],
  nodes: [],
  figures: [],
  conservation: { arrivals: 0, completed: 0, failed: 0, inFlight: 0 },
  ...changes,
});
