/** What a process finds that starts where another one was: the time, and an index that was being made anew. */
import { afterEach, expect, test, vi } from 'vitest';
import type { EmbeddedSystem } from './embedded.ts';
import { appOf, cleanUp, eventually, folder, killed, LIVE_HISTORY, newTrack, start } from './test-durable.ts';

// Several starts of the system each, and disks of build machines are slow.
vi.setConfig({ testTimeout: 60_000 });
afterEach(cleanUp);

test('after a day in which nothing ran, times are what they were, and the clock shows what time it is', async () => {
  const DAY_MS = 86_400_000;
  const directory = folder();
  const first = await start(directory, LIVE_HISTORY);
  const wallMs = (system: EmbeddedSystem, ns: number) => system.epochMs + ns / 1e6;
  const timeOf = async (system: EmbeddedSystem) =>
    wallMs(system, (await appOf(system).history()).plays[0]!.playedAtNs);
  await appOf(first).play(1);
  await eventually(async () => expect((await appOf(first).history()).plays).toHaveLength(1));
  const playedMs = await timeOf(first);
  expect(Math.abs(playedMs - Date.now())).toBeLessThan(30_000);
  await first.stop();
  const now = Date.now.bind(Date);
  const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() + DAY_MS);
  try {
    const second = await start(directory, LIVE_HISTORY);
    expect(await timeOf(second)).toBe(playedMs);
    expect(Math.abs(wallMs(second, second.clock.now()) - Date.now())).toBeLessThan(30_000);
    await appOf(second).play(2);
    await eventually(async () => expect((await appOf(second).history()).plays).toHaveLength(2));
    expect((await timeOf(second)) - playedMs).toBeGreaterThan(DAY_MS - 30_000);
  } finally {
    clock.mockRestore();
  }
});

test('an index is made anew in each process that is told to, also after a kill amid it, and has what the last one had', async () => {
  const directory = folder();
  const first = await start(directory, { 'reindex.keepMs': 600_000 });
  const track = newTrack('new', 'zyzzyva');
  await appOf(first).publish(track);
  await eventually(async () => expect((await appOf(first).search('zyzzyva')).total).toBe(1));
  expect(await first.reindex!.start(3)).toEqual({ index: 'catalogue-v2', shards: 3 });
  // Everybody has moved, and the old index is still there: this process will not delete it.
  await eventually(async () => expect(first.reindex!.state().underWay?.step).toBe('keeping'));
  const set = { 'reindex.keepMs': 0, 'reindex.afterS': 0.1, 'reindex.shards': 2 };
  const second = await start(killed(directory), set);
  await eventually(async () =>
    expect(second.reindex!.state()).toMatchObject({
      underWay: null,
      last: { index: 'catalogue-v3', shards: 2 },
    }),
  );
  expect((await appOf(second).search('zyzzyva')).total).toBe(1);
  await appOf(second).publish({ ...track, trackId: 'newer' });
  await eventually(async () => expect((await appOf(second).search('zyzzyva')).total).toBe(2));
});
