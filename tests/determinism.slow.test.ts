import { expect, test } from 'vitest';
import type { RunResult, Verdict } from '../reports/result.ts';
import { parseResult } from '../reports/validate-result.ts';
import { runScenarios } from '../scenarios/harness/run.ts';
import type { Drain } from '../system/runtime/drive.ts';
import scenario from './brief-stampede.ts';

const scenarios = [{ scenario, module: new URL('./brief-stampede.ts', import.meta.url).href }];

/** One arm at the smallest size. */
async function run(
  options: {
    seeds?: number[];
    workers?: number;
    drain?: Drain;
    arm?: string;
    settings?: Record<string, string>;
    onVerdict?: (verdict: Verdict) => void;
  } = {},
) {
  return runScenarios({
    scenarios,
    seeds: options.seeds ?? [11, 12],
    listeners: scenario.minimumListeners,
    arms: [options.arm ?? 'lock'],
    settings: options.settings ?? {},
    plays: null,
    workers: options.workers ?? 2,
    drain: options.drain ?? 'public',
    command: 'test',
    commandFor: () => 'test',
    onProgress: () => {},
    onVerdict: options.onVerdict ?? (() => {}),
    signal: new AbortController().signal,
  });
}

const seen = ({ digest, totals }: RunResult) => ({ digest, totals });

test('same seeds, same result byte for byte: again, in one worker or two, however promises are drained', async () => {
  const whole = await run();
  const first = seen(whole);
  expect(first.digest).toMatch(/^[0-9a-f]{64}$/);
  // What a run writes, `report` and `compare` read.
  expect(parseResult(JSON.stringify(whole), 'the run').digest).toBe(first.digest);
  expect(first.totals.plays).toBeGreaterThan(10_000);
  expect(seen(await run()), 'again').toEqual(first);
  expect(seen(await run({ workers: 1 })), 'one worker').toEqual(first);
  expect(seen(await run({ drain: 'tick' })), 'drain tick').toEqual(first);
  expect(seen(await run({ drain: 'checkpoint' })), 'drain checkpoint').toEqual(first);
}, 600_000);

test('another seed is another run, and arms of a case share their arrivals', async () => {
  const lock = await run({ seeds: [11] });
  const other = await run({ seeds: [12] });
  expect(other.digest).not.toBe(lock.digest);
  const broken = await run({ seeds: [11], arm: 'broken' });
  const arrivals = (result: RunResult) => {
    const { phases } = result.scenarios[0]!.cases[0]!.arms[0]!.runs[0]!;
    return phases.map(({ operations }) => operations.map((o) => [o.operation, o.conservation.arrivals]));
  };
  const readBacks = /read-back/;
  const open = (result: RunResult) =>
    arrivals(result).map((a) => a.filter(([name]) => !readBacks.test(String(name))));
  expect(open(broken)).toEqual(open(lock));
  expect(broken.digest).not.toBe(lock.digest);
}, 600_000);

test('a setting that goes over what an arm changes leaves that arm unconfirmed', async () => {
  const told: Verdict[] = [];
  const onVerdict = (verdict: Verdict) => told.push(verdict);
  const result = await run({ seeds: [11], settings: { 'playlist.stampedeProtection': 'none' }, onVerdict });
  const [verdict] = result.verdicts;
  expect(verdict!.confirmed).toBe(false);
  expect(verdict!.sentence).toMatch(
    /Not judged: --set playlist.stampedeProtection overrides what this arm changes\.$/,
  );
  expect(verdict!.overridden).toEqual(['playlist.stampedeProtection']);
  expect(verdict!.reasons).toEqual(['--set playlist.stampedeProtection overrides what this arm changes']);
  expect(result.leftOut!.map(({ arm }) => arm)).toEqual(
    scenario.cases[0]!.arms.map(({ name }) => name).filter((name) => name !== 'lock'),
  );
  // Who watches it run is told the same.
  expect(told).toEqual([verdict]);
}, 600_000);

test('an interrupted run keeps what was finished, is marked partial and confirms nothing', async () => {
  const stop = new AbortController();
  const result = await runScenarios({
    scenarios,
    seeds: [11],
    listeners: scenario.minimumListeners,
    arms: null,
    settings: {},
    plays: null,
    workers: 1,
    drain: 'tick',
    command: 'test',
    commandFor: () => 'test',
    onProgress: ({ done }) => {
      if (done === 1) stop.abort();
    },
    signal: stop.signal,
  });
  expect(result.partial).toBe(true);
  expect(result.confirmed).toBe(false);
  const arms = result.scenarios[0]!.cases[0]!.arms;
  expect(arms[0]!.runs[0]!.partial).toBe(false);
  expect(arms.length).toBeLessThan(scenario.cases[0]!.arms.length);
}, 600_000);
