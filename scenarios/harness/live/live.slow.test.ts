/**
 * Both load generators against a small server that keeps the HTTP contract: the same profiles, the same faults, and
 * what has to be in the result. k6 takes part where K6_PATH or the PATH has it.
 */
import { afterEach, describe, expect, test } from 'vitest';
import { findK6 } from '../../../cli/find-k6.ts';
import { quantileMs } from '../../../reports/percentiles.ts';
import type { HistogramData, OperationResult, RunResult, ScenarioResult } from '../../../reports/result.ts';
import { parseResult } from '../../../reports/validate-result.ts';
import { SEARCH } from '../../load/journeys.ts';
import { addTrack, browse, edit, type Profile, play, soak } from '../../load/profiles.ts';
import { publishTracks } from '../../load/publish.ts';
import { createK6Engine, K6_LIMITS, type K6Limits } from './k6.ts';
import type { LiveLoad, LoadEngine } from './live-load.ts';
import { ownEngine } from './open-loop.ts';
import { runLive } from './run-live.ts';
import { testLoad } from './test-load.ts';
import { startTestTarget, type TestTarget } from './test-target.ts';

const { found } = await findK6(process.env);
const k6 = found === null || found.root !== null ? null : createK6Engine(found);
const SLOW_MS = 60_000;

let target: TestTarget | null = null;
afterEach(async () => {
  await target?.close();
  target = null;
});

interface Run {
  readonly load?: Partial<LiveLoad>;
  readonly repeat?: number;
  readonly signal?: AbortSignal;
  /** Called when the target has been asked for a while: within the measured phase. */
  readonly meanwhile?: (target: TestTarget) => void;
  /** What the generator says that it waits for. */
  readonly waits?: Set<string>;
}

async function run(
  engine: LoadEngine,
  { load = {}, repeat = 1, signal, meanwhile, waits }: Run = {},
): Promise<RunResult> {
  target ??= await startTestTarget();
  const here = target;
  let told = false;
  const result = await runLive({
    load: testLoad({ ...load, baseUrl: here.url }),
    repeat,
    engine,
    command: 'rehearse load',
    signal: signal ?? new AbortController().signal,
    onProgress({ elapsedS, waitsFor }) {
      if (waitsFor !== '') waits?.add(waitsFor);
      if (elapsedS < 1.2 || told) return;
      told = true;
      meanwhile?.(here);
    },
  });
  return parseResult(JSON.stringify(result), 'result.json');
}

const armOf = (result: RunResult) => result.scenarios[0]!.cases[0]!.arms[0]!;
const runOf = (result: RunResult) => armOf(result).runs[0]!;
const operation = (result: RunResult, name: string) =>
  runOf(result).phases[1]!.operations.find((one) => one.operation === name) as OperationResult;
const invariant = (result: RunResult, name: string) =>
  runOf(result).invariants.find((one) => one.name === name)!;
const slowerThan = (histogram: HistogramData, ms: number) => {
  let count = 0;
  for (let q = 1; q <= histogram.count; q++) if (quantileMs(histogram, q / histogram.count) > ms) count++;
  return count;
};

const engines: readonly (readonly [string, LoadEngine | null])[] = [
  ['the own generator', ownEngine],
  ['k6', k6],
];

