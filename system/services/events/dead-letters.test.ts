import { describe, expect, test } from 'vitest';
import type { Play } from '../../contracts/generated/events.ts';
import { deadLetterTopic, PLAYS } from '../../contracts/topics.ts';
import type { KafkaKnobs } from '../../engines/kafka/index.ts';
import type { Context } from '../../ports/context.ts';
import { type ErrorKind, PortError } from '../../ports/errors.ts';
import type { LogRecord } from '../../ports/event-log.ts';
import type { Machine } from '../../runtime/kernel/index.ts';
import { consume } from '../consume.ts';
import { createTestBench, topic } from '../test-bench.ts';
import { knobsOf, outcomeOf } from '../test-support.ts';
import { DeadLetterCounts } from './dead-letters.ts';
import { createCodedEventLog } from './event-log.ts';
import * as header from './headers.ts';
import { eventsKnobs } from './knobs.ts';
import { redrive } from './redrive.ts';
import {
  createCodecs,
  DAMAGES,
  type FormatUnderTest,
  formatsUnderTest,
  playOf,
  UNKNOWN_ID,
} from './test-formats.ts';

type Handle = (plays: readonly Play[], context: Context) => void | Promise<void>;

function setUp(format: FormatUnderTest, knobs: Partial<KafkaKnobs> = {}) {
  const bench = createTestBench();
  const kafka = bench.kafka([topic(PLAYS, 3), topic(deadLetterTopic(PLAYS), 1)], {
    rebalanceMs: 100,
    ...knobs,
  });
  const codecs = createCodecs(bench, format);
  const counts = new DeadLetterCounts();
  const logOf = (machine: Machine) =>
    createCodedEventLog({ log: kafka.connect(machine), codec: codecs.codecFor(machine), counts });
  const producerMachine = bench.machine('producer');
  const producer = logOf(producerMachine).createProducer('producer');
  const producerCodec = codecs.codecFor(producerMachine);

  return {
    bench,
    kafka,
    counts,
    registry: codecs.registry,
    logOf,
    send: (play: Play) =>
      bench.finish(
        producer.send(bench.context(producerMachine.life), {
          topic: PLAYS,
          key: play.listenerId,
          value: play,
          bytes: 0,
        }),
      ),
    /** A payload as the log carries it. */
    async payload(play: Play): Promise<unknown> {
      const work = producerCodec.encode(bench.context(producerMachine.life), PLAYS, play);
      return (await bench.finish(Promise.resolve(work))).payload;
    },
    /** A consumer that runs until its machine crashes; `ended` says how it ended otherwise. */
    start(group: string, handle: Handle, machine = bench.machine(group)) {
      const state = { ended: '', machine };
      const context = bench.context(machine.life);
      const consumer = logOf(machine).createConsumer(machine.name, {
        group,
        topics: [PLAYS],
        maxPollRecords: 500,
        startFrom: 'earliest',
      });
      const work = consume(context, {
        clock: bench.simulation,
        random: bench.simulation.random('pauses'),
        background: bench.background,
        consumer,
        maxPollRecords: 500,
        intervalNs: 0,
        handle: async (limited, records) =>
          handle(
            records.map(({ value }) => value as Play),
            limited,
          ),
      });
      outcomeOf(work).then((outcome) => {
        state.ended = outcome;
      });
      return state;
    },
    deadLetters: (): readonly LogRecord[] =>
      kafka.inspect(deadLetterTopic(PLAYS)).flatMap(({ records }) => records),
    redrive: (options: { select?: (record: LogRecord) => boolean; redriveTimes?: number } = {}) => {
      const machine = bench.machine('redrive');
      const { select, redriveTimes } = options;
      return bench.finish(
        redrive(bench.context(machine.life), {
          log: kafka.connect(machine),
          clock: bench.simulation,
          clientId: 'redrive',
          topic: PLAYS,
          knobs: knobsOf(eventsKnobs, redriveTimes === undefined ? {} : { redriveTimes }),
          ...(select === undefined ? {} : { select }),
        }),
      );
    },
  };
}

/** The group has formed after 100 ms; a letter is sent, and its record committed, within the next 30. */
const CRASH_FROM_S = 0.1;
const CRASH_STEP_S = 0.0005;

const refusal = (kind: ErrorKind) => new PortError(kind, 'test.handle', true, 'not this one');

