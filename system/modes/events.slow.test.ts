import { describe, expect, test, vi } from 'vitest';
import type { ListeningApi } from '../contracts/generated/listening.ts';
import {
  CATALOGUE_UPDATES,
  deadLetterTopic,
  PLAYS,
  SESSIONS,
  SKIPS,
  TOP_CHARTS_PARTS,
} from '../contracts/topics.ts';
import { createCassandra } from '../engines/cassandra/index.ts';
import type { EmbeddedEngine } from '../engines/engine.ts';
import { createKafka } from '../engines/kafka/index.ts';
import type { Context } from '../ports/context.ts';
import type { TopicDefinition } from '../ports/event-log.ts';
import { drive } from '../runtime/drive.ts';
import { CallContext, type Machine, MILLISECOND, SECOND, untraced } from '../runtime/kernel/index.ts';
import { createHistoryConsumer, HISTORY_GROUP } from '../services/listening/history-consumer.ts';
import { listeningKnobs } from '../services/listening/knobs.ts';
import { createListeningService } from '../services/listening/listening-service.ts';
import { listeningHistory, listeningSegments } from '../services/listening/tables.ts';
import { knobsOf, outcomeOf } from '../services/test-support.ts';
import { createEnvironment } from './environment.ts';
import { createEvents, deadLetterTopics, type EventsOptions } from './events.ts';
import { allKnobs } from './knobs.ts';
import { createSystem } from './system.ts';

// Whole systems, on machines that may be busy with other tests.
vi.setConfig({ testTimeout: 60_000 });

const TOPICS: readonly TopicDefinition[] = [{ name: PLAYS, partitions: 6, replicationFactor: 3 }];

/** Plays and the history made from them, as services know them, over a log of this format. */
function createHistorySystem(format: EventsOptions['format']) {
  const environment = createEnvironment(5);
  const { simulation } = environment;
  const events = createEvents({ environment, configuration: {}, format });
  const kafka = createKafka(environment, {
    topics: [...TOPICS, ...deadLetterTopics(TOPICS, { 'events.deadLetterPartitions': 2 })],
    knobs: { rebalanceMs: 100 },
  });
  const cassandra = createCassandra(environment, {
    tables: [listeningHistory, listeningSegments],
    knobs: { nodes: 3, garbageCollection: false },
  });
  const knobs = knobsOf(listeningKnobs, { historyIntervalMs: 500 });
  let requests = 0;
  const contextOf = (machine: Machine) => new CallContext(++requests, machine.life, untraced);
  const home = environment.createMachine('listening');
  const service: ListeningApi = createListeningService({
    events: events.connect(home, kafka.connect(home)).createProducer('listening'),
    store: cassandra.connect(home),
    clock: simulation,
    knobs,
  });
  const worker = environment.createMachine('history');
  const begin = () =>
    outcomeOf(
      createHistoryConsumer({
        events: events.connect(worker, kafka.connect(worker)),
        store: cassandra.connect(worker),
        clock: simulation,
        random: simulation.random('pauses'),
        background: (work: (context: Context) => Promise<void>) => void work(contextOf(worker)),
        knobs,
        clientId: 'history',
      }).run(contextOf(worker)),
    );
  void begin();
  worker.onRestart(() => void begin());
  const run = async (seconds: number) => {
    simulation.schedule(
      seconds * SECOND,
      simulation.register(() => {}),
    );
    await drive(simulation, { untilNs: simulation.nowNs + seconds * SECOND });
  };
  return {
    events,
    kafka,
    worker,
    run,
    async ask<T>(call: (service: ListeningApi, context: Context) => Promise<T>): Promise<T> {
      const answer = call(service, contextOf(home));
      await run(2);
      return answer;
    },
  };
}

const defaults = () =>
  Object.fromEntries(
    Object.entries(allKnobs).flatMap(([component, knobs]) =>
      Object.entries(knobs).map(([name, knob]) => [`${component}.${name}`, knob.default]),
    ),
  );

describe.each<EventsOptions['format']>(['objects', 'avro'])('%s', (format) => {
  test('services and consumers that know nothing of schemas work on it, around bad messages', async () => {
    const { events, kafka, worker, run, ask } = createHistorySystem(format);
    for (const playId of [1, 2, 3])
      await ask((service, context) =>
        service.recordPlay(context, {
          playId,
          listenerId: 'l1',
          trackId: `t${playId}`,
          listenedMs: 1_000 * playId,
          skipped: false,
          playedAtNs: 0,
        }),
      );
    kafka.append(PLAYS, 'l1', 'no message at all', 17);
    await run(10);
    worker.crash();
    worker.restart();
    kafka.append(PLAYS, 'l1', 'nor this', 8);
    await run(30);
    const { plays } = await ask((service, context) =>
      service.getHistory(context, { listenerId: 'l1', limit: 10 }),
    );
    expect(plays.map(({ playId, trackId, listenedMs }) => [playId, trackId, listenedMs])).toEqual([
      [3, 't3', 3_000],
      [2, 't2', 2_000],
      [1, 't1', 1_000],
    ]);
    expect(kafka.lag(HISTORY_GROUP, PLAYS)).toBe(0);
    expect(events.deadLetters.of(PLAYS, 'bad-magic')).toBe(2);
    expect(kafka.inspect(deadLetterTopic(PLAYS)).flatMap(({ records }) => records)).toHaveLength(2);
    const gauge = events.gauges.find(({ name }) => name === 'plays dead letters')!;
    expect(gauge.read()).toBe(2);
    const records = kafka.inspect(PLAYS).flatMap((partition) => partition.records);
    for (const { value } of records.slice(0, 3)) expect(value instanceof Uint8Array).toBe(format === 'avro');
    expect(records.map((record) => events.messageOf(record))).toMatchObject([
      { playId: 1 },
      { playId: 2 },
      { playId: 3 },
      'no message at all',
      'nor this',
    ]);
  });
});

