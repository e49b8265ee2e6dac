/** The two times that the capacity arithmetic rests on, as the models take them in a run: changed costs change the notes too. */
import { expect, test } from 'vitest';
import type { ArmRun } from '../reports/result.ts';
import stampede, {
  HOT_PLAYLISTS,
  HOT_READS_PER_SECOND,
  READS_PER_REBUILD,
  REBUILD_S,
} from './cache-stampede.ts';
import lag, { REQUEST_S } from './consumer-lag.ts';
import { runArm } from './harness/arm-run.ts';
import type { Scenario } from './harness/scenario.ts';

const LISTENERS = 500_000;
/** Demand at half of the reference size. */
const FACTOR = 0.5;

async function brokenRun(scenario: Scenario): Promise<ArmRun> {
  const options = { seed: 1, listeners: LISTENERS, settings: {}, drain: 'checkpoint', plays: null } as const;
  const arm = { case: scenario.cases[0]!.name, arm: 'broken', shouldStop: () => false };
  return (await runArm(scenario, { ...options, ...arm })).run;
}

test('consumer-lag: a consumer indexes as many a second as requests fit into one', async () => {
  const run = await brokenRun(lag);
  const published = ['catalogue.publish', 'catalogue.publish (usual)']
    .map(
      (operation) =>
        run.phases.find(({ name }) => name === 'trigger')!.operations.find((o) => o.operation === operation)!,
    )
    .reduce((sum, { conservation }) => sum + conservation.completed, 0);
  const { seconds } = lag.phases.find(({ name }) => name === 'trigger')!;
  const lags = run.series.find(({ name }) => name === 'search-indexer lag on catalogue_updates')!.values;
  const left = Math.max(...lags.map((value) => value ?? 0));
  const consumers = (lag.cases[0]!.set['indexer.consumers'] as number) * FACTOR;
  const indexedPerSecond = (published - left) / seconds / consumers;
  expect(Math.abs(indexedPerSecond * REQUEST_S - 1)).toBeLessThan(0.1);
});

test('cache-stampede: the readers of a key in the time of one rebuild are those who rebuild', async () => {
  const run = await brokenRun(stampede);
  const figure = (name: string) => run.figures.find((one) => one.name === name)!.value;
  const readersPerKey = (HOT_READS_PER_SECOND * FACTOR) / HOT_PLAYLISTS;
  const rebuilds = readersPerKey * REBUILD_S;
  expect(Math.abs(figure('rebuilds per expiry') / rebuilds - 1)).toBeLessThan(0.2);
  expect(Math.abs(figure('database reads per expiry') / (rebuilds * READS_PER_REBUILD) - 1)).toBeLessThan(
    0.2,
  );
});
