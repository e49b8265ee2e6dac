import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LogRecord } from '../../ports/event-log.ts';
import { MILLISECOND } from '../../runtime/kernel/index.ts';
import { consume, consumerOf, createBench, PLAYS } from './test-support.ts';

test('records older than the retention are deleted, younger ones stay, and a late reader begins behind them', async () => {
  const bench = createBench({
    topics: [{ ...PLAYS, partitions: 1, retentionMs: 10_000 }],
    knobs: { retentionCheckMs: 1_000 },
  });
  const machine = bench.machine('gateway');
  const producer = bench.kafka.connect(machine).createProducer('gateway');
  for (let i = 0; i < 30; i++)
    bench.at(i * 1_000, () => {
      producer.send(bench.context(machine), { topic: 'plays', key: 'a', value: i, bytes: 100 });
    });
  await bench.run(29_500);
  const [partition] = bench.kafka.inspect('plays');
  expect(partition!.endOffset).toBe(30);
  expect(partition!.startOffset).toBe(19);
  expect(partition!.records.map(({ value }) => value)).toEqual([19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29]);
  const values: unknown[] = [];
  bench.at(29_600, () => {
    const consumer = bench.kafka.connect(machine).createConsumer('late', consumerOf());
    consume(bench, machine, consumer, (records) => values.push(...records.map(({ value }) => value)));
  });
  await bench.run(29_900);
  expect(values[0]).toBe(19);
});

test('retention by bytes keeps the newest records of each partition', async () => {
  const bench = createBench({
    topics: [{ ...PLAYS, partitions: 1 }],
    knobs: { retentionBytes: 1_000, retentionCheckMs: 1_000 },
  });
  for (let i = 0; i < 50; i++) bench.kafka.append('plays', 'a', i, 100);
  await bench.run(1_500);
  expect(bench.kafka.inspect('plays')[0]!.records.length).toBe(10);
});

test('every acknowledged record is consumed at least once, whatever crashes', async () => {
  const event = fc.record({
    what: fc.constantFrom('broker', 'broker pause', 'consumer', 'join'),
    which: fc.integer({ min: 0, max: 2 }),
    atMs: fc.integer({ min: 0, max: 20_000 }),
    forMs: fc.integer({ min: 1, max: 15_000 }),
  });
  const assignor = fc.constantFrom('cooperative-sticky' as const, 'range' as const);
  await fc.assert(
    fc.asyncProperty(
      fc.integer(),
      fc.array(event, { maxLength: 6 }),
      assignor,
      async (seed, events, kind) => {
        const knobs = { brokerFailoverMs: 2_000, sessionTimeoutMs: 3_000, assignor: kind };
        const bench = createBench({ seed, knobs });
        const gateway = bench.machine('gateway');
        const producer = bench.kafka.connect(gateway).createProducer('gateway');
        const acked = new Set<unknown>();
        const seen = new Set<unknown>();
        for (let i = 0; i < 400; i++)
          bench.at(i * 50, () => {
            const record = { topic: 'plays', key: `key-${i % 40}`, value: i, bytes: 100 };
            producer.send(bench.context(gateway), record).then(() => acked.add(i));
          });
        const machines = [0, 1, 2].map((i) => bench.machine(`indexer-${i}`));
        const start = (i: number) => {
          const machine = machines[i]!;
          const consumer = bench.kafka.connect(machine).createConsumer(`indexer-${i}`, consumerOf());
          const note = (records: readonly LogRecord[]) => {
            for (const record of records) seen.add(record.value);
          };
          consume(bench, machine, consumer, note, 5);
        };
        machines.forEach((machine, i) => {
          machine.onRestart(() => start(i));
          bench.at(i * 700, () => start(i));
        });
        for (const { what, which, atMs, forMs } of events) {
          const machine = what.startsWith('broker') ? bench.kafka.nodes[which]!.machine : machines[which]!;
          if (what === 'join') bench.at(atMs, () => start(which));
          else if (what === 'broker pause') bench.at(atMs, () => machine.pause(forMs * MILLISECOND));
          else {
            bench.at(atMs, () => machine.crash());
            bench.at(atMs + forMs, () => machine.restart());
          }
        }
        await bench.run(90_000);
        expect(acked.size).toBe(400);
        expect(seen.size).toBe(400);
        expect(bench.kafka.lag('indexer', 'plays')).toBe(0);
      },
    ),
    { numRuns: 40, seed: 1, endOnFailure: true },
  );
});

test('the same seed gives the same run', async () => {
  const run = async () => {
    const bench = createBench({ seed: 9 });
    const machine = bench.machine('gateway');
    const log = bench.kafka.connect(machine);
    const producer = log.createProducer('gateway');
    const times: number[] = [];
    bench.at(0, () => {
      consume(bench, machine, log.createConsumer('c', consumerOf()), () =>
        times.push(bench.simulation.nowNs),
      );
    });
    for (let i = 0; i < 200; i++)
      bench.at(i * 3, () => {
        producer
          .send(bench.context(machine), { topic: 'plays', key: `${i}`, value: i, bytes: 100 })
          .then(() => times.push(bench.simulation.nowNs));
      });
    await bench.run(2_000);
    return [times, bench.simulation.events];
  };
  expect(await run()).toEqual(await run());
});
