import { expect, test } from 'vitest';
import type { PlaylistListing, PlaylistUpdate } from '../../contracts/generated/events.ts';
import { PLAYLIST_UPDATES } from '../../contracts/topics.ts';
import { outcomeOf } from '../test-support.ts';
import { setUp } from './test-playlists.ts';

type Options = Parameters<typeof setUp>[0];

const [OWNER, STRANGER] = ['ann', 'ben'];

function setUpOwner(set: Options = {}, seed = 1) {
  const setup = setUp(set, seed);
  const { bench, service, context, get, kafka } = setup;
  const outcome = (work: Promise<unknown>) => bench.finish(outcomeOf(work));
  return {
    ...setup,
    outcome,
    create: (flags: { isPrivate?: boolean; isCollaborative?: boolean } = {}, name = 'Mine') =>
      bench.finish(
        service.createPlaylist(context(), {
          listenerId: OWNER,
          name,
          isPrivate: false,
          isCollaborative: false,
          ...flags,
        }),
      ),
    read: (playlistId: string, listenerId = OWNER) => bench.finish(get(listenerId, 0, playlistId)),
    /** What each kind of access to a playlist comes to. */
    async mayOf(playlistId: string, listenerId: string) {
      const who = { playlistId, listenerId };
      const { addTrack, listTracks, follow, savePlaylist, renamePlaylist, setFlags } = service;
      return {
        read: await outcome(get(listenerId, 0, playlistId)),
        list: await outcome(listTracks(context(), { ...who, fromPosition: 0, limit: 0 })),
        follow: await outcome(follow(context(), who)),
        save: await outcome(savePlaylist(context(), who)),
        edit: await outcome(addTrack(context(), { ...who, trackId: `t-${listenerId}` })),
        rename: await outcome(renamePlaylist(context(), { ...who, name: 'Mine' })),
        open: await outcome(setFlags(context(), { ...who, isPrivate: false, isCollaborative: false })),
      };
    },
    told: () =>
      kafka
        .inspect(PLAYLIST_UPDATES)
        .flatMap(({ records }) => records.map(({ value }) => value as PlaylistUpdate)),
  };
}

const SHUT = 'permission-denied';
const OPEN = { read: 'ok', list: 'ok', follow: 'ok', save: 'ok' };

for (const schema of ['wide', 'bucketed'] as const) {
  for (const order of ['snapshot', 'position', 'timeuuid'] as const) {
    test(`${schema}, ${order}: who creates a playlist owns it, fills it, renames it and deletes it`, async () => {
      const { bench, service, context, create, read, add, outcome, get } = setUpOwner({ schema, order });
      const { playlistId, snapshot } = await create({}, '  Morning Run ');
      expect(await read(playlistId)).toEqual({
        playlistId,
        name: 'Morning Run',
        ownerId: OWNER,
        snapshot,
        trackIds: [],
        followerIds: [],
        followerCount: 0,
        isPrivate: false,
        isCollaborative: false,
      });
      await bench.finish(add('a', playlistId, OWNER));
      await bench.finish(add('b', playlistId, OWNER));
      const who = { playlistId, listenerId: OWNER };
      const renamed = await bench.finish(service.renamePlaylist(context(), { ...who, name: 'Evening Run' }));
      expect(await read(playlistId)).toMatchObject({
        name: 'Evening Run',
        trackIds: ['b', 'a'],
        snapshot: renamed.snapshot,
      });
      await bench.finish(service.follow(context(), { playlistId, listenerId: 'cleo' }));
      expect((await read(playlistId, 'cleo')).followerIds).toContain('cleo');
      await bench.finish(service.deletePlaylist(context(), who));
      expect(await outcome(get(OWNER, 0, playlistId))).toBe('not-found');
      expect(await outcome(add('c', playlistId, OWNER))).toBe('not-found');
      expect(await outcome(service.deletePlaylist(context(), who))).toBe('not-found');
    });
  }

  test(`${schema}: a public playlist is read by all and edited by its owner`, async () => {
    const { create, mayOf } = setUpOwner({ schema });
    const { playlistId } = await create();
    expect(await mayOf(playlistId, STRANGER)).toEqual({ ...OPEN, edit: SHUT, rename: SHUT, open: SHUT });
    expect(await mayOf(playlistId, OWNER)).toEqual({ ...OPEN, edit: 'ok', rename: 'ok', open: 'ok' });
  });

  test(`${schema}: a collaborative playlist is edited by all, and stays its owner’s`, async () => {
    const { create, mayOf } = setUpOwner({ schema });
    const { playlistId } = await create({ isCollaborative: true });
    expect(await mayOf(playlistId, STRANGER)).toEqual({ ...OPEN, edit: 'ok', rename: SHUT, open: SHUT });
  });

  test(`${schema}: a private playlist is its owner’s alone, in the cache too`, async () => {
    const { create, mayOf, read, outcome, get } = setUpOwner({ schema, cache: 'cache-aside' });
    const { playlistId } = await create({ isPrivate: true });
    expect((await read(playlistId)).isPrivate).toBe(true);
    expect(await outcome(get(STRANGER, 0, playlistId))).toBe(SHUT);
    expect(await mayOf(playlistId, STRANGER)).toEqual({
      read: SHUT,
      list: SHUT,
      follow: SHUT,
      save: SHUT,
      edit: SHUT,
      rename: SHUT,
      open: SHUT,
    });
    expect(await mayOf(playlistId, OWNER)).toEqual({ ...OPEN, edit: 'ok', rename: 'ok', open: 'ok' });
  });
}

