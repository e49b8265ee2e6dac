/** When something was, as apps say it and are told: the same time on both ways, whatever the system's clock is. */
import { expect, test } from 'vitest';
import { ROUTES } from './index.ts';
import { FieldError } from './problem.ts';
import { type Ask, sharedTestServer } from './test-server.ts';
import { createTimes, isDateTime, OLDEST_PLAY_MS } from './times.ts';

const shared = sharedTestServer();
const HOUR_MS = 3_600_000;
const SINCE_MS = 60_000;

const ask = (url: string, request?: Ask) => shared.ask(url, { token: 'u000000077', ...request });
const agoText = (ms: number) => new Date(Date.now() - ms).toISOString();
const play = (playId: number, playedAt?: string, trackId = 't3') => ({
  playId,
  trackId,
  listenedMs: 60_000,
  skipped: false,
  ...(playedAt === undefined ? {} : { playedAt }),
});
const post = (body: object, token?: string) =>
  ask('/v1/plays', { method: 'POST', body, ...(token === undefined ? {} : { token }) });

/** Names of everything in a schema. */
function names(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { properties = {} } = schema as { properties?: object };
  return [...Object.keys(properties), ...Object.values(schema).flatMap(names)];
}

test('no time of the system’s clock leaves it, nor comes in, but as RFC 3339', () => {
  const all = ROUTES.flatMap(({ answer, body, query }) => [answer, body, query].flatMap(names));
  expect(all).toContain('playedAt');
  expect(all.filter((name) => /Ns$|AtMs$/.test(name))).toEqual([]);
});

test('an app that was offline says when it played: history and recently played have that time, in its place', async () => {
  const token = 'u000000077';
  const [older, newer] = [agoText(50 * HOUR_MS), agoText(HOUR_MS)];
  // The same moment in another zone, and as an app that repeats itself would send it.
  const zoned = `${new Date(Date.parse(older) + 2 * HOUR_MS).toISOString().slice(0, -1)}+02:00`;
  for (const body of [play(1, newer), play(2), play(3, zoned), play(1, newer, 't9')])
    expect((await post(body, token)).status).toBe(202);
  const shown = async (what: string) => {
    const { plays } = (await ask(`/v1/me/${what}`)).body as { plays: { playId: number; playedAt: string }[] };
    return plays;
  };
  for (const what of ['history', 'recently-played']) {
    await expect
      .poll(async () => (await shown(what)).map(({ playId }) => playId), { timeout: 10_000 })
      .toEqual([2, 1, 3]);
    const [now, first, last] = await shown(what);
    expect(Math.abs(Date.parse(now!.playedAt) - Date.now())).toBeLessThan(SINCE_MS);
    expect([first, last]).toMatchObject([
      { playedAt: newer, trackId: 't3' },
      { playedAt: older, trackId: 't3' },
    ]);
  }
});

test.each([
  ['older than a week', () => agoText(OLDEST_PLAY_MS + HOUR_MS)],
  ['later than now', () => agoText(-HOUR_MS)],
  ['no day that there is', () => '2026-02-30T10:00:00Z'],
  ['no time', () => 'yesterday'],
  ['a number', () => 1_700_000_000_000],
])('a time of play that is %s is refused by name', async (_, playedAt) => {
  const { status, body } = await post({ ...play(9), playedAt: playedAt() });
  expect([status, body!.field]).toEqual([400, 'body.playedAt']);
});

test('a session and the chart are of the time that it is', async () => {
  const token = 'u000000078';
  const wanted = { token };
  expect((await post(play(1), token)).status).toBe(202);
  await expect
    .poll(async () => (await ask('/v1/me/session', wanted)).body!.session, { timeout: 15_000 })
    .toBeDefined();
  const { session } = (await ask('/v1/me/session', wanted)).body as { session: Record<string, string> };
  expect(Math.abs(Date.parse(session.startedAt!) - Date.now())).toBeLessThan(SINCE_MS);
  const chart = async () => (await ask('/v1/charts/top', wanted)).body as { from: string; until: string };
  const isOfNow = async () => Math.abs(Date.parse((await chart()).until) - Date.now()) <= HOUR_MS;
  await expect.poll(isOfNow, { timeout: 40_000, interval: 500 }).toBe(true);
  const { from, until } = await chart();
  expect(from).toMatch(/:00:00\.000Z$/);
  expect(Date.parse(until) - Date.parse(from)).toBe(HOUR_MS);
  // Any other hour is asked for by a time in it.
  const asked = `/v1/charts/top?at=${encodeURIComponent(agoText(5 * HOUR_MS))}`;
  const before = (await ask(asked, wanted)).body as { from: string; entries: unknown[] };
  expect(Date.parse(before.from)).toBeLessThan(Date.parse(from));
  expect(before.entries).toEqual([]);
  const ahead = await ask(`/v1/charts/top?at=${encodeURIComponent(agoText(-HOUR_MS))}`, wanted);
  expect([ahead.status, ahead.body!.field]).toEqual([400, 'query.at']);
});

test('what comes too late for the session of its time is in the history, and does not stretch the present one', async () => {
  const token = 'u000000079';
  const session = async () => (await ask('/v1/me/session', { token })).body!.session;
  expect((await post(play(1), token)).status).toBe(202);
  await expect.poll(session, { timeout: 15_000 }).toMatchObject({ tracks: 1 });
  const { startedAt } = (await session()) as { startedAt: string };
  // One partition has all of them, in this order.
  for (const body of [play(2, agoText(5 * HOUR_MS)), play(3)])
    expect((await post(body, token)).status).toBe(202);
  await expect.poll(session, { timeout: 15_000 }).toMatchObject({ tracks: 2, startedAt });
  const history = async () => (await ask('/v1/me/history', { token })).body!.plays;
  await expect
    .poll(history, { timeout: 10_000 })
    .toMatchObject([{ playId: 3 }, { playId: 1 }, { playId: 2 }]);
});

test('times keep what they are on the way in and out', () => {
  const clock = { now: () => OLDEST_PLAY_MS * 1e6 };
  const times = createTimes(Date.UTC(2026, 0, 1), clock);
  for (const text of ['2026-01-01T00:00:00.001Z', '2026-01-03T23:59:59.999Z', '2026-01-08T00:00:00.000Z'])
    expect(times.textOf(times.nsOfPlay(text, 'x'))).toBe(text);
  expect(times.nsOfPlay('2026-01-01t05:30:00.5+05:29', 'x')).toBe(60.5e9);
  // At its first moment the clock stands at 0, which is no time.
  expect(() => times.nsOfPlay('2026-01-01T00:00:00Z', 'x')).toThrow(FieldError);
});

test.each([
  '2026-01-01',
  '2026-01-01T00:00:00',
  '2026-13-01T00:00:00Z',
  '2025-02-29T00:00:00Z',
  '2026-01-01T24:00:00Z',
  '2026-01-01T00:00:60Z',
  '2026-01-01 00:00:00Z',
])('%s is no time of RFC 3339 that is taken here', (text) => expect(isDateTime(text)).toBe(false));
