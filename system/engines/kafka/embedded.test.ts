import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LogRecord } from '../../ports/event-log.ts';
import { MILLISECOND } from '../../runtime/kernel/index.ts';
import { partitionOf } from './murmur2.ts';
import { consume, createBench, PLAYS } from './test-support.ts';

const consumerOf = (group = 'indexer') => ({
  group,
  topics: ['plays'],
  maxPollRecords: 500,
  startFrom: 'earliest' as const,
});

test('records with one key land on the partition of the key, in the order in which they were sent', async () => {
  const bench = createBench();
  const machine = bench.machine('gateway');
  const producer = bench.kafka.connect(machine).createProducer('gateway');
  const acked: { partition: number; offset: number }[] = [];
  for (let i = 0; i < 300; i++)
    bench.at(i, () => {
      const record = { topic: 'plays', key: `listener-${i % 7}`, value: i, bytes: 100 };
      producer.send(bench.context(machine), record).then((sent) => {
        acked[i] = sent;
      });
    });
  await bench.run(2_000);
  expect(acked.length).toBe(300);
  for (let i = 0; i < 300; i++) expect(acked[i]!.partition).toBe(partitionOf(`listener-${i % 7}`, 6));
  for (const { records } of bench.kafka.inspect('plays')) {
    const byKey = new Map<string, number>();
    records.forEach((record, offset) => {
      expect(record.offset).toBe(offset);
      expect(acked[record.value as number]).toEqual({ partition: record.partition, offset });
      expect(record.value as number).toBeGreaterThan(byKey.get(record.key!) ?? -1);
      byKey.set(record.key!, record.value as number);
    });
  }
});

test('a send takes its linger time, two network hops, the leader and the copies, and the parts add up', async () => {
  const bench = createBench();
  const machine = bench.machine('gateway');
  const producer = bench.kafka.connect(machine).createProducer('gateway');
  const context = bench.context(machine);
  let doneNs = 0;
  bench.at(10, () => {
    producer.send(context, { topic: 'plays', key: 'a', value: 1, bytes: 100 }).then(() => {
      doneNs = bench.simulation.nowNs;
    });
  });
  await bench.run(1_000);
  const parts = (context.trace as unknown as { partsNs: number[] }).partsNs;
  expect(parts.reduce((sum, ns) => sum + ns, 0)).toBe(doneNs - 10 * MILLISECOND);
  expect(parts[bench.hops.indexOf('kafka.producer')]).toBe(5 * MILLISECOND);
  for (const hop of ['network', 'broker', 'replication'])
    expect(parts[bench.hops.indexOf(`kafka.${hop}`)]).toBeGreaterThan(0);
});

test('records without a key stick to a partition for a batch and then move on', async () => {
  const bench = createBench();
  const machine = bench.machine('gateway');
  const producer = bench.kafka.connect(machine).createProducer('gateway');
  bench.at(0, () => {
    for (let i = 0; i < 2_000; i++)
      producer.send(bench.context(machine), { topic: 'plays', key: null, value: i, bytes: 100 });
  });
  await bench.run(1_000);
  const counts = bench.kafka.inspect('plays').map(({ endOffset }) => endOffset);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(2_000);
  // 16,384 bytes are 164 records of 100: all sent at once, every partition that was chosen has whole batches but the last.
  expect(counts.filter((count) => count % 164 !== 0).length).toBeLessThanOrEqual(1);
  expect(counts.filter((count) => count > 0).length).toBeGreaterThan(2);
});

test('a poll waits for data, is woken by it, and returns nothing after its time', async () => {
  const bench = createBench();
  const machine = bench.machine('indexer');
  const log = bench.kafka.connect(machine);
  const consumer = log.createConsumer('indexer', consumerOf());
  const producer = log.createProducer('indexer');
  const polls: [number, number][] = [];
  bench.at(0, async () => {
    for (let i = 0; i < 3; i++) {
      const records = await consumer.poll(bench.context(machine), 1_000);
      polls.push([Math.round(bench.ms()), records.length]);
    }
  });
  bench.at(1_500, () => {
    producer.send(bench.context(machine), { topic: 'plays', key: 'a', value: 1, bytes: 100 });
  });
  await bench.run(5_000);
  expect(polls.length).toBe(3);
  expect(polls[0]).toEqual([1_000, 0]);
  expect(polls[1]![1]).toBe(1);
  expect(polls[1]![0]).toBeLessThan(1_515);
  expect(polls[2]![1]).toBe(0);
});

