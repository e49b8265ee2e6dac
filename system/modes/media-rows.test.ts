import { expect, test } from 'vitest';
import { Albums } from '../../fixtures/albums.ts';
import { createPopulation } from '../../fixtures/index.ts';
import { CATALOGUE_UPDATES, PLAYLIST_UPDATES } from '../contracts/topics.ts';
import { createCatalogueService } from '../services/catalogue/catalogue-service.ts';
import { catalogueKnobs } from '../services/catalogue/knobs.ts';
import { furtherCatalogueTables, tracksById } from '../services/catalogue/tables.ts';
import { playlistKnobs } from '../services/playlist/knobs.ts';
import { createPlaylistService } from '../services/playlist/playlist-service.ts';
import { furtherPlaylistTables, playlistTables } from '../services/playlist/tables.ts';
import { createTestBench, topic } from '../services/test-bench.ts';
import { knobsOf, outcomeOf } from '../services/test-support.ts';
import { CatalogueRows } from './catalogue-rows.ts';
import { layeredRows } from './layered-rows.ts';
import { MediaRows } from './media-rows.ts';

const population = createPopulation({ seed: 1, listeners: 1_000 });
const media = new MediaRows(population);

function setUp(
  order: 'snapshot' | 'position' | 'timeuuid' = 'snapshot',
  schema: 'wide' | 'bucketed' = 'bucketed',
) {
  const bench = createTestBench();
  const rows = new CatalogueRows(population, { count: 2, followers: 50 }, 4);
  const cassandra = bench.cassandra({
    tables: [tracksById, ...playlistTables, ...furtherPlaylistTables, ...furtherCatalogueTables],
    knobs: { nodes: 3 },
    baseLayer: layeredRows(rows, media),
  });
  const kafka = bench.kafka([topic(CATALOGUE_UPDATES, 4), topic(PLAYLIST_UPDATES, 4)]);
  const machine = bench.machine('service');
  const shared = {
    store: cassandra.connect(machine),
    events: kafka.connect(machine).createProducer('service'),
    clock: bench.simulation,
  };
  const catalogue = createCatalogueService({ ...shared, knobs: knobsOf(catalogueKnobs) });
  const playlist = createPlaylistService({
    ...shared,
    catalogue,
    cache: bench.redis().connect(machine),
    random: bench.simulation.random('playlists'),
    background: bench.background,
    knobs: knobsOf(playlistKnobs, { order, schema, buckets: 4, tracksLimit: 250 }),
    instance: 0,
  });
  return { bench, catalogue, playlist, context: () => bench.context() };
}

test('what belongs to a track of the population hangs together', async () => {
  const { bench, catalogue, context } = setUp();
  for (const number of [0, 7, 50_000_000, 99_999_999]) {
    const id = `t${number}`;
    const { tracks } = await bench.finish(catalogue.getTracks(context(), { trackIds: [id], details: true }));
    const { track, details, artwork } = tracks[0]!;
    expect(details!.features!.tempo).toBeGreaterThan(30);
    expect(artwork[0]!.url).toContain(details!.artworkId);
    const { album } = await bench.finish(catalogue.getAlbum(context(), { albumId: details!.albumId }));
    expect(album!.trackIds[details!.number - 1]).toBe(id);
    expect([album!.artistId, album!.artistName]).toEqual([track!.artistId, track!.artistName]);
    expect(album!.popularity).toBeGreaterThanOrEqual(track!.popularity);
    const artist = await bench.finish(catalogue.getArtist(context(), { artistId: track!.artistId }));
    expect([artist.artist!.name, artist.artist!.labelId]).toEqual([track!.artistName, track!.labelId]);
    expect(artist.albums.map(({ albumId }) => albumId)).toContain(details!.albumId);
    const audio = await bench.finish(catalogue.getAudio(context(), { audioId: id }));
    expect([audio.version, audio.contentId.length]).toEqual([1, 40]);
  }
});

test('most tracks have lyrics, the others none', async () => {
  const { bench, catalogue, context } = setUp();
  const outcomes = new Set<string>();
  for (let number = 0; number < 60; number++)
    outcomes.add(await bench.finish(outcomeOf(catalogue.getLyrics(context(), { trackId: `t${number}` }))));
  expect(outcomes).toEqual(new Set(['ok', 'not-found']));
});

