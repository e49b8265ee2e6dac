/** What is malformed in the log of a live system: set aside, shown, and sent again once its cause is mended. */
import { expect, test, vi } from 'vitest';
import { avroSizeOfPlay, playSchema } from '../contracts/avro/generated/schemas.ts';
import type { Play } from '../contracts/generated/events.ts';
import { PLAYS, SKIPS } from '../contracts/topics.ts';
import { PortError } from '../ports/errors.ts';
import type { AvroDefinition } from '../ports/schema-registry.ts';
import type { Machine } from '../runtime/kernel/index.ts';
import { HISTORY_GROUP } from '../services/listening/history-consumer.ts';
import { createAvroFormat } from '../transport/avro/avro-format.ts';
import { createHttpServer } from '../transport/http/index.ts';
import { addDeadLetterRoutes } from '../transport/telemetry/index.ts';
import { composeEmbeddedSystem } from './embedded.ts';
import { LIVE_DEFAULTS } from './live-defaults.ts';
import { createLiveTelemetry } from './live-telemetry.ts';
import { closedAfterEach, configuration, plainSystem, sampleOf } from './test-observed.ts';

// Each starts a system, on machines that may be busy with other tests.
vi.setConfig({ testTimeout: 60_000 });

const closing = closedAfterEach();

const LISTENER = 'u000000042';
const SETTINGS = {
  'events.format': 'avro',
  'events.refusalMs': 0,
  'kafka.rebalanceMs': 50,
  'kafka.lingerMs': 0,
  'kafka.sessionTimeoutMs': 2_000,
  'kafka.heartbeatIntervalMs': 200,
  'listening.historyIntervalMs': 100,
  'gateway.deadlineMs': 30_000,
};

