/** Where a group stands in its logs: what it lags behind, what retention has taken from it, and what moves to others. */
import { expect, test } from 'vitest';
import type { LogRecord } from '../../ports/event-log.ts';
import { MILLISECOND } from '../../runtime/kernel/index.ts';
import { type Bench, consume, consumerOf, createBench, PLAYS } from './test-support.ts';

/** Polls and is busy for so long after each poll, before it commits. */
async function consumeSlowly(
  bench: Bench,
  client: string,
  busyMs: number,
  seen: (records: readonly LogRecord[]) => void,
) {
  const machine = bench.machine(client);
  const consumer = bench.kafka
    .connect(machine)
    .createConsumer(client, { ...consumerOf(), maxPollRecords: 10 });
  for (;;) {
    seen(await consumer.poll(bench.context(machine), 500));
    await bench.simulation.sleep(bench.context(machine), busyMs * MILLISECOND);
    await consumer.commit(bench.context(machine)).catch(() => {});
  }
}

test('a group lags behind each of its topics by the records of that one', async () => {
  const bench = createBench({ topics: [PLAYS, { ...PLAYS, name: 'follows' }] });
  const machine = bench.machine('indexer');
  const topics = ['plays', 'follows'];
  const consumer = bench.kafka.connect(machine).createConsumer('indexer', { ...consumerOf(), topics });
  bench.at(0, () => void consume(bench, machine, consumer, () => {}));
  bench.at(1_000, () => machine.crash());
  bench.at(1_001, () => {
    for (let i = 0; i < 30; i++) bench.kafka.append('plays', `key-${i}`, i, 100);
    for (let i = 0; i < 7; i++) bench.kafka.append('follows', 'key', i, 100);
  });
  await bench.run(2_000);
  expect(topics.map((topic) => bench.kafka.lag('indexer', topic))).toEqual([30, 7]);
  const gauge = (topic: string) =>
    bench.kafka.gauges.find(({ name }) => name === `indexer lag in the worst partition of ${topic}`)!.read();
  expect(gauge('follows')).toBe(7);
  expect(gauge('plays')).toBeLessThan(30);
});

test('what retention deletes before it was read is passed over, and reading goes on with the oldest there is', async () => {
  const bench = createBench({
    topics: [{ ...PLAYS, partitions: 1, retentionMs: 10_000 }],
    knobs: { retentionCheckMs: 1_000 },
  });
  const seen: number[] = [];
  const append = (count: number) => {
    for (let i = 0; i < count; i++) bench.kafka.append('plays', null, i, 100);
  };
  append(100);
  bench.at(0, () => {
    void consumeSlowly(bench, 'indexer', 20_000, (records) =>
      seen.push(...records.map(({ offset }) => offset)),
    );
  });
  bench.at(18_000, () => append(5));
  await bench.run(70_000);
  expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 100, 101, 102, 103, 104]);
  expect(bench.kafka.lag('indexer', 'plays')).toBe(0);
});

test('partitions that a busy owner gives up at a later poll are read by the one who joined', async () => {
  const bench = createBench({ knobs: { rebalanceMs: 3_000 } });
  for (let i = 0; i < 1_000; i++) bench.kafka.append('plays', `key-${i}`, i, 100);
  // It polls while the rebalance is prepared, and is at work when it ends.
  bench.at(0, () => void consumeSlowly(bench, 'indexer-0', 2_500, () => {}));
  bench.at(10_000, () => void consumeSlowly(bench, 'indexer-1', 1, () => {}));
  await bench.run(30_000);
  expect(bench.kafka.assignment('indexer').map(({ partitions }) => partitions.length)).toEqual([3, 3]);
});
