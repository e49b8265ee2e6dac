import { expect, test } from 'vitest';
import { outcomeOf } from '../test-support.ts';
import { setUp } from './test-playlists.ts';

const ORDERS = ['snapshot', 'position', 'timeuuid'] as const;

for (const order of ORDERS) {
  for (const schema of ['bucketed', 'wide'] as const) {
    test(`${order}, ${schema}: a playlist gets as long as it may, and an addition beyond is a conflict that names the limit`, async () => {
      const { bench, service, context, get, add, kafka } = setUp({ order, schema, tracksMax: 5 });
      const who = { playlistId: 'hot', listenerId: 'l0' };
      for (const track of ['a', 'b']) await bench.finish(add(track));
      const refused = { kind: 'conflict', message: expect.stringContaining('may have 5 at most') };
      await expect(bench.finish(add('c'))).rejects.toMatchObject(refused);
      const insert = { ...who, trackId: 'c', position: 0 };
      await expect(bench.finish(service.insertTrack(context(), insert))).rejects.toMatchObject(refused);
      // Nothing was written, and nobody was told.
      expect((await bench.finish(get())).trackIds).toEqual(['b', 'a', 'old3', 'old2', 'old1']);
      const told = kafka.inspect('playlist_updates').flatMap(({ records }) => records);
      expect(told).toHaveLength(2);
      await bench.finish(service.removeTrack(context(), { ...who, trackId: 'b', position: 0 }));
      await bench.run(1);
      expect(await bench.finish(outcomeOf(add('c')))).toBe('ok');
    });
  }

  test(`${order}: a playlist that was made empty takes the first track where one is all it may have`, async () => {
    const { bench, service, context, add } = setUp({ order, tracksMax: 1 });
    const flags = { isPrivate: false, isCollaborative: false };
    const { playlistId } = await bench.finish(
      service.createPlaylist(context(), { listenerId: 'ann', name: 'Mine', ...flags }),
    );
    expect(await bench.finish(outcomeOf(add('a', playlistId, 'ann')))).toBe('ok');
    expect(await bench.finish(outcomeOf(add('b', playlistId, 'ann')))).toBe('conflict');
  });
}

test('position: editors at the same moment do not exceed the limit', async () => {
  const { bench, instance, get } = setUp({ order: 'position', tracksMax: 6, writeDeadlineMs: 5_000 });
  const additions = [1, 2, 3, 4, 5, 6].map((number) => outcomeOf(instance(number).add(`t${number}`)));
  const outcomes = await bench.finish(Promise.all(additions));
  expect(outcomes.toSorted()).toEqual(['conflict', 'conflict', 'conflict', 'ok', 'ok', 'ok']);
  expect((await bench.finish(get())).trackIds).toHaveLength(6);
});

test('without a limit an addition by edit asks for nothing', async () => {
  const readsOf = async (tracksMax: number) => {
    const { bench, cassandra, add } = setUp({ tracksMax });
    let reads = 0;
    cassandra.onRead = () => {
      reads++;
    };
    await bench.finish(add('a'));
    return reads;
  };
  expect([await readsOf(0), await readsOf(10)]).toEqual([0, 1]);
});
