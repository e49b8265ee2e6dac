import { expect, test } from 'vitest';
import type { GatewayApi } from '../../contracts/generated/gateway.ts';
import { gatewayMethods } from '../../contracts/generated/gateway.ts';
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { KnobValues } from '../../ports/knobs.ts';
import type { AccessToken, TokenVerifier } from '../../ports/tokens.ts';
import { MILLISECOND } from '../../runtime/kernel/index.ts';
import { createTestBench } from '../test-bench.ts';
import { knobsOf, outcomeOf } from '../test-support.ts';
import { createGatewayService } from './gateway-service.ts';
import { gatewayKnobs } from './knobs.ts';

const token = (subject: string): AccessToken => ({ subject, expiresAtNs: 1, keyId: 1, signature: 1 });

/** Whoever has a token is who it says; what tokens are is tested at identity. */
const tokens: TokenVerifier = {
  async verify(_context, given) {
    if (given === undefined) throw new PortError('unauthenticated', 'test', true);
    return given.clientId === undefined
      ? { listenerId: given.subject }
      : { listenerId: given.subject, clientId: given.clientId };
  },
};

type Behind = (context: Context, request: object) => Promise<unknown>;

/** A gateway in front of services that note what they are asked and answer after a millisecond, or as the test says. */
function setUp(set: Partial<KnobValues<typeof gatewayKnobs>> = {}, redis = true) {
  const bench = createTestBench();
  const asked: [string, object][] = [];
  const contexts: Context[] = [];
  const state = {
    answer: ((context) => bench.simulation.sleep(context, MILLISECOND).then(() => 'answer')) as Behind,
  };
  const behind = (service: string): never =>
    new Proxy(
      {},
      {
        get: (_, method) => (context: Context, request: object) => {
          asked.push([`${service}.${String(method)}`, request]);
          contexts.push(context);
          return state.answer(context, request);
        },
      },
    ) as never;
  const engine = bench.redis();
  const gateway = createGatewayService({
    tokens,
    playlist: behind('playlist'),
    listening: behind('listening'),
    search: behind('search'),
    catalogue: behind('catalogue'),
    clock: bench.simulation,
    knobs: knobsOf(gatewayKnobs, set),
    ...(redis ? { cache: engine.connect(bench.machine('gateway')) } : {}),
  });
  return { bench, gateway, asked, contexts, state, engine };
}

const track = { token: token('l7'), trackId: 't1' };

test('each call goes to its service, in the name of the listener whose token it carries', async () => {
  const { bench, gateway, asked } = setUp();
  const by = token('l7');
  const calls: Partial<Record<keyof GatewayApi, () => Promise<unknown>>> = {
    getPlaylist: () =>
      gateway.getPlaylist(bench.context(), {
        token: by,
        playlistId: 'p',
        followersLimit: 3,
        minimumSnapshot: 9,
      }),
    addTrack: () => gateway.addTrack(bench.context(), { token: by, playlistId: 'p', trackId: 't' }),
    follow: () => gateway.follow(bench.context(), { token: by, playlistId: 'p' }),
    unfollow: () => gateway.unfollow(bench.context(), { token: by, playlistId: 'p' }),
    recordPlay: () =>
      gateway.recordPlay(bench.context(), {
        token: by,
        playId: 5,
        trackId: 't',
        listenedMs: 10,
        skipped: true,
        playedAtNs: 9,
      }),
    getHistory: () => gateway.getHistory(bench.context(), { token: by, limit: 4 }),
    search: () => gateway.search(bench.context(), { token: by, text: 'x', kind: 'track', size: 2 }),
    getTrack: () => gateway.getTrack(bench.context(), track),
  };
  const own = gatewayMethods.filter((method) => calls[method] !== undefined);
  for (const method of own) expect(await bench.finish(calls[method]!())).toBe('answer');
  expect(asked).toEqual([
    ['playlist.getPlaylist', { playlistId: 'p', listenerId: 'l7', followersLimit: 3, minimumSnapshot: 9 }],
    ['playlist.addTrack', { playlistId: 'p', listenerId: 'l7', trackId: 't' }],
    ['playlist.follow', { playlistId: 'p', listenerId: 'l7' }],
    ['playlist.unfollow', { playlistId: 'p', listenerId: 'l7' }],
    [
      'listening.recordPlay',
      { playId: 5, listenerId: 'l7', trackId: 't', listenedMs: 10, skipped: true, playedAtNs: 9 },
    ],
    ['listening.getHistory', { listenerId: 'l7', limit: 4 }],
    ['search.search', { text: 'x', kind: 'track', size: 2 }],
    ['catalogue.getTrack', { trackId: 't1' }],
  ]);
});

test('what is handed on as it came is asked for by its own name, in the name of the token’s listener', async () => {
  const { bench, gateway, asked } = setUp();
  type Forward = (context: Context, request: object) => Promise<unknown>;
  const forwarded = gatewayMethods.slice(gatewayMethods.indexOf('createPlaylist'));
  const services = {
    catalogue: ['getTracks', 'getArtist', 'getAlbum', 'getPodcast', 'getEpisode', 'getLyrics'],
    listening: ['getRecentlyPlayed', 'getSession', 'getTopCharts'],
    search: ['suggest'],
  };
  for (const method of forwarded) {
    const call = { id: method, listenerId: 'somebody else' };
    const work = (gateway[method] as Forward)(bench.context(), { token: token('l7'), call });
    expect(await bench.finish(work)).toBe('answer');
    const service =
      Object.entries(services).find(([, methods]) => methods.includes(method))?.[0] ?? 'playlist';
    expect(asked.at(-1)).toEqual([`${service}.${method}`, { id: method, listenerId: 'l7' }]);
  }
  const empty = gateway.setFlags(bench.context(), { token: token('l7') });
  expect(await bench.finish(outcomeOf(empty))).toBe('invalid');
});

