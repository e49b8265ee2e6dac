import { afterEach, expect, test, vi } from 'vitest';
import { playlistId, trackId } from '../../fixtures/ids.ts';
import { PortError } from '../ports/errors.ts';
import {
  appOf,
  cleanUp,
  eventually,
  failures,
  folder,
  killed,
  LIVE_HISTORY,
  ME,
  newTrack,
  start,
} from './test-durable.ts';

// Several starts of the system each, and disks of build machines are slow.
vi.setConfig({ testTimeout: 60_000 });
afterEach(cleanUp);

test('what was acknowledged is there after a kill, and what follows from it comes', async () => {
  const directory = folder();
  const before = appOf(await start(directory));
  const { snapshot } = await before.add(playlistId(5), trackId(9));
  await before.follow(playlistId(5));
  await before.follow(playlistId(6));
  await before.unfollow(playlistId(6));
  await before.play(41);
  await before.publish(newTrack('n1', 'Zyzzyva'));
  const copy = killed(directory);

  const after = appOf(await start(copy));
  const playlist = await after.playlist(playlistId(5));
  expect(playlist.trackIds[0]).toBe(trackId(9));
  expect(playlist.snapshot).toBe(snapshot);
  expect(playlist.followerIds).toContain(ME);
  expect((await after.playlist(playlistId(6))).followerIds).not.toContain(ME);
  expect((await after.track('n1')).track?.title).toBe('Zyzzyva');
  await eventually(async () => {
    expect((await after.history()).plays.map(({ playId }) => playId)).toEqual([41]);
    expect((await after.search('zyzzyva')).hits.map(({ trackId: id }) => id)).toEqual(['n1']);
  });
  // A later edit comes later, whatever the clock was.
  const next = await after.add(playlistId(5), trackId(10));
  expect(next.snapshot).toBeGreaterThan(snapshot);
  expect((await after.playlist(playlistId(5), next.snapshot)).trackIds.slice(0, 2)).toEqual([
    trackId(10),
    trackId(9),
  ]);
  expect(failures).toEqual([]);
});

test('audio that was delivered is there after a kill, at every bitrate, and counting goes on', async () => {
  const directory = folder();
  const before = appOf(await start(directory));
  await before.publish({ ...newTrack('n2', 'Quixotry'), durationMs: 1_000 });
  expect(await before.deliver('n2', 'a'.repeat(16))).toEqual({ version: 1 });
  expect(await before.deliver('n2', 'b'.repeat(16))).toEqual({ version: 2 });
  const system = await start(killed(directory));
  for (const version of [1, 2])
    for (const kbps of [96, 160, 320])
      expect(system.audio.s3.inspect(`audio/n2/${version}/${kbps}.ogg`)?.maxAgeS).toBe(31_536_000);
  const after = appOf(system);
  expect(await after.deliver('n2', 'b'.repeat(16))).toEqual({ version: 2 });
  expect(await after.deliver('n2', 'c'.repeat(16))).toEqual({ version: 3 });
  expect(failures).toEqual([]);
});

test('starting again changes nothing, however often, and nothing is handled twice', async () => {
  const directory = folder();
  const first = await start(directory);
  const app = appOf(first);
  for (let i = 0; i < 30; i++) await app.play(i);
  await app.publish(newTrack('n1', 'Zyzzyva'));
  await eventually(async () => {
    expect((await app.history()).plays).toHaveLength(30);
    expect((await app.search('zyzzyva')).total).toBe(1);
  });
  await first.stop();
  // At first the last commits may be missing, which were on their way: a busy machine may need more than one start for them.
  const changes: number[] = [];
  const isSettled = () => changes.length >= 3 && changes.at(-1) === changes.at(-2);
  while (!isSettled() && changes.length < 10) {
    const next = await start(directory);
    changes.push(next.found.changes);
    const there = appOf(next);
    expect((await there.history()).plays).toHaveLength(30);
    expect((await there.search('zyzzyva')).total).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await next.stop();
  }
  expect(changes[0]).toBeGreaterThan(30);
  expect(isSettled(), changes.join(', ')).toBe(true);
});

test.each(['per-play', 'segments'])(
  'what the cache has lost of recently played is made anew, also what the history did not have yet (%s)',
  async (historyWrites) => {
    const before = {
      'listening.historyWrites': historyWrites,
      'listening.streams': 'on',
      'listening.recentIntervalMs': 0,
      'listening.historyIntervalMs': 60_000,
    };
    const directory = folder();
    const app = appOf(await start(directory, before));
    const shown = async (there: ReturnType<typeof appOf>) =>
      (await there.recent()).plays.map(({ playId }) => playId).toSorted();
    for (let i = 0; i < 6; i++) {
      await app.play(i);
      // After the first one the history rests.
      if (i === 0) await eventually(async () => expect((await app.history()).plays).toHaveLength(1));
    }
    await eventually(async () => expect(await shown(app)).toEqual([0, 1, 2, 3, 4, 5]));
    expect((await app.history()).plays).toHaveLength(1);
    // Long enough for its consumers to say how far they have come.
    await new Promise((resolve) => setTimeout(resolve, 500));
    const after = {
      'listening.historyWrites': historyWrites,
      'listening.streams': 'on',
      'kafka.rebalanceMs': 1_000,
    };
    const next = appOf(await start(killed(directory), after));
    // Whoever looks before any consumer is back takes what the history has for all.
    expect(await shown(next)).toEqual([0]);
    await eventually(async () => expect(await shown(next)).toEqual([0, 1, 2, 3, 4, 5]));
  },
);

