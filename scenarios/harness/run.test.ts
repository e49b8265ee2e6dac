/** A run that is stopped: what was asked for and not begun is named in the result, whatever of it stands in no other place. */
import { expect, test } from 'vitest';
import { digestOf } from '../../reports/digest.ts';
import hotPartition from '../hot-partition.ts';
import { runScenarios } from './run.ts';

const module = new URL('../hot-partition.ts', import.meta.url).href;
const ARMS = ['healthy', 'broken', 'bucketed key', 'cache-aside'];

/** Stopped as soon as its first run has begun. */
async function stopped(arms: readonly string[] | null, seeds: readonly number[]) {
  const controller = new AbortController();
  return await runScenarios({
    scenarios: [{ scenario: hotPartition, module }],
    seeds,
    listeners: 500_000,
    arms,
    settings: {},
    plays: null,
    workers: 1,
    drain: 'checkpoint',
    command: 'test',
    commandFor: () => 'test',
    onProgress: () => controller.abort(),
    signal: controller.signal,
  });
}

test('arms that were not begun are named, and of the one that was, the seeds', async () => {
  const result = await stopped(ARMS, [1, 2]);
  // Where a busy machine does not let the first run answer within the grace of a stop, it is ended and was not run either.
  const begun = result.verdicts.map(({ arm }) => arm);
  expect([[], ['healthy']]).toContainEqual(begun);
  expect(result.partial).toBe(true);
  const scenario = hotPartition.name;
  const place = { scenario, case: hotPartition.cases[0]!.name };
  expect(result.interrupted).toEqual({
    notRun: [
      { ...place, arm: 'healthy', role: 'healthy', seeds: begun.length === 0 ? [1, 2] : [2] },
      { ...place, arm: 'broken', role: 'broken', seeds: [1, 2] },
      { ...place, arm: 'bucketed key', role: 'fixed', seeds: [1, 2] },
      { ...place, arm: 'cache-aside', role: 'fixed', seeds: [1, 2] },
    ],
  });
  const { interrupted: _, ...without } = result;
  expect(result.digest).toBe(digestOf(without));
});