test('without a valid token nothing is asked of anybody', async () => {
  const { bench, gateway, asked } = setUp();
  const work = gateway.getTrack(bench.context(), { trackId: 't1' });
  expect(await bench.finish(outcomeOf(work))).toBe('unauthenticated');
  expect(asked).toEqual([]);
});

test('after 500 ms the listener is told, and the work below is cancelled', async () => {
  const { bench, gateway, state, contexts } = setUp();
  state.answer = (context) => bench.simulation.sleep(context, 3_000 * MILLISECOND);
  let endedNs = 0;
  const outcome = outcomeOf(gateway.getTrack(bench.context(), track)).then((kind) => {
    endedNs = bench.simulation.nowNs;
    return kind;
  });
  expect(await bench.finish(outcome)).toBe('deadline-exceeded');
  expect(endedNs).toBe(500 * MILLISECOND);
  expect(contexts[0]?.cancelled).not.toBeNull();
  expect(contexts[0]?.deadlineNs).toBe(500 * MILLISECOND);
});

test('what the app did, or may do, it is told; how the inside is built it is not', async () => {
  const { bench, gateway, state } = setUp();
  const seen = async (error: Error) => {
    state.answer = async () => {
      throw error;
    };
    const thrown = await gateway.getTrack(bench.context(), track).catch((e: PortError) => e);
    return thrown instanceof PortError ? [thrown.kind, thrown.definite, thrown.retryAfterMs] : thrown;
  };
  expect(await seen(new PortError('not-found', 'x', true))).toEqual(['not-found', true, undefined]);
  expect(await seen(new PortError('overloaded', 'x', true, '', 30))).toEqual(['overloaded', true, 30]);
  expect(await seen(new PortError('timeout', 'x', false))).toEqual(['timeout', false, undefined]);
  expect(await seen(new PortError('reset', 'x', false))).toEqual(['unavailable', false, undefined]);
  expect(await seen(new PortError('circuit-open', 'x', true, '', 9))).toEqual(['unavailable', true, 9]);
  expect(await seen(new TypeError('x is not a function'))).toEqual(['internal', false, undefined]);
});

test('with the rate limit each listener has a bucket of their own, over all instances', async () => {
  const { bench, gateway } = setUp({ rateLimit: true, rateLimitPerSecond: 2, rateLimitBurst: 3 });
  const ask = (subject: string) => gateway.getTrack(bench.context(), { ...track, token: token(subject) });
  const outcomes = await bench.finish(Promise.all(Array.from({ length: 5 }, () => outcomeOf(ask('l1')))));
  expect(outcomes.sort()).toEqual(['ok', 'ok', 'ok', 'rate-limited', 'rate-limited']);
  expect(await bench.finish(outcomeOf(ask('l2')))).toBe('ok');
  const refused = (await bench.finish(ask('l1').catch((error) => error))) as PortError;
  expect(refused.retryAfterMs).toBeGreaterThan(0);
  await bench.run(1);
  expect(await bench.finish(outcomeOf(ask('l1')))).toBe('ok');
});

test('an app has a bucket for all its listeners, and is told when that one has a token again', async () => {
  const { bench, gateway } = setUp({
    rateLimit: true,
    rateLimitPerSecond: 100,
    rateLimitBurst: 2,
    clientRateLimitPerSecond: 0.5,
    clientRateLimitBurst: 3,
  });
  const ask = (subject: string, clientId: string) => {
    const by: AccessToken = { ...token(subject), clientId };
    return gateway.getTrack(bench.context(), { ...track, token: by });
  };
  const outcomes: string[] = [];
  for (const listener of ['l1', 'l2', 'l3', 'l4'])
    outcomes.push(await bench.finish(outcomeOf(ask(listener, 'greedy'))));
  expect(outcomes).toEqual(['ok', 'ok', 'ok', 'rate-limited']);
  const refused = (await bench.finish(ask('l5', 'greedy').catch((error) => error))) as PortError;
  // A token every two seconds.
  expect(refused.retryAfterMs).toBeGreaterThan(1_900);
  expect(refused.message).toMatch(/this app is over the limit/);
  expect(await bench.finish(outcomeOf(ask('l5', 'modest')))).toBe('ok');
});

test('while the cache is down everybody may pass, and without one the knob is refused', async () => {
  const { bench, gateway, engine } = setUp({ rateLimit: true, rateLimitBurst: 1 });
  engine.nodes[0]!.machine.crash();
  for (let i = 0; i < 3; i++)
    expect(await bench.finish(outcomeOf(gateway.getTrack(bench.context(), track)))).toBe('ok');
  expect(() => setUp({ rateLimit: true }, false)).toThrow(/needs a cache/);
});
