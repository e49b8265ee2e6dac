/** What has been played comes back through consumers, windows and flushes, which take their seconds of real time. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Ask, askServer, startTestServer, type TestServer } from './test-server.ts';

let live: TestServer;

beforeAll(async () => {
  live = await startTestServer();
});

afterAll(async () => {
  await live.close();
});

const ask = (url: string, request?: Ask) => askServer(live, url, request);

test('what was played is recently played, in the present session and in the charts', async () => {
  const own = { token: 'u000000555' };
  for (const playId of [101, 102])
    await ask('/v1/plays', {
      method: 'POST',
      body: { playId, trackId: 't5', listenedMs: 60_000, skipped: false },
      ...own,
    });
  const recent = async () =>
    ((await ask('/v1/me/recently-played', own)).body!.plays as { playId: number }[]).map(
      ({ playId }) => playId,
    );
  await expect.poll(recent, { timeout: 30_000 }).toEqual([102, 101]);
  const session = async () => (await ask('/v1/me/session', own)).body!.session;
  await expect.poll(session, { timeout: 30_000 }).toMatchObject({ tracks: 2, skips: 0, listenedMs: 120_000 });
  const charted = async () => {
    const { entries } = (await ask('/v1/charts/top', own)).body as {
      entries: { trackId: string; plays: number }[];
    };
    return entries.find(({ trackId }) => trackId === 't5')?.plays;
  };
  await expect.poll(charted, { timeout: 30_000 }).toBe(2);
});
