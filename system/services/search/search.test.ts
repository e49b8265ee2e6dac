import { expect, test } from 'vitest';
import type { Track } from '../../contracts/generated/catalogue.ts';
import type { CatalogueUpdate, PlaylistUpdate } from '../../contracts/generated/events.ts';
import { CATALOGUE_UPDATES, PLAYLIST_UPDATES } from '../../contracts/topics.ts';
import { PortError } from '../../ports/errors.ts';
import type { KnobValues } from '../../ports/knobs.ts';
import type { IndexOperation, SearchIndex } from '../../ports/search-index.ts';
import { createTestBench, topic } from '../test-bench.ts';
import { knobsOf, outcomeOf } from '../test-support.ts';
import { CATALOGUE_INDEX, catalogueIndex, trackDocumentId } from './catalogue-index.ts';
import { indexerKnobs, searchKnobs } from './knobs.ts';
import { createSearchIndexer, INDEXER_GROUP } from './search-indexer.ts';
import { createSearchService } from './search-service.ts';

const track = (trackId: string, title: string, popularity = 1): Track => ({
  trackId,
  title,
  artistId: 'a1',
  artistName: 'The Artist',
  labelId: 'label',
  durationMs: 200_000,
  popularity,
  publishedAtNs: 1,
});

/** The real index behind a door at which a test may refuse. */
function guarded(index: SearchIndex) {
  const door = {
    requests: 0,
    documents: 0,
    /** Null: let the whole request through; otherwise which of its documents are refused. */
    refuse: null as ((id: string, request: number) => boolean) | null,
  };
  const guardedIndex: SearchIndex = {
    search: (context, request) => index.search(context, request),
    refresh: (context, name) => index.refresh(context, name),
    index(context, name, id, document) {
      door.requests++;
      door.documents++;
      if (door.refuse?.(id, door.requests))
        return Promise.reject(new PortError('overloaded', 'elasticsearch.index', true));
      return index.index(context, name, id, document);
    },
    async bulk(context, name, operations) {
      door.requests++;
      door.documents += operations.length;
      const refused = (operation: IndexOperation) => door.refuse?.(operation.id, door.requests) ?? false;
      const passed = operations.filter((operation) => !refused(operation));
      const outcomes = passed.length === 0 ? [] : await index.bulk(context, name, passed);
      let next = 0;
      return operations.map((operation) =>
        passed.includes(operation) ? outcomes[next++]! : { id: operation.id, reason: 'overloaded' },
      );
    },
  };
  return { door, guardedIndex };
}

function setUp(
  set: Partial<KnobValues<typeof indexerKnobs>> = {},
  searching: Partial<KnobValues<typeof searchKnobs>> = {},
) {
  const bench = createTestBench();
  const elasticsearch = bench.elasticsearch([
    catalogueIndex(knobsOf(searchKnobs, { shards: 2, ...searching })),
  ]);
  const kafka = bench.kafka([topic(CATALOGUE_UPDATES, 4), topic(PLAYLIST_UPDATES, 2)]);
  const machine = bench.machine('search');
  const search = createSearchService({ index: elasticsearch.connect(machine), knobs: knobsOf(searchKnobs) });
  const { door, guardedIndex } = guarded(elasticsearch.connect(machine));
  const publish = (published: Track) =>
    kafka.append(CATALOGUE_UPDATES, published.trackId, { track: published }, 200);
  const startIndexer = (clientId: string) => {
    const home = bench.machine(clientId);
    const context = bench.context(home.life);
    const indexer = createSearchIndexer({
      events: kafka.connect(home),
      index: guardedIndex,
      clock: bench.simulation,
      random: bench.simulation.random(clientId),
      background: bench.background,
      knobs: knobsOf(indexerKnobs, set),
      clientId,
    });
    return { machine: home, context, ended: outcomeOf(indexer.run(context)) };
  };
  const find = async (text: string, kind = '', size = 0) =>
    (await bench.finish(search.search(bench.context(), { text, kind, size }))).hits;
  const suggest = async (text: string, kind = '', size = 0) =>
    (await bench.finish(search.suggest(bench.context(), { text, kind, size }))).suggestions;
  return { bench, elasticsearch, kafka, search, publish, startIndexer, find, suggest, door };
}

