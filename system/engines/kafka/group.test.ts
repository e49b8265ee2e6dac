import { expect, test } from 'vitest';
import type { EventConsumer, LogRecord } from '../../ports/event-log.ts';
import { MILLISECOND } from '../../runtime/kernel/index.ts';
import { murmur2 } from './murmur2.ts';
import { consume, consumerOf, createBench, PLAYS } from './test-support.ts';

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
  const consumers: EventConsumer[] = [];
  for (const [i, startMs] of [0, 1_000, 2_500].entries()) {
    const machine = bench.machine(`indexer-${i}`);
    const consumer = bench.kafka.connect(machine).createConsumer(`indexer-${i}`, consumerOf());
    consumers.push(consumer);
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
  const assigned = consumers.map((consumer) => consumer.assigned());
  expect(assigned.map(({ length }) => length)).toEqual([2, 1, 1]);
  expect(new Set(assigned.flat().map(({ partition }) => partition))).toEqual(new Set([0, 1, 2, 3]));
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

test('the lag of the worst partition tells one key that holds everything from a group that is too slow', async () => {
  const bench = createBench({ topics: [{ ...PLAYS, partitions: 4 }] });
  const machine = bench.machine('gateway');
  const producer = bench.kafka.connect(machine).createProducer('gateway');
  // A consumer that joins and never polls: nothing is committed.
  bench.kafka.connect(bench.machine('indexer')).createConsumer('indexer', consumerOf());
  const send = (key: string, value: number) =>
    producer.send(bench.context(machine), { topic: 'plays', key, value, bytes: 100 });
  const read = (of: string) => bench.kafka.gauges.find(({ name }) => name === `indexer ${of}`)!.read();
  for (let i = 0; i < 100; i++) bench.at(i, () => void send('one label', i));
  await bench.run(1_000);
  expect([read('lag on plays'), read('lag in the worst partition of plays')]).toEqual([100, 100]);
  for (let i = 0; i < 400; i++) bench.at(1_000 + i, () => void send(`track ${i}`, i));
  await bench.run(2_000);
  expect(read('lag on plays')).toBe(500);
  expect(read('lag in the worst partition of plays')).toBeLessThan(250);
});

/** A consumer that has read a record and not committed it, and the brokers that do not coordinate its group. */
async function uncommitted() {
  const bench = createBench({ topics: [{ ...PLAYS, partitions: 1 }] });
  bench.kafka.append('plays', 'a', 1, 100);
  const machine = bench.machine('indexer');
  const consumer = bench.kafka.connect(machine).createConsumer('indexer', consumerOf());
  bench.at(0, () => void consumer.poll(bench.context(machine), 1_000));
  await bench.run(900);
  const coordinator = (murmur2('indexer') & 0x7fffffff) % 3;
  const others = bench.kafka.nodes.filter((_, i) => i !== coordinator).map((node) => node.machine);
  const outcomes: [outcome: string, seconds: number][] = [];
  const note = (outcome: string) => outcomes.push([outcome, Math.round(bench.ms() / 1_000)]);
  const commit = () =>
    consumer.commit(bench.context(machine)).then(
      () => note('committed'),
      (error) => note(`${error.kind} ${error.definite}`),
    );
  return { bench, others, outcomes, commit, committed: () => bench.kafka.committed('indexer', 'plays', 0) };
}

test('a commit waits for the copies of the offsets until the broker that has none is out of the in-sync replicas', async () => {
  const { bench, others, outcomes, commit, committed } = await uncommitted();
  bench.at(1_000, () => {
    others[0]!.crash();
    void commit();
  });
  await bench.run(9_900);
  expect(committed()).toBe(-1);
  // The coordinator gives up after 5 s, the client says it again, and the controller misses the broker after 9 s.
  await bench.run(12_000);
  expect(outcomes).toEqual([['committed', 10]]);
  expect(committed()).toBe(1);
});

test('a commit fails where too few copies of the offsets are in sync, and the next one stands once one is back', async () => {
  const { bench, others, outcomes, commit, committed } = await uncommitted();
  bench.at(1_000, () => {
    for (const broker of others) broker.crash();
  });
  bench.at(12_000, () => void commit());
  await bench.run(45_000);
  expect(outcomes).toEqual([['timeout false', 43]]);
  expect(committed()).toBe(-1);
  bench.at(45_000, () => others[0]!.restart());
  bench.at(46_000, () => void commit());
  await bench.run(50_000);
  expect(outcomes[1]).toEqual(['committed', 46]);
  expect(committed()).toBe(1);
});

test('a commit waits for a follower that stands still, and no longer', async () => {
  const { bench, others, outcomes, commit } = await uncommitted();
  bench.at(1_000, () => {
    others[0]!.pause(2_000 * MILLISECOND);
    void commit();
  });
  await bench.run(10_000);
  expect(outcomes).toEqual([['committed', 3]]);
});

test('while a broker stands still the partitions of the others are read; its own once the fetch there is given up', async () => {
  const bench = createBench({ topics: [{ ...PLAYS, partitions: 3 }] });
  const producing = bench.machine('gateway');
  const producer = bench.kafka.connect(producing).createProducer('gateway');
  for (let i = 0; i < 1_200; i++)
    bench.at(i * 50, () => {
      void producer.send(bench.context(producing), { topic: 'plays', key: `key-${i}`, value: i, bytes: 100 });
    });
  const machine = bench.machine('indexer');
  const consumer = bench.kafka.connect(machine).createConsumer('indexer', consumerOf());
  const reads: number[][] = [[], [], []];
  bench.at(0, () => {
    void consume(bench, machine, consumer, (records) => {
      for (const { partition } of records) reads[partition]!.push(bench.ms());
    });
  });
  const stopped = bench.kafka.inspect('plays').findIndex(({ leader }) => leader === 2);
  bench.at(5_000, () => bench.kafka.nodes[2]!.machine.pause(50_000 * MILLISECOND));
  await bench.run(80_000);
  const gaps = reads.map((times) => Math.max(...times.map((ms, i) => ms - (times[i - 1] ?? ms))));
  // The other partitions miss a follower until it is fenced; this one's fetch waits for the request timeout (30 s).
  gaps.forEach((gap, partition) => {
    expect(gap / 1_000).toBeGreaterThan(partition === stopped ? 29 : 8);
    expect(gap / 1_000).toBeLessThan(partition === stopped ? 31.5 : 10.5);
  });
  expect(reads.flat().length).toBe(1_200);
  expect(bench.kafka.lag('indexer', 'plays')).toBe(0);
});

test('a commit at a coordinator that stands still goes to the next one after the session timeout', async () => {
  const { bench, outcomes, commit, committed } = await uncommitted();
  const coordinator = bench.kafka.nodes[(murmur2('indexer') & 0x7fffffff) % 3]!.machine;
  bench.at(1_000, () => coordinator.pause(60_000 * MILLISECOND));
  bench.at(2_000, () => void commit());
  await bench.run(20_000);
  expect(outcomes).toEqual([['committed', 11]]);
  expect(committed()).toBe(1);
});

/** Two consumers read for ten seconds, then a third one joins; a rebalance takes a second. The first is busy after each poll. */
async function joined(assignor: 'cooperative-sticky' | 'range', busyMs = 0) {
  const bench = createBench({ knobs: { assignor, rebalanceMs: 1_000 } });
  const producing = bench.machine('gateway');
  const producer = bench.kafka.connect(producing).createProducer('gateway');
  for (let i = 0; i < 2_000; i++)
    bench.at(i * 10, () => {
      void producer.send(bench.context(producing), { topic: 'plays', key: `key-${i}`, value: i, bytes: 100 });
    });
  const reads: number[][] = Array.from({ length: 6 }, () => []);
  const polls: number[] = [];
  for (const [i, startMs] of [0, 0, 10_000].entries()) {
    const machine = bench.machine(`indexer-${i}`);
    const consumer = bench.kafka.connect(machine).createConsumer(`indexer-${i}`, consumerOf());
    const seen = (records: readonly LogRecord[]) => {
      for (const { partition } of records) reads[partition]!.push(bench.ms());
    };
    bench.at(startMs, async () => {
      if (i > 0 || busyMs === 0) return consume(bench, machine, consumer, seen);
      for (;;) {
        polls.push(bench.ms());
        seen(await consumer.poll(bench.context(machine), 500));
        await bench.simulation.sleep(bench.context(machine), busyMs * MILLISECOND);
        await consumer.commit(bench.context(machine)).catch(() => {});
      }
    });
  }
  const states: [generation: number, partitions: number[]][] = [];
  for (let ms = 500; ms < 20_000; ms += 500)
    bench.at(ms, () => {
      const owned = bench.kafka.assignment('indexer').map(({ partitions }) => partitions.length);
      states.push([bench.kafka.generation('indexer'), owned]);
    });
  await bench.run(25_000);
  const gaps = reads.map((times) =>
    Math.max(...times.map((ms, i) => (ms < 9_000 || ms > 16_000 ? 0 : ms - times[i - 1]!))),
  );
  const stateAt = (ms: number) => states[ms / 500 - 1]!;
  return { states, stateAt, polls, gaps: gaps.sort((a, b) => a - b), count: reads.flat().length };
}

test('cooperatively, what moves is given up with one rebalance and has its new owner with the next; the rest is read on', async () => {
  const { stateAt, gaps, count } = await joined('cooperative-sticky');
  expect([10_500, 11_500, 12_500].map(stateAt)).toEqual([
    [1, [3, 3, 0]],
    [2, [2, 2, 0]],
    [3, [2, 2, 2]],
  ]);
  for (const gap of gaps.slice(0, 4)) expect(gap).toBeLessThan(600);
  for (const gap of gaps.slice(4)) expect(gap).toBeGreaterThan(1_000);
  expect(count).toBe(2_000);
});

test('an owner that is busy gives up what moves at its next poll, and the next rebalance begins then', async () => {
  const { states, polls } = await joined('cooperative-sticky', 2_500);
  const toldMs = 500 * (1 + states.findIndex(([generation]) => generation === 2));
  const movedMs = 500 * (1 + states.findIndex(([, owned]) => owned[2]! > 0));
  const givenUpMs = polls.find((ms) => ms > toldMs)!;
  expect(givenUpMs - toldMs).toBeGreaterThan(500);
  expect(movedMs).toBeGreaterThan(givenUpMs);
  expect(movedMs - givenUpMs).toBeLessThan(600);
  expect(states.at(-1)).toEqual([3, [2, 2, 2]]);
});

test('with ranges everybody stands still for the one rebalance that there is', async () => {
  const { stateAt, gaps } = await joined('range');
  expect([10_500, 11_500, 12_500].map(stateAt)).toEqual([
    [1, [0, 0, 0]],
    [2, [2, 2, 2]],
    [2, [2, 2, 2]],
  ]);
  for (const gap of gaps) expect(gap).toBeGreaterThan(1_000);
});

test('fetches that hang at a broker that stands still are reset when it crashes: the new leader is read at once', async () => {
  const bench = createBench({ topics: [{ ...PLAYS, partitions: 1 }] });
  const producing = bench.machine('gateway');
  const producer = bench.kafka.connect(producing).createProducer('gateway');
  const machine = bench.machine('indexer');
  const consumer = bench.kafka.connect(machine).createConsumer('indexer', consumerOf());
  let sentMs = 0;
  let readMs = 0;
  bench.at(0, () => {
    void consume(bench, machine, consumer, (records) => {
      if (records.length > 0) readMs = bench.ms();
    });
  });
  const leader = bench.kafka.nodes[bench.kafka.inspect('plays')[0]!.leader]!.machine;
  bench.at(1_000, () => leader.pause(60_000 * MILLISECOND));
  bench.at(2_000, () => leader.crash());
  bench.at(3_000, () => {
    producer.send(bench.context(producing), { topic: 'plays', key: 'a', value: 1, bytes: 100 }).then(() => {
      sentMs = bench.ms();
    });
  });
  await bench.run(60_000);
  expect(sentMs).toBeGreaterThan(10_000);
  expect(sentMs).toBeLessThan(11_500);
  expect(readMs - sentMs).toBeLessThan(100);
});