test('strangers may not move or remove tracks of what is not collaborative, whoever made it', async () => {
  const { service, context, create, add, bench, outcome } = setUpOwner();
  const { playlistId } = await create();
  await bench.finish(add('a', playlistId, OWNER));
  const stranger = { listenerId: STRANGER, position: 0 };
  const remove = (id: string, trackId: string) =>
    outcome(service.removeTrack(context(), { ...stranger, playlistId: id, trackId }));
  expect(await remove(playlistId, 'a')).toBe(SHUT);
  expect(await remove('hot', 'old3')).toBe(SHUT);
  const insert = { ...stranger, playlistId: 'hot', trackId: 't' };
  expect(await outcome(service.insertTrack(context(), insert))).toBe(SHUT);
});

test('permissions: created leaves additions to playlists of the population open and asks nobody; all guards them', async () => {
  const edits = async (permissions: 'created' | 'all') => {
    const { bench, add, cassandra, service, context, outcome } = setUpOwner({ permissions });
    let reads = 0;
    cassandra.onRead = () => {
      reads++;
    };
    const stranger = await bench.finish(outcomeOf(add('t1', 'hot', STRANGER)));
    const asked = reads;
    const owner = { playlistId: 'hot', listenerId: 'l0' };
    const hide = service.setFlags(context(), { ...owner, isPrivate: true, isCollaborative: false });
    return { stranger, asked, hidden: await outcome(hide) };
  };
  expect(await edits('created')).toEqual({ stranger: 'ok', asked: 0, hidden: 'invalid' });
  expect(await edits('all')).toEqual({ stranger: SHUT, asked: 1, hidden: 'ok' });
});

test('with a cache, a change of name or flags is seen by the next reader of any instance', async () => {
  for (const stampedeProtection of ['none', 'lock', 'stale-while-revalidate', 'xfetch'] as const) {
    const { bench, service, context, create, read, instance, outcome } = setUpOwner({
      cache: 'cache-aside',
      stampedeProtection,
    });
    const { playlistId } = await create();
    const who = { playlistId, listenerId: OWNER };
    await read(playlistId, STRANGER);
    await bench.finish(service.renamePlaylist(context(), { ...who, name: 'New' }));
    const other = instance(1);
    expect((await bench.finish(other.get(STRANGER, 0, playlistId))).name).toBe('New');
    await bench.finish(service.setFlags(context(), { ...who, isPrivate: true, isCollaborative: false }));
    expect(await outcome(other.get(STRANGER, 0, playlistId))).toBe(SHUT);
    await bench.finish(service.deletePlaylist(context(), who));
    expect(await outcome(other.get(OWNER, 0, playlistId))).toBe('not-found');
  }
});

