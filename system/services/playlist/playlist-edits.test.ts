import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PlaylistApi } from '../../contracts/generated/playlist.ts';
import { PLAYLIST_UPDATES } from '../../contracts/topics.ts';
import { MILLISECOND } from '../../runtime/kernel/index.ts';
import { outcomeOf } from '../test-support.ts';
import { setUp } from './test-playlists.ts';

type Options = Parameters<typeof setUp>[0];

const ORDERS = ['position', 'timeuuid'] as const;
/** What nobody created can be edited by its owner. */
const OWNER = 'l0';

/** An instance's edits of the playlist 'hot', by its owner. */
function editor(service: PlaylistApi, context: () => Parameters<PlaylistApi['getPlaylist']>[0]) {
  const who = { playlistId: 'hot', listenerId: OWNER };
  return {
    add: (trackId: string) => service.addTrack(context(), { ...who, trackId }),
    insert: (trackId: string, position: number) =>
      service.insertTrack(context(), { ...who, trackId, position }),
    remove: (trackId: string, position: number) =>
      service.removeTrack(context(), { ...who, trackId, position }),
    move: (trackId: string, fromPosition: number, toPosition: number) =>
      service.moveTrack(context(), { ...who, trackId, fromPosition, toPosition }),
    list: async (fromPosition = 0, limit = 0) =>
      (await service.listTracks(context(), { ...who, fromPosition, limit })).entries,
  };
}

function setUpEditors(set: Options = {}, seed = 1) {
  const setup = setUp({ tracksLimit: 400, ...set }, seed);
  const { bench, service, context } = setup;
  const first = editor(service, context);
  return {
    ...setup,
    ...first,
    editorOn(number: number) {
      const other = setup.instance(number);
      return editor(other.service, other.context);
    },
    tracks: async () => (await bench.finish(first.list())).map(({ trackId }) => trackId),
  };
}

/** The positions that the database holds below the list's length. */
function positionsOf({ cassandra }: ReturnType<typeof setUpEditors>): unknown[] {
  const rows = cassandra.inspect('playlist_positions', ['hot']);
  return rows.map(({ position }) => position).slice(0, rows[0]!.length as number);
}

