/**
 * What of the population search holds at the start: a stated sample, enough that queries meet full posting lists. The
 * most popular tracks; with `search.sample: everything` also who made them, the albums they are on, podcasts, and the most
 * read playlists.
 */
import { playlistId } from '../../fixtures/ids.ts';
import type { Population } from '../../fixtures/index.ts';
import type { EmbeddedElasticsearch } from '../engines/elasticsearch/index.ts';
import {
  albumIndexing,
  artistIndexing,
  CATALOGUE_INDEX,
  episodeIndexing,
  type Indexing,
  playlistNameIndexing,
  podcastIndexing,
  trackIndexing,
} from '../services/search/catalogue-index.ts';
import type { SearchKnobs } from '../services/search/knobs.ts';
import type { CatalogueRows } from './catalogue-rows.ts';
import type { MediaRows } from './media-rows.ts';

export const INDEXED_SAMPLE = 2_000;
/** Podcasts, and the newest episodes of each. */
const PODCASTS = 200;
const EPISODES = 3;
const PLAYLISTS = 500;
/** Before all edits. */
const NO_EDIT = 0;

export function preloadSearch(
  elasticsearch: EmbeddedElasticsearch,
  { sample }: Pick<SearchKnobs, 'sample'>,
  population: Population,
  rows: CatalogueRows,
  media: MediaRows,
): void {
  const numbers = Array.from({ length: INDEXED_SAMPLE }, (_, i) => population.trackByRank(i + 1));
  elasticsearch.load(
    CATALOGUE_INDEX,
    numbers.map((number) => trackIndexing(rows.track(number))),
  );
  if (sample !== 'everything') return;
  elasticsearch.load(CATALOGUE_INDEX, othersOf(numbers, population, media));
  const playlists = Math.min(PLAYLISTS, population.playlists);
  const read = Array.from({ length: playlists }, (_, i) => population.playlistByRank(i + 1));
  elasticsearch.load(
    CATALOGUE_INDEX,
    read.map((number) => playlistNameIndexing(playlistId(number), rows.playlistName(number), NO_EDIT)),
  );
}

function* othersOf(tracks: readonly number[], population: Population, media: MediaRows): Generator<Indexing> {
  const found = tracks.map((number) => population.track(number));
  for (const artist of new Set(found.map(({ artistId }) => artistId)))
    yield artistIndexing(media.artist(artist));
  for (const album of new Set(found.map(({ albumId }) => albumId)))
    yield albumIndexing(media.album(media.albums.album(album)!));
  const { podcasts } = media;
  for (let rank = 1; rank <= Math.min(PODCASTS, podcasts.count); rank++) {
    const podcast = podcasts.byRank(rank);
    yield podcastIndexing(media.podcast(podcast));
    const newest = podcasts.episodesOf(podcast);
    for (let number = newest; number > Math.max(0, newest - EPISODES); number--)
      yield episodeIndexing(media.episode(podcast, number));
  }
}
