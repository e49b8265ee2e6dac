/** Mistakes in a scenario of one's own that are found only when it runs: in a worker of its own, as always. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import type { RunResult, Verdict } from '../../reports/result.ts';
import { runScenarios } from './run.ts';
import { type Scenario, ScenarioError } from './scenario.ts';

const folder = mkdtempSync(join(tmpdir(), 'rehearse-mistakes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

interface Spoilt {
  /** What stands before the scenario in its file. */
  readonly first?: string;
  readonly measure?: string;
  readonly evidence?: string;
  readonly says?: string;
  /** Of the second arm. */
  readonly otherSays?: string;
  readonly name?: string;
  readonly seconds?: number;
  /** Of the headline. */
  readonly series?: readonly string[];
}

/** A second of a few reads, and a sound scenario but for what is given. */
const textOf = ({
  first = '',
  measure,
  evidence,
  says,
  otherSays,
  name = 'mine',
  seconds = 1,
  series = [],
}: Spoilt) => `${first}
export default {
  name: '${name}', title: '', teaches: '', hypothesis: '', modes: ['simulated'], minimumListeners: 500_000,
  phases: [{ name: 'trigger', seconds: ${seconds} }],
  load: {
    plays: false,
    traffic: [
      { operation: 'read', journey: { kind: 'open-playlist', from: 'popularity' }, perSecond: { always: 20 } },
    ],
  },
  invariants: [],
  cases: [{
    name: '${name}', title: '', set: {}, headline: { operation: 'read', series: ${JSON.stringify(series)} },
    objectives: [
      { name: 'nothing', phase: 'trigger', measure: ${measure ?? '() => 3'}, comparison: '<=', target: 1, unit: '1' },
    ],
    evidence: [
      { name: 'reads', in: ['broken'], sentence: '', measure: ${evidence ?? '() => 2'}, comparison: '>=', target: 1, unit: '1' },
    ],
    arms: [
      { name: 'broken', role: 'broken', title: '', says: ${says ?? "() => 'It was seen.'"} },
      { name: 'other', role: 'decoy', title: '', says: ${otherSays ?? "() => 'It was seen.'"} },
    ],
  }],
  notes: { see: '', why: '', fix: '', costs: '', questions: [], triage: [], caveats: [], arithmetic: [], sources: [] },
};
`;

async function written(spoilt: Spoilt) {
  const file = join(folder, `mine-${++files}.scenario.mjs`);
  writeFileSync(file, textOf(spoilt));
  const module = pathToFileURL(file).href;
  const { default: scenario } = (await import(/* @vite-ignore */ module)) as { default: Scenario };
  return { scenario, module };
}

/** One after the other by default: a measure is wrong in both arms, and the first is the one that is told. */
async function rehearsed(spoilt: readonly Spoilt[], workers = 1, settings = {}, stuckMs = 60_000) {
  const scenarios = await Promise.all(spoilt.map(written));
  const verdicts: Verdict[] = [];
  const kept: RunResult[] = [];
  const running = runScenarios({
    scenarios,
    seeds: [1],
    listeners: 500_000,
    arms: null,
    settings,
    plays: null,
    workers,
    drain: 'checkpoint',
    command: 'test',
    commandFor: () => 'test',
    onProgress: () => {},
    onKept: (result) => kept.push(result),
    onVerdict: (verdict) => verdicts.push(verdict),
    signal: new AbortController().signal,
    stuckMs,
  });
  return { running, verdicts, kept };
}

async function complaint(spoilt: Spoilt): Promise<string> {
  const { running, verdicts, kept } = await rehearsed([spoilt]);
  const error = await running.then(
    () => new Error('nothing was said'),
    (thrown: Error) => thrown,
  );
  expect(error).toBeInstanceOf(ScenarioError);
  expect(verdicts.map(({ arm }) => arm)).not.toContain('broken');
  // Nothing was finished.
  expect(kept).toEqual([]);
  return error.message;
}

const WHERE = 'mine / mine / broken at seed 1: ';

test('a sound one runs, and conservation is checked although it does not ask for it', async () => {
  const { running, verdicts } = await rehearsed([{}], 1, {
    'kafka.coresPerBroker': 4,
    'redis.maxMemoryBytes': 1e9,
  });
  const result = await running;
  expect(result.scale).toEqual({ listeners: 500_000, factor: 0.5, asSet: ['kafka.coresPerBroker=4'] });
  expect(verdicts.map(({ confirmed }) => confirmed)).toEqual([true, true]);
  for (const { runs } of result.scenarios[0]!.cases[0]!.arms)
    expect(runs[0]!.invariants).toMatchObject([{ name: 'conservation', checked: 1, violations: 0 }]);
});

test('a function that throws is named, with its arm', async () => {
  expect(await complaint({ says: '(run) => run.nothing.at(0)' })).toBe(
    `${WHERE}says fails: Cannot read properties of undefined (reading 'at').`,
  );
  expect(await complaint({ measure: '() => missing' })).toContain(
    `${WHERE}measure of objective 'nothing' fails: missing is not defined.`,
  );
  expect(await complaint({ evidence: '() => { throw 7 }' })).toContain(
    `${WHERE}measure of evidence 'reads' fails: 7.`,
  );
});

