import fc from 'fast-check';
import { expect, test } from 'vitest';
import { outcomeOf } from '../test-support.ts';
import { setUp } from './test-playlists.ts';

type Options = Parameters<typeof setUp>[0];

const listenerId = 'ann';

function setUpLibrary(set: Options = {}, seed = 1) {
  const setup = setUp(set, seed);
  const { bench, service, context } = setup;
  const page = (kind: 'getLibrary' | 'getLikes', before = 0, limit = 0) =>
    bench.finish(service[kind](context(), { listenerId, before, limit }));
  return {
    ...setup,
    page,
    like: (trackId: string) => service.likeTrack(context(), { trackId, listenerId }),
    unlike: (trackId: string) => service.unlikeTrack(context(), { trackId, listenerId }),
    likes: async () => (await page('getLikes')).items.map(({ id }) => id),
    /** Every page, one after the other. */
    async pages(limit: number) {
      const ids: string[] = [];
      let before = 0;
      do {
        const { items, next } = await page('getLikes', before, limit);
        expect(items.length).toBeLessThanOrEqual(limit);
        for (const { id } of items) ids.push(id);
        before = next;
      } while (before !== 0);
      return ids;
    },
  };
}

test('what was liked last comes first, each track once, until it is unliked', async () => {
  const { bench, like, unlike, likes, page } = setUpLibrary();
  for (const track of ['a', 'b', 'c', 'a']) await bench.finish(like(track));
  expect(await likes()).toEqual(['c', 'b', 'a']);
  await bench.finish(unlike('b'));
  await bench.finish(unlike('b'));
  expect(await likes()).toEqual(['c', 'a']);
  await bench.finish(like('b'));
  expect(await likes()).toEqual(['b', 'c', 'a']);
  expect(await page('getLibrary')).toEqual({ items: [], next: 0 });
});

test('pages follow each other over months, without a gap and without a repetition', async () => {
  const actions = fc.array(
    fc.record({
      track: fc.integer({ min: 0, max: 15 }),
      kind: fc.constantFrom('like', 'like', 'unlike'),
      pauseS: fc.constantFrom(0, 1, 50, 130),
    }),
    { minLength: 10, maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(actions, fc.integer({ min: 1, max: 7 }), async (steps, limit) => {
      const { bench, like, unlike, pages } = setUpLibrary({ libraryPeriodS: 60 });
      const model: string[] = [];
      for (const { track, kind, pauseS } of steps) {
        const id = `t${track}`;
        await bench.finish(kind === 'like' ? like(id) : unlike(id));
        const at = model.indexOf(id);
        if (kind === 'unlike' && at >= 0) model.splice(at, 1);
        if (kind === 'like' && at < 0) model.unshift(id);
        await bench.run(pauseS);
      }
      expect(await pages(limit)).toEqual(model);
    }),
    { seed: 9, numRuns: 8 },
  );
});

test('two devices that like the same track at the same moment make one entry', async () => {
  for (let seed = 1; seed <= 5; seed++) {
    const { bench, instance, likes } = setUpLibrary({}, seed);
    const devices = [1, 2, 3].map(instance);
    const both = devices.map(({ service, context }) =>
      service.likeTrack(context(), { trackId: 'a', listenerId }),
    );
    await bench.finish(Promise.all(both));
    expect(await likes()).toEqual(['a']);
  }
});

test('a like whose process died halfway is whole after it was tried again', async () => {
  for (const afterMs of [1, 2, 4, 6, 8, 12]) {
    const { bench, instance, likes, like, pages } = setUpLibrary();
    const doomed = instance(1);
    void doomed.service.likeTrack(doomed.context(), { trackId: 'a', listenerId });
    await bench.run(afterMs / 1_000);
    doomed.machine.crash();
    await bench.run(1);
    await bench.finish(like('a'));
    expect(await likes()).toEqual(['a']);
    expect(await pages(1)).toEqual(['a']);
  }
});

test('a track that does not exist cannot be liked, nor a playlist that does not exist be saved', async () => {
  const { bench, like, service, context } = setUpLibrary();
  expect(await bench.finish(outcomeOf(like('none1')))).toBe('invalid');
  const save = service.savePlaylist(context(), { playlistId: 'nobody', listenerId });
  expect(await bench.finish(outcomeOf(save))).toBe('not-found');
});

test('a library has what its listener created and saved, newest first', async () => {
  const { bench, service, context, page } = setUpLibrary();
  const request = { listenerId, name: 'Mine', isPrivate: true, isCollaborative: false };
  const { playlistId } = await bench.finish(service.createPlaylist(context(), request));
  await bench.finish(service.savePlaylist(context(), { playlistId: 'hot', listenerId }));
  const ids = async () => (await page('getLibrary')).items.map(({ id }) => id);
  expect(await ids()).toEqual(['hot', playlistId]);
  await bench.finish(service.unsavePlaylist(context(), { playlistId: 'hot', listenerId }));
  expect(await ids()).toEqual([playlistId]);
  await bench.finish(service.deletePlaylist(context(), { playlistId, listenerId }));
  expect(await ids()).toEqual([]);
});