/** Behind HTTP, with hands on its engines and its machines. */
async function start(set: Readonly<Record<string, unknown>> = {}) {
  const machines = new Map<string, Machine>();
  const faults: unknown[] = [];
  const observer = createLiveTelemetry('gateway', {
    sampling: 0,
    log: 'off',
    write: () => {},
    otlp: null,
    version: '0.0.0',
  });
  const { system, engines, realTime } = composeEmbeddedSystem(
    {
      ...plainSystem,
      configuration: configuration({ ...SETTINGS, ...set }),
      telemetry: observer.observed,
      onFault: (error) => faults.push(error),
    },
    {
      ports: (made) => ({
        ...made,
        kafka: {
          connect(machine: Machine) {
            machines.set(machine.name, machine);
            return made.kafka.connect(machine);
          },
        },
      }),
    },
  );
  realTime.begin();
  await observer.attach(system);
  const server = await createHttpServer({
    system,
    tokens: {
      verifyCached: () => undefined,
      verify: async (subject) => ({
        subject,
        clientId: 'test',
        scopes: new Set(['plays:write', 'history:read']),
        expiresAtMs: Number.MAX_SAFE_INTEGER / 1e6,
      }),
    },
    version: '0.0.0',
    maxInFlight: 100,
    maxLagMs: 60_000,
    onDefect: (error) => faults.push(error),
    extend(server) {
      observer.extend(server);
      if (system.deadLetters !== null) addDeadLetterRoutes(server, system.deadLetters);
    },
  });
  const url = await server.listen({ host: '127.0.0.1', port: 0 });
  closing.push(async () => {
    await server.close();
    await system.stop();
    await observer.close();
  });
  const ask = (path: string, body?: object) =>
    fetch(url + path, {
      headers: {
        authorization: `Bearer ${LISTENER}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
  return {
    system,
    engines,
    faults,
    ask,
    machine: (name: string) => machines.get(name)!,
    /** Of a client that goes by the rules of nobody. */
    inject: (value: unknown, bytes: number) =>
      system.enter(async () => {
        const producer = engines.kafka.connect(machines.get('listening-1')!).createProducer('stranger');
        return producer.send(system.context(), { topic: PLAYS, key: LISTENER, value, bytes });
      }),
    async play(playId: number) {
      const answer = await ask('/v1/plays', {
        playId,
        trackId: `t${playId}`,
        listenedMs: 1_000,
        skipped: false,
      });
      expect(answer.status).toBe(202);
    },
    async history(): Promise<number[]> {
      const answer = (await (await ask('/v1/me/history?limit=200')).json()) as { plays: Play[] };
      return answer.plays.map(({ playId }) => playId).sort((a, b) => a - b);
    },
    async deadLettersOf(topic: string) {
      const { topics } = (await (await ask('/admin/dead-letters')).json()) as {
        topics: { topic: string; kept: number; newest: Record<string, unknown>[] }[];
      };
      return topics.find((one) => one.topic === topic)!;
    },
  };
}

/** Consumers of the log need a moment. */
async function eventually(check: () => Promise<void>): Promise<void> {
  for (let left = 200; ; left--) {
    try {
      return await check();
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

const upTo = (last: number) => Array.from({ length: last }, (_, i) => i + 1);

test('a skip is an event of its own by default, beside the play, for whoever recommends', async () => {
  const { ask, engines, system, history } = await start(LIVE_DEFAULTS);
  const played = { trackId: 't1', listenedMs: 200_000, skipped: false };
  const plays = [
    { ...played, playId: 1 },
    { ...played, playId: 2, listenedMs: 29_999 },
    { ...played, playId: 3, skipped: true },
  ];
  for (const play of plays) expect((await ask('/v1/plays', play)).status).toBe(202);
  await eventually(async () => expect(await history()).toEqual([1, 2, 3]));
  const skips = engines.kafka.inspect(SKIPS).flatMap(({ records }) => records);
  expect(skips.map(({ key }) => key)).toEqual([LISTENER, LISTENER]);
  expect(system.deadLetters!.list(5).filter(({ kept }) => kept > 0)).toEqual([]);
});

test('malformed messages among plays are set aside with their reasons; the plays are all in the history', async () => {
  const { ask, engines, faults, machine, inject, play, history, deadLettersOf } = await start();
  const playing = (async () => {
    for (const playId of upTo(40)) await play(playId);
  })();
  await eventually(async () => expect(await history()).not.toEqual([]));
  // Confluent's header of the plays' schema, and an Avro body that ends too soon.
  await inject(Uint8Array.of(0, 0, 0, 0, 1, 4), 6);
  machine('history-1').crash();
  await inject('no bytes at all', 15);
  await inject(Uint8Array.of(0, 0, 0, 3, 231, 0), 6);
  await playing;
  for (const playId of [41, 42]) await play(playId);
  machine('history-1').restart();
  await eventually(async () => {
    expect(await history()).toEqual(upTo(42));
    expect(engines.kafka.lag(HISTORY_GROUP, PLAYS)).toBe(0);
  });
  const { kept, newest } = await deadLettersOf(PLAYS);
  const reasons = new Set(newest.map(({ reason }) => reason));
  expect(reasons).toEqual(new Set(['truncated', 'bad-magic', 'unknown-schema']));
  // At least once: the crash may have come between a dead letter and its commit. Others read plays too.
  expect(kept).toBeGreaterThanOrEqual(3);
  const unknown = newest.find(({ reason }) => reason === 'unknown-schema');
  expect(unknown).toMatchObject({ group: HISTORY_GROUP, schemaId: 999, times: 1 });
  expect(unknown).toMatchObject({ error: expect.stringContaining('nobody has registered schema 999') });
  const text = await (await ask('/metrics')).text();
  expect(sampleOf(text, 'rehearsal_engine_lag_messages{gauge="plays dead letters"}')).toBe(kept);
  expect(text).toContain('component="schema-registry"');
  expect(faults).toEqual([]);
});

test('a dead letter is read when it is sent again after its schema was registered', async () => {
  const { ask, system, engines, faults, machine, inject, play, history, deadLettersOf } = await start();
  await play(1);
  // A producer of a newer version, whose registry is another one by mistake.
  const known = playSchema as AvroDefinition;
  const newer: AvroDefinition = {
    ...known,
    fields: [...(known.fields as AvroDefinition[]), { name: 'volume', type: 'int', default: 0 }],
  };
  const contract = {
    topic: PLAYS,
    subject: 'plays-value',
    schema: newer,
    sizeOf: (message: unknown) => avroSizeOfPlay(message as Play) + 1,
  };
  const schemaId = 1 + engines.registry!.gauges[0]!.read()!;
  const message = {
    playId: 2,
    listenerId: LISTENER,
    trackId: 't2',
    playedAtNs: system.clock.now(),
    listenedMs: 1_000,
    skipped: false,
    volume: 7,
  };
  const { payload, bytes } = createAvroFormat({ maxBytes: 1_000 }).write(contract, schemaId, message);
  await inject(payload, bytes);
  await eventually(async () =>
    expect((await deadLettersOf(PLAYS)).newest).toMatchObject([{ reason: 'unknown-schema', schemaId }]),
  );
  expect(await history()).toEqual([1]);
  // Nothing is mended: it comes back.
  expect(await (await ask('/admin/dead-letters/redrive', { topic: PLAYS })).json()).toEqual({
    sent: 1,
    left: 0,
  });
  await eventually(async () =>
    expect((await deadLettersOf(PLAYS)).newest).toMatchObject([{ times: 2 }, { times: 1 }]),
  );
  const { id } = await system.enter(() =>
    engines.registry!.connect(machine('listening-1')).register(system.context(), 'plays-value', newer),
  );
  expect(id).toBe(schemaId);
  expect(await (await ask('/admin/dead-letters/redrive', { topic: PLAYS })).json()).toEqual({
    sent: 1,
    left: 0,
  });
  await eventually(async () => expect(await history()).toEqual([1, 2]));
  expect(await (await ask('/admin/dead-letters/redrive', { topic: PLAYS })).json()).toEqual({
    sent: 0,
    left: 0,
  });
  expect((await deadLettersOf(PLAYS)).kept).toBe(2);
  expect(faults).toEqual([]);
});

test('a topic that is none, a body that is none and a second redrive at once are refused', async () => {
  const { ask, system } = await start();
  expect((await ask('/admin/dead-letters/redrive', { topic: 'nothing' })).status).toBe(404);
  expect((await ask('/admin/dead-letters/redrive', {})).status).toBe(400);
  expect((await ask('/admin/dead-letters?limit=-1')).status).toBe(400);
  const first = system.deadLetters!.redrive(PLAYS);
  await expect(system.deadLetters!.redrive(PLAYS)).rejects.toSatisfy(
    (error) => error instanceof PortError && error.kind === 'conflict',
  );
  expect(await first).toEqual({ sent: 0, left: 0 });
});

test('where values travel as they are there is nothing to ask for', async () => {
  const { ask, system, play, history } = await start({ 'events.format': 'off' });
  expect(system.deadLetters).toBeNull();
  expect((await ask('/admin/dead-letters')).status).toBe(404);
  await play(1);
  await eventually(async () => expect(await history()).toEqual([1]));
});