for (const mode of ['single', 'bulk'] as const) {
  test(`${mode}: what the log says can be found after the next refresh, and nothing is left in the log`, async () => {
    const { bench, kafka, publish, startIndexer, find } = setUp({ mode });
    startIndexer('indexer-1');
    for (let i = 0; i < 40; i++) publish(track(`t${i}`, i === 7 ? 'Yellow Submarine' : `Song ${i}`));
    const added = { playlistId: 'p1', snapshot: 5, listenerId: 'l1', track: track('t7', 'Yellow Submarine') };
    kafka.append(PLAYLIST_UPDATES, 'p1', added, 200);
    await bench.run(15);
    const hits = await find('submarine');
    expect(hits.map(({ kind, trackId, playlistId }) => [kind, trackId, playlistId]).sort()).toEqual([
      ['playlist', 't7', 'p1'],
      ['track', 't7', ''],
    ]);
    expect(await find('submarine', 'playlist')).toHaveLength(1);
    expect(kafka.lag(INDEXER_GROUP, CATALOGUE_UPDATES) + kafka.lag(INDEXER_GROUP, PLAYLIST_UPDATES)).toBe(0);
  });

  test(`${mode}: documents refused for the moment are tried again until every one is in`, async () => {
    const { bench, elasticsearch, kafka, publish, startIndexer, door } = setUp({ mode });
    door.refuse = (id, request) => request < 30 && (Number(id.split('t').at(-1)) + request) % 3 !== 0;
    startIndexer('indexer-1');
    for (let i = 0; i < 30; i++) publish(track(`t${i}`, `Song ${i}`));
    await bench.run(60);
    expect(elasticsearch.count(CATALOGUE_INDEX)).toEqual({ searchable: 30, stored: 30 });
    expect(kafka.lag(INDEXER_GROUP, CATALOGUE_UPDATES)).toBe(0);
  });

  test(`${mode}: an indexer that crashes before it has committed loses no track`, async () => {
    const { bench, elasticsearch, publish, startIndexer, door } = setUp({ mode, maxPollRecords: 10 });
    const first = startIndexer('indexer-1');
    await bench.run(5);
    door.refuse = (_, request) => {
      if (request === 2) first.machine.crash();
      return false;
    };
    for (let i = 0; i < 50; i++) publish(track(`t${i}`, `Song ${i}`));
    await bench.run(5);
    expect(first.machine.up).toBe(false);
    startIndexer('indexer-2');
    await bench.run(40);
    expect(elasticsearch.count(CATALOGUE_INDEX)).toEqual({ searchable: 50, stored: 50 });
  });
}

test('bulk needs a request a batch where single needs one a document', async () => {
  const requests = async (mode: 'single' | 'bulk') => {
    const { bench, publish, startIndexer, door } = setUp({ mode });
    for (let i = 0; i < 200; i++) publish(track(`t${i}`, `Song ${i}`));
    startIndexer('indexer-1');
    await bench.run(30);
    expect(door.documents).toBe(200);
    return door.requests;
  };
  expect(await requests('single')).toBe(200);
  expect(await requests('bulk')).toBeLessThanOrEqual(8);
});

test('the last of a track’s updates wins, though an earlier one is refused at first', async () => {
  const { bench, publish, startIndexer, find, door } = setUp({ mode: 'bulk' });
  let asked = 0;
  door.refuse = (id) => id === trackDocumentId('t1') && asked++ === 0;
  publish(track('t1', 'Working Title'));
  publish(track('t2', 'Another'));
  publish(track('t1', 'Final Title'));
  startIndexer('indexer-1');
  await bench.run(30);
  expect(await find('working')).toEqual([]);
  expect((await find('final')).map(({ trackId }) => trackId)).toEqual(['t1']);
});

