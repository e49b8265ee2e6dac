import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MILLISECOND } from '../../runtime/kernel/index.ts';
import { partitionOf } from './murmur2.ts';
import { createBench, PLAYS } from './test-support.ts';

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

test('with acks=all a record that is on fewer copies than the minimum is neither acknowledged nor read until one is back', async () => {
  const bench = createBench({ topics: [{ ...PLAYS, partitions: 1 }] });
  const machine = bench.machine('gateway');
  const producer = bench.kafka.connect(machine).createProducer('gateway');
  const { leader } = bench.kafka.inspect('plays')[0]!;
  const [first, second] = bench.kafka.nodes.filter((_, i) => i !== leader).map((node) => node.machine);
  const acked: [value: number, seconds: number][] = [];
  const send = (value: number) =>
    producer
      .send(bench.context(machine), { topic: 'plays', key: 'a', value, bytes: 100 })
      .then(() => acked.push([value, Math.round(bench.ms() / 1_000)]));
  bench.at(1_000, () => first!.crash());
  bench.at(15_000, () => second!.crash());
  // The controller has not missed the second one yet: the leader takes the record and waits for that copy.
  bench.at(15_100, () => void send(1));
  bench.at(30_000, () => void send(2));
  await bench.run(40_000);
  expect(acked).toEqual([]);
  expect(bench.kafka.inspect('plays')[0]!.endOffset).toBe(0);
  bench.at(40_000, () => second!.restart());
  await bench.run(45_000);
  expect(acked).toEqual([
    [1, 41],
    [2, 41],
  ]);
  expect(bench.kafka.inspect('plays')[0]!.records.map(({ value }) => value)).toEqual([1, 2]);
});

test('with acks=1 a leader alone acknowledges, and readers wait for the minimum of copies', async () => {
  const bench = createBench({ topics: [{ ...PLAYS, partitions: 1 }], knobs: { acks: '1' } });
  const machine = bench.machine('gateway');
  const producer = bench.kafka.connect(machine).createProducer('gateway');
  const { leader } = bench.kafka.inspect('plays')[0]!;
  const followers = bench.kafka.nodes.filter((_, i) => i !== leader).map((node) => node.machine);
  let acked = 0;
  for (const follower of followers) bench.at(0, () => follower.crash());
  bench.at(15_000, () => {
    const record = { topic: 'plays', key: 'a', value: 1, bytes: 100 };
    producer.send(bench.context(machine), record).then(() => acked++);
  });
  await bench.run(20_000);
  expect([acked, bench.kafka.inspect('plays')[0]!.endOffset]).toEqual([1, 0]);
  bench.at(20_000, () => followers[0]!.restart());
  await bench.run(25_000);
  expect(bench.kafka.inspect('plays')[0]!.endOffset).toBe(1);
});
