import { expect, test } from 'vitest';
import type { AuthoriseRequest } from '../../contracts/generated/delivery.ts';
import { PortError } from '../../ports/errors.ts';
import { drive } from '../../runtime/drive.ts';
import { CallContext, ProcessLife, SECOND, Simulation } from '../../runtime/kernel/index.ts';
import { knobsOf, outcomeOf } from '../test-support.ts';
import { createDeliveryService } from './delivery-service.ts';
import { type DeliveryKnobs, deliveryKnobs } from './knobs.ts';
import { createUrlSigner } from './url-signer.ts';
import { createVersionCache, type VersionSource } from './version-cache.ts';

function setUp(set: Partial<DeliveryKnobs> = {}) {
  const simulation = new Simulation({ seed: 1 });
  const knobs = knobsOf(deliveryKnobs, set);
  const signer = createUrlSigner({ clock: simulation, random: simulation.random('url keys'), knobs });
  const bench = { asked: 0, version: 3 };
  const currentVersion: VersionSource = async (_context, trackId) => {
    bench.asked++;
    if (trackId === 'nothing') throw new PortError('not-found', 'catalogue.getAudio', true);
    return bench.version;
  };
  const service = createDeliveryService({
    clock: simulation,
    signer,
    versions: createVersionCache(simulation, currentVersion, knobs),
    isLive: (eventId, nowNs) => eventId === 'concert' && nowNs < 100 * SECOND,
    knobs,
  });
  const context = () => new CallContext(1, new ProcessLife('gateway'));
  const request: AuthoriseRequest = { listenerId: 'u1', trackId: 't42', bandwidthKbps: 0, plan: 'free' };
  return {
    simulation,
    signer,
    bench,
    service,
    context,
    authorise: (change: Partial<AuthoriseRequest> = {}) =>
      service.authorise(context(), { ...request, ...change }),
    live: (eventId: string, plan = 'premium', bandwidthKbps = 5_000) =>
      service.authoriseLive(context(), { listenerId: 'u1', eventId, bandwidthKbps, plan }),
    at: (seconds: number) => {
      simulation.schedule(
        seconds * SECOND - simulation.nowNs,
        simulation.register(() => {}),
      );
      return drive(simulation, { untilNs: seconds * SECOND });
    },
  };
}

test('the bitrate is the highest that plan and bandwidth allow', async () => {
  const { authorise } = setUp();
  const kbps = async (plan: string, bandwidthKbps: number) =>
    (await authorise({ plan, bandwidthKbps })).bitrateKbps;
  // A bitrate needs 1.5 times as much.
  expect(await kbps('free', 10_000)).toBe(160);
  expect(await kbps('premium', 10_000)).toBe(320);
  expect(await kbps('premium', 480)).toBe(320);
  expect(await kbps('premium', 479)).toBe(160);
  expect(await kbps('free', 240)).toBe(160);
  expect(await kbps('premium', 239)).toBe(96);
  expect(await kbps('premium', 20)).toBe(96);
  expect(await kbps('premium', 0)).toBe(160);
  expect(await kbps('free', 0)).toBe(160);
});

test('it names the present version and signs it for an hour', async () => {
  const { authorise, signer, at } = setUp();
  await at(7.5);
  const answer = await authorise();
  expect(answer).toMatchObject({ path: '/audio/t42/3/160.ogg', grantPath: '/audio/t42/3/160.ogg' });
  expect([answer.notBeforeNs, answer.expiresAtNs]).toEqual([7 * SECOND, 3_607 * SECOND]);
  const check = (path: string, seconds: number) =>
    signer.verify(answer.token, { path, nowNs: seconds * SECOND, toleranceNs: 0 });
  expect(check(answer.path, 3_606)).toMatchObject({ listenerId: 'u1', path: answer.path });
  expect(check(answer.path, 3_607)).toBe('expired');
  expect(check('/audio/t42/3/320.ogg', 8)).toBe('other-path');
});