test('an event without a track is passed over', async () => {
  const { bench, kafka, publish, startIndexer, elasticsearch } = setUp();
  kafka.append(CATALOGUE_UPDATES, 'broken', {}, 10);
  publish(track('t1', 'Song'));
  startIndexer('indexer-1');
  await bench.run(15);
  expect(elasticsearch.count(CATALOGUE_INDEX).stored).toBe(1);
  expect(kafka.lag(INDEXER_GROUP, CATALOGUE_UPDATES)).toBe(0);
});

test('an indexer ends quietly when it is cancelled', async () => {
  const { bench, startIndexer } = setUp();
  const { context, ended } = startIndexer('indexer-1');
  await bench.run(5);
  context.cancel(new Error('shut down'));
  await bench.run(1);
  expect(await ended).toBe('ok');
});

test('among tracks that match alike the popular one comes first, and an answer has its limit', async () => {
  const { bench, elasticsearch, search, find } = setUp();
  const documents = Array.from({ length: 40 }, (_, i) =>
    track(`t${i}`, 'Same Song', i === 23 ? 1_000_000 : 10),
  );
  elasticsearch.load(
    CATALOGUE_INDEX,
    documents.map(({ trackId, title, popularity }) => ({
      id: trackDocumentId(trackId),
      document: { kind: 'track', track_id: trackId, playlist_id: '', title, artist_name: 'X', popularity },
    })),
  );
  const hits = await find('same song');
  expect([hits.length, hits[0]?.trackId]).toEqual([20, 't23']);
  expect(await find('same song', 'track', 3)).toHaveLength(3);
  const wrong = search.search(bench.context(), { text: 'x', kind: 'label', size: 0 });
  expect(await bench.finish(outcomeOf(wrong))).toBe('invalid');
});

test('artists, albums, podcasts and episodes are found too, episodes by their text, each by its kind and id', async () => {
  const { bench, kafka, startIndexer, find } = setUp();
  const [popularity, artworkId] = [3, ''];
  const updates: CatalogueUpdate[] = [
    { artist: { artistId: 'a1', name: 'Yellow Birds', labelId: 'l', popularity, artworkId } },
    {
      album: {
        albumId: 'b1',
        title: 'Yellow Album',
        artistId: 'a1',
        artistName: 'Yellow Birds',
        releaseYear: 2000,
        popularity,
        artworkId,
        trackIds: [],
      },
    },
    {
      podcast: {
        podcastId: 's1',
        title: 'Deep Talk',
        publisher: 'Somebody',
        description: 'about yellow things',
        language: 'en',
        popularity,
        artworkId,
      },
    },
    {
      episode: {
        episodeId: 'e1',
        podcastId: 's1',
        podcastTitle: 'Deep Talk',
        number: 1,
        title: 'One',
        text: 'why submarines are yellow',
        durationMs: 1,
        popularity,
        publishedAtNs: 5,
      },
    },
    { track: track('t1', 'Yellow Submarine') },
  ];
  for (const [i, update] of updates.entries()) kafka.append(CATALOGUE_UPDATES, `${i}`, update, 200);
  startIndexer('indexer-1');
  await bench.run(15);
  const found = (await find('yellow')).map(({ kind, id }) => `${kind} ${id}`).sort();
  expect(found).toEqual(['album b1', 'artist a1', 'episode e1', 'podcast s1', 'track t1']);
  const [episode, ...others] = await find('submarines', 'episode');
  expect(others).toEqual([]);
  expect(episode).toMatchObject({
    id: 'e1',
    title: 'One',
    artistName: 'Deep Talk',
    trackId: '',
    playlistId: '',
  });
});

