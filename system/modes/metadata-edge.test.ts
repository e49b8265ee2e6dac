import { expect, test } from 'vitest';
import { listenerId } from '../../fixtures/ids.ts';
import { PLACES } from '../edge/index.ts';
import { PortError } from '../ports/errors.ts';
import type { AccessToken } from '../ports/tokens.ts';
import { drive } from '../runtime/drive.ts';
import { CallContext, MILLISECOND, ProcessLife, SECOND } from '../runtime/kernel/index.ts';
import { signatureOf } from '../services/identity/signature.ts';
import { createDelivery } from './delivery.ts';
import { createEnvironment, section } from './environment.ts';
import { knobNames, knobOf } from './knobs.ts';
import { createMetadataEdge } from './metadata-edge.ts';
import { createSystem } from './system.ts';

const place = (country: string) => PLACES.findIndex(({ name }) => name === country);
const LIFETIME_NS = 3_600 * SECOND;

/** The whole system in virtual time, with points of presence in front of it. */
async function setUp(set: Readonly<Record<string, unknown>> = {}) {
  const environment = createEnvironment(1);
  const { simulation } = environment;
  const defaults = Object.fromEntries(knobNames().map((name) => [name, knobOf(name)!.default]));
  const configuration = { ...defaults, 'metadata.readFrom': 'edge', ...set };
  const hotPlaylists = { count: 0, followers: 0 };
  const { services, population } = createSystem(environment, {
    listeners: 10_000,
    configuration,
    hotPlaylists,
    plays: null,
  });
  const { edge } = createDelivery({ environment, configuration, population, warm: false });
  const metadata = createMetadataEdge({
    environment,
    edge,
    services,
    knobs: section(configuration, 'metadata'),
  });
  const life = new ProcessLife('apps');
  const { keys } = await services.identity.listKeys(new CallContext(0, life), {});
  const { keyId, secret } = keys[0]!;
  const token = (listener: number): AccessToken => {
    const subject = listenerId(listener);
    return {
      subject,
      expiresAtNs: LIFETIME_NS,
      keyId,
      signature: signatureOf(secret, subject, LIFETIME_NS, keyId),
    };
  };
  let requests = 1;
  const hostsOf = (name: string) =>
    services.hosts.filter(({ service }) => service === name).map(({ host }) => host);
  const bench = {
    edge,
    metadata,
    services,
    token,
    hostsOf,
    read: (country: string, trackId: string, listener = 1, as = token(listener)) =>
      metadata.from(place(country)).getTrack(new CallContext(requests++, life), { token: as, trackId }),
    context: () => new CallContext(requests++, life),
    askedOfGateway: () => hostsOf('gateway').reduce((sum, { cpu }) => sum + cpu.read().completions, 0),
    ms: () => simulation.nowNs / MILLISECOND,
    pass: (ms: number) => drive(simulation, { untilNs: simulation.nowNs + ms * MILLISECOND }),
    async finish<T>(work: Promise<T>): Promise<T> {
      let done = false;
      const end = () => {
        done = true;
      };
      work.then(end, end);
      while (!done) await drive(simulation, { untilNs: simulation.nowNs + MILLISECOND });
      return work;
    },
    /** The answer and how long it took, in ms. */
    async timed<T>(work: Promise<T>): Promise<{ answer: T; tookMs: number }> {
      const since = bench.ms();
      const answer = await bench.finish(work);
      return { answer, tookMs: bench.ms() - since };
    },
  };
  return bench;
}

const kindOf = (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (error: unknown) => (error instanceof PortError ? error.kind : String(error)),
  );

test('the first who reads a track far from the gateway waits for the way there, the next is answered near by', async () => {
  const { read, timed, askedOfGateway, metadata, pass } = await setUp();
  const first = await timed(read('JP', 't5'));
  expect(first.answer).toMatchObject({ outcome: 'miss', value: { track: { trackId: 't5' } } });
  // Singapore to Frankfurt and back is about 10,300 km twice: 151 ms with the detours of cables.
  expect(first.tookMs).toBeGreaterThan(150);
  await pass(3_000);
  const next = await timed(read('JP', 't5', 2));
  expect(next.answer).toMatchObject({ outcome: 'hit', servedBy: first.answer.servedBy });
  expect(next.answer.value).toEqual(first.answer.value);
  expect(first.tookMs - next.tookMs).toBeGreaterThan(100);
  expect(next.answer.ageNs / SECOND).toBeCloseTo(3.2, 0);
  const elsewhere = await timed(read('BR', 't5'));
  expect(elsewhere.answer).toMatchObject({ outcome: 'miss', servedBy: 'gru' });
  expect(askedOfGateway()).toBe(2);
  expect(metadata.figures).toEqual({ hit: 1, miss: 2, stale: 0, copies: 2 });
});