test('a poll without time to wait brings what is there, broker by broker, and then nothing', async () => {
  const bench = createBench();
  for (let i = 0; i < 60; i++) bench.kafka.append('plays', null, i, 100);
  const machine = bench.machine('indexer');
  const consumer = bench.kafka.connect(machine).createConsumer('indexer', consumerOf());
  const counts: number[] = [];
  bench.at(0, async () => {
    counts.push((await consumer.poll(bench.context(machine), 1_000)).length);
    for (let i = 0; i < 3; i++) counts.push((await consumer.poll(bench.context(machine), 0)).length);
  });
  await bench.run(1_000);
  expect(counts).toEqual([20, 20, 20, 0]);
});

test('a group is never busier than its partitions: further consumers stay idle', async () => {
  const bench = createBench({ topics: [{ ...PLAYS, partitions: 4 }] });
  for (let i = 0; i < 4_000; i++) bench.kafka.append('plays', `key-${i}`, i, 100);
  const counts: number[] = [];
  for (let i = 0; i < 9; i++) {
    const machine = bench.machine(`indexer-${i}`);
    const consumer = bench.kafka.connect(machine).createConsumer(`indexer-${i}`, consumerOf());
    counts.push(0);
    bench.at(0, () => {
      consume(bench, machine, consumer, (records) => {
        counts[i]! += records.length;
      });
    });
  }
  await bench.run(3_000);
  expect(counts.filter((count) => count > 0).length).toBe(4);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(4_000);
  expect(bench.kafka.lag('indexer', 'plays')).toBe(0);
  const gauge = bench.kafka.gauges.find(({ name }) => name === 'indexer lag on plays')!;
  expect([gauge.group, gauge.unit, gauge.read()]).toEqual(['lag', 'records', 0]);
});

test('a joining consumer takes over partitions without a record being seen twice or out of order', async () => {
  const bench = createBench({ topics: [{ ...PLAYS, partitions: 4 }] });
  const producing = bench.machine('gateway');
  const producer = bench.kafka.connect(producing).createProducer('gateway');
  for (let i = 0; i < 5_000; i++)
    bench.at(i, () => {
      producer.send(bench.context(producing), { topic: 'plays', key: `key-${i}`, value: i, bytes: 100 });
    });
  const seen: LogRecord[] = [];
  for (const [i, startMs] of [0, 1_000, 2_500].entries()) {
    const machine = bench.machine(`indexer-${i}`);
    const consumer = bench.kafka.connect(machine).createConsumer(`indexer-${i}`, consumerOf());
    bench.at(startMs, () => {
      consume(bench, machine, consumer, (records) => seen.push(...records), 1);
    });
  }
  await bench.run(12_000);
  expect(seen.length).toBe(5_000);
  const next = new Map<number, number>();
  for (const { partition, offset } of seen) {
    expect(offset).toBe(next.get(partition) ?? 0);
    next.set(partition, offset + 1);
  }
  expect(bench.kafka.assignment('indexer').map(({ partitions }) => partitions.length)).toEqual([2, 1, 1]);
});

