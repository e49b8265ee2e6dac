import { expect, test } from 'vitest';
import { PLAYLIST_UPDATES } from '../../contracts/topics.ts';
import { MILLISECOND, Simulation } from '../../runtime/kernel/index.ts';
import { outcomeOf } from '../test-support.ts';
import { createEditNumbers } from './edit-numbers.ts';
import { bookedNs, FOLLOWERS, setUp } from './test-playlists.ts';

for (const schema of ['wide', 'bucketed'] as const) {
  test(`${schema}: a read shows name, owner, tracks newest first and some of the followers`, async () => {
    const { bench, get, add } = setUp({ schema });
    const { snapshot } = await bench.finish(add('t1'));
    const playlist = await bench.finish(get());
    expect(playlist).toMatchObject({
      playlistId: 'hot',
      name: 'Hot Hits',
      ownerId: 'l0',
      snapshot,
      trackIds: ['t1', 'old3', 'old2', 'old1'],
      followerCount: 0,
    });
    if (schema === 'wide') expect(playlist.followerIds).toHaveLength(FOLLOWERS);
    else expect(playlist.followerIds.length).toBeGreaterThan(20);
    expect(new Set(playlist.followerIds).size).toBe(playlist.followerIds.length);
  });

  test(`${schema}: the limits hold, for the followers of an answer as for those asked for`, async () => {
    const { bench, get, service, context } = setUp({ schema, followersLimit: 10, tracksLimit: 2 });
    const playlist = await bench.finish(get());
    expect([playlist.followerIds.length, playlist.trackIds]).toEqual([10, ['old3', 'old2']]);
    const request = { playlistId: 'hot', listenerId: 'l1', followersLimit: 4, minimumSnapshot: 0 };
    const fewer = await bench.finish(service.getPlaylist(context(), request));
    expect(fewer.followerIds).toEqual(playlist.followerIds.slice(0, 4));
  });

  test(`${schema}: whoever follows is a follower, until they unfollow`, async () => {
    const { bench, service, context, get } = setUp({ schema });
    const request = { playlistId: 'hot', listenerId: 'new' };
    await bench.finish(service.follow(context(), request));
    expect((await bench.finish(get('new'))).followerIds).toContain('new');
    await bench.finish(service.unfollow(context(), request));
    expect((await bench.finish(get('new'))).followerIds).not.toContain('new');
  });

  test(`${schema}: two editors at the same moment on two instances both find their tracks there`, async () => {
    const { bench, instance, get } = setUp({ schema });
    const editors = [instance(1), instance(2), instance(3)];
    const edits = editors.flatMap(({ add }, i) => [add(`t${i}`), add(`u${i}`), add('same')]);
    const numbers = (await bench.finish(Promise.all(edits))).map(({ snapshot }) => snapshot);
    expect(new Set(numbers).size).toBe(9);
    const { trackIds, snapshot } = await bench.finish(get());
    for (const track of ['t0', 't1', 't2', 'u0', 'u1', 'u2']) expect(trackIds).toContain(track);
    expect(trackIds).toHaveLength(9 + 3);
    expect(snapshot).toBe(Math.max(...numbers));
  });

  test(`${schema}: followers are counted over the whole playlist where the knob says so`, async () => {
    const { bench, get, service, context } = setUp({ schema, followerCount: 'counted', followersLimit: 1 });
    await bench.finish(service.follow(context(), { playlistId: 'hot', listenerId: 'new' }));
    expect((await bench.finish(get())).followerCount).toBe(FOLLOWERS + 1);
  });

  test(`${schema}: a playlist that nobody made is not found`, async () => {
    const { bench, get } = setUp({ schema });
    expect(await bench.finish(outcomeOf(get('l1', 0, 'nobody')))).toBe('not-found');
  });

  test(`${schema}: the parts of a read’s time add up to the time it took`, async () => {
    const { bench, get, context } = setUp({ schema });
    const reader = context();
    let tookNs = 0;
    const read = get('l1', 0, 'hot', reader).then(() => {
      tookNs = bench.simulation.nowNs;
    });
    await bench.finish(read);
    expect(tookNs).toBeGreaterThan(0);
    expect(bookedNs(reader)).toBe(tookNs);
  });
}

