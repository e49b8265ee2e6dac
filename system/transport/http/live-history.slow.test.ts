/** What the live system remembers by default, after more time than a test has. */
import { afterEach, expect, test, vi } from 'vitest';
import { askServer, startTestServer, type TestServer } from './test-server.ts';

const HOUR_MS = 3_600_000;

let live: TestServer;
afterEach(async () => {
  await live.close();
  vi.restoreAllMocks();
});

test('a play is in the history of its listener hours later', async () => {
  let passedMs = 0;
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + passedMs);
  live = await startTestServer({}, { 'listening.historyIntervalMs': 1_000 });
  const request = { token: 'u000000099' };
  const play = (playId: number) => ({
    ...request,
    method: 'POST' as const,
    body: { playId, trackId: 't3', listenedMs: 60_000, skipped: false },
  });
  const shown = async (what: string) => {
    const { body } = await askServer(live, `/v1/me/${what}`, request);
    return (body!.plays as { playId: number }[] | undefined)?.map(({ playId }) => playId);
  };
  expect((await askServer(live, '/v1/plays', play(7))).status).toBe(202);
  await expect.poll(() => shown('history'), { timeout: 10_000 }).toEqual([7]);
  passedMs = 2 * HOUR_MS;
  await expect.poll(() => live.system.lagNs, { timeout: 30_000 }).toBeLessThan(1e9);
  expect(live.system.clock.now()).toBeGreaterThan(2 * HOUR_MS * 1e6);
  expect(await shown('history')).toEqual([7]);
  expect((await askServer(live, '/v1/plays', play(8))).status).toBe(202);
  await expect.poll(() => shown('history'), { timeout: 10_000 }).toEqual([8, 7]);
  expect(await shown('recently-played')).toEqual([8, 7]);
  expect(live.defects).toEqual([]);
}, 60_000);

test('a play that is sent again stays what and when it was, also where it begins a page', async () => {
  live = await startTestServer({}, { 'listening.historyIntervalMs': 100 });
  const request = { token: 'u000000099' };
  const record = async (playId: number, trackId: string) => {
    const body = { playId, trackId, listenedMs: 60_000, skipped: false };
    expect((await askServer(live, '/v1/plays', { ...request, method: 'POST', body })).status).toBe(202);
  };
  const pages = async () => {
    const seen: unknown[] = [];
    for (let after = ''; ; ) {
      const { body } = await askServer(live, `/v1/me/history?limit=1${after}`, request);
      const { plays, next } = body as { plays: object[]; next?: string };
      seen.push(...plays);
      if (next === undefined) return seen;
      after = `&after=${next}`;
    }
  };
  await record(1, 't3');
  await expect.poll(pages, { timeout: 10_000 }).toMatchObject([{ playId: 1, trackId: 't3' }]);
  const [first] = await pages();
  await record(1, 't3');
  await record(1, 't99');
  await record(2, 't4');
  await expect.poll(pages, { timeout: 10_000 }).toMatchObject([{ playId: 2 }, first]);
  const recent = await askServer(live, '/v1/me/recently-played', request);
  expect(recent.body!.plays).toMatchObject([{ playId: 2 }, first]);
}, 60_000);