test('a token says the same whichever was signed last, and what only begins like one is none', async () => {
  const { authorise, signer, at } = setUp({ keyRotationS: 60 });
  const granted = [];
  for (const seconds of [7.5, 7.9, 61, 61.5, 200]) {
    await at(seconds);
    for (const listenerId of ['u1', 'u2']) granted.push({ ...(await authorise({ listenerId })), listenerId });
  }
  for (const { path, token, listenerId, notBeforeNs, expiresAtNs } of [...granted, ...granted.toReversed()]) {
    const check = { path, nowNs: 200 * SECOND, toleranceNs: 0 };
    expect(signer.verify(token, check)).toEqual({ path, listenerId, notBeforeNs, expiresAtNs });
    const parts = token.split('~');
    expect(parts).toHaveLength(6);
    for (let length = 0; length < parts.length - 1; length++) {
      expect(signer.verify(parts.slice(0, length).join('~'), check)).toBe('malformed');
      expect(signer.verify(`${parts.slice(0, length).join('~')}~`, check)).toMatch(/malformed|tampered/);
    }
    expect(signer.verify(token.replace(`~${listenerId}~`, '~u3~'), check)).toBe('tampered');
    expect(signer.verify(`${token}0`, check)).toBe('tampered');
  }
});

test('the version is remembered for a while, and asked for once by all who want it', async () => {
  const { authorise, bench, at } = setUp({ versionCacheTtlMs: 10_000 });
  await Promise.all(Array.from({ length: 20 }, () => authorise()));
  expect(bench.asked).toBe(1);
  bench.version = 4;
  await at(9);
  expect((await authorise()).path).toContain('/3/');
  await at(10);
  expect((await authorise()).path).toContain('/4/');
  expect(bench.asked).toBe(2);
});

test('no more tracks are remembered than it may', async () => {
  const { authorise, bench } = setUp({ versionCacheTracks: 2 });
  for (const trackId of ['a', 'b', 'c', 'a']) await authorise({ trackId });
  expect(bench.asked).toBe(4);
  await authorise({ trackId: 'c' });
  expect(bench.asked).toBe(4);
});

test('what can never be delivered is refused', async () => {
  const { authorise, live } = setUp();
  const outcome = (change: Partial<AuthoriseRequest>) => outcomeOf(authorise(change));
  expect(await outcome({ trackId: 'nothing' })).toBe('not-found');
  for (const trackId of ['', '../secret', 't1/2', 't%2e', 'a~b', 'x'.repeat(65)])
    expect(await outcome({ trackId }), trackId).toBe('invalid');
  for (const listenerId of ['', 'a~b', '../x']) expect(await outcome({ listenerId })).toBe('invalid');
  expect(await outcome({ plan: 'gold' })).toBe('invalid');
  for (const bandwidthKbps of [-1, Number.NaN, Number.POSITIVE_INFINITY])
    expect(await outcome({ bandwidthKbps })).toBe('invalid');
  expect(await outcomeOf(live('../concert'))).toBe('invalid');
});

test('a live event grants what is below it, while it is on the air', async () => {
  const { live, signer, at } = setUp();
  const { path, token, bitrateKbps } = await live('concert');
  expect([path, bitrateKbps]).toEqual(['/live/concert/320.m3u8', 320]);
  const check = (of: string) => signer.verify(token, { path: of, nowNs: 0, toleranceNs: 0 });
  expect(check('/live/concert/96/17.aac')).toMatchObject({ path: '/live/concert/' });
  expect(check('/live/concert/320/17.aac')).toMatchObject({ maxKbps: 320 });
  expect(check('/live/concerto/96/17.aac')).toBe('other-path');
  expect(await outcomeOf(live('recital'))).toBe('not-found');
  await at(100);
  expect(await outcomeOf(live('concert'))).toBe('not-found');
});

test('of a live event a plan has every bitrate that it allows, whatever the line carries just then', async () => {
  const { live, signer } = setUp();
  for (const [plan, bandwidthKbps, path, granted] of [
    ['free', 5_000, '/live/concert/160.m3u8', [96, 160]],
    ['free', 20, '/live/concert/96.m3u8', [96, 160]],
    ['premium', 20, '/live/concert/96.m3u8', [96, 160, 320]],
  ] as const) {
    const answer = await live('concert', plan, bandwidthKbps);
    expect(answer.path).toBe(path);
    const verdictOf = (below: string) =>
      signer.verify(answer.token, { path: `/live/concert/${below}`, nowNs: 0, toleranceNs: 0 });
    for (const kbps of [96, 160, 320] as const)
      for (const below of [`${kbps}.m3u8`, `${kbps}/17.aac`])
        expect(typeof verdictOf(below), `${plan} ${below}`).toBe(
          (granted as readonly number[]).includes(kbps) ? 'object' : 'string',
        );
  }
});