test('a rebuild that had read a playlist before it became private does not show it for longer than moments', async () => {
  const setup = setUpOwner({ cache: 'cache-aside' });
  const { bench, service, context, create, instance, redis, outcome } = setup;
  const { playlistId } = await create();
  const slow = instance(1);
  bench.slowDown(
    slow.machine,
    redis.nodes.map(({ machine }) => machine),
    60,
  );
  // It reads the database after 60 ms and stores what it read after 120 ms.
  const reading = outcomeOf(slow.get(STRANGER, 0, playlistId));
  await bench.run(0.1);
  const flags = { playlistId, listenerId: OWNER, isPrivate: true, isCollaborative: false };
  await bench.finish(service.setFlags(context(), flags));
  expect(await bench.finish(reading)).toBe('ok');
  await bench.run(3);
  expect(await outcome(instance(2).get(STRANGER, 0, playlistId))).toBe(SHUT);
});

test('search is told what it may not show any more, and what it may again', async () => {
  const { bench, service, context, create, add, told } = setUpOwner();
  const { playlistId } = await create();
  const who = { playlistId, listenerId: OWNER };
  const setFlags = (isPrivate: boolean) =>
    bench.finish(service.setFlags(context(), { ...who, isPrivate, isCollaborative: false }));
  await bench.finish(add('a', playlistId, OWNER));
  await setFlags(true);
  await bench.finish(add('b', playlistId, OWNER));
  await setFlags(false);
  await bench.finish(service.deletePlaylist(context(), who));
  const short = ({ isPrivate, removedTrackIds, added }: PlaylistListing) => [
    isPrivate,
    removedTrackIds,
    added.map(({ trackId }) => trackId),
  ];
  expect(
    told()
      .filter(({ about }) => about === undefined)
      .map(({ track, listing }) => [track?.trackId, listing === undefined ? null : short(listing)]),
  ).toEqual([
    ['a', null],
    [undefined, [true, ['a'], []]],
    ['b', [true, [], []]],
    [undefined, [false, [], ['b', 'a']]],
    [undefined, [false, ['b', 'a'], []]],
  ]);
});

for (const schema of ['wide', 'bucketed'] as const) {
  test(`${schema}: search is told the name of a playlist, whenever it is made, renamed, opened, closed or deleted`, async () => {
    const { bench, service, context, create, add, told } = setUpOwner({ schema });
    const { playlistId, snapshot } = await create({ isCollaborative: true }, ' Run ');
    const who = { playlistId, listenerId: OWNER };
    await bench.finish(add('a', playlistId, OWNER));
    const edits = [
      await bench.finish(service.renamePlaylist(context(), { ...who, name: 'Walk' })),
      await bench.finish(service.setFlags(context(), { ...who, isPrivate: true, isCollaborative: false })),
      await bench.finish(service.renamePlaylist(context(), { ...who, name: 'Stroll' })),
      await bench.finish(service.setFlags(context(), { ...who, isPrivate: false, isCollaborative: false })),
    ];
    await bench.finish(service.deletePlaylist(context(), who));
    const abouts = told().filter(({ about }) => about !== undefined);
    expect(abouts.map(({ about }) => Object.values(about!))).toEqual([
      ['Run', false, true, false],
      ['Walk', false, true, false],
      ['Walk', true, false, false],
      ['Stroll', true, false, false],
      ['Stroll', false, false, false],
      ['Stroll', false, false, true],
    ]);
    expect(abouts.slice(0, -1).map((update) => update.snapshot)).toEqual([
      snapshot,
      ...edits.map((edit) => edit.snapshot),
    ]);
    expect(abouts.every((update) => update.playlistId === playlistId && update.listenerId === OWNER)).toBe(
      true,
    );
  });
}

