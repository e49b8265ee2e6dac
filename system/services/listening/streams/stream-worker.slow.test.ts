import { expect, test, vi } from 'vitest';
import { PLAYS, SESSIONS_LATE, TOP_CHARTS_LATE, TOP_CHARTS_PARTS } from '../../../contracts/topics.ts';
import { SECOND } from '../../../ports/clock.ts';
import type { StreamJob } from './description.ts';
import { sessionState, topCharts } from './jobs.ts';
import { stagesOf } from './stage.ts';
import { streamSnapshots, streamSteps } from './tables.ts';
import {
  charts,
  crashAtRandomMoments,
  createStreamBench,
  expectExact,
  PARTITIONS,
  sessions,
} from './test-streams.ts';

vi.setConfig({ testTimeout: 60_000 });

test('sessions and charts are those of the plays in the log, and nothing of the log is left over', async () => {
  const streams = createStreamBench();
  streams.start(sessions, 'session-state-1');
  streams.start(charts, 'top-charts-1');
  streams.feed(95, { perSecond: 20, listeners: 60, lateS: 10 });
  await streams.bench.run(180);
  expect(streams.plays).toHaveLength(95 * 20);
  expect(streams.toldSessions().size).toBeGreaterThan(80);
  expectExact(streams);
  for (const stage of ['session-state', 'top-charts'])
    expect(streams.kafka.lag(`stream-${stage}`, PLAYS)).toBe(0);
  expect(streams.kafka.lag('stream-top-charts-merge', TOP_CHARTS_PARTS)).toBe(0);
});

test('each play counts once although workers crash at random moments of their steps', async () => {
  let crashes = 0;
  for (let seed = 1; seed <= 2; seed++) {
    const streams = createStreamBench({ seed });
    for (let i = 1; i <= 2; i++) {
      streams.start(sessions, `session-state-${i}`);
      streams.start(charts, `top-charts-${i}`);
    }
    streams.feed(60, { perSecond: 30, listeners: 40, lateS: 10 });
    const count = crashAtRandomMoments(streams, { everyOperations: 60, seconds: 75 });
    await streams.bench.run(170);
    crashes += count();
    expectExact(streams, `seed ${seed}`);
  }
  expect(crashes).toBeGreaterThan(20);
});

test('two workers share the partitions, and one that comes or goes changes nothing', async () => {
  const streams = createStreamBench({ seed: 5 });
  const first = streams.start(sessions, 'session-state-1');
  streams.start(charts, 'top-charts-1');
  streams.feed(60, { perSecond: 40, listeners: 40, lateS: 5 });
  await streams.bench.run(15);
  const second = streams.start(sessions, 'session-state-2');
  streams.start(charts, 'top-charts-2');
  await streams.bench.run(10);
  const shares = [first, second].map(({ worker }) =>
    worker()
      .positions()
      .map(({ partition }) => partition),
  );
  expect(shares.map(({ length }) => length)).toEqual([2, 2]);
  expect(new Set(shares.flat()).size).toBe(PARTITIONS);
  first.machine.crash();
  await streams.bench.run(25);
  expect(second.worker().positions()).toHaveLength(PARTITIONS);
  first.machine.restart();
  await streams.bench.run(90);
  expectExact(streams);
});

test('a worker that was cut off and believes to own its partitions changes nothing when it comes back', async () => {
  for (let seed = 1; seed <= 2; seed++) {
    const streams = createStreamBench({ seed });
    const [first] = [1, 2].map((i) => streams.start(sessions, `session-state-${i}`));
    streams.start(charts, 'top-charts-1');
    const other = streams.start(charts, 'top-charts-2');
    streams.feed(70, { perSecond: 30, listeners: 40, lateS: 5 });
    await streams.bench.run(10 + seed / 7);
    // Longer than its session with the group, shorter than it waits for an answer.
    for (const { machine } of [first!, other]) streams.bench.cutOff(machine, true);
    await streams.bench.run(7);
    for (const { machine } of [first!, other]) streams.bench.cutOff(machine, false);
    await streams.bench.run(160);
    expectExact(streams, `seed ${seed}`);
  }
});

test('a database node that is gone for a while costs time, and no play', async () => {
  const streams = createStreamBench({ seed: 8 });
  streams.start(sessions, 'session-state-1');
  streams.start(charts, 'top-charts-1');
  streams.feed(60, { perSecond: 30, listeners: 40, lateS: 5 });
  for (const [at, node] of [
    [8, 0],
    [30, 2],
  ] as const) {
    const { machine } = streams.cassandra.nodes[node]!;
    streams.bench.simulation.after(at * SECOND, () => machine.crash());
    streams.bench.simulation.after((at + 15) * SECOND, () => machine.restart());
  }
  await streams.bench.run(170);
  expectExact(streams);
});

