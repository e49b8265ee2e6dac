import { expect, test, vi } from 'vitest';
import { PLAYS, TOP_CHARTS_PARTS } from '../../../contracts/topics.ts';
import { SECOND } from '../../../ports/clock.ts';
import type { LogRecord } from '../../../ports/event-log.ts';
import type { StreamJob } from './description.ts';
import { settleAll } from './settle-all.ts';
import { type Stage, stagesOf } from './stage.ts';
import { StreamTask } from './stream-task.ts';
import { charts, createStreamBench, expectExact, type StreamBench, sessions } from './test-streams.ts';

vi.setConfig({ testTimeout: 60_000 });

function createTask(streams: StreamBench, stage: Stage, partition: number, name: string): StreamTask {
  const { bench, cassandra, kafka, redis } = streams;
  const machine = bench.machine(name);
  return new StreamTask({
    stage,
    partition,
    producer: kafka.connect(machine).createProducer(name),
    store: cassandra.connect(machine),
    cache: redis.connect(machine),
    clock: bench.simulation,
    writer: name,
    slots: 8,
    pieceLength: 300,
  });
}

/** Both work through all records in batches of their own, and begin again where they fail. */
async function fight(streams: StreamBench, stage: Stage, topic: string): Promise<number> {
  const { bench } = streams;
  const random = bench.simulation.random(`batches of ${stage.name}`);
  const tasks: StreamTask[] = [];
  const work = streams.kafka.inspect(topic).flatMap(({ records, partition }) =>
    [0, 1].map(async (rival) => {
      const task = createTask(streams, stage, partition, `${stage.name}-${partition}-${rival}`);
      tasks.push(task);
      const context = bench.context();
      for (let at = 0, i = 0; at < records.length; i++) {
        const size = 1 + Math.floor(random.uniform(i, partition, rival) * 8);
        const batch: readonly LogRecord[] = records.slice(at, at + size);
        await bench.simulation.sleep(context, random.uniform(i, partition, 2 + rival) * 0.02 * SECOND);
        try {
          await task.process(context, batch);
          at += size;
        } catch (error) {
          expect(error).toMatchObject({ kind: 'timeout' });
        }
      }
      // Then nothing comes any more: what is open is closed.
      for (let i = 0; i < 60; i++) {
        await bench.simulation.sleep(context, SECOND);
        await task.rest(context).catch((error) => expect(error).toMatchObject({ kind: 'timeout' }));
      }
    }),
  );
  let over = false;
  void Promise.all(work).then(() => {
    over = true;
  });
  for (let i = 0; i < 300 && !over; i++) await bench.run(1);
  await Promise.all(work);
  return tasks.reduce((sum, { refused }) => sum + refused, 0);
}

test('a worker that cannot write does not know that nothing has come: its partition is not idle', async () => {
  const streams = createStreamBench();
  const { bench, cassandra } = streams;
  const [stage] = stagesOf(sessions, 1) as [Stage];
  const task = createTask(streams, stage, 0, 'session-state');
  const rest = async () => {
    const done = task.rest(bench.context()).then(
      () => 'ok',
      (error) => error.kind,
    );
    await bench.run(3);
    return done;
  };
  streams.append({ listenerId: 'l0' });
  const [records] = streams.kafka
    .inspect(PLAYS)
    .map((one) => one.records)
    .filter(({ length }) => length > 0);
  await bench.finish(task.process(bench.context(), records!));
  const { watermarkNs } = task.position!;
  await bench.run(40);
  for (const { machine } of cassandra.nodes) machine.crash();
  expect(await rest()).toBe('unavailable');
  for (const { machine } of cassandra.nodes) machine.restart();
  await bench.run(1);
  expect(await rest()).toBe('ok');
  expect(task.position!.watermarkNs).toBe(watermarkNs);
  await bench.run(20);
  expect(await rest()).toBe('ok');
  expect(task.position!.watermarkNs).toBeGreaterThan(watermarkNs);
});

test('of two that both take a partition for theirs, each step is taken by one, and each play counts once', async () => {
  for (let seed = 1; seed <= 2; seed++) {
    const streams = createStreamBench({ seed });
    streams.feed(60, { perSecond: 20, listeners: 30, lateS: 10 });
    await streams.bench.run(61);
    const [whole] = stagesOf(sessions, 4) as [Stage];
    expect(await fight(streams, whole, PLAYS)).toBeGreaterThan(20);
    const [partial, merge] = stagesOf(charts as StreamJob, 4) as [Stage, Stage];
    expect(await fight(streams, partial, PLAYS)).toBeGreaterThan(20);
    expect(await fight(streams, merge, TOP_CHARTS_PARTS)).toBeGreaterThan(20);
    expectExact(streams, `seed ${seed}`);
  }
});

test('one partition that fails leaves the others to finish before all is tried again', async () => {
  const streams = createStreamBench();
  const { bench } = streams;
  const over: number[] = [];
  const work = settleAll([1, 2, 3, 4], async (item) => {
    await bench.simulation.sleep(bench.context(), item * SECOND);
    over.push(item);
    if (item < 3) throw new Error(`failed at ${item}`);
  });
  await expect(bench.finish(work)).rejects.toThrow('failed at 1');
  expect(over).toEqual([1, 2, 3, 4]);
});
