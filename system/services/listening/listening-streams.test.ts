import { expect, test } from 'vitest';
import type { CatalogueApi } from '../../contracts/generated/catalogue.ts';
import type { Play } from '../../contracts/generated/events.ts';
import { PLAYS, SKIPS } from '../../contracts/topics.ts';
import { SECOND } from '../../ports/clock.ts';
import { PortError } from '../../ports/errors.ts';
import type { KnobValues } from '../../ports/knobs.ts';
import { createTestBench, topic } from '../test-bench.ts';
import { knobsOf, outcomeOf } from '../test-support.ts';
import { createHistoryConsumer } from './history-consumer.ts';
import { listeningKnobs } from './knobs.ts';
import { createListeningService } from './listening-service.ts';
import { createRecentlyPlayedConsumer, RECENTLY_PLAYED_GROUP } from './recently-played-consumer.ts';
import { createSessionStateWorker, createTopChartsWorker, furtherListeningTopics } from './stream-workers.ts';
import { streamTables } from './streams/tables.ts';
import { listeningHistory, listeningSegments } from './tables.ts';

function setUp(
  set: Partial<KnobValues<typeof listeningKnobs>> = {},
  getTracks: CatalogueApi['getTracks'] = async () => ({ tracks: [], missingIds: [] }),
) {
  const bench = createTestBench();
  const knobs = knobsOf(listeningKnobs, { streams: 'on', playPartitions: 4, historyIntervalMs: 500, ...set });
  const cassandra = bench.cassandra({
    tables: [listeningHistory, listeningSegments, ...streamTables],
    knobs: { nodes: 3, garbageCollection: false, backgroundWriteBytesPerSecond: 0 },
  });
  const kafka = bench.kafka([topic(PLAYS, 4), ...furtherListeningTopics(knobs, 3)], { rebalanceMs: 100 });
  const redis = bench.redis();
  const machine = bench.machine('listening');
  const listening = createListeningService({
    events: kafka.connect(machine).createProducer('listening'),
    store: cassandra.connect(machine),
    ...(knobs.streams === 'on' ? { cache: redis.connect(machine) } : {}),
    clock: bench.simulation,
    knobs,
  });
  const worker = (name: string) => {
    const home = bench.machine(name);
    const context = bench.context(home.life);
    const events = kafka.connect(home);
    return {
      home,
      context,
      dependencies: {
        events,
        internal: events,
        store: cassandra.connect(home),
        cache: redis.connect(home),
        clock: bench.simulation,
        random: bench.simulation.random(name),
        background: bench.background,
        knobs,
        clientId: name,
      },
    };
  };
  const start = {
    recent(name = 'recent-1') {
      const { home, context, dependencies } = worker(name);
      void createRecentlyPlayedConsumer(dependencies).run(context);
      return home;
    },
    history() {
      const { context, dependencies } = worker('history-1');
      void createHistoryConsumer(dependencies).run(context);
    },
    streams() {
      const state = worker('session-state-1');
      void createSessionStateWorker(state.dependencies).run(state.context);
      const charts = worker('top-charts-1');
      const catalogue = { getTracks };
      void createTopChartsWorker({ ...charts.dependencies, catalogue }).run(charts.context);
    },
  };
  let plays = 0;
  const record = (
    listenerId: string,
    trackId: string,
    listenedMs = 60_000,
    skipped = false,
    playId = ++plays,
    playedAtNs = 0,
  ) =>
    bench.finish(
      listening.recordPlay(bench.context(), { playId, listenerId, trackId, listenedMs, skipped, playedAtNs }),
    );
  const logged = (name: string) =>
    kafka.inspect(name).flatMap(({ records }) => records.map(({ value }) => (value as Play).playId));
  const recent = async (listenerId: string, limit = 0) =>
    (await bench.finish(listening.getRecentlyPlayed(bench.context(), { listenerId, limit }))).plays.map(
      ({ playId }) => playId,
    );
  return { bench, kafka, redis, cassandra, listening, start, record, logged, recent };
}

test('recently played is there within seconds, newest first, bounded, and each play once', async () => {
  const { bench, start, record, recent, kafka } = setUp({ recentLimit: 5 });
  start.recent();
  await bench.run(1);
  for (let i = 0; i < 8; i++) await record('l1', `t${i}`);
  await record('l2', 't1');
  await bench.run(3);
  expect(await recent('l1')).toEqual([8, 7, 6, 5, 4]);
  expect(await recent('l1', 2)).toEqual([8, 7]);
  expect(await recent('l2')).toEqual([9]);
  expect(kafka.lag(RECENTLY_PLAYED_GROUP, PLAYS)).toBe(0);
});

