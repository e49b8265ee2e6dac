import { expect, test } from 'vitest';
import type { RecordPlayRequest } from '../../contracts/generated/listening.ts';
import { PLAYS } from '../../contracts/topics.ts';
import type { KnobValues } from '../../ports/knobs.ts';
import type { ProcessLife } from '../../runtime/kernel/index.ts';
import { createTestBench, topic } from '../test-bench.ts';
import { knobsOf, outcomeOf } from '../test-support.ts';
import { createHistoryConsumer, HISTORY_GROUP } from './history-consumer.ts';
import { listeningKnobs } from './knobs.ts';
import { createListeningService } from './listening-service.ts';
import { isId, readSegment, writeLines } from './segment.ts';
import { knownPlays, listeningHistory, listeningSegments } from './tables.ts';

const play = (playId: number, listenerId: string): RecordPlayRequest => ({
  playId,
  listenerId,
  trackId: `t${playId % 50}`,
  listenedMs: 30_000,
  skipped: playId % 2 === 0,
  playedAtNs: 0,
});

function setUp(set: Partial<KnobValues<typeof listeningKnobs>> = {}) {
  const bench = createTestBench();
  const knobs = knobsOf(listeningKnobs, { historyIntervalMs: 1_000, ...set });
  const cassandra = bench.cassandra({
    tables: [listeningHistory, listeningSegments, knownPlays],
    knobs: { nodes: 3, garbageCollection: false },
  });
  const kafka = bench.kafka([topic(PLAYS, 6)], { sessionTimeoutMs: 6_000 });
  const machine = bench.machine('listening');
  const listening = createListeningService({
    events: kafka.connect(machine).createProducer('listening'),
    store: cassandra.connect(machine),
    clock: bench.simulation,
    knobs,
  });
  const consume = (clientId: string) => {
    const consumerMachine = bench.machine(clientId);
    const store = cassandra.connect(consumerMachine);
    const context = bench.context(consumerMachine.life as ProcessLife);
    const consumer = createHistoryConsumer({
      events: kafka.connect(consumerMachine),
      store: {
        ...store,
        select: (c, statement) => store.select(c, statement),
        delete: (c, statement) => store.delete(c, statement),
        upsert: (c, statement) => {
          setup.writes++;
          setup.onWrite?.(setup.writes);
          return store.upsert(c, statement);
        },
      },
      clock: bench.simulation,
      random: bench.simulation.random(clientId),
      background: bench.background,
      knobs,
      clientId,
    });
    return { machine: consumerMachine, context, ended: outcomeOf(consumer.run(context)) };
  };
  const record = (count: number, listeners: number) =>
    Promise.all(
      Array.from({ length: count }, (_, i) =>
        listening.recordPlay(bench.context(), play(i + 1, `l${i % listeners}`)),
      ),
    );
  const history = async (listenerId: string) =>
    (await bench.finish(listening.getHistory(bench.context(), { listenerId, limit: 0 }))).plays;
  const setup = {
    bench,
    kafka,
    listening,
    consume,
    record,
    history,
    writes: 0,
    onWrite: undefined as ((writes: number) => void) | undefined,
  };
  return setup;
}

const WAYS = [
  { historyWrites: 'per-play' },
  { historyWrites: 'per-play', historyRepeats: 'left-out' },
  { historyWrites: 'segments' },
] as const;

for (const way of WAYS) {
  const name = Object.values(way).join(', repeats ');
  test(`${name}: every acknowledged play is in its listener's history once, newest first`, async () => {
    const { bench, consume, record, history } = setUp(way);
    consume('history-1');
    consume('history-2');
    await bench.finish(record(400, 20));
    await bench.run(15);
    for (let listener = 0; listener < 20; listener++) {
      const plays = await history(`l${listener}`);
      const ids = plays.map(({ playId }) => playId).sort((a, b) => a - b);
      expect(ids).toEqual(Array.from({ length: 20 }, (_, i) => i * 20 + listener + 1));
      expect(plays.map((p) => p.playedAtNs)).toEqual(plays.map((p) => p.playedAtNs).sort((a, b) => b - a));
      expect(plays[0]).toMatchObject({ listenerId: `l${listener}`, listenedMs: 30_000 });
    }
  });

  test(`${name}: a consumer that crashes amid its writes costs no play and doubles none`, async () => {
    for (const crashAtWrite of [1, 2, 3, 5]) {
      const bench = setUp({ ...way, historyShards: 2, historyConcurrency: 1 });
      const first = bench.consume('history-1');
      await bench.bench.run(4);
      bench.onWrite = (writes) => {
        if (writes === crashAtWrite) first.machine.crash();
      };
      await bench.bench.finish(bench.record(200, 20));
      // Under numbers that are taken already: where repeats are left out, they change nothing.
      if ('historyRepeats' in way) await bench.bench.finish(bench.record(200, 20));
      await bench.bench.run(2);
      expect(first.machine.up).toBe(false);
      bench.consume('history-2');
      await bench.bench.run(25);
      expect(bench.kafka.lag(HISTORY_GROUP, PLAYS)).toBe(0);
      for (let listener = 0; listener < 20; listener++)
        expect(await bench.history(`l${listener}`), `crash at write ${crashAtWrite}`).toHaveLength(10);
    }
  });
}

test('segments write dozens of plays as one row', async () => {
  const count = async (historyWrites: 'per-play' | 'segments') => {
    const setup = setUp({ historyWrites, historyShards: 2 });
    setup.consume('history-1');
    await setup.bench.run(4);
    await setup.bench.finish(setup.record(400, 40));
    await setup.bench.run(10);
    return setup.writes;
  };
  expect(await count('per-play')).toBe(400);
  expect(await count('segments')).toBeLessThanOrEqual(40);
});

test('a play is acknowledged when the log has it, whether or not anybody consumes it', async () => {
  const { bench, listening, kafka, history } = setUp();
  await bench.finish(listening.recordPlay(bench.context(), play(1, 'l1')));
  expect(kafka.inspect(PLAYS).reduce((sum, partition) => sum + partition.records.length, 0)).toBe(1);
  expect(await history('l1')).toEqual([]);
});

test('a play without ids, or with ids that would break a line, is refused', async () => {
  const { bench, listening } = setUp();
  for (const broken of [
    { trackId: '' },
    { listenerId: 'a\tb' },
    { trackId: 'a\nb' },
    { trackId: 'x'.repeat(65) },
  ]) {
    const work = listening.recordPlay(bench.context(), { ...play(1, 'l1'), ...broken });
    expect(await bench.finish(outcomeOf(work))).toBe('invalid');
  }
  expect(isId('3n3Ppam7vgaVa1iaRUc9Lp')).toBe(true);
});

test('a consumer ends quietly when it is cancelled', async () => {
  const { bench, consume } = setUp();
  const { context, ended } = consume('history-1');
  await bench.run(1);
  context.cancel(new Error('shut down'));
  await bench.run(1);
  expect(await ended).toBe('ok');
});

test('a segment gives back what was written into it, all of it or one listener’s', () => {
  const plays = [play(1, 'l1'), play(2, 'l12'), play(3, 'l1')].map((p, i) => ({ ...p, playedAtNs: i }));
  const text = writeLines(plays);
  expect(readSegment(text)).toEqual(plays);
  expect(readSegment(text, 'l1').map(({ playId }) => playId)).toEqual([1, 3]);
});
