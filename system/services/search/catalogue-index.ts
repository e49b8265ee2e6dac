/**
 * The index that everything is found in: one document for each track, artist, album, podcast and episode, and one for each
 * track on a playlist. Readers and writers know it by its alias, so that it can be made anew behind them.
 */
import type { Album, Artist, Episode, Podcast, Track } from '../../contracts/generated/catalogue.ts';
import type { CatalogueUpdate, PlaylistUpdate } from '../../contracts/generated/events.ts';
import { CATALOGUE_UPDATES } from '../../contracts/topics.ts';
import type { LogRecord } from '../../ports/event-log.ts';
import type { IndexDefinition, IndexDocument, IndexOperation } from '../../ports/search-index.ts';
import type { SearchKnobs } from './knobs.ts';

export const CATALOGUE_INDEX = 'catalogue';

/** The first index, and the name that stands for it. */
export function catalogueIndex(knobs: SearchKnobs): IndexDefinition {
  return { ...catalogueIndexVersion(knobs, 1), aliases: [CATALOGUE_INDEX] };
}

/** Index `version`, which nobody uses until the alias is moved to it. */
export function catalogueIndexVersion(knobs: SearchKnobs, version: number): IndexDefinition {
  const title = knobs.autocomplete === 'edge-ngrams' ? 'search-as-you-type' : 'text';
  return {
    name: `${CATALOGUE_INDEX}-v${version}`,
    shards: knobs.shards,
    replicas: knobs.replicas,
    refreshIntervalMs: knobs.refreshIntervalMs,
    fields: {
      kind: 'keyword',
      id: 'keyword',
      track_id: 'keyword',
      playlist_id: 'keyword',
      title,
      artist_name: title,
      text: 'text',
      popularity: 'double',
      published_at_ns: 'long',
    },
  };
}

/** Which version an index is; null: it is none of the catalogue. */
export function versionOf(name: string): number | null {
  const found = /^catalogue-v([1-9]\d{0,8})$/.exec(name);
  return found === null ? null : Number(found[1]);
}

export const trackDocumentId = (trackId: string) => `track:${trackId}`;
export const playlistDocumentId = (playlistId: string, trackId: string) =>
  `playlist:${playlistId}:${trackId}`;

export function trackDocument(track: Track): IndexDocument {
  return {
    kind: 'track',
    track_id: track.trackId,
    playlist_id: '',
    title: track.title,
    artist_name: track.artistName,
    popularity: track.popularity,
    published_at_ns: track.publishedAtNs,
  };
}

export interface Indexing extends IndexOperation {
  readonly document: IndexDocument;
}

const indexing = (id: string, document: IndexDocument): Indexing => ({ action: 'index', id, document });

export const trackIndexing = (track: Track) => indexing(trackDocumentId(track.trackId), trackDocument(track));

export const artistIndexing = ({ artistId, name, popularity }: Artist) =>
  indexing(`artist:${artistId}`, { kind: 'artist', id: artistId, title: name, artist_name: '', popularity });

export const albumIndexing = ({ albumId, title, artistName, popularity }: Album) =>
  indexing(`album:${albumId}`, { kind: 'album', id: albumId, title, artist_name: artistName, popularity });

export const podcastIndexing = ({ podcastId, title, publisher, description, popularity }: Podcast) =>
  indexing(`podcast:${podcastId}`, {
    kind: 'podcast',
    id: podcastId,
    title,
    artist_name: publisher,
    text: description,
    popularity,
  });

export const episodeIndexing = (episode: Episode) =>
  indexing(`episode:${episode.episodeId}`, {
    kind: 'episode',
    id: episode.episodeId,
    title: episode.title,
    artist_name: episode.podcastTitle,
    text: episode.text,
    popularity: episode.popularity,
    published_at_ns: episode.publishedAtNs,
  });

const playlistIndexing = (playlistId: string, track: Track) =>
  indexing(playlistDocumentId(playlistId, track.trackId), {
    ...trackDocument(track),
    kind: 'playlist',
    playlist_id: playlistId,
  });

/**
 * What an event does to the index, the same however often it comes: that makes delivery at least once enough. An event
 * that says nothing does nothing.
 */
export function operationsOf({ topic, value }: LogRecord): IndexOperation[] {
  return topic === CATALOGUE_UPDATES
    ? catalogueOperations(value as CatalogueUpdate)
    : playlistOperations(value as PlaylistUpdate);
}

function catalogueOperations(update: CatalogueUpdate): IndexOperation[] {
  const { track, episode, artist, album, podcast } = update;
  if (track !== undefined) return [trackIndexing(track)];
  if (episode !== undefined) return [episodeIndexing(episode)];
  if (artist !== undefined) return [artistIndexing(artist)];
  if (album !== undefined) return [albumIndexing(album)];
  return podcast === undefined ? [] : [podcastIndexing(podcast)];
}

function playlistOperations({ playlistId, track, listing }: PlaylistUpdate): IndexOperation[] {
  if (listing === undefined) return track === undefined ? [] : [playlistIndexing(playlistId, track)];
  const operations: IndexOperation[] = listing.removedTrackIds.map((trackId) => ({
    action: 'delete',
    id: playlistDocumentId(playlistId, trackId),
  }));
  // What is on a private playlist is for its owner alone.
  if (listing.isPrivate) return operations;
  for (const added of track === undefined ? listing.added : [track, ...listing.added])
    operations.push(playlistIndexing(playlistId, added));
  return operations;
}