test('plays that were polled count although their partition is promised to another worker by then', async () => {
  const streams = createStreamBench({ seed: 12 });
  const { bench, kafka } = streams;
  const promised = () => bench.simulation.nowNs > 8 * SECOND && bench.simulation.nowNs < 12 * SECOND;
  // As it is while the group shares its partitions anew: what is polled is committed, and is no longer among the assigned.
  streams.start(sessions, 'session-state-1', (log) => ({
    ...log,
    createConsumer(clientId, options) {
      const consumer = log.createConsumer(clientId, options);
      return {
        poll: (context, maxWaitMs) => consumer.poll(context, maxWaitMs),
        commit: (context) => consumer.commit(context),
        close: (context) => consumer.close(context),
        assigned: () => (promised() ? [] : consumer.assigned()),
      };
    },
  }));
  streams.feed(20, { perSecond: 40, listeners: 40, lateS: 5 });
  await bench.run(100);
  expect(kafka.lag('stream-session-state', PLAYS)).toBe(0);
  const counted = [...streams.toldSessions().values()].reduce((sum, [tracks]) => sum + tracks!, 0);
  expect(counted).toBe(streams.plays.length);
});

test('the cache out of order stops the sessions, and they go on where they were when it is back', async () => {
  const streams = createStreamBench({ seed: 9 });
  streams.start(sessions, 'session-state-1');
  streams.start(charts, 'top-charts-1');
  streams.feed(40, { perSecond: 30, listeners: 40, lateS: 5 });
  const { machine } = streams.redis.nodes[0]!;
  streams.bench.simulation.after(8 * SECOND, () => machine.crash());
  await streams.bench.run(20);
  expect(streams.kafka.lag('stream-session-state', PLAYS)).toBeGreaterThan(200);
  expect(streams.kafka.lag('stream-top-charts', PLAYS)).toBeLessThan(60);
  machine.restart();
  await streams.bench.run(120);
  expectExact(streams);
});

test('steps take their slots in turn, and snapshots older than the newest are deleted', async () => {
  const streams = createStreamBench({ settings: { slots: 8 } });
  streams.start(sessions, 'session-state-1');
  streams.feed(30, { perSecond: 30, listeners: 400, lateS: 1 });
  await streams.bench.run(31);
  for (let partition = 0; partition < PARTITIONS; partition++) {
    const steps = streams.cassandra.inspect(streamSteps.name, ['session-state', partition]);
    expect(steps.length).toBe(8);
    const last = Math.max(...steps.map(({ sequence }) => sequence as number));
    expect(last).toBeGreaterThan(16);
    const pieces = streams.cassandra.inspect(streamSnapshots.name, ['session-state', partition]);
    const snapshots = new Set(pieces.map(({ sequence }) => sequence as number));
    expect(snapshots.size).toBe(1);
    expect(last - [...snapshots][0]!).toBeLessThan(4);
    expect(pieces.length).toBe(pieces[0]!.pieces);
    expect(pieces.length).toBeGreaterThan(1);
  }
});

test('a late play changes a closed session and chart, one that is too late stands aside and is counted', async () => {
  const streams = createStreamBench();
  const state = streams.start(sessions, 'session-state-1');
  streams.start(charts, 'top-charts-1');
  const at = (s: number, play: { playedAtNs: number; listenedMs?: number }) =>
    streams.bench.simulation.after(s * SECOND, () => void streams.append({ listenerId: 'l1', ...play }));
  at(5, { playedAtNs: 5 * SECOND });
  at(40, { playedAtNs: 40 * SECOND });
  await streams.bench.run(41.5);
  // Closed at 20 s and by now (the watermark is 37 s) over for longer than 12 s.
  expect([...streams.toldSessions().keys()]).toEqual([`l1 from ${5 * SECOND}`]);
  at(0.1, { playedAtNs: 3 * SECOND });
  at(0.2, { playedAtNs: 22 * SECOND });
  await streams.bench.run(2);
  const late1 = state
    .worker()
    .positions()
    .map(({ position }) => position.late);
  expect(late1.reduce((sum, count) => sum + count, 0)).toBe(1);
  at(0.1, { playedAtNs: 58 * SECOND });
  await streams.bench.run(2);
  // 22 s has a session of its own that is over at 37 s, kept until 49 s, and joined by nothing that comes after 55 s.
  at(0.1, { playedAtNs: 56 * SECOND });
  at(0.2, { playedAtNs: 57 * SECOND, listenedMs: 1 });
  await streams.bench.run(60);
  expectExact(streams);
  const late = streams.kafka.inspect(SESSIONS_LATE).flatMap(({ records }) => records);
  expect(late.map(({ value, key }) => [key, value])).toEqual([['l1', streams.plays[2]]]);
  expect(streams.kafka.inspect(TOP_CHARTS_LATE).flatMap(({ records }) => records)).toHaveLength(0);
});