test('an edit tells the log, in the order of the playlist, with the track that search needs', async () => {
  const { bench, add, kafka } = setUp();
  const { snapshot } = await bench.finish(add('t1'));
  const records = kafka.inspect(PLAYLIST_UPDATES).flatMap((partition) => partition.records);
  expect(records).toHaveLength(1);
  expect(records[0]).toMatchObject({
    key: 'hot',
    value: { playlistId: 'hot', snapshot, listenerId: 'l9', track: { trackId: 't1', title: 'Title t1' } },
  });
});

test('a track that the catalogue does not know is refused, and nothing is written', async () => {
  const { bench, add, get } = setUp();
  expect(await bench.finish(outcomeOf(add('none1')))).toBe('invalid');
  expect((await bench.finish(get())).trackIds).toHaveLength(3);
});

test('a catalogue that does not answer costs an editor 500 ms and no more', async () => {
  const { bench, add, get } = setUp();
  let endedNs = 0;
  const outcome = outcomeOf(add('hang1')).then((kind) => {
    endedNs = bench.simulation.nowNs;
    return kind;
  });
  expect(await bench.finish(outcome)).toBe('deadline-exceeded');
  expect(endedNs).toBe(500 * MILLISECOND);
  expect((await bench.finish(get())).trackIds).toHaveLength(3);
});

test('edit numbers grow and never meet, within an instance and between instances', () => {
  const simulation = new Simulation({ seed: 1 });
  const instances = [0, 7, 999].map((number) => createEditNumbers(simulation, number));
  const seen = new Set<number>();
  for (let step = 0; step < 200; step++) {
    for (const next of instances) {
      const [a, b] = [next(), next()];
      expect(b).toBeGreaterThan(a);
      seen.add(a).add(b);
    }
    simulation.nowNs += step * 977;
  }
  expect(seen.size).toBe(200 * 6);
  expect(() => createEditNumbers(simulation, 1_000)).toThrow(RangeError);
});

test('a read at ONE may miss an edit that a replica did not get; a read at QUORUM does not', async () => {
  const missed = async (readConsistency: 'ONE' | 'QUORUM') => {
    const { bench, cassandra, add, get } = setUp({ readConsistency });
    const replica = cassandra.nodes[cassandra.replicasOf('playlist_metadata', ['hot'])[1]!]!.machine;
    let count = 0;
    for (let i = 0; i < 40; i++) {
      bench.cutOff(replica, true);
      // What the cut-off replica cannot coordinate itself is not what this test is about.
      const outcome = await bench.finish(outcomeOf(add(`t${i}`)));
      bench.cutOff(replica, false);
      const { trackIds } = await bench.finish(get());
      if (outcome === 'ok' && !trackIds.includes(`t${i}`)) count++;
    }
    return count;
  };
  expect(await missed('QUORUM')).toBe(0);
  expect(await missed('ONE')).toBeGreaterThan(0);
});

test('a minute of one playlist is the same, call by call, when it is run again', async () => {
  const digest = async () => {
    const { bench, get, add } = setUp({
      cache: 'cache-aside',
      stampedeProtection: 'xfetch',
      cacheTtlMs: 200,
    });
    const seen: string[] = [];
    const note = (name: string) => (value: { snapshot: number }) =>
      void seen.push(`${name} ${value.snapshot} ${bench.simulation.nowNs}`);
    for (let i = 0; i < 60; i++) {
      void add(`t${i}`).then(note('add'));
      void get().then(note('get'));
      await bench.run(0.05);
    }
    await bench.run(1);
    return seen.join('\n');
  };
  const once = await digest();
  expect(once.split('\n')).toHaveLength(120);
  expect(await digest()).toBe(once);
});