test('the partitions of a crashed consumer go to the others after the session timeout, from the committed offsets', async () => {
  const bench = createBench();
  for (let i = 0; i < 3_000; i++) bench.kafka.append('plays', `key-${i}`, i, 100);
  const times = new Map<number, number>();
  const machines = [0, 1].map((i) => bench.machine(`indexer-${i}`));
  machines.forEach((machine, i) => {
    const consumer = bench.kafka.connect(machine).createConsumer(`indexer-${i}`, consumerOf());
    bench.at(0, () => {
      const seen = (records: readonly LogRecord[]) => {
        for (const record of records)
          times.set(record.value as number, (times.get(record.value as number) ?? 0) + 1);
      };
      consume(bench, machine, consumer, seen, 1);
    });
  });
  bench.at(1_250, () => machines[0]!.crash());
  await bench.run(9_000);
  expect(bench.kafka.assignment('indexer').length).toBe(2);
  await bench.run(12_000);
  expect(bench.kafka.assignment('indexer').map(({ client }) => client)).toEqual(['indexer-1']);
  await bench.run(25_000);
  expect(times.size).toBe(3_000);
  // At least once: what had been polled but not committed is seen again, and nothing else.
  const again = [...times.values()].filter((count) => count > 1).length;
  expect(again).toBeGreaterThan(0);
  expect(again).toBeLessThanOrEqual(500);
});

test('committed offsets outlive all consumers of the group', async () => {
  const bench = createBench({ topics: [{ ...PLAYS, partitions: 1 }] });
  for (let i = 0; i < 700; i++) bench.kafka.append('plays', null, i, 100);
  const first = bench.machine('first');
  const offsets: number[] = [];
  bench.at(0, async () => {
    const consumer = bench.kafka.connect(first).createConsumer('first', consumerOf());
    await consumer.poll(bench.context(first), 1_000);
    await consumer.commit(bench.context(first));
    await consumer.close(bench.context(first));
  });
  await bench.run(1_500);
  expect(bench.kafka.committed('indexer', 'plays', 0)).toBe(500);
  expect(bench.kafka.lag('indexer', 'plays')).toBe(200);
  const second = bench.machine('second');
  bench.at(2_000, async () => {
    const consumer = bench.kafka.connect(second).createConsumer('second', consumerOf());
    const records = await consumer.poll(bench.context(second), 1_000);
    offsets.push(records[0]!.offset, records.length);
  });
  await bench.run(4_000);
  expect(offsets).toEqual([500, 200]);
});

test('a consumer that was silent for the session timeout is fenced: its commit is a conflict', async () => {
  const bench = createBench();
  for (let i = 0; i < 100; i++) bench.kafka.append('plays', `key-${i}`, i, 100);
  const outcomes: string[] = [];
  const machines = [bench.machine('slow'), bench.machine('other')];
  const slow = bench.kafka.connect(machines[0]!).createConsumer('slow', consumerOf());
  const other = bench.kafka.connect(machines[1]!).createConsumer('other', consumerOf());
  bench.at(0, () => consume(bench, machines[1]!, other, () => {}));
  bench.at(0, async () => {
    await slow.poll(bench.context(machines[0]!), 1_000);
    machines[0]!.pause(20_000 * MILLISECOND);
    await bench.simulation.sleep(bench.context(machines[0]!), 20_000 * MILLISECOND);
    await slow.commit(bench.context(machines[0]!)).catch((error) => outcomes.push(error.kind));
    await slow.poll(bench.context(machines[0]!), 1_000);
    await slow.commit(bench.context(machines[0]!)).then(() => outcomes.push('committed'));
  });
  await bench.run(30_000);
  expect(outcomes).toEqual(['conflict', 'committed']);
  expect(bench.kafka.lag('indexer', 'plays')).toBe(0);
});

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