describe.each(engines)('%s', (_name, present) => {
  const engine = present!;
  const slow = test.skipIf(present === null);

  slow('sends every operation of a profile and books every answer', { timeout: SLOW_MS }, async () => {
    const result = await run(engine, { load: { profile: soak, perSecond: 120 } });
    const { conservation, phases } = runOf(result);
    expect(conservation.inFlight).toBe(0);
    expect(conservation.failed, armOf(result).verdict.sentence).toBe(0);
    // 1 s of ramp at half of the rate or a second of the whole, and 2 s.
    expect(conservation.arrivals).toBeGreaterThan(0.6 * 120 * 2.5);
    expect(phases[1]!.operations).toHaveLength(14);
    const total = [...target!.counts.values()].reduce((sum, count) => sum + count, 0);
    expect(total).toBe(conservation.arrivals);
    expect(invariant(result, 'read-your-writes').checked).toBeGreaterThan(0);
    expect(target!.byForm.size).toBe(3);
  });

  slow('plays as a player does, and looks at what it hears', { timeout: SLOW_MS }, async () => {
    const right = await run(engine, { load: { profile: play } });
    expect(runOf(right).conservation.failed, armOf(right).verdict.sentence).toBe(0);
    const counts = ['GET /v1/tracks', 'GET /audio', 'POST /v1/plays'].map((route) =>
      [...target!.counts].reduce((sum, [name, count]) => sum + (name.startsWith(route) ? count : 0), 0),
    );
    expect(counts[0]).toBeGreaterThan(60);
    expect(counts).toEqual([counts[0], counts[0], counts[0]]);
    target!.faults.audio = '{"ty';
    const wrong = await run(engine, { load: { profile: play, run: 2 } });
    expect(invariant(wrong, 'answers are as agreed').examples.join()).toContain('audio begins with');
    // What was not heard was not played.
    expect(target!.counts.get('POST /v1/plays')).toBe(counts[2]);
  });

  slow('edits by position, and looks again where somebody was faster', { timeout: SLOW_MS }, async () => {
    target = await startTestTarget();
    target.faults.conflicts = 4;
    const result = await run(engine, { load: { profile: edit, perSecond: 120 } });
    expect(runOf(result).conservation.failed, armOf(result).verdict.sentence).toBe(0);
    expect(runOf(result).phases[1]!.operations).toHaveLength(12);
    expect(target.conflicts).toBeGreaterThan(0);
    // Conflicts are answers, and each is followed by a look of its own.
    const done = (name: string) =>
      runOf(result)
        .phases.flatMap(({ operations }) => operations)
        .filter((one) => one.operation === name)
        .reduce((sum, { conservation }) => sum + conservation.completed, 0);
    const edits = ['insert-track', 'move-track', 'remove-track'].map((name) => done(`playlist.${name}`));
    expect(done('playlist.list')).toBe(edits.reduce((sum, count) => sum + count));
    expect(invariant(result, 'read-your-writes').checked).toBeGreaterThan(0);
  });

  slow('repeats a run with other requests', { timeout: SLOW_MS }, async () => {
    const result = await run(engine, { load: { seconds: 1 }, repeat: 2 });
    expect(result.seeds).toEqual([1, 2]);
    const { runs } = armOf(result);
    expect(runs.map(({ seed }) => seed)).toEqual([1, 2]);
    expect(runs.every(({ conservation }) => conservation.completed > 30)).toBe(true);
  });

  slow('tells what was made to fail in the target meanwhile', { timeout: SLOW_MS }, async () => {
    target = await startTestTarget();
    const at = (ms: number) => new Date(Date.now() + ms).toISOString();
    const fault = { number: 1, beginsAt: at(-60_000), state: 'acting' };
    target.faults.told = [
      { ...fault, what: 'redis crashes, and is back after 120 s', endsAt: at(60_000) },
      { ...fault, what: 'kafka-1 crashes, and is back after 30 s', endsAt: at(-30_000), state: 'over' },
    ];
    const result = await run(engine, { load: { seconds: 1 } });
    const [{ phases, faults }] = result.scenarios as [ScenarioResult];
    expect(faults).toEqual([
      { startS: 0, endS: phases.at(-1)!.endS, what: 'redis crashes, and is back after 120 s' },
    ]);
  });

  slow('shows a stall of the server in all requests that were due in it', { timeout: SLOW_MS }, async () => {
    const result = await run(engine, { meanwhile: (here) => here.stall(300) });
    const { latency } = operation(result, 'playlist.get');
    // 48 a second are due: 14 within 300 ms, 9 of which more than 100 ms before its end. A client that waits has 1.
    expect(slowerThan(latency, 100)).toBeGreaterThanOrEqual(6);
    expect(quantileMs(latency, 0.99)).toBeGreaterThan(200);
    expect(armOf(result).verdict.confirmed).toBe(false);
  });

  slow('tells errors by their kind', { timeout: SLOW_MS }, async () => {
    target = await startTestTarget();
    target.faults.every = 10;
    const result = await run(engine);
    const errors = runOf(result).phases.flatMap(({ operations }) => operations.flatMap((one) => one.errors));
    expect(new Set(errors.map(({ kind, definite }) => `${kind} ${definite}`))).toEqual(
      new Set(['overloaded true']),
    );
    const { arrivals, failed } = runOf(result).conservation;
    expect(failed).toBe(Math.floor(arrivals / 10));
    expect(armOf(result).verdict.confirmed).toBe(false);
  });

  slow('finds writes that their writer does not see', { timeout: SLOW_MS }, async () => {
    target = await startTestTarget();
    target.faults.forgetful = true;
    const result = await run(engine, { load: { profile: addTrack, perSecond: 20 } });
    const { checked, violations, examples } = invariant(result, 'read-your-writes');
    // Some of the tracks were on the playlist before.
    expect(violations).toBeGreaterThan(0.7 * checked);
    expect(checked).toBeGreaterThan(20);
    expect(examples[0]).toMatch(/playlist p\d+ at snapshot \d+ lacks t\d+/);
    expect(armOf(result).verdict.confirmed).toBe(false);
  });

  slow('finds answers of the right status and the wrong content', { timeout: SLOW_MS }, async () => {
    target = await startTestTarget();
    target.faults.wrongOwner = true;
    const result = await run(engine);
    expect(invariant(result, 'answers are as agreed').violations).toBeGreaterThan(50);
    expect(invariant(result, 'answers are as agreed').examples[0]).toContain('belongs to');
  });

  slow('gives up after ten seconds, and the wait counts', { timeout: SLOW_MS }, async () => {
    target = await startTestTarget();
    target.faults.silent = '/v1/tracks';
    const result = await run(engine, { load: { perSecond: 20 } });
    const { errors, latency, conservation } = operation(result, 'track.get');
    expect(errors).toEqual([{ kind: 'no-answer', definite: false, count: conservation.arrivals }]);
    expect(latency.count).toBe(conservation.arrivals);
    expect(quantileMs(latency, 0.5)).toBeGreaterThan(9_500);
    expect(conservation.inFlight).toBe(0);
  });

  slow(
    'tells a target that goes down by the kind of its errors, and refutes it',
    {
      timeout: SLOW_MS,
    },
    async () => {
      const result = await run(engine, {
        load: { seconds: 4 },
        meanwhile: (here) => void here.close(),
      });
      const { verdict } = armOf(result);
      expect(verdict.observed, verdict.sentence).toBe('misses');
      expect(verdict.sentence).toMatch(/failures: .*connection refused/);
    },
  );

  slow('renews tokens before they expire', { timeout: SLOW_MS }, async () => {
    target = await startTestTarget();
    // Renewed a minute before their end, so a second after they were given.
    target.faults.tokenSeconds = 61;
    const result = await run(engine, { load: { loggedIn: 4 } });
    expect(runOf(result).conservation.failed).toBe(0);
    expect(target.tokens).toBeGreaterThan(4);
  });

  slow('keeps what it has when it is interrupted', { timeout: SLOW_MS }, async () => {
    const controller = new AbortController();
    const beganMs = performance.now();
    const result = await run(engine, {
      load: { seconds: 120 },
      signal: controller.signal,
      meanwhile: () => controller.abort(),
    });
    expect(performance.now() - beganMs).toBeLessThan(40_000);
    expect(result.partial).toBe(true);
    expect(result.confirmed).toBe(false);
    expect(runOf(result).conservation.completed).toBeGreaterThan(20);
  });

  slow('says why nobody can log in', { timeout: SLOW_MS }, async () => {
    const credentials = { client: 'rehearsal-load', secret: 'wrong' };
    process.env.CLIENT_SECRET = credentials.secret;
    try {
      const refused = run(engine, { load: { credentials } });
      await expect(refused).rejects.toMatchObject({
        exitCode: 3,
        message: expect.stringContaining('client authentication failed'),
      });
    } finally {
      delete process.env.CLIENT_SECRET;
    }
  });
});