test('a journal that holds much more than the system is shortened, and says the same', async () => {
  const directory = folder();
  const first = await start(directory);
  const app = appOf(first);
  // The same rows again and again, by a few at a time.
  const lane = async (_: unknown, first: number) => {
    for (let i = first; i < 1_500; i += 20) {
      await app.follow(playlistId(i % 10));
      if (i % 2 === 0) await app.unfollow(playlistId(i % 10));
    }
  };
  await Promise.all(Array.from({ length: 20 }, lane));
  const followed = async (there: ReturnType<typeof appOf>) => {
    const ids = Array.from({ length: 10 }, (_, i) => playlistId(i));
    return Promise.all(ids.map(async (id) => (await there.playlist(id)).followerIds.includes(ME)));
  };
  const expected = await followed(app);
  const copy = killed(directory);
  const second = await start(copy);
  expect(second.found.changes).toBeGreaterThan(2_000);
  expect(second.found.shortenedTo).toBeLessThan(100);
  expect(await followed(appOf(second))).toEqual(expected);
  await appOf(second).add(playlistId(1), trackId(2));
  const third = await start(killed(copy));
  expect(third.found.changes).toBeLessThan(120);
  expect(third.found.shortenedTo).toBeNull();
  expect(await followed(appOf(third))).toEqual(expected);
  expect((await appOf(third).playlist(playlistId(1))).trackIds[0]).toBe(trackId(2));
});

test('when the disk is full nothing more is acknowledged, reads go on, and the next process has what was', async () => {
  failures.length = 0;
  const directory = folder();
  const system = await start(directory, {}, { maxBytes: 200_000 });
  const app = appOf(system);
  const acknowledged: number[] = [];
  const errors: unknown[] = [];
  for (let i = 0; errors.length < 20; i++) {
    await app.add(playlistId(i % 3), trackId(i)).then(
      () => acknowledged.push(i),
      (error: unknown) => errors.push(error),
    );
  }
  expect(acknowledged.length).toBeGreaterThan(20);
  for (const error of errors) {
    expect(error).toBeInstanceOf(PortError);
    expect((error as PortError).kind).toBe('unavailable');
    expect((error as PortError).message).not.toContain(directory);
  }
  expect(failures.map(({ message }) => message)).toEqual([
    expect.stringMatching(/cannot be written: the disk is full\. Make room and start again\.$/),
  ]);
  expect(system.ready()).toBe(false);
  expect((await app.playlist(playlistId(0))).trackIds.length).toBeGreaterThan(0);
  await system.stop();

  const next = appOf(await start(directory));
  const found = new Set<string>();
  for (const i of [0, 1, 2]) for (const id of (await next.playlist(playlistId(i))).trackIds) found.add(id);
  for (const i of acknowledged) expect(found).toContain(trackId(i));
  failures.length = 0;
});

test('another seed, population, layout or scenario is refused by name', async () => {
  const directory = folder();
  await (await start(directory)).stop();
  await expect(start(directory, {}, { seed: 2 })).rejects.toThrow('--seed 1, here --seed 2');
  await expect(start(directory, {}, { listeners: 2_000 })).rejects.toThrow(
    '--listeners 1000, here --listeners 2000',
  );
  await expect(start(directory, { 'playlist.schema': 'wide' })).rejects.toThrow(
    '--set playlist.schema=bucketed',
  );
  await expect(start(directory, { 'playlist.order': 'position', ...LIVE_HISTORY })).rejects.toThrow(
    '  --set playlist.order=snapshot, here --set playlist.order=position\n' +
      '  --set listening.historyWrites=segments, here --set listening.historyWrites=per-play\nStart it as it was',
  );
  const hotPlaylists = { count: 1, followers: 500 };
  await expect(start(directory, {}, { hotPlaylists })).rejects.toThrow('none');
  // Sizes of the machinery may change.
  await start(directory, {
    'cassandra.nodes': 9,
    'kafka.brokers': 5,
    'elasticsearch.nodes': 4,
    'search.shards': 7,
  });
});

test('messages in bytes and their schemas come back together; objects are refused before anything is written', async () => {
  const avro = { 'events.format': 'avro' };
  const directory = folder();
  const before = appOf(await start(directory, avro));
  for (const playId of [1, 2, 3]) await before.play(playId);
  const copy = killed(directory);
  const next = await start(copy, avro);
  // The plays and the schemas that they name, which nobody has registered since the start.
  expect(next.found.changes).toBeGreaterThan(3);
  const after = appOf(next);
  await after.play(4);
  await eventually(async () => {
    expect((await after.history()).plays.map(({ playId }) => playId).sort()).toEqual([1, 2, 3, 4]);
  });
  expect(next.deadLetters!.list(5).map(({ kept }) => kept)).toEqual([0, 0, 0]);
  await expect(start(folder(), { 'events.format': 'objects' })).rejects.toThrow('Use avro or off');
  await next.stop();
  await expect(start(copy, { 'events.format': 'off' })).rejects.toThrow('events.format=avro');
});
