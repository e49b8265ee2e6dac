import { expect, test } from 'vitest';
import type { LogRecord } from '../../ports/event-log.ts';
import type { LogChange } from './durable.ts';
import { type Bench, consume, consumerOf, createBench, PLAYS } from './test-support.ts';

const CONSUMED = 2_500;
const topics = [{ ...PLAYS, partitions: 4 }];

/** Producers and one consumer group for some seconds, with a broker that dies meanwhile. */
async function busyLog(knobs = {}): Promise<{ bench: Bench; changes: LogChange[]; seen: LogRecord[] }> {
  const bench = createBench({ topics, knobs: { brokerFailoverMs: 500, lingerMs: 0, ...knobs } });
  const changes: LogChange[] = [];
  bench.kafka.durable!.onChange((change) => changes.push(structuredClone(change) as LogChange));
  const producing = bench.machine('gateway');
  const producer = bench.kafka.connect(producing).createProducer('gateway');
  for (let i = 0; i < 1_000; i++)
    bench.at(3 * i, () => {
      const headers = { n: `${i}` };
      void producer.send(bench.context(producing), {
        topic: 'plays',
        key: `${i}`,
        value: { i },
        bytes: 100,
        headers,
      });
    });
  const reading = bench.machine('indexer');
  const consumer = bench.kafka.connect(reading).createConsumer('indexer', consumerOf());
  const seen: LogRecord[] = [];
  bench.at(0, () => {
    void consume(bench, reading, consumer, (records) => seen.push(...records));
  });
  bench.at(CONSUMED, () => reading.crash());
  bench.at(1_000, () => bench.kafka.nodes[1]!.machine.crash());
  bench.at(2_000, () => bench.kafka.nodes[1]!.machine.restart());
  await bench.run(20_000);
  return { bench, changes, seen };
}

function restore(changes: Iterable<unknown>): Bench {
  const bench = createBench({ topics });
  for (const change of changes) bench.kafka.durable!.restore(structuredClone(change));
  bench.kafka.durable!.restored();
  return bench;
}

const records = ({ kafka }: Bench) =>
  kafka.inspect('plays').map(({ startOffset, records }) => ({ startOffset, records }));

/** Lets a consumer of the group join, and returns what it reads. */
async function readOn(bench: Bench): Promise<LogRecord[]> {
  const seen: LogRecord[] = [];
  const machine = bench.machine('indexer');
  bench.at(bench.ms(), () => {
    const consumer = bench.kafka.connect(machine).createConsumer('indexer', consumerOf());
    void consume(bench, machine, consumer, (some) => seen.push(...some));
  });
  await bench.run(bench.ms() + 3_000);
  return seen;
}

test.each(['all', '1'] as const)(
  'records and offsets come back, an election between them included (acks: %s)',
  async (acks) => {
    const { bench, changes, seen } = await busyLog({ acks });
    const before = records(bench);
    expect(before.flatMap((partition) => partition.records).length).toBeGreaterThanOrEqual(
      acks === 'all' ? 1_000 : 900,
    );
    const committed = [0, 1, 2, 3].map((partition) => bench.kafka.committed('indexer', 'plays', partition));
    expect(Math.max(...committed)).toBeGreaterThan(0);
    for (const replay of [changes, [...changes, ...changes]]) {
      const copy = restore(replay);
      expect(records(copy)).toEqual(before);
      const rest = await readOn(copy);
      // Where the group was, and no further back than it had committed.
      const expected = before.flatMap(({ records: all }, partition) =>
        all.slice(Math.max(0, committed[partition]!)),
      );
      const order = (a: LogRecord, b: LogRecord) => a.partition - b.partition || a.offset - b.offset;
      expect(rest.sort(order)).toEqual(expected);
      expect(seen.length + rest.length).toBeGreaterThanOrEqual(
        before.flatMap((partition) => partition.records).length,
      );
    }
  },
);

test('offsets are a change only when they have moved', async () => {
  const { changes } = await busyLog();
  const offsets = changes.filter(([kind]) => kind === 'offsets');
  expect(offsets.length).toBeGreaterThan(3);
  const last = new Map<string, number>();
  for (const change of offsets) {
    if (change[0] !== 'offsets') continue;
    for (const { partition, offset } of change[2]) {
      expect(offset).not.toBe(last.get(`${partition}`));
      last.set(`${partition}`, offset);
    }
  }
});

test('what the log holds, as changes, is what is retained, and where it begins', async () => {
  const { bench } = await busyLog({ retentionMs: 18_000 });
  const held = [...bench.kafka.durable!.changes()] as LogChange[];
  const copy = restore(held);
  const before = records(bench);
  expect(before.some(({ startOffset }) => startOffset > 0)).toBe(true);
  expect(records(copy)).toEqual(before);
  expect(held.filter(([kind]) => kind === 'record').length).toBeLessThan(1_000);
  // Offsets that no consumer has asked for yet are kept as well.
  expect([...copy.kafka.durable!.changes()]).toEqual(held);
});

test('a log that retention has emptied goes on counting where it was', () => {
  const copy = restore([
    ['start', 'plays', 2, 700],
    ['offsets', 'indexer', [{ topic: 'plays', partition: 2, offset: 700 }]],
  ]);
  expect(copy.kafka.inspect('plays')[2]).toMatchObject({ startOffset: 700, endOffset: 700, records: [] });
  const key = Array.from({ length: 100 }, (_, i) => `${i}`).find(
    (one) => copy.kafka.append('plays', one, 1, 10) >= 700,
  );
  expect(key).toBeDefined();
});

test('a log that had lost its end with a leader comes back as long as it was at last, and is read to there', async () => {
  const record = (offset: number, value: string) =>
    [
      'record',
      { topic: 'plays', partition: 0, offset, key: null, value, bytes: 10, timestampNs: 0 },
    ] as const;
  const before = [0, 1, 2, 3, 4].map((offset) => record(offset, `old ${offset}`));
  const copy = restore([...before, record(2, 'new 2')]);
  expect(copy.kafka.inspect('plays')[0]!.endOffset).toBe(3);
  const read = await readOn(copy);
  expect(read.map(({ value }) => value)).toEqual(['old 0', 'old 1', 'new 2']);
  expect(copy.kafka.lag('indexer', 'plays')).toBe(0);
});

test('records that lead nowhere are refused by name', () => {
  const record = { topic: 'plays', partition: 0, offset: 5, key: null, value: 1, bytes: 1, timestampNs: 0 };
  expect(() => restore([['record', record]])).toThrow('plays-0 ends at 0, and the next record is number 5.');
  expect(() => restore([['record', { ...record, topic: 'gone' }]])).toThrow("partition 0 of a topic 'gone'");
  expect(() => restore([['record', { ...record, partition: 9 }]])).toThrow("partition 9 of a topic 'plays'");
});
