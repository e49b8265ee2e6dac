/** Telemetry of runs in virtual time: what is observed is not changed by it. */
import { expect, test } from 'vitest';
import { runArm } from '../scenarios/harness/arm-run.ts';
import type { Scenario } from '../scenarios/harness/scenario.ts';
import { registry } from '../scenarios/index.ts';

/** The phases of the scenario, a few seconds each. */
async function shortened(): Promise<Scenario> {
  const scenario = await registry[0]!.load();
  const phases = scenario.phases.map((phase) => ({ ...phase, seconds: Math.min(phase.seconds, 4) }));
  return { ...scenario, phases, faults: [] };
}

async function run(telemetry: boolean) {
  const scenario = await shortened();
  const [testCase] = scenario.cases;
  return runArm(scenario, {
    case: testCase!.name,
    arm: 'broken',
    seed: 1,
    listeners: scenario.minimumListeners,
    settings: {},
    drain: 'checkpoint',
    plays: null,
    telemetry,
    shouldStop: () => false,
  });
}

test('a run that is observed is the same run', async () => {
  const { telemetry, ...plain } = await run(false);
  const { telemetry: recorded, ...observed } = await run(true);
  expect(telemetry).toBeNull();
  expect(observed).toEqual(plain);
  expect(recorded!.metrics).toContain('rehearsal_service_requests_total{service="gateway"');
  expect(recorded!.traces.trimEnd().split('\n').length).toBeGreaterThan(5);
}, 60_000);
