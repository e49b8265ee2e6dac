import { expect, test } from 'vitest';
import type { PlaylistAbout, PlaylistUpdate } from '../../contracts/generated/events.ts';
import { CATALOGUE_UPDATES, PLAYLIST_UPDATES } from '../../contracts/topics.ts';
import { createTestBench, topic } from '../test-bench.ts';
import { knobsOf, outcomeOf } from '../test-support.ts';
import { CATALOGUE_INDEX, catalogueIndex, catalogueIndexVersion } from './catalogue-index.ts';
import { indexerKnobs, reindexKnobs, searchKnobs } from './knobs.ts';
import { createReindexer } from './reindexer.ts';
import { createSearchIndexer } from './search-indexer.ts';
import { createSearchService } from './search-service.ts';

const track = {
  trackId: 't1',
  title: 'Running Up',
  artistId: 'a1',
  artistName: 'An Artist',
  labelId: 'label',
  durationMs: 200_000,
  popularity: 900,
  publishedAtNs: 1,
};

function setUp(mode: 'single' | 'bulk') {
  const bench = createTestBench();
  const knobs = knobsOf(searchKnobs, { shards: 2 });
  const elasticsearch = bench.elasticsearch([catalogueIndex(knobs)]);
  const kafka = bench.kafka([topic(CATALOGUE_UPDATES, 1), topic(PLAYLIST_UPDATES, 2)]);
  const machine = bench.machine('search');
  const index = elasticsearch.connect(machine);
  const search = createSearchService({ index, knobs });
  const indexer = createSearchIndexer({
    events: kafka.connect(machine),
    index,
    clock: bench.simulation,
    random: bench.simulation.random('indexer'),
    background: bench.background,
    knobs: knobsOf(indexerKnobs, { mode }),
    clientId: 'indexer',
  });
  void outcomeOf(indexer.run(bench.context(machine.life)));
  const tell = (snapshot: number, change: Partial<PlaylistUpdate>, playlistId = 'p1') =>
    kafka.append(PLAYLIST_UPDATES, playlistId, { playlistId, snapshot, listenerId: 'l', ...change }, 100);
  const settle = () => bench.run(15);
  return {
    bench,
    elasticsearch,
    settle,
    tell,
    /** `about` in an event of this number. */
    about: (snapshot: number, name: string, flags: Partial<PlaylistAbout> = {}, playlistId = 'p1') =>
      tell(
        snapshot,
        { about: { name, isPrivate: false, isCollaborative: false, isDeleted: false, ...flags } },
        playlistId,
      ),
    async find(text: string, kind = 'playlist') {
      await settle();
      const { hits } = await bench.finish(search.search(bench.context(), { text, kind, size: 0 }));
      return hits;
    },
    suggest: async (text: string, kind: string) =>
      (await bench.finish(search.suggest(bench.context(), { text, kind, size: 0 }))).suggestions,
    async reindex() {
      const definition = catalogueIndexVersion({ ...knobs, shards: 3 }, 2);
      const admin = elasticsearch.admin(machine);
      const reindexer = createReindexer({
        index,
        admin,
        clock: bench.simulation,
        knobs: knobsOf(reindexKnobs, { keepMs: 100 }),
      });
      await bench.finish(reindexer.run(bench.context(machine.life), CATALOGUE_INDEX, definition));
    },
  };
}

for (const mode of ['single', 'bulk'] as const) {
  test(`${mode}: a playlist is found by its name, before what is on it, and by its new name alone once it is renamed`, async () => {
    const { tell, about, find, suggest } = setUp(mode);
    about(1, 'Morning Run');
    tell(2, { track: { ...track, title: 'Run' } });
    expect(await find('run')).toMatchObject([
      { kind: 'playlist', id: 'p1', playlistId: 'p1', trackId: '', title: 'Morning Run', artistName: '' },
      { kind: 'playlist', id: 'p1', playlistId: 'p1', trackId: 't1', title: 'Run' },
    ]);
    const suggestion = { kind: 'playlist', id: 'p1', title: 'Morning Run', artistName: '' };
    expect(await suggest('morning r', 'playlist')).toEqual([suggestion]);
    expect(await suggest('ru', 'playlist')).toEqual([suggestion]);
    expect(await suggest('ru', '')).toEqual([]);
    about(3, 'Evening Walk');
    expect(await find('morning')).toEqual([]);
    expect((await find('evening', ''))[0]).toMatchObject({ id: 'p1', title: 'Evening Walk' });
    // Edits of its tracks leave it as it is.
    tell(4, { listing: { isPrivate: false, removedTrackIds: ['t1'], added: [] } });
    tell(5, { track });
    expect((await find('evening'))[0]).toMatchObject({ id: 'p1', title: 'Evening Walk' });
  });

  for (const ending of ['isPrivate', 'isDeleted'] as const)
    test(`${mode}, ${ending}: its name is not found any more, whatever comes late or again, in one batch or another`, async () => {
      const { about, find, suggest, elasticsearch, reindex } = setUp(mode);
      about(1, 'Secret Songs');
      expect(await find('secret')).toHaveLength(1);
      about(3, 'Secret Songs', { [ending]: true });
      expect(await find('secret', '')).toEqual([]);
      about(2, 'Secret Plans');
      about(1, 'Secret Songs');
      expect(await find('secret', '')).toEqual([]);
      // Polled together, the newer one before the older one.
      about(7, 'Hidden Songs', { [ending]: true }, 'p2');
      about(6, 'Hidden Songs', {}, 'p2');
      expect(await find('hidden', '')).toEqual([]);
      await reindex();
      about(2, 'Secret Plans');
      about(6, 'Hidden Songs', {}, 'p2');
      expect([await find('secret hidden', ''), await suggest('secret', 'playlist')]).toEqual([[], []]);
      expect(JSON.stringify([...documentsOf(elasticsearch)])).not.toMatch(/Secret|Hidden/);
      about(9, 'Secret Songs');
      const found = (await find('secret')).map(({ id }) => id);
      expect(found).toEqual(ending === 'isDeleted' ? [] : ['p1']);
    });

  test(`${mode}: an index that is made anew has the playlists, and goes on telling old from new`, async () => {
    const { about, find, reindex, elasticsearch } = setUp(mode);
    about(5, 'Morning Run');
    about(5, 'Rainy Day', {}, 'p2');
    expect(await find('morning rainy')).toHaveLength(2);
    await reindex();
    expect((await find('morning rainy')).map(({ id }) => id).sort()).toEqual(['p1', 'p2']);
    about(4, 'Older Name');
    about(6, 'Sunny Day', {}, 'p2');
    expect(await find('older rainy')).toEqual([]);
    expect((await find('morning sunny')).map(({ title }) => title).sort()).toEqual([
      'Morning Run',
      'Sunny Day',
    ]);
    expect(elasticsearch.count(CATALOGUE_INDEX)).toEqual({ searchable: 2, stored: 2 });
  });
}

/** What the cluster would keep on disk. */
function* documentsOf({ durable }: ReturnType<typeof setUp>['elasticsearch']) {
  yield* durable!.changes();
}