for (const order of ORDERS) {
  for (const schema of ['wide', 'bucketed'] as const) {
    test(`${order}, ${schema}: a track goes where it is put, and those behind it move on`, async () => {
      const { bench, insert, add, list, tracks, get } = setUpEditors({ order, schema });
      await bench.finish(insert('a', 1));
      await bench.finish(add('b'));
      const { snapshot } = await bench.finish(insert('c', 5));
      expect(await tracks()).toEqual(['b', 'old3', 'a', 'old2', 'old1', 'c']);
      const playlist = await bench.finish(get());
      expect(playlist.trackIds).toEqual(await tracks());
      expect([playlist.name, playlist.ownerId, playlist.snapshot]).toEqual(['Hot Hits', OWNER, snapshot]);
      expect(await bench.finish(list(4, 2))).toEqual([
        { position: 4, trackId: 'old1', addedBy: OWNER, edit: 1 },
        { position: 5, trackId: 'c', addedBy: OWNER, edit: snapshot },
      ]);
    });

    test(`${order}, ${schema}: tracks are moved up and down, and taken away`, async () => {
      const { bench, move, remove, tracks } = setUpEditors({ order, schema });
      await bench.finish(move('old1', 2, 0));
      expect(await tracks()).toEqual(['old1', 'old3', 'old2']);
      await bench.finish(move('old1', 0, 1));
      expect(await tracks()).toEqual(['old3', 'old1', 'old2']);
      await bench.finish(move('old3', 0, 2));
      expect(await tracks()).toEqual(['old1', 'old2', 'old3']);
      await bench.finish(move('old2', 1, 1));
      await bench.finish(remove('old2', 1));
      expect(await tracks()).toEqual(['old1', 'old3']);
    });
  }

  test(`${order}: whatever one editor does, the list is what an array would be`, async () => {
    const step = fc.record({
      kind: fc.constantFrom('insert', 'insert', 'add', 'remove', 'move'),
      at: fc.nat(1_000),
      to: fc.nat(1_000),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
        const setup = setUpEditors({ order });
        const { bench, insert, add, remove, move, tracks } = setup;
        const model = ['old3', 'old2', 'old1'];
        for (const [i, { kind, at, to }] of steps.entries()) {
          const from = at % Math.max(1, model.length);
          if (kind === 'insert') {
            await bench.finish(insert(`t${i}`, at % (model.length + 1)));
            model.splice(at % (model.length + 1), 0, `t${i}`);
          } else if (kind === 'add') {
            await bench.finish(add(`t${i}`));
            model.unshift(`t${i}`);
          } else if (model.length > 0 && kind === 'remove') {
            await bench.finish(remove(model[from]!, from));
            model.splice(from, 1);
          } else if (model.length > 0) {
            await bench.finish(move(model[from]!, from, to % model.length));
            model.splice(to % model.length, 0, ...model.splice(from, 1));
          }
        }
        expect(await tracks()).toEqual(model);
        if (order === 'position') expect(positionsOf(setup)).toEqual(model.map((_, i) => i));
      }),
      { seed: 7, numRuns: 12 },
    );
  });

  test(`${order}: of editors who insert at the same moment none loses what was acknowledged, and positions stay dense`, async () => {
    for (let seed = 1; seed <= 4; seed++) {
      const setup = setUpEditors({ order, writeDeadlineMs: 5_000 }, seed);
      const { bench, editorOn, tracks } = setup;
      const editors = [1, 2, 3, 4].map(editorOn);
      const edits = Array.from({ length: 24 }, (_, i) =>
        outcomeOf(editors[i % 4]!.insert(`t${i}`, (i * 5) % 4)),
      );
      const outcomes = await bench.finish(Promise.all(edits));
      const list = await tracks();
      const copies = outcomes.map((_, i) => list.filter((track) => track === `t${i}`).length);
      // Where many meet some hear that the outcome is not known: their track is there or not, but never twice.
      for (const [i, outcome] of outcomes.entries())
        if (outcome === 'ok') expect(copies[i]).toBe(1);
        else expect([outcome, copies[i]! < 2]).toEqual(['timeout', true]);
      const done = outcomes.filter((outcome) => outcome === 'ok').length;
      expect(done).toBeGreaterThan(order === 'position' ? 15 : 23);
      // What was there keeps its order.
      expect(list.filter((track) => track.startsWith('old'))).toEqual(['old3', 'old2', 'old1']);
      if (order === 'position') expect(positionsOf(setup)).toEqual(list.map((_, i) => i));
    }
  });

  test(`${order}: of several who move or remove one track at the same moment, one does; it is there once or gone`, async () => {
    for (let seed = 1; seed <= 6; seed++) {
      const { bench, editorOn, add, tracks } = setUpEditors({ order, writeDeadlineMs: 5_000 }, seed);
      for (let i = 0; i < 6; i++) await bench.finish(add(`t${i}`));
      const before = await tracks();
      const editors = [1, 2, 3, 4].map(editorOn);
      const [victim, at] = [before[3]!, 3];
      const outcomes = await bench.finish(
        Promise.all([
          outcomeOf(editors[0]!.remove(victim, at)),
          outcomeOf(editors[1]!.move(victim, at, 0)),
          outcomeOf(editors[2]!.move(victim, at, 7)),
          outcomeOf(editors[3]!.remove(victim, at)),
        ]),
      );
      // A 'timeout' is an outcome that the editor cannot know: it may be the one that did it.
      const count = (kind: string) => outcomes.filter((outcome) => outcome === kind).length;
      expect(count('ok') + count('timeout') + count('conflict')).toBe(4);
      expect(count('ok')).toBeLessThan(2);
      expect(count('ok') + count('timeout')).toBeGreaterThan(0);
      const after = await tracks();
      const copies = after.filter((track) => track === victim).length;
      expect(copies).toBeLessThan(2);
      if (count('ok') > 0) expect(copies).toBe(outcomes[0] === 'ok' || outcomes[3] === 'ok' ? 0 : 1);
      expect(after.filter((track) => track !== victim)).toEqual(before.filter((track) => track !== victim));
    }
  });

  test(`${order}: nodes that crash amid the edits cost no acknowledged one`, async () => {
    for (let seed = 1; seed <= 4; seed++) {
      const setup = setUpEditors({ order, writeDeadlineMs: 2_000 }, seed);
      const { bench, editorOn, cassandra, tracks } = setup;
      const replicas = cassandra.replicasOf('playlist_positions', ['hot']);
      replicas.forEach((node, i) => {
        const { machine } = cassandra.nodes[node]!;
        bench.simulation.after((20 + i * 400) * MILLISECOND, () => machine.crash());
        bench.simulation.after((120 + i * 400) * MILLISECOND, () => machine.restart());
      });
      const acknowledged: string[] = [];
      const one = async (number: number) => {
        const { insert } = editorOn(number);
        for (let i = 0; i < 12; i++) {
          const track = `t${number}-${i}`;
          if ((await outcomeOf(insert(track, i % 3))) === 'ok') acknowledged.push(track);
        }
      };
      await bench.finish(Promise.all([one(1), one(2), one(3)]));
      await bench.run(5);
      const list = await tracks();
      expect(acknowledged.length).toBeGreaterThan(12);
      for (const track of [...acknowledged, 'old1', 'old2', 'old3']) expect(list).toContain(track);
      if (order === 'position') expect(positionsOf(setup)).toEqual(list.map((_, i) => i));
    }
  });

  test(`${order}: a place that is not there, or that has another track by now, is refused and changes nothing`, async () => {
    const { bench, insert, remove, move, tracks } = setUpEditors({ order });
    const outcome = (work: Promise<unknown>) => bench.finish(outcomeOf(work));
    expect(await outcome(insert('t', 4))).toBe('invalid');
    expect(await outcome(move('old3', 0, 3))).toBe('invalid');
    expect(await outcome(remove('old3', 1))).toBe('conflict');
    expect(await outcome(remove('old3', 3))).toBe('conflict');
    expect(await outcome(move('old2', 0, 1))).toBe('conflict');
    expect(await tracks()).toEqual(['old3', 'old2', 'old1']);
  });
}