test('a measure that gives no number, and a sentence that is no text, are refused', async () => {
  expect(await complaint({ measure: "() => '3'" })).toBe(
    `${WHERE}measure of objective 'nothing' gives a string, and must give a number.`,
  );
  expect(await complaint({ evidence: 'async () => 3' })).toBe(
    `${WHERE}measure of evidence 'reads' gives an object, and must give a number.`,
  );
  expect(await complaint({ evidence: '() => 0 / 0' })).toContain(
    `${WHERE}measure of evidence 'reads' gives NaN, and must give a number: 0 / 0 has none`,
  );
  expect(await complaint({ says: '() => undefined' })).toBe(
    `${WHERE}says gives undefined, and must give a text.`,
  );
});

test('host functions are refused wherever the file takes them from, before the run and in it', async () => {
  expect(await complaint({ first: 'const { random } = Math;', measure: '() => random()' })).toContain(
    `${WHERE}measure of objective 'nothing' fails: Math.random() would let the host into a simulated run`,
  );
  expect(await complaint({ says: "() => 'at ' + Date.now()" })).toContain(
    `${WHERE}says fails: Date.now() would let the host into a simulated run`,
  );
});

test('a loop without end is ended, and told by the arm in which it is', async () => {
  const { running } = await rehearsed([{ evidence: '() => { for (;;) {} }' }], 1, {}, 5_000);
  await expect(running).rejects.toThrow(
    'mine / mine / broken at seed 1: nothing happened for 5 s. A loop without end, in what the scenario measures or says',
  );
});

test('what another’s mistake cuts short has no verdict', async () => {
  const long = { name: 'long', seconds: 3_000 };
  const { running, verdicts } = await rehearsed([long, { says: '() => missing' }], 3);
  await expect(running).rejects.toThrow(`${WHERE}says fails: missing is not defined.`);
  expect(verdicts).toEqual([]);
});

test('what was finished before a mistake is kept, and is a part', async () => {
  const { running, kept } = await rehearsed([{ name: 'sound' }, { says: '() => missing' }]);
  await expect(running).rejects.toThrow('says fails: missing is not defined.');
  const [result, ...others] = kept;
  expect(others).toEqual([]);
  expect(result).toMatchObject({ partial: true, confirmed: false });
  expect(result!.verdicts.map(({ scenario, arm }) => `${scenario} ${arm}`)).toEqual([
    'sound broken',
    'sound other',
  ]);
  expect(result!.digest).toMatch(/^[0-9a-f]{64}$/);
  expect(result!.interrupted!.error).toBe(
    'mine / mine / broken at seed 1: says fails: missing is not defined.',
  );
});

test('at the command line what was finished is written, and the mistake is the exit code', () => {
  const file = join(folder, 'slip.scenario.mjs');
  const slip = '(run) => String(run.meanUtilisation("elastic", "trigger"))';
  writeFileSync(file, textOf({ name: 'slip', otherSays: slip }));
  const launcher = fileURLToPath(new URL('../../bin/rehearse.js', import.meta.url));
  const words = ['--listeners', '500000', '--repeat', '1', '--workers', '1', '--out', 'slip'];
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, 'run', file, ...words], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect(status, stderr).toBe(2);
  expect(stderr).toMatch(
    /rehearse: slip \/ slip \/ other at seed 1: says fails: There are no nodes of 'elastic' in this run\. Did you mean 'elasticsearch'\? There are: cassandra, [^\n]*\n$/,
  );
  expect(stdout).toContain('Ended by an error; without a result: slip / other.');
  const result = JSON.parse(readFileSync(join(folder, 'slip', 'result.json'), 'utf8')) as RunResult;
  expect(result.partial).toBe(true);
  expect(result.verdicts.map(({ arm }) => arm)).toEqual(['broken']);
});

test('a series of the headline that no arm has is refused once all have run, and they are kept', async () => {
  const { running, kept } = await rehearsed([{ series: ['read rate', 'elasticsearch refreshs'] }]);
  const error = await running.then(
    () => new Error('nothing was said'),
    (thrown: Error) => thrown,
  );
  expect(error).toBeInstanceOf(ScenarioError);
  expect(error.message).toBe(
    "Scenario mine: headline.series of case mine has 'elasticsearch refreshs', which no arm has. Did you mean 'elasticsearch refreshes'?",
  );
  expect(kept).toHaveLength(1);
  expect(kept[0]).toMatchObject({ partial: true, confirmed: false });
  expect(kept[0]!.verdicts).toHaveLength(2);
});

test('a series that had nothing to show, and that of a node which is not among the busiest, are no mistakes', async () => {
  const nodes = Array.from({ length: 12 }, (_, node) => `cassandra-${node + 1} utilisation`);
  const { running } = await rehearsed([{ series: [...nodes, 'redis evictions', 'read p99'] }]);
  const { runs } = (await running).scenarios[0]!.cases[0]!.arms[0]!;
  expect(runs[0]!.series.map(({ name }) => name)).not.toContain('redis evictions');
});