test('a podcast of the population lists its newest episodes, each of which can be read', async () => {
  const { bench, catalogue, context } = setUp();
  const number = media.podcasts.byRank(1);
  const request = { podcastId: `s${number}`, episodesLimit: 0 };
  const { podcast, episodes } = await bench.finish(catalogue.getPodcast(context(), request));
  expect(episodes[0]!.number).toBe(media.podcasts.episodesOf(number));
  for (const summary of episodes.slice(0, 3)) {
    const { episode } = await bench.finish(catalogue.getEpisode(context(), summary));
    expect(episode).toMatchObject({ ...summary, podcastId: `s${number}`, podcastTitle: podcast!.title });
    const audio = await bench.finish(catalogue.getAudio(context(), { audioId: summary.episodeId }));
    expect(audio.version).toBe(1);
  }
});

test('what is published goes over what the population has', async () => {
  const { bench, catalogue, context } = setUp();
  const { albumId } = population.track(7);
  const { album } = await bench.finish(catalogue.getAlbum(context(), { albumId: `b${albumId}` }));
  const shorter = { ...album!, title: 'Remastered', trackIds: [album!.trackIds[0]!] };
  await bench.finish(catalogue.publishAlbum(context(), { album: shorter }));
  expect((await bench.finish(catalogue.getAlbum(context(), { albumId: album!.albumId }))).album).toEqual(
    shorter,
  );
  const artist = await bench.finish(catalogue.getArtist(context(), { artistId: album!.artistId }));
  expect(artist.albums.find((one) => one.albumId === album!.albumId)?.title).toBe('Remastered');
  expect(artist.albums).toHaveLength(new Albums(population).of(population.track(7).artistId).length);
  const audio = { audioId: 't7', contentId: 'f'.repeat(40) };
  expect((await bench.finish(catalogue.deliverAudio(context(), audio))).version).toBe(2);
});

test.each([
  'a',
  'a01',
  'a-1',
  'b1e3',
  'bNaN',
  's',
  's6000000',
  'e0',
  'e0-0',
  'e0-01',
  'e0-1.5',
  'e0-9999',
  'x',
])('an id that the population does not have has no rows: %s', (id) => {
  for (const { name } of furtherCatalogueTables) expect(media.partition(name, [id]), name).toBeNull();
  expect(media.partition('library_entries', [id, 'playlist', 0])).toBeNull();
});

test('a listener’s library begins with the playlists that he follows and his own, and goes on from there', async () => {
  const { bench, playlist, context } = setUp();
  const listenerId = 'u000000042';
  const library = async () => {
    const request = { listenerId, before: 0, limit: 100 };
    const { items } = await bench.finish(playlist.getLibrary(context(), request));
    return items.map(({ id }) => id);
  };
  const before = [...population.follows(42), ...population.playlistsOf(42)].map((number) => `p${number}`);
  expect(await library()).toEqual(before);
  await bench.finish(playlist.savePlaylist(context(), { playlistId: before.at(-1)!, listenerId }));
  await bench.finish(playlist.savePlaylist(context(), { playlistId: 'p3', listenerId }));
  await bench.finish(playlist.unsavePlaylist(context(), { playlistId: before[0]!, listenerId }));
  expect(await library()).toEqual(['p3', ...before.slice(1)]);
  const likes = { listenerId, before: 0, limit: 0 };
  expect((await bench.finish(playlist.getLikes(context(), likes))).items).toEqual([]);
});

for (const schema of ['wide', 'bucketed'] as const) {
  test(`${schema}: whatever tracks are sorted by, a playlist of the population has the same, and its owner edits it`, async () => {
    const lists: (readonly string[])[] = [];
    for (const order of ['snapshot', 'position', 'timeuuid'] as const) {
      const { bench, playlist, context } = setUp(order, schema);
      const who = { playlistId: 'p5', listenerId: `u00000000${population.playlist(5).ownerId}` };
      const read = async () => {
        const request = { ...who, followersLimit: 0, minimumSnapshot: 0 };
        return (await bench.finish(playlist.getPlaylist(context(), request))).trackIds;
      };
      const before = await read();
      lists.push(before);
      expect(before).toHaveLength(population.playlist(5).trackCount);
      await bench.finish(playlist.removeTrack(context(), { ...who, position: 2, trackId: before[2]! }));
      await bench.finish(playlist.addTrack(context(), { ...who, trackId: 't77' }));
      expect(await read()).toEqual(['t77', ...before.filter((_, i) => i !== 2)]);
      if (order === 'snapshot') continue;
      await bench.finish(playlist.insertTrack(context(), { ...who, position: 3, trackId: 't78' }));
      expect((await read()).slice(0, 5)).toEqual(['t77', before[0], before[1], 't78', before[3]]);
    }
    expect(lists[1]).toEqual(lists[0]);
    expect(lists[2]).toEqual(lists[0]);
  });
}
