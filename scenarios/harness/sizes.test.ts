/** Sizes of the population that a scenario can run at: what is refused, and what is said. Nothing runs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isScaled, knobNames, knobOf, SCALED_KNOBS } from '../../system/modes/knobs.ts';
import hotPartition from '../hot-partition.ts';
import { settingsAsSet } from './configuration.ts';
import { runScenarios } from './run.ts';
import type { Arm, Scenario } from './scenario.ts';

interface Asked {
  readonly minimum?: number;
  /** Of every arm, beside what `hot-partition` sets. */
  readonly set?: Arm['set'];
  /** Of the arm 'bucketed key' alone. */
  readonly ofOneArm?: Arm['set'];
  readonly arms?: readonly string[];
  readonly settings?: Record<string, number>;
}

/** The sentence with which a run of such a scenario is refused; empty where it is not. */
async function refusal(listeners: number, asked: Asked = {}): Promise<string> {
  const [original] = hotPartition.cases;
  const arms = original!.arms.map((arm) =>
    arm.name === 'bucketed key' ? { ...arm, set: { ...arm.set, ...asked.ofOneArm } } : arm,
  );
  const scenario: Scenario = {
    ...hotPartition,
    name: 'mine',
    minimumListeners: asked.minimum ?? 500_000,
    cases: [{ ...original!, set: { ...original!.set, ...asked.set }, arms }],
  };
  const started = new AbortController();
  try {
    await runScenarios({
      scenarios: [{ scenario, module: 'none' }],
      seeds: [],
      listeners,
      arms: asked.arms ?? null,
      settings: asked.settings ?? {},
      plays: null,
      workers: 1,
      drain: 'checkpoint',
      command: 'test',
      commandFor: () => 'test',
      onProgress: () => {},
      signal: started.signal,
    });
    return '';
  } catch (error) {
    expect((error as { exitCode?: number }).exitCode).toBe(2);
    return (error as Error).message;
  }
}

test('servers that are no whole number at a size are refused: only the demand would scale', async () => {
  const oneCore = { set: { 'elasticsearch.coresPerNode': 1 } };
  expect(await refusal(500_000, oneCore)).toBe(
    'elasticsearch.coresPerNode=1 is 0.5 at 500,000 listeners (× 0.5), and must be whole: it is at 1,000,000 and its multiples. Use --listeners 1000000.',
  );
  expect(await refusal(1_500_000, oneCore)).toContain('is 1.5 at 1,500,000 listeners (× 1.5)');
  expect(await refusal(1_500_000, oneCore)).toContain('Use --listeners 1000000 or 2000000.');
  for (const size of [1_000_000, 2_000_000]) expect(await refusal(size, oneCore)).toBe('');
  const consumers = { ofOneArm: { 'indexer.consumers': 5 } };
  expect(await refusal(500_000, consumers)).toContain('indexer.consumers=5 is 2.5 at 500,000 listeners');
  expect(await refusal(500_000, { ...consumers, arms: ['broken'] })).toBe('');
  expect(await refusal(500_000, { ...consumers, settings: { 'indexer.consumers': 3 } })).toBe('');
});

test('what an arm is compared with has to be whole too', async () => {
  const odd = { set: { 'cassandra.coresPerNode': 3 }, ofOneArm: { 'cassandra.coresPerNode': 2 } };
  expect(await refusal(500_000, { ...odd, arms: ['bucketed key'] })).toContain('cassandra.coresPerNode=3');
});

test('below the minimum of a scenario it is the scenario that says so, and a size that it can run at is named', async () => {
  expect(await refusal(500_000, { minimum: 1_000_000 })).toBe(
    'mine cannot run with 500,000 listeners: it states a minimum of 1,000,000. Use --listeners 1000000 or more.',
  );
  expect(await refusal(500_000, { minimum: 700_000 })).toContain('Use --listeners 1000000 or more.');
  expect(await refusal(1_000_000, { minimum: 700_000 })).toBe('');
});

test('a size that is no step is told the steps next to it, and one below the smallest that it is too small', async () => {
  expect(await refusal(700_000)).toBe(
    'Demand and servers scale in steps of 500,000 listeners, and 700,000 lie between two of them: use --listeners 500000 or 1000000.',
  );
  expect(await refusal(800_000, { minimum: 700_000 })).toContain('use --listeners 1000000.');
  expect(await refusal(1_000, { minimum: 0 })).toBe(
    'Demand and servers scale in steps of 500,000 listeners, and 1,000 are fewer than the smallest: use --listeners 500000.',
  );
});

test('no default is refused at any size', () => {
  expect(SCALED_KNOBS.filter((name) => (knobOf(name)!.default as number) % 2 !== 0)).toEqual([]);
});

test('what a user sets is as it is written at any size, and what of it would scale is named', () => {
  const settings = { 'cassandra.coresPerNode': 2, 'cassandra.nodes': 6, 'cassandra.diskMBps': 100 };
  expect(settingsAsSet(settings, 500_000)).toEqual(['cassandra.coresPerNode=2', 'cassandra.diskMBps=100']);
  expect(settingsAsSet(settings, 1_000_000)).toEqual([]);
});

test('decision 6 names exactly the knobs that scale', () => {
  const page = join(import.meta.dirname, '../../docs/decisions/0006-one-scale-factor.md');
  const [, told] = /\*\*Scaled\.\*\*(.*?)\n\n/s.exec(readFileSync(page, 'utf8')) ?? [];
  const names = [...(told ?? '').matchAll(/`([\w-]+\.\w+)`/g)].map(([, name]) => name!);
  expect(names.toSorted()).toEqual(knobNames().filter(isScaled).toSorted());
});