describe.skipIf(k6 === null)('k6 is stopped, and that is said, when', () => {
  const limited = (limits: Partial<K6Limits>) => createK6Engine(found!, { ...K6_LIMITS, ...limits });

  test('it has not begun in time', { timeout: SLOW_MS }, async () => {
    const waits = new Set<string>();
    const result = await run(limited({ startMs: 700 }), { load: { perSecond: 1_000 }, waits });
    const { verdict } = armOf(result);
    expect(verdict.observed).toBe('inconclusive');
    expect(verdict.sentence).toMatch(/could not begin 2,500 journeys: lower --rate/);
    expect(verdict.sentence).toContain('had not begun after 0.7 s, and was stopped');
    expect([...waits].join()).toContain('makes its users');
  });

  test('it does not come to an end', { timeout: SLOW_MS }, async () => {
    target = await startTestTarget();
    target.faults.silent = '/v1/';
    const waits = new Set<string>();
    const result = await run(limited({ endMs: 1_000 }), { waits });
    expect(armOf(result).verdict.sentence).toContain('had not ended 1 s after its last journey was due');
    expect([...waits].join()).toContain('waits for answers');
  });
});

test('a target that does not answer, or is not ready, is told before anything is sent', async () => {
  target = await startTestTarget();
  target.faults.ready = false;
  const load = testLoad({ baseUrl: target.url, profile: browse });
  const request = {
    load,
    engine: ownEngine,
    repeat: 1,
    command: '',
    signal: new AbortController().signal,
    onProgress: () => {},
  };
  await expect(runLive(request)).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringContaining('is not ready'),
  });
  await target.close();
  target = null;
  await expect(runLive(request)).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringContaining('rehearse serve'),
  });
});

