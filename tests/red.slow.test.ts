/**
 * A check that cannot fail proves nothing: without its fix a fixed arm must be red, and without the fault a broken arm
 * must be. (That all of them are green as they stand is what the showcase of CI shows, at three seeds.)
 */
import { describe, expect, test } from 'vitest';
import { runArm } from '../scenarios/harness/arm-run.ts';
import { doubts, expectedOutcome } from '../scenarios/harness/judge.ts';
import type { Arm, Case, Scenario } from '../scenarios/harness/scenario.ts';
import { registry } from '../scenarios/index.ts';

const scenarios = await Promise.all(registry.map(({ load }) => load()));

async function doubtsAbout(scenario: Scenario, testCase: Case, arm: Arm): Promise<string[]> {
  const changed: Scenario = { ...scenario, cases: [{ ...testCase, arms: [arm] }] };
  const { run } = await runArm(changed, {
    case: testCase.name,
    arm: arm.name,
    seed: 1,
    listeners: scenario.minimumListeners,
    settings: {},
    drain: 'tick',
    plays: null,
    shouldStop: () => false,
  });
  return doubts(run, expectedOutcome(arm), scenario.margin ?? 0.05);
}

for (const scenario of scenarios) {
  describe(scenario.name, () => {
    for (const testCase of scenario.cases) {
      const fixed = testCase.arms.find(({ role }) => role === 'fixed')!;
      const broken = testCase.arms.find(({ role }) => role === 'broken')!;

      // Without their settings all fixes of a case are the same run: one stands for all.
      test(`${testCase.name}: a fix that is switched off is refuted`, async () => {
        const why = await doubtsAbout(scenario, testCase, { ...fixed, set: {} });
        expect(why.join('; ')).toContain('expected that it meets its objectives');
      }, 600_000);

      test(`${testCase.name}: a broken arm without the fault is refuted`, async () => {
        const unharmed: Arm = { ...broken, fault: false, says: () => '' };
        // Its evidence speaks of the fault's own requests, and there are none.
        const why = await doubtsAbout(scenario, { ...testCase, evidence: [] }, unharmed);
        expect(why.join('; ')).toContain('expected that it misses its objectives, it met them');
      }, 600_000);
    }
  });
}

/** What the notes name as the cause, taken away one by one: what is left must not look like the incident. */
test.each([
  ['compaction', { 'cassandra.compactionMinThreshold': 1_000 }],
  ['pauses for garbage collection', { 'cassandra.garbageCollection': false }],
])(
  'hot-partition: without %s it does not happen',
  async (_cause, without) => {
    const scenario = scenarios.find(({ name }) => name === 'hot-partition')!;
    const testCase = scenario.cases[0]!;
    const broken = testCase.arms.find(({ role }) => role === 'broken')!;
    const why = await doubtsAbout(scenario, testCase, { ...broken, set: { ...broken.set, ...without } });
    expect(why.join('; ')).toContain('no evidence of part of the hot reads fail');
  },
  600_000,
);

test('hot-partition: with a single bucket the bucketed key is none', async () => {
  const scenario = scenarios.find(({ name }) => name === 'hot-partition')!;
  const testCase = scenario.cases[0]!;
  const bucketed = testCase.arms.find(({ name }) => name === 'bucketed key')!;
  const why = await doubtsAbout(scenario, testCase, {
    ...bucketed,
    set: { ...bucketed.set, 'playlist.buckets': 1 },
  });
  expect(why.join('; ')).toMatch(/expected that it meets its objectives, it missed them: .*errors \d/);
}, 600_000);