test('position: what the database does not know of an edit is read, so that three editors at once get through', async () => {
  let done = 0;
  for (let seed = 1; seed <= 20; seed++) {
    const { bench, editorOn, tracks } = setUpEditors({ order: 'position', writeDeadlineMs: 5_000 }, seed);
    const edits = [1, 2, 3].map((number) => outcomeOf(editorOn(number).insert(`t${number}`, 1)));
    const outcomes = await bench.finish(Promise.all(edits));
    done += outcomes.filter((outcome) => outcome === 'ok').length;
    const list = await tracks();
    expect(new Set(list).size).toBe(list.length);
  }
  expect(done).toBeGreaterThan(58);
});

test('position: whichever of many editors comes last, no edit that was acknowledged is newer than the playlist', async () => {
  const { bench, insert, get, editorOn } = setUpEditors({ order: 'position' });
  const other = editorOn(1);
  for (let round = 0; round < 5; round++) {
    const inserted = Array.from({ length: 6 }, (_, i) =>
      i % 2 === 0 ? insert(`a${round}${i}`, 1) : other.insert(`b${round}${i}`, 1),
    );
    const newest = Math.max(...(await bench.finish(Promise.all(inserted))).map(({ snapshot }) => snapshot));
    expect((await bench.finish(get())).snapshot).toBe(newest);
  }
});

test('position: a playlist that nobody made is not found by an editor', async () => {
  const { bench, service, context } = setUp({ order: 'position' });
  const request = { playlistId: 'nobody', listenerId: 'l1', trackId: 't' };
  expect(await bench.finish(outcomeOf(service.addTrack(context(), request)))).toBe('not-found');
});

test('an insert at the top of 300 tracks costs the database several times as much by position as by id', async () => {
  const costMs: Record<string, number> = {};
  for (const order of ORDERS) {
    const { bench, add, insert, cassandra } = setUpEditors({ order });
    for (let i = 0; i < 300; i++) await bench.finish(add(`t${i}`));
    const busyNs = () => cassandra.nodes.reduce((sum, { stations }) => sum + stations[0]!.read().busyNs, 0);
    const before = busyNs();
    for (let i = 0; i < 10; i++) await bench.finish(insert(`u${i}`, 1));
    costMs[order] = (busyNs() - before) / 10 / MILLISECOND;
  }
  expect(costMs.position! / costMs.timeuuid!).toBeGreaterThan(4);
});

test('snapshot: the top can be chosen and tracks can be taken away, nothing else', async () => {
  for (const schema of ['wide', 'bucketed'] as const) {
    const { bench, insert, remove, move, tracks, get } = setUpEditors({ schema });
    await bench.finish(insert('a', 0));
    expect(await bench.finish(outcomeOf(insert('b', 1)))).toBe('invalid');
    expect(await bench.finish(outcomeOf(move('a', 0, 1)))).toBe('invalid');
    expect(await bench.finish(outcomeOf(remove('old3', 0)))).toBe('conflict');
    const { snapshot } = await bench.finish(remove('old3', 1));
    expect(await tracks()).toEqual(['a', 'old2', 'old1']);
    expect((await bench.finish(get())).snapshot).toBe(snapshot);
  }
});

for (const order of ['snapshot', ...ORDERS] as const) {
  test(`${order}: with a cache, every edit is seen by the next reader of any instance`, async () => {
    const { bench, add, insert, remove, move, get, instance } = setUpEditors({ order, cache: 'cache-aside' });
    const seen = async () => {
      const { trackIds } = await bench.finish(instance(1).get());
      await bench.finish(get());
      return trackIds;
    };
    await seen();
    await bench.finish(add('a'));
    expect(await seen()).toEqual(['a', 'old3', 'old2', 'old1']);
    await bench.finish(insert('b', 0));
    expect(await seen()).toEqual(['b', 'a', 'old3', 'old2', 'old1']);
    await bench.finish(remove('a', 1));
    expect(await seen()).toEqual(['b', 'old3', 'old2', 'old1']);
    if (order === 'snapshot') return;
    await bench.finish(move('b', 0, 3));
    expect(await seen()).toEqual(['old3', 'old2', 'old1', 'b']);
  });
}

test('the log hears of what was added, and of what is on the playlist no more', async () => {
  const { bench, add, remove, kafka } = setUpEditors();
  for (let i = 0; i < 2; i++) await bench.finish(add('twice'));
  await bench.finish(remove('twice', 0));
  await bench.finish(remove('twice', 0));
  const told = kafka.inspect(PLAYLIST_UPDATES).flatMap(({ records }) => records.map(({ value }) => value));
  expect(told).toMatchObject([
    { track: { trackId: 'twice' } },
    { track: { trackId: 'twice' } },
    { listing: { isPrivate: false, removedTrackIds: ['twice'], added: [] } },
  ]);
});
