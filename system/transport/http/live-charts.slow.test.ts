/** The public chart, as a listener sees it who has heard of everything. */
import { afterEach, expect, test } from 'vitest';
import { askServer, startTestServer, type TestServer } from './test-server.ts';

let live: TestServer;
afterEach(() => live.close());

test('what does not exist can be played, and does not get into the chart', async () => {
  live = await startTestServer({}, { 'listening.streamIntervalMs': 500, 'listening.chartCacheMs': 0 });
  const plays = ['nosuchtrack', 't3', 'nosuchtrack', 't3', 'nosuchtrack'];
  for (const [playId, trackId] of plays.entries()) {
    const body = { playId, trackId, listenedMs: 86_400_000, skipped: false };
    expect((await askServer(live, '/v1/plays', { method: 'POST', body })).status).toBe(202);
  }
  const entries = async () => (await askServer(live, '/v1/charts/top')).body!.entries;
  await expect.poll(entries, { timeout: 40_000, interval: 500 }).toEqual([{ trackId: 't3', plays: 2 }]);
  expect(live.defects).toEqual([]);
}, 60_000);
