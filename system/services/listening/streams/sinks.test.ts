import { expect, test } from 'vitest';
import { SESSIONS, TOP_CHARTS_PARTS } from '../../../contracts/topics.ts';
import { SECOND } from '../../../ports/clock.ts';
import type { LogRecord } from '../../../ports/event-log.ts';
import type { StreamJob } from './description.ts';
import { PartitionState, type Step } from './partition-state.ts';
import { createSinks } from './sinks.ts';
import { type Stage, stagesOf } from './stage.ts';
import { charts, createStreamBench, type StreamBench, sessions } from './test-streams.ts';

const recordsOf = (values: readonly unknown[], from = 0): LogRecord[] =>
  values.map((value, i) => ({
    topic: 'plays',
    partition: 0,
    offset: from + i,
    key: null,
    value,
    bytes: 1,
    timestampNs: 0,
  }));

const play = (playId: number, atS: number, trackId = 't1') => ({
  playId,
  listenerId: 'l1',
  trackId,
  playedAtNs: atS * SECOND,
  listenedMs: 60_000,
  skipped: false,
});

function sinksOf({ bench, cassandra, kafka, redis }: StreamBench, stage: Stage) {
  const machine = bench.machine(stage.name);
  return createSinks({
    stage,
    partition: 0,
    producer: kafka.connect(machine).createProducer(stage.name),
    store: cassandra.connect(machine),
    cache: redis.connect(machine),
    clock: bench.simulation,
  });
}

async function tell(streams: StreamBench, stage: Stage, state: PartitionState, step: Step | null) {
  for (const sink of sinksOf(streams, stage))
    await streams.bench.finish(sink.write(streams.bench.context(), state, step));
}

test('a chart that is told late leaves the newer one where it is', async () => {
  const streams = createStreamBench();
  const [partial, merge] = stagesOf(charts, 1) as [Stage, Stage];
  const parts = new PartitionState(partial);
  const [older, newer] = [new PartitionState(merge), new PartitionState(merge)];
  for (let i = 0; i < 3; i++) {
    const { position, windows } = parts.take(recordsOf([play(i, 1 + i, `t${i}`)], i))!;
    const { sequence, watermarkNs } = position;
    const records = recordsOf([{ partition: 0, sequence, watermarkNs, windows }], i);
    for (const state of i === 2 ? [newer] : [older, newer]) state.take(records);
  }
  await tell(streams, merge, newer, null);
  await tell(streams, merge, older, null);
  expect(streams.chart(0)).toMatchObject({ version: 3, complete: false });
  expect(streams.chart(0).entries).toEqual([
    ['t0', 1],
    ['t1', 1],
    ['t2', 1],
  ]);
});

test('a chart is written so far apart as the job says, and at once when its window is over', async () => {
  const streams = createStreamBench();
  const [partial, merge] = stagesOf(charts, 1) as [Stage, Stage];
  const parts = new PartitionState(partial);
  const state = new PartitionState(merge);
  const sinks = sinksOf(streams, merge);
  let offset = 0;
  const add = async (atS: number) => {
    const { position, windows } = parts.take(recordsOf([play(offset, atS)], offset))!;
    const { sequence, watermarkNs } = position;
    const step = state.take(recordsOf([{ partition: 0, sequence, watermarkNs, windows }], offset++));
    for (const sink of sinks) await streams.bench.finish(sink.write(streams.bench.context(), state, step));
    return streams.chart(0).version;
  };
  expect(await add(1)).toBe(1);
  expect(await add(2)).toBe(1);
  await streams.bench.run(2);
  expect(await add(3)).toBe(3);
  expect(await add(40)).toBe(4);
  expect(streams.chart(0)).toMatchObject({ complete: true, entries: [['t1', 3]] });
});

test('a session that is told late leaves the newer one in the cache', async () => {
  const streams = createStreamBench();
  const [stage] = stagesOf(sessions, 1) as [Stage];
  const [older, newer] = [new PartitionState(stage), new PartitionState(stage)];
  const first = recordsOf([play(1, 1)]);
  const oldStep = older.take(first)!;
  newer.take(first);
  const newStep = newer.take(recordsOf([play(2, 2)], 1))!;
  await tell(streams, stage, newer, newStep);
  await tell(streams, stage, older, oldStep);
  expect(streams.keptSession('l1')).toMatchObject({ tracks: 2, version: 2 });
});

test('who tells nothing new writes nothing', async () => {
  const streams = createStreamBench();
  const [stage] = stagesOf(sessions, 1) as [Stage];
  const [partial] = stagesOf(charts, 1) as [Stage];
  await tell(streams, stage, new PartitionState(stage), null);
  await tell(streams, partial, new PartitionState(partial), null);
  for (const topic of [SESSIONS, TOP_CHARTS_PARTS])
    expect(streams.kafka.inspect(topic).flatMap(({ records }) => records)).toEqual([]);
  expect(streams.redis.inspectKeys()).toEqual([]);
});

test('the largest and the smallest of no record are nothing, as NULL in SQL, and not a number', async () => {
  const streams = createStreamBench();
  const where = [{ field: 'skipped', equals: true }];
  const job: StreamJob = {
    ...sessions,
    aggregates: {
      longest: { function: 'max', field: 'listenedMs' },
      longestSkip: { function: 'max', field: 'listenedMs', where },
      shortestSkip: { function: 'min', field: 'listenedMs', where },
      skips: { function: 'count', where },
    },
  };
  const [stage] = stagesOf(job, 1) as [Stage];
  const state = new PartitionState(stage);
  const tellOf = async (records: readonly LogRecord[]) => {
    await tell(streams, stage, state, state.take(records));
    return streams.keptSession('l1') as unknown as Record<string, unknown>;
  };
  const without = await tellOf(recordsOf([play(1, 1)]));
  expect(without).toMatchObject({ longest: 60_000, skips: 0 });
  expect(Object.keys(without)).not.toContain('longestSkip');
  expect(Object.keys(without)).not.toContain('shortestSkip');
  const skip = { ...play(2, 2), listenedMs: 5_000, skipped: true };
  expect(await tellOf(recordsOf([skip], 1))).toMatchObject({
    longestSkip: 5_000,
    shortestSkip: 5_000,
    skips: 1,
  });
});