test('with acks=all no acknowledged record is lost and none is stored twice when brokers crash', async () => {
  const crash = fc.record({
    broker: fc.integer({ min: 0, max: 2 }),
    atMs: fc.integer({ min: 0, max: 20_000 }),
    forMs: fc.integer({ min: 1, max: 20_000 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.integer(), fc.array(crash, { maxLength: 4 }), async (seed, crashes) => {
      const bench = createBench({ seed, knobs: { brokerFailoverMs: 3_000, leaderRebalanceMs: 5_000 } });
      const machine = bench.machine('gateway');
      const producer = bench.kafka.connect(machine).createProducer('gateway');
      const acked = new Map<number, string>();
      for (let i = 0; i < 400; i++)
        bench.at(i * 50, () => {
          const record = { topic: 'plays', key: `key-${i % 20}`, value: i, bytes: 100 };
          producer.send(bench.context(machine), record).then(({ partition, offset }) => {
            acked.set(i, `${partition}/${offset}`);
          });
        });
      for (const { broker, atMs, forMs } of crashes) {
        const node = bench.kafka.nodes[broker]!.machine;
        bench.at(atMs, () => node.crash());
        bench.at(atMs + forMs, () => node.restart());
      }
      await bench.run(160_000);
      // Everybody is back long before the delivery timeout: everything is acknowledged.
      expect(acked.size).toBe(400);
      const stored = bench.kafka.inspect('plays').flatMap(({ records }) => records);
      expect(stored.length).toBe(400);
      const last = new Map<string, number>();
      for (const record of stored) {
        const value = record.value as number;
        expect(acked.get(value)).toBe(`${record.partition}/${record.offset}`);
        expect(value).toBeGreaterThan(last.get(record.key!) ?? -1);
        last.set(record.key!, value);
      }
    }),
    { numRuns: 40, seed: 1, endOnFailure: true },
  );
});

test('with acks=1 the crash of a leader can lose an acknowledged record', async () => {
  const bench = createBench({ knobs: { acks: '1', lingerMs: 0 } });
  const machine = bench.machine('gateway');
  const producer = bench.kafka.connect(machine).createProducer('gateway');
  let acked = 0;
  const leader = bench.kafka.inspect('plays')[partitionOf('a', 6)]!.leader;
  for (const { machine: node } of bench.kafka.nodes)
    if (node !== bench.kafka.nodes[leader]!.machine) bench.at(0, () => node.pause(200 * MILLISECOND));
  bench.at(1, () => {
    producer
      .send(bench.context(machine), { topic: 'plays', key: 'a', value: 1, bytes: 100 })
      .then(() => acked++);
  });
  bench.at(100, () => bench.kafka.nodes[leader]!.machine.crash());
  await bench.run(20_000);
  expect(acked).toBe(1);
  expect(bench.kafka.inspect('plays').flatMap(({ records }) => records).length).toBe(0);
});

test('every acknowledged record is consumed at least once, whatever crashes', async () => {
  const event = fc.record({
    what: fc.constantFrom('broker', 'consumer', 'join'),
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
          const machine = what === 'broker' ? bench.kafka.nodes[which]!.machine : machines[which]!;
          if (what === 'join') bench.at(atMs, () => start(which));
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

test('a producer without a leader reports after the delivery timeout, and says whether the outcome is known', async () => {
  const bench = createBench({
    topics: [{ ...PLAYS, partitions: 1, replicationFactor: 1 }],
    knobs: { deliveryTimeoutMs: 5_000, brokerFailoverMs: 1_000 },
  });
  const machine = bench.machine('gateway');
  const producer = bench.kafka.connect(machine).createProducer('gateway');
  const outcomes: [string, boolean, number][] = [];
  const send = () => {
    const record = { topic: 'plays', key: 'a', value: 1, bytes: 100 };
    producer
      .send(bench.context(machine), record)
      .catch((error) => outcomes.push([error.kind, error.definite, Math.round(bench.ms())]));
  };
  bench.at(0, () => bench.kafka.nodes[0]!.machine.crash());
  bench.at(10, send);
  bench.at(10_000, send);
  await bench.run(30_000);
  expect(outcomes).toEqual([
    ['timeout', false, 5_010],
    ['unavailable', true, 15_000],
  ]);
});

test('a producer whose buffer is full refuses, and an unknown topic is invalid', async () => {
  const bench = createBench({ knobs: { bufferBytes: 1_000 } });
  const machine = bench.machine('gateway');
  const producer = bench.kafka.connect(machine).createProducer('gateway');
  const kinds: string[] = [];
  bench.at(0, () => {
    for (let i = 0; i < 11; i++)
      producer
        .send(bench.context(machine), { topic: 'plays', key: 'a', value: i, bytes: 100 })
        .catch((error) => kinds.push(error.kind));
    producer
      .send(bench.context(machine), { topic: 'songs', key: 'a', value: 1, bytes: 1 })
      .catch((error) => kinds.push(error.kind));
  });
  await bench.run(100);
  expect(kinds).toEqual(['overloaded', 'invalid']);
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
