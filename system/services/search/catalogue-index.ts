/**
 * The index that everything is found in: one document for each track, artist, album, podcast, episode and playlist, and one
 * for each track on a playlist. Readers and writers know it by its alias, so that it can be made anew behind them.
 */
import type { Album, Artist, Episode, Podcast, Track } from '../../contracts/generated/catalogue.ts';
import type { CatalogueUpdate, PlaylistAbout, PlaylistUpdate } from '../../contracts/generated/events.ts';
import { CATALOGUE_UPDATES } from '../../contracts/topics.ts';
import type { LogRecord } from '../../ports/event-log.ts';
import type { IndexDefinition, IndexDocument, IndexOperation } from '../../ports/search-index.ts';
import type { SearchKnobs } from './knobs.ts';

export const CATALOGUE_INDEX = 'catalogue';
/** Of playlists, which are edited from many sides: the number of the edit that made them what they are. */
export const VERSION = 'edit';
/**
 * Nobody counts how often a playlist is played. estimate: as a track of which it is known, so that of all that is found on
 * playlists their names come first.
 */
const PLAYLIST_POPULARITY = 1_000_000;

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
    versionField: VERSION,
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
      [VERSION]: 'long',
    },
  };
}

/** Which version an index is; null: it is none of the catalogue. */
export function versionOf(name: string): number | null {
  const found = /^catalogue-v([1-9]\d{0,8})$/.exec(name);
  return found === null ? null : Number(found[1]);
}

export const trackDocumentId = (trackId: string) => `track:${trackId}`;
/** No track has this id. */
export const playlistNameId = (playlistId: string) => playlistDocumentId(playlistId, '');
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

/** @param edit the number of the edit from which on it is called so */
export const playlistNameIndexing = (playlistId: string, name: string, edit: number) =>
  indexing(playlistNameId(playlistId), {
    kind: 'playlist',
    id: playlistId,
    track_id: '',
    playlist_id: playlistId,
    title: name,
    artist_name: '',
    popularity: PLAYLIST_POPULARITY,
    [VERSION]: edit,
  });

/**
 * In the place of a playlist that is private or deleted: nothing finds it, and it keeps the number of the edit. Were the
 * document deleted, a late event would bring it back: Elasticsearch forgets versions (`index.gc_deletes`), and a new index
 * never knew them.
 */
const playlistUnlisting = (playlistId: string, edit: number) =>
  indexing(playlistNameId(playlistId), { kind: 'unlisted', [VERSION]: edit });

/** Nothing comes after a deletion. */
const FOR_EVER = Number.MAX_SAFE_INTEGER;

function aboutIndexing(playlistId: string, snapshot: number, about: PlaylistAbout): Indexing {
  const { name, isPrivate, isDeleted } = about;
  if (isDeleted) return playlistUnlisting(playlistId, FOR_EVER);
  return isPrivate
    ? playlistUnlisting(playlistId, snapshot)
    : playlistNameIndexing(playlistId, name, snapshot);
}

const playlistIndexing = (playlistId: string, track: Track) =>
  indexing(playlistDocumentId(playlistId, track.trackId), {
    ...trackDocument(track),
    kind: 'playlist',
    playlist_id: playlistId,
  });

/** Of two operations on one document, the one that is to be done: the later one, unless the earlier is of a newer edit. */
export function newerOf(earlier: IndexOperation | undefined, later: IndexOperation): IndexOperation {
  const [before, after] = [earlier?.document?.[VERSION], later.document?.[VERSION]];
  return typeof before === 'number' && typeof after === 'number' && before > after ? earlier! : later;
}

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

function playlistOperations(update: PlaylistUpdate): IndexOperation[] {
  const { playlistId, snapshot, about } = update;
  const ofTracks = trackOperations(update);
  return about === undefined ? ofTracks : [aboutIndexing(playlistId, snapshot, about), ...ofTracks];
}

function trackOperations({ playlistId, track, listing }: PlaylistUpdate): IndexOperation[] {
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