test('a consumer of recently played that crashes puts nothing in twice', async () => {
  const { bench, start, record, recent, redis } = setUp();
  const home = start.recent();
  for (let i = 0; i < 6; i++) await record('l1', `t${i}`);
  // What it polled is in the cache, and not committed.
  for (let waited = 0; redis.inspectKeys().length === 0 && waited < 3_000; waited++) await bench.run(0.001);
  home.crash();
  start.recent('recent-2');
  await bench.run(20);
  expect(await recent('l1')).toEqual([6, 5, 4, 3, 2, 1]);
});

test('what the cache has lost, or nobody keeps, comes from the history, and is asked for once', async () => {
  const { bench, start, record, recent, redis, cassandra } = setUp();
  start.recent();
  start.history();
  await record('l1', 't1');
  await bench.run(5);
  await record('l1', 't2');
  await bench.run(7);
  redis.flush();
  await record('l1', 't3');
  await bench.run(7);
  expect(await recent('l1')).toEqual([3, 2, 1]);
  // From now on the cache has all of it.
  let reads = 0;
  cassandra.onRead = () => {
    reads++;
  };
  expect(await recent('l1')).toEqual([3, 2, 1]);
  await record('l1', 't4');
  await bench.run(2);
  expect(await recent('l1', 3)).toEqual([4, 3, 2]);
  expect(reads).toBe(0);
  const off = setUp({ streams: 'off' });
  off.start.history();
  await off.record('l1', 't1');
  await off.bench.run(5);
  expect(await off.recent('l1')).toEqual([1]);
});

test('a listener’s session is told, and for half an hour that it is open', async () => {
  const { bench, start, record, listening } = setUp();
  start.streams();
  const session = () => bench.finish(listening.getSession(bench.context(), { listenerId: 'l1' }));
  expect(await session()).toEqual({ open: false });
  await record('l1', 't1');
  await bench.run(10);
  await record('l1', 't2', 12_000);
  await record('l1', 't3', 60_000, true);
  await bench.run(10);
  const { session: told, open } = await session();
  expect(told).toMatchObject({ listenerId: 'l1', tracks: 3, skips: 2, listenedMs: 132_000 });
  expect(told!.endedAtNs - told!.startedAtNs).toBeGreaterThan(10 * SECOND);
  expect(open).toBe(true);
  await bench.run(1_801);
  expect(await session()).toEqual({ session: told, open: false });
});

test('charts count what was listened to, are there while their hour runs, and complete after it', async () => {
  const { bench, start, record, listening } = setUp({ chartCacheMs: 1_000 });
  start.streams();
  const charts = (atNs = 0, limit = 0) =>
    bench.finish(listening.getTopCharts(bench.context(), { atNs, limit }));
  expect(await charts()).toEqual({ fromNs: 0, untilNs: 3_600 * SECOND, complete: false, entries: [] });
  for (const [trackId, listeners] of [
    ['t1', 2],
    ['t2', 3],
    ['t3', 1],
  ] as const)
    for (let i = 0; i < listeners; i++) await record(`l${i}`, trackId);
  await record('l9', 't3', 29_999);
  await bench.run(25);
  const expected = [
    { trackId: 't2', plays: 3 },
    { trackId: 't1', plays: 2 },
    { trackId: 't3', plays: 1 },
  ];
  expect(await charts()).toEqual({
    fromNs: 0,
    untilNs: 3_600 * SECOND,
    complete: false,
    entries: expected,
  });
  expect((await charts(0, 1)).entries).toEqual(expected.slice(0, 1));
  await bench.run(3_700);
  // A new hour has begun and nobody has played: what is shown is the last one.
  expect(await charts()).toMatchObject({ fromNs: 0, complete: true, entries: expected });
  expect(await charts(2 * 3_600 * SECOND)).toMatchObject({ fromNs: 7_200 * SECOND, entries: [] });
});

test('charts leave out what the catalogue does not know, however much there is of it', async () => {
  const asked: string[] = [];
  const isReal = (trackId: string) => /^t\d/.test(trackId);
  const { bench, start, record, listening } = setUp(
    { chartTracks: 'known', chartCacheMs: 0 },
    async (_context, { trackIds }) => {
      asked.push(...trackIds);
      return { tracks: [], missingIds: trackIds.filter((trackId) => !isReal(trackId)) };
    },
  );
  start.streams();
  const entries = async () =>
    (await bench.finish(listening.getTopCharts(bench.context(), { atNs: 0, limit: 0 }))).entries;
  for (let i = 0; i < 250; i++) for (const listener of ['l1', 'l2']) await record(listener, `no${i}`);
  await record('l1', 't1');
  await bench.run(30);
  expect(await entries()).toEqual([{ trackId: 't1', plays: 1 }]);
  expect(asked).toHaveLength(251);
  // For a minute an answer is remembered: nobody is asked at every writing of the chart.
  await record('l2', 't1');
  await bench.run(15);
  expect(await entries()).toEqual([{ trackId: 't1', plays: 2 }]);
  expect(asked).toHaveLength(251);
});