test('a rename and a change of flags that race tell with the greatest number what the playlist is in the end', async () => {
  for (let seed = 1; seed <= 8; seed++) {
    const { bench, instance, create, read, told, cassandra } = setUpOwner({ order: 'position' }, seed);
    const { playlistId } = await create();
    const who = { playlistId, listenerId: OWNER };
    const [one, other] = [instance(1), instance(2)];
    bench.slowDown(
      one.machine,
      cassandra.nodes.map(({ machine }) => machine),
      seed,
    );
    await bench.finish(
      Promise.all([
        one.service.renamePlaylist(one.context(), { ...who, name: `New ${seed}` }),
        other.service.setFlags(other.context(), { ...who, isPrivate: true, isCollaborative: false }),
      ]),
    );
    const newest = told().toSorted((a, b) => b.snapshot - a.snapshot)[0]!;
    const { name, isPrivate, snapshot } = await read(playlistId);
    expect([newest.about!.name, newest.about!.isPrivate, newest.snapshot]).toEqual([
      name,
      isPrivate,
      snapshot,
    ]);
    expect([name, isPrivate]).toEqual([`New ${seed}`, true]);
  }
});

test('renames at the same moment are made one after the other; each is answered with its number, or not at all', async () => {
  let done = 0;
  for (let seed = 1; seed <= 10; seed++) {
    const { bench, instance, create, read } = setUpOwner({ order: 'position' }, seed);
    const { playlistId } = await create();
    const who = { playlistId, listenerId: OWNER };
    const renamed = [1, 2, 3, 4].map((number) => {
      const { service, context } = instance(number);
      return service.renamePlaylist(context(), { ...who, name: `Name ${number}` });
    });
    const outcomes = await bench.finish(Promise.allSettled(renamed));
    const answers = outcomes.map((one) => (one.status === 'fulfilled' ? one.value.snapshot : 0));
    const numbers = answers.filter((number) => number > 0);
    expect(new Set(numbers).size).toBe(numbers.length);
    const { name, snapshot } = await read(playlistId);
    expect(snapshot).toBeGreaterThanOrEqual(Math.max(...numbers));
    // Where all are answered, the one with the greatest number stands.
    if (numbers.length === 4) expect(name).toBe(`Name ${answers.indexOf(snapshot) + 1}`);
    done += numbers.length;
  }
  expect(done).toBeGreaterThan(38);
});

test('names that are none, and flags that contradict each other, are refused', async () => {
  const { service, context, outcome } = setUpOwner();
  const create = (change: object) =>
    outcome(
      service.createPlaylist(context(), {
        listenerId: OWNER,
        name: 'Mine',
        isPrivate: false,
        isCollaborative: false,
        ...change,
      }),
    );
  expect(await create({ name: '   ' })).toBe('invalid');
  expect(await create({ name: 'x'.repeat(101) })).toBe('invalid');
  expect(await create({ listenerId: '' })).toBe('invalid');
  expect(await create({ isPrivate: true, isCollaborative: true })).toBe('invalid');
  expect(await create({ name: 'x'.repeat(100) })).toBe('ok');
  // A character may be two units of a text.
  expect(await create({ name: '🎧'.repeat(100) })).toBe('ok');
  expect(await create({ name: '🎧'.repeat(101) })).toBe('invalid');
});

test('playlists that are created at the same moment on several instances have ids of their own', async () => {
  const { bench, instance } = setUpOwner();
  const instances = [1, 2, 3].map(instance);
  const request = { listenerId: OWNER, name: 'Mine', isPrivate: false, isCollaborative: false };
  const creations = Array.from({ length: 12 }, (_, i) => {
    const { service, context } = instances[i % 3]!;
    return service.createPlaylist(context(), request);
  });
  const made = await bench.finish(Promise.all(creations));
  expect(new Set(made.map(({ playlistId }) => playlistId)).size).toBe(12);
});