test('a partition without plays holds nothing up: its sessions close, and the charts are complete', async () => {
  const streams = createStreamBench();
  streams.start(sessions, 'session-state-1');
  streams.start(charts, 'top-charts-1');
  // Two listeners whose plays are in different partitions; one of them stops.
  streams.append({ listenerId: 'l1', playedAtNs: 0 });
  const entry = streams.bench.simulation.registerEntry(() => void streams.append({ listenerId: 'l2' }));
  for (let s = 1; s <= 100; s++) streams.bench.simulation.schedule(s * SECOND, entry);
  await streams.bench.run(25);
  const used = streams.kafka.inspect(PLAYS).filter(({ records }) => records.length > 0);
  expect(used).toHaveLength(2);
  expect(streams.toldSessions().size).toBe(0);
  expect(streams.chart(0).complete).toBe(false);
  await streams.bench.run(40);
  expect([...streams.toldSessions().keys()]).toEqual(['l1 from 0']);
  expect(streams.chart(0)).toMatchObject({ complete: true });
  expect(streams.chart(0).entries).toEqual(streams.chart(0).expected);
});

test('a worker that starts with a log full of plays gets the same as one that was there from the beginning', async () => {
  const streams = createStreamBench({ seed: 3, settings: { batch: 300 } });
  streams.feed(90, { perSecond: 40, listeners: 40, lateS: 10 });
  await streams.bench.run(92);
  streams.start(sessions, 'session-state-1');
  streams.start(charts, 'top-charts-1');
  await streams.bench.run(90);
  expectExact(streams);
});

test('what is kept of a listener is the newest session, as it is', async () => {
  const streams = createStreamBench();
  streams.start(sessions, 'session-state-1');
  const at = (s: number, playedAtS: number, listenedMs = 60_000) =>
    streams.bench.simulation.after(
      s * SECOND,
      () => void streams.append({ listenerId: 'l1', playedAtNs: playedAtS * SECOND, listenedMs }),
    );
  at(1, 1);
  at(4, 4, 10_000);
  await streams.bench.run(6);
  expect(streams.keptSession('l1')).toEqual({
    listenerId: 'l1',
    startedAtNs: SECOND,
    endedAtNs: 4 * SECOND,
    tracks: 2,
    skips: 1,
    listenedMs: 70_000,
    version: expect.any(Number),
    retracted: false,
  });
  at(24, 30);
  at(26, 6);
  await streams.bench.run(30);
  expect(streams.keptSession('l1')).toMatchObject({ startedAtNs: 30 * SECOND, tracks: 1 });
  // Late, but it belongs to both: they are one.
  expect(streams.toldSessions().get(`l1 from ${SECOND}`)).toEqual([3, 1, 130_000]);
});

test('a job that makes no sense is refused with what is wrong with it', () => {
  const refusal = (change: object) => {
    try {
      stagesOf({ ...charts, ...change } as StreamJob, 1);
    } catch (error) {
      return (error as Error).message;
    }
    return 'taken';
  };
  expect(refusal({})).toBe('taken');
  expect(refusal({ merge: undefined })).toMatch(/partitioned by listenerId: windows by trackId need a topic/);
  expect(refusal({ window: { kind: 'session', gapMs: 10 } })).toMatch(/sessions have no top/);
  expect(refusal({ window: { kind: 'session', gapMs: 10 }, top: undefined, sinks: [] })).toMatch(
    /cannot be merged/,
  );
  expect(refusal({ window: { kind: 'tumbling', sizeMs: 0 } })).toMatch(/sizeMs is 0/);
  expect(refusal({ window: { kind: 'hopping', sizeMs: 10, everyMs: 20 } })).toMatch(/in no window/);
  expect(refusal({ time: { outOfOrderMs: -1, latenessMs: 0, idleMs: 0 } })).toMatch(/outOfOrderMs is -1/);
  expect(refusal({ top: { by: 'likes', limit: 3 } })).toMatch(/no 'likes' to order by/);
  expect(refusal({ top: undefined })).toMatch(/a table takes the top/);
  expect(refusal({ aggregates: { plays: { function: 'median' } } })).toMatch(/no aggregate 'median'/);
  expect(refusal({ aggregates: { plays: { function: 'sum' } } })).toMatch(/'plays' is of no field/);
});

test('jobs are data: JSON carries them', () => {
  for (const job of [sessionState, topCharts]) {
    const again = JSON.parse(JSON.stringify(job)) as StreamJob;
    expect(again).toEqual(job);
    expect(stagesOf(again, 12).map(({ name }) => name)).toEqual(stagesOf(job, 12).map(({ name }) => name));
  }
});