test('while the catalogue does not answer a chart stands still, and it has every play when it does again', async () => {
  let answers = false;
  let published = false;
  const { bench, start, record, listening } = setUp(
    { chartTracks: 'known', chartCacheMs: 0 },
    async (_context, { trackIds }) => {
      if (!answers) throw new PortError('unavailable', 'catalogue.getTracks', true);
      return { tracks: [], missingIds: published ? [] : trackIds.filter((trackId) => trackId === 'new') };
    },
  );
  start.streams();
  const entries = async () =>
    (await bench.finish(listening.getTopCharts(bench.context(), { atNs: 0, limit: 0 }))).entries;
  for (const listener of ['l1', 'l2']) await record(listener, 't1');
  await record('l1', 'new');
  await bench.run(60);
  expect(await entries()).toEqual([]);
  answers = true;
  await bench.run(30);
  expect(await entries()).toEqual([{ trackId: 't1', plays: 2 }]);
  // What was played before it was published counts from the minute on in which the catalogue knows it.
  published = true;
  await bench.run(60);
  await record('l3', 't1');
  await bench.run(30);
  expect(await entries()).toEqual([
    { trackId: 't1', plays: 3 },
    { trackId: 'new', plays: 1 },
  ]);
});

test('a play counts although others’ apps chose the same number for theirs; said again it counts once', async () => {
  const { bench, start, record, listening, recent } = setUp({ chartCacheMs: 0 });
  start.streams();
  start.recent();
  const listeners = Array.from({ length: 40 }, (_, i) => `l${i}`);
  for (const listenerId of listeners) await record(listenerId, 't7', 60_000, false, 4242);
  for (const listenerId of listeners.slice(0, 5)) await record(listenerId, 't7', 60_000, false, 4242);
  await bench.run(25);
  const { entries } = await bench.finish(listening.getTopCharts(bench.context(), { atNs: 0, limit: 0 }));
  expect(entries).toEqual([{ trackId: 't7', plays: 40 }]);
  for (const listenerId of listeners) {
    const { session } = await bench.finish(listening.getSession(bench.context(), { listenerId }));
    expect(session, listenerId).toMatchObject({ tracks: 1 });
    expect(await recent(listenerId)).toEqual([4242]);
  }
});

test('an instance reads a chart once for all who ask for it within its time', async () => {
  const { bench, cassandra, listening } = setUp({ chartCacheMs: 1_000 });
  let reads = 0;
  cassandra.onRead = () => {
    reads++;
  };
  const ask = () => listening.getTopCharts(bench.context(), { atNs: 1, limit: 0 });
  await bench.finish(Promise.all([ask(), ask(), ask()]));
  await bench.finish(ask());
  expect(reads).toBe(1);
  await bench.run(1.1);
  await bench.finish(ask());
  expect(reads).toBe(2);
});

test('without streams sessions and charts are not there, and say why', async () => {
  const { bench, listening } = setUp({ streams: 'off' });
  const methods: readonly (() => Promise<unknown>)[] = [
    () => listening.getSession(bench.context(), { listenerId: 'l1' }),
    () => listening.getTopCharts(bench.context(), { atNs: 0, limit: 0 }),
  ];
  for (const method of methods) {
    await expect(method()).rejects.toThrow(/listening\.streams/);
    expect(await outcomeOf(method())).toBe('unavailable');
  }
});

test('skips are events of their own where that is asked for: beside the play, or instead of it', async () => {
  const events: Record<string, readonly [plays: number[], skips: number[]]> = {};
  for (const skipEvents of ['off', 'also', 'instead'] as const) {
    const { record, logged } = setUp({ skipEvents });
    await record('l1', 't1', 30_000);
    await record('l1', 't2', 29_999);
    await record('l1', 't3', 200_000, true);
    events[skipEvents] = [logged(PLAYS), skipEvents === 'off' ? [] : logged(SKIPS)];
  }
  expect(events).toEqual({
    off: [[1, 2, 3], []],
    also: [
      [1, 2, 3],
      [2, 3],
    ],
    instead: [[1], [2, 3]],
  });
});

test('listening asks for no topic unless a knob does', () => {
  const names = (set: Partial<KnobValues<typeof listeningKnobs>>) =>
    furtherListeningTopics(knobsOf(listeningKnobs, set), 3).map(({ name }) => name);
  expect(names({})).toEqual([]);
  expect(names({ skipEvents: 'also' })).toEqual(['skips']);
  expect(names({ streams: 'on' })).toEqual([
    'sessions',
    'sessions_late',
    'top_charts_late',
    'top_charts_parts',
  ]);
});
