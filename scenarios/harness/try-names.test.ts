/** Names that a scenario asks for are tried before its run: a slip costs a second, not the run. */
import { expect, test } from 'vitest';
import hotPartition from '../hot-partition.ts';
import { type ArmRequest, runArm } from './arm-run.ts';
import type { RunFigures } from './figures.ts';
import type { Scenario } from './scenario.ts';

/** Stopped as soon as it begins. */
const SOUND: Omit<ArmRequest, 'case' | 'arm'> = {
  seed: 1,
  listeners: 500_000,
  settings: {},
  drain: 'checkpoint',
  plays: null,
  shouldStop: () => true,
};

/** What is said of a broken arm with this evidence, and whether its run had begun by then. */
async function tried(measure: (run: RunFigures) => number): Promise<{ said: string; begun: boolean }> {
  const [original] = hotPartition.cases;
  const evidence = [{ ...original!.evidence[0]!, name: 'slip', in: ['broken'], measure }];
  const scenario: Scenario = { ...hotPartition, cases: [{ ...original!, evidence }] };
  let begun = false;
  const { said } = await runArm(scenario, {
    case: original!.name,
    arm: 'broken',
    ...SOUND,
    shouldStop() {
      begun = true;
      return true;
    },
  }).then(
    () => ({ said: '' }),
    (error: Error) => ({ said: `${error.name}: ${error.message}` }),
  );
  return { said, begun };
}

test('an engine, a phase and an operation that there are not are told before anything runs', async () => {
  expect(await tried((run) => run.meanUtilisation('elastic', 'trigger'))).toEqual({
    said: expect.stringMatching(
      /^ScenarioError: measure of evidence 'slip' fails: There are no nodes of 'elastic' in this run\. Did you mean 'elasticsearch'\? There are: .*cassandra/,
    ),
    begun: false,
  });
  const phase = await tried((run) => run.errorShare('playlist.get hot', 'triger'));
  expect(phase).toEqual({ said: expect.stringContaining("Did you mean 'trigger'?"), begun: false });
  const operation = await tried((run) => run.latencyMs('playlist.gte hot', 'trigger', 0.99));
  expect(operation).toEqual({
    said: expect.stringContaining("Did you mean 'playlist.get hot'?"),
    begun: false,
  });
});

test('what only a run can tell is left to it', async () => {
  const left = [
    (run: RunFigures) => run.figure('known at the end'),
    (run: RunFigures) => run.valuesIn('known at the end', 'trigger').length,
    (run: RunFigures) => run.series('known at the end')!.values[0]!,
    (run: RunFigures) => run.busiest('cassandra', 'trigger', 3)[7]!.utilisation,
  ];
  for (const measure of left) expect(await tried(measure)).toEqual({ said: '', begun: true });
});