test('the registry knows the product’s schemas from the start', () => {
  const environment = createEnvironment(1);
  const { registry } = createEvents({ environment, configuration: {}, format: 'objects' });
  expect(registry.inspect('plays-value')).toMatchObject([{ version: 1, id: 1 }]);
  expect(registry.schema(1)).toMatchObject({ name: 'Play' });
});

test('knobs come from the configuration, and one that does not exist is an error', () => {
  const environment = createEnvironment(1);
  const made = createEvents({
    environment,
    configuration: { 'schema-registry.nodes': 3, 'events.maxBytes': 1_000, 'kafka.brokers': 3 },
    format: 'objects',
  });
  expect(made.registry.nodes).toHaveLength(3);
  const wrong = { 'events.noSuchKnob': 1 };
  expect(() => createEvents({ environment, configuration: wrong, format: 'objects' })).toThrow(/noSuchKnob/);
});

test.each<EventsOptions['format']>(['objects', 'avro'])(
  'streams read and write messages with schemas too: skips, sessions, parts of charts (%s)',
  async (format) => {
    const environment = createEnvironment(3);
    const { simulation } = environment;
    const clients = environment.createMachine('clients');
    const { engines, services, events } = createSystem(environment, {
      listeners: 1_000,
      configuration: {
        ...defaults(),
        'events.format': format,
        'listening.streams': 'on',
        'listening.skipEvents': 'also',
      },
      hotPlaylists: { count: 0, followers: 0 },
      plays: null,
    });
    const listening = services.behind.listening(clients);
    const answered: unknown[] = [];
    const play = simulation.registerEntry((playId) => {
      const context = new CallContext(playId, clients.life, untraced);
      const skipped = playId % 2 === 0;
      const listenedMs = skipped ? 2_000 : 60_000;
      const request = { playId, listenerId: 'u1', trackId: 't7', listenedMs, skipped, playedAtNs: 0 };
      void outcomeOf(listening.recordPlay(context, request)).then((outcome) => answered.push(outcome));
    });
    for (const playId of [1, 2, 3]) simulation.schedule(playId * 10 * SECOND, play, playId);
    // Half an hour without a play ends a session; a later play says that the time has come.
    for (const playId of [4, 5]) simulation.schedule(2_400 * SECOND + playId * 10 * SECOND, play, playId);
    await drive(simulation, { untilNs: 2_600 * SECOND });
    expect(answered).toHaveLength(5);
    const { kafka } = engines;
    const messages = (topic: string) =>
      kafka.inspect(topic).flatMap(({ records }) => records.map((record) => events!.messageOf(record)));
    expect(messages(SKIPS)).toMatchObject([{ playId: 2 }, { playId: 4 }]);
    expect(messages(SESSIONS)).toContainEqual(
      expect.objectContaining({ listenerId: 'u1', tracks: 3, skips: 1 }),
    );
    expect(messages(TOP_CHARTS_PARTS)).toContainEqual(
      expect.objectContaining({ sequence: expect.any(Number), windows: expect.any(String) }),
    );
    for (const topic of [PLAYS, SKIPS, SESSIONS, TOP_CHARTS_PARTS])
      for (const { value } of kafka.inspect(topic).flatMap(({ records }) => records))
        expect(value instanceof Uint8Array).toBe(format === 'avro');
    expect(events!.topics.map((topic) => [topic, events!.deadLetters.of(topic)])).toEqual(
      events!.topics.map((topic) => [topic, 0]),
    );
    const context = new CallContext(99, clients.life, untraced);
    const chart = listening.getTopCharts(context, { atNs: 0, limit: 10 });
    await drive(simulation, { untilNs: 2_601 * SECOND });
    expect((await chart).entries).toMatchObject([{ trackId: 't7', plays: 3 }]);
  },
);

test('with a registry beside it, a system draws what it drew without one', async () => {
  const configuration = defaults();
  const runWith = async (registry: boolean) => {
    const environment = createEnvironment(7);
    const { simulation } = environment;
    const clients = environment.createMachine('clients');
    if (registry) createEvents({ environment, configuration: {}, format: 'objects' });
    const { engines, services, rows } = createSystem(environment, {
      listeners: 1_000,
      configuration,
      hotPlaylists: { count: 1, followers: 10 },
      plays: null,
    });
    const catalogue = services.catalogue(clients);
    const publish = simulation.registerEntry((request) => {
      const context = new CallContext(request, clients.life, untraced);
      void outcomeOf(catalogue.publishTrack(context, { track: rows.release(request, false) }));
    });
    for (let request = 0; request < 50; request++)
      simulation.schedule(request * 20 * MILLISECOND, publish, request);
    await drive(simulation, { untilNs: 10 * SECOND });
    const { cassandra, redis, kafka, elasticsearch } = engines;
    const nodes = [cassandra, redis, kafka, elasticsearch].flatMap((engine: EmbeddedEngine) => engine.nodes);
    const busyNs = nodes.flatMap(({ stations }) => stations.map((station) => station.read().busyNs));
    return { events: simulation.events, busyNs, log: kafka.inspect(CATALOGUE_UPDATES) };
  };
  const [without, beside] = [await runWith(false), await runWith(true)];
  expect(beside).toEqual(without);
  expect(without.log.flatMap(({ records }) => records)).toHaveLength(50);
});