const release: Profile = {
  ...browse,
  name: 'release',
  mix: [
    { traffic: publishTracks(0.9), share: 0.9 },
    { traffic: SEARCH, share: 0.1 },
  ],
};
const figure = (result: RunResult, name: string) =>
  runOf(result).figures.find((one) => one.name === name)!.value;

test('new tracks of labels are looked for until they are found', { timeout: SLOW_MS }, async () => {
  target = await startTestTarget();
  target.faults.findableAfterS = 2;
  const result = await run(ownEngine, { load: { profile: release, seconds: 4 } });
  expect(runOf(result).conservation.failed, armOf(result).verdict.sentence).toBe(0);
  expect(figure(result, 'new tracks not found by the end')).toBe(0);
  expect(figure(result, 'new tracks looked for')).toBeGreaterThanOrEqual(2);
  expect(figure(result, 'wait of a new track p50')).toBeGreaterThan(2);
  // Looked for every half a second: four times in vain. What the machine adds is its own.
  expect(figure(result, 'looks for new tracks')).toBeGreaterThanOrEqual(
    4 * figure(result, 'new tracks looked for'),
  );
  // The looking is no part of the load.
  const searches = target.counts.get('GET /v1/search')!;
  const { arrivals } = runOf(result).conservation;
  const total = [...target.counts.values()].reduce((sum, count) => sum + count, 0);
  expect(total - arrivals).toBe(figure(result, 'looks for new tracks'));
  expect(searches).toBeGreaterThan(figure(result, 'looks for new tracks'));
});

test('new tracks that nobody finds are waited for until they have missed their objective', {
  timeout: SLOW_MS,
}, async () => {
  target = await startTestTarget();
  target.faults.findableAfterS = 3_600;
  const result = await run(ownEngine, { load: { profile: release, seconds: 3 } });
  const taken = figure(result, 'new tracks looked for');
  expect(figure(result, 'new tracks not found by the end')).toBe(taken);
  const objective = runOf(result).objectives.find(({ name }) => name === 'wait of a new track')!;
  expect([objective.met, objective.measured > 6]).toEqual([false, true]);
  expect(armOf(result).verdict.observed).toBe('misses');
});

test.each([
  ['while it sends', 60],
  ['while it waits for what is not found', 1],
])(
  'a run that is interrupted %s looks for nothing any more',
  { timeout: SLOW_MS },
  async (_when, seconds) => {
    target = await startTestTarget();
    target.faults.silent = '/v1/search';
    const controller = new AbortController();
    let stoppedMs = 0;
    const result = await run(ownEngine, {
      load: { profile: { ...release, mix: [{ ...release.mix[0]!, share: 1 }] }, seconds },
      signal: controller.signal,
      meanwhile() {
        setTimeout(() => {
          stoppedMs = performance.now();
          controller.abort();
        }, 2_500);
      },
    });
    // A search that nobody answers would be given up after ten seconds.
    expect(performance.now() - stoppedMs).toBeLessThan(2_000);
    expect(result.partial).toBe(true);
  },
);