for (const mode of ['single', 'bulk'] as const) {
  test(`${mode}: what is taken off a playlist, or made private, is not found through it any more`, async () => {
    const { bench, kafka, startIndexer, find, elasticsearch } = setUp({ mode });
    const tell = (change: Partial<PlaylistUpdate>) =>
      kafka.append(
        PLAYLIST_UPDATES,
        'p1',
        { playlistId: 'p1', snapshot: 1, listenerId: 'l', ...change },
        100,
      );
    const found = async () => {
      await bench.run(15);
      return (await find('song', 'playlist')).map(({ trackId }) => trackId).sort();
    };
    startIndexer('indexer-1');
    for (const id of ['t1', 't2', 't3']) tell({ track: track(id, `Song ${id}`) });
    expect(await found()).toEqual(['t1', 't2', 't3']);
    tell({ listing: { isPrivate: false, removedTrackIds: ['t2'], added: [] } });
    expect(await found()).toEqual(['t1', 't3']);
    tell({ listing: { isPrivate: true, removedTrackIds: ['t1', 't3'], added: [] } });
    tell({
      track: track('t4', 'Song t4'),
      listing: { isPrivate: true, removedTrackIds: [], added: [] },
    });
    expect(await found()).toEqual([]);
    const added = ['t1', 't3', 't4'].map((id) => track(id, `Song ${id}`));
    tell({ listing: { isPrivate: false, removedTrackIds: [], added } });
    expect(await found()).toEqual(['t1', 't3', 't4']);
    expect(elasticsearch.count(CATALOGUE_INDEX)).toEqual({ searchable: 3, stored: 3 });
  });
}

for (const autocomplete of ['terms', 'edge-ngrams'] as const) {
  test(`${autocomplete}: what somebody types is completed, the popular first, each title and artist once`, async () => {
    const { bench, elasticsearch, search, suggest } = setUp({}, { autocomplete });
    const load = (id: string, document: object) =>
      elasticsearch.load(CATALOGUE_INDEX, [{ id, document: { playlist_id: '', ...document } }]);
    const titles: [string, string, number][] = [
      ['t1', 'Yellow Submarine', 50],
      ['t2', 'Yellow Submarine', 900],
      ['t3', 'Yesterday', 500],
      ['t4', 'Hello Yellow', 20],
    ];
    for (const [track_id, title, popularity] of titles) {
      load(`track:${track_id}`, { kind: 'track', track_id, title, artist_name: 'The Beetles', popularity });
      load(`playlist:p:${track_id}`, {
        kind: 'playlist',
        track_id,
        playlist_id: 'p',
        title,
        artist_name: 'The Beetles',
        popularity: 10_000,
      });
    }
    load('artist:a1', { kind: 'artist', id: 'a1', title: 'The Yes Men', artist_name: '', popularity: 5 });
    const ids = async (text: string, kind = '', size = 0) =>
      (await suggest(text, kind, size)).map(({ id }) => id);
    expect(await ids('y')).toEqual(['t2', 't3', 't4', 'a1']);
    expect(await ids('YE')).toEqual(['t2', 't3', 't4', 'a1']);
    expect(await ids('yellow s')).toEqual(['t2']);
    expect(await ids('ye', 'artist')).toEqual(['a1']);
    expect(await ids('ye', '', 2)).toEqual(['t2', 't3']);
    expect(await ids('beet', 'track', 1)).toEqual(['t2']);
    expect([await ids(''), await ids('zz')]).toEqual([[], []]);
    expect((await suggest('yest'))[0]).toEqual({
      kind: 'track',
      id: 't3',
      title: 'Yesterday',
      artistName: 'The Beetles',
    });
    const wrong = search.suggest(bench.context(), { text: 'y', kind: 'label', size: 0 });
    expect(await bench.finish(outcomeOf(wrong))).toBe('invalid');
  });
}
