/** What comes back through consumers of the log, windows, flushes and refreshes, which take their seconds of real time. */
import { expect, test } from 'vitest';
import { sharedTestServer } from './test-server.ts';

const { ask } = sharedTestServer();

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

test('a delivered track is found after a refresh of the index', async () => {
  const track = {
    trackId: 'new-1',
    title: 'Zyzzyva unheard',
    artistId: 'a1',
    artistName: 'Nobody',
    durationMs: 1_000,
    popularity: 1,
  };
  const published = await ask('/v1/tracks', { method: 'POST', body: track });
  expect(published.status).toBe(202);
  await expect
    .poll(async () => (await ask('/v1/search?q=zyzzyva&type=track')).body!.total, { timeout: 8_000 })
    .toBe(1);
  expect((await ask('/v1/tracks/new-1')).body).toMatchObject({ title: 'Zyzzyva unheard' });
});