test('a copy is asked for again when its time is over; without a time everybody asks', async () => {
  const { read, finish, pass, askedOfGateway } = await setUp();
  await finish(read('DE', 't5'));
  await pass(59_000);
  expect((await finish(read('DE', 't5'))).outcome).toBe('hit');
  await pass(1_000);
  expect((await finish(read('DE', 't5'))).outcome).toBe('miss');
  expect(askedOfGateway()).toBe(2);
  const none = await setUp({ 'metadata.ttlS': 0 });
  await none.finish(none.read('DE', 't5'));
  await none.finish(none.read('DE', 't5'));
  expect([none.askedOfGateway(), none.metadata.figures.copies]).toEqual([2, 0]);
});

test('a thousand who want the same at once are one call to the gateway', async () => {
  const { read, finish, askedOfGateway } = await setUp();
  const all = await finish(Promise.all(Array.from({ length: 1_000 }, (_, i) => read('DE', 't5', i))));
  expect(new Set(all.map(({ value }) => value.track?.trackId))).toEqual(new Set(['t5']));
  expect(askedOfGateway()).toBe(1);
});

test('while the gateway is down, old copies are served; nothing is made up where there is none', async () => {
  const { read, finish, pass, hostsOf } = await setUp({ 'metadata.staleIfErrorS': 100 });
  await finish(read('DE', 't5'));
  for (const { machine } of hostsOf('gateway')) machine.crash();
  await pass(100_000);
  expect(await finish(read('DE', 't5'))).toMatchObject({
    outcome: 'stale',
    value: { track: { trackId: 't5' } },
  });
  expect(await finish(kindOf(read('DE', 't6')))).toBe('unavailable');
  await pass(61_000);
  expect(await finish(kindOf(read('DE', 't5')))).toBe('unavailable');
  for (const { machine } of hostsOf('gateway')) machine.restart();
  expect((await finish(read('DE', 't5'))).outcome).toBe('miss');
});

test('what there is not is an error for whoever asks, and is not kept', async () => {
  const { read, finish, askedOfGateway } = await setUp();
  for (let i = 0; i < 2; i++) expect(await finish(kindOf(read('DE', 'nowhere')))).toBe('not-found');
  expect(askedOfGateway()).toBe(2);
});

test('a purge reaches every point of presence, also those that are just fetching', async () => {
  const { read, finish, edge, context, metadata } = await setUp();
  await finish(Promise.all([read('DE', 't5'), read('DE', 't6'), read('BR', 't5')]));
  await finish(edge.purge(context(), { path: '/v1/tracks/t5' }));
  expect(metadata.figures.copies).toBe(1);
  expect((await finish(read('DE', 't6'))).outcome).toBe('hit');
  // Asked for in Singapore before the purge, and answered long after it has arrived there.
  const under = await setUp({ 'edge.purgeMs': 1, 'edge.shield': false });
  const asked = under.read('ID', 't5');
  await under.pass(120);
  await under.finish(under.edge.purge(under.context(), { path: '/v1/tracks/t5' }));
  await under.finish(asked);
  expect(under.metadata.figures).toMatchObject({ miss: 1, copies: 0 });
});

test('whoever has no valid token is refused, whether there is a copy or not', async () => {
  const { read, finish, token } = await setUp();
  const forged = { ...token(1), signature: 7 };
  expect(await finish(kindOf(read('DE', 't5', 1, forged)))).toBe('unauthenticated');
  await finish(read('DE', 't5'));
  expect(await finish(kindOf(read('DE', 't5', 1, forged)))).toBe('unauthenticated');
});

test('who is over the limit is refused alone: those who had joined him get their answer', async () => {
  const { read, finish, pass, askedOfGateway } = await setUp({
    'gateway.rateLimit': true,
    'gateway.rateLimitPerSecond': 0.1,
    'gateway.rateLimitBurst': 1,
  });
  await finish(read('AU', 't1', 1));
  const greedy = kindOf(read('AU', 't5', 1));
  // It is on its way from Singapore to the gateway when the others arrive there.
  await pass(100);
  const others = [2, 3].map((listener) => read('AU', 't5', listener));
  expect(await finish(greedy)).toBe('rate-limited');
  for (const { value } of await finish(Promise.all(others))) expect(value.track?.trackId).toBe('t5');
  // Each of those who had joined asked for himself then.
  expect(askedOfGateway()).toBe(4);
});

test('a point of presence that goes down loses its copies, and another one takes over when routes have followed', async () => {
  const { read, finish, pass, edge } = await setUp();
  expect((await finish(read('DE', 't5'))).servedBy).toBe('fra');
  const { machine } = edge.points[0]!;
  machine.crash();
  expect(await finish(kindOf(read('DE', 't5')))).toBe('unavailable');
  await pass(edge.knobs.failoverMs);
  expect(await finish(read('DE', 't5'))).toMatchObject({ outcome: 'miss', servedBy: 'bom' });
  machine.restart();
  expect(await finish(read('DE', 't5'))).toMatchObject({ outcome: 'miss', servedBy: 'fra' });
});