describe.each(formatsUnderTest)('$name', (format) => {
  test('malformed messages are set aside with where they were, and the others are handled', async () => {
    const { bench, kafka, counts, send, payload, start, deadLetters } = setUp(format);
    for (let i = 1; i <= 10; i++) await send(playOf(i));
    const bad = await payload(playOf(99));
    const offsets = DAMAGES.map((damage) =>
      kafka.append(PLAYS, 'listener-1', format.damage(bad, damage), 100),
    );
    await send(playOf(11));
    const handled: number[] = [];
    const consumer = start('history', (plays) => {
      handled.push(...plays.map(({ playId }) => playId));
    });
    await bench.run(20);
    expect(handled.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(kafka.lag('history', PLAYS)).toBe(0);
    expect(consumer.ended).toBe('');
    const letters = deadLetters();
    expect(letters.map(({ headers }) => headers![header.REASON])).toEqual(DAMAGES);
    expect(letters.map(({ headers }) => Number(headers![header.OFFSET]))).toEqual(offsets);
    const ids = letters.map(({ headers }) => headers![header.SCHEMA_ID]);
    expect(ids).toEqual([undefined, String(UNKNOWN_ID), '1', '1', '1']);
    for (const { key, headers, bytes } of letters) {
      expect(key).toBe('listener-1');
      expect(headers).toMatchObject({
        [header.TOPIC]: PLAYS,
        [header.GROUP]: 'history',
        [header.TIMES]: '1',
      });
      expect(bytes).toBe(100 + header.sizeOfHeaders(headers));
    }
    expect(counts.of(PLAYS)).toBe(DAMAGES.length);
    for (const damage of DAMAGES) expect(counts.of(PLAYS, damage)).toBe(1);
  });

  test('a bad message alone in its topic is committed past', async () => {
    const { bench, kafka, payload, start, deadLetters } = setUp(format);
    kafka.append(PLAYS, 'x', format.damage(await payload(playOf(1)), 'truncated'), 100);
    let called = 0;
    start('history', () => {
      called++;
    });
    await bench.run(20);
    expect(deadLetters()).toHaveLength(1);
    expect(kafka.lag('history', PLAYS)).toBe(0);
    expect(called).toBe(0);
  });

  test('of a batch, only what its handler calls invalid is set aside, as it was in the log', async () => {
    const { bench, kafka, send, start, deadLetters } = setUp(format);
    for (let i = 1; i <= 100; i++) await send(playOf(i));
    const poison = new Set([1, 42, 43, 100]);
    const handled = new Set<number>();
    start('history', (plays) => {
      if (plays.some(({ playId }) => poison.has(playId))) throw refusal('invalid');
      for (const { playId } of plays) handled.add(playId);
    });
    await bench.run(20);
    expect(handled.size).toBe(96);
    expect([...poison].some((id) => handled.has(id))).toBe(false);
    const originals = new Map<string, LogRecord>();
    for (const { records } of kafka.inspect(PLAYS))
      for (const record of records) originals.set(`${record.partition}-${record.offset}`, record);
    for (const { headers, value, key } of deadLetters()) {
      const original = originals.get(`${headers![header.PARTITION]}-${headers![header.OFFSET]}`)!;
      expect(value).toBe(original.value);
      expect(key).toBe(original.key);
      expect(headers).toMatchObject({ [header.REASON]: 'rejected', [header.SCHEMA_ID]: '1' });
      expect(headers![header.ERROR]).toContain('not this one');
    }
    expect(deadLetters()).toHaveLength(4);
    expect(kafka.lag('history', PLAYS)).toBe(0);
  });

  test.each<ErrorKind>(['unavailable', 'timeout', 'overloaded', 'reset', 'deadline-exceeded'])(
    'a message that fails with %s is tried until it is handled, and never set aside',
    async (kind) => {
      const { bench, kafka, send, start, deadLetters } = setUp(format);
      await send(playOf(1));
      let tries = 0;
      start('history', () => {
        if (++tries < 20) throw refusal(kind);
      });
      await bench.run(60);
      expect(tries).toBe(20);
      expect(deadLetters()).toEqual([]);
      expect(kafka.lag('history', PLAYS)).toBe(0);
    },
  );

  test('an error that is neither stops the consumer, as without dead letters', async () => {
    const { bench, kafka, send, start, deadLetters } = setUp(format);
    await send(playOf(1));
    const consumer = start('history', () => {
      throw refusal('permission-denied');
    });
    await bench.run(20);
    expect(consumer.ended).toBe('permission-denied');
    expect(deadLetters()).toEqual([]);
    expect(kafka.lag('history', PLAYS)).toBe(1);
  });

  test('while the registry is down messages wait, and none is set aside', async () => {
    const { bench, kafka, registry, send, start, deadLetters } = setUp(format);
    await send(playOf(1));
    for (const { machine } of registry.nodes) machine.crash();
    const handled: number[] = [];
    start('history', (plays) => {
      handled.push(...plays.map(({ playId }) => playId));
    });
    await bench.run(30);
    expect(handled).toEqual([]);
    expect(kafka.lag('history', PLAYS)).toBe(1);
    for (const { machine } of registry.nodes) machine.restart();
    await bench.run(20);
    expect(handled).toEqual([1]);
    expect(deadLetters()).toEqual([]);
  });

  test('a consumer that crashes at any moment leaves no bad message behind: it is set aside once or more', async () => {
    const { bench, kafka, send, payload, start, deadLetters } = setUp(format, { sessionTimeoutMs: 1_000 });
    const bad = await payload(playOf(99));
    const rounds = 60;
    const handled = new Set<number>();
    const handle: Handle = (plays) => {
      for (const { playId } of plays) handled.add(playId);
    };
    for (let round = 0; round < rounds; round++) {
      await send(playOf(round));
      kafka.append(PLAYS, `listener-${round}`, format.damage(bad, 'wrong-type'), 100);
      const { machine } = start('history', handle);
      // From while it joins its group to after its commit.
      await bench.run(CRASH_FROM_S + round * CRASH_STEP_S);
      machine.crash();
      await bench.run(2);
    }
    start('history', handle);
    await bench.run(20);
    const letters = deadLetters().map(
      ({ headers }) => `${headers![header.PARTITION]}-${headers![header.OFFSET]}`,
    );
    expect(new Set(letters).size).toBe(rounds);
    // Some crashed between the one and the other.
    expect(letters.length).toBeGreaterThan(rounds);
    expect(handled.size).toBe(rounds);
    expect(kafka.lag('history', PLAYS)).toBe(0);
  });

  test('what was mended is sent again, as it was, for the group that could not handle it', async () => {
    const { bench, kafka, counts, send, start, deadLetters, redrive: again } = setUp(format);
    for (let i = 1; i <= 5; i++) await send(playOf(i));
    let mended = false;
    const [history, charts]: [number[], number[]] = [[], []];
    start('history', (plays) => {
      if (!mended && plays.some(({ playId }) => playId === 3)) throw refusal('invalid');
      history.push(...plays.map(({ playId }) => playId));
    });
    start('charts', (plays) => {
      charts.push(...plays.map(({ playId }) => playId));
    });
    await bench.run(20);
    expect(deadLetters()).toHaveLength(1);
    // Too early: it fails again.
    expect(await again()).toEqual({ sent: 1, left: 0 });
    await bench.run(20);
    expect(deadLetters().map(({ headers }) => headers![header.TIMES])).toEqual(['1', '2']);
    mended = true;
    expect(await again({ redriveTimes: 2 })).toEqual({ sent: 0, left: 1 });
    await bench.run(5);
    expect(history).not.toContain(3);
    kafka.append(deadLetterTopic(PLAYS), null, 'no dead letter of ours', 10);
    const letter = deadLetters()[1]!;
    kafka.append(deadLetterTopic(PLAYS), letter.key, letter.value, letter.bytes);
    await bench.run(1);
    expect(await again()).toEqual({ sent: 0, left: 2 });
    expect(counts.of(PLAYS, 'rejected')).toBe(2);
    expect(charts.toSorted()).toEqual([1, 2, 3, 4, 5]);
  });

  test('a redrive sends the payload and the bytes of the first time', async () => {
    const { bench, kafka, send, start, redrive: again } = setUp(format);
    await send(playOf(3));
    let mended = false;
    const history: number[] = [];
    start('history', (plays) => {
      if (!mended) throw refusal('invalid');
      history.push(...plays.map(({ playId }) => playId));
    });
    await bench.run(20);
    mended = true;
    expect(await again({ select: ({ headers }) => headers![header.REASON] === 'rejected' })).toEqual({
      sent: 1,
      left: 0,
    });
    await bench.run(10);
    expect(history).toEqual([3]);
    const [first, second] = kafka.inspect(PLAYS).flatMap(({ records }) => records);
    expect(second!.value).toBe(first!.value);
    expect(second!.key).toBe(first!.key);
    expect(second!.bytes - header.sizeOfHeaders(second!.headers)).toBe(first!.bytes);
    expect(kafka.lag('history', PLAYS)).toBe(0);
  });
});
