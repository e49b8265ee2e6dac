/** The index that tracks and playlists are found in: one document a track, and one a track on a playlist. */
import type { Track } from '../../contracts/generated/catalogue.ts';
import type { CatalogueUpdate, PlaylistUpdate } from '../../contracts/generated/events.ts';
import { CATALOGUE_UPDATES } from '../../contracts/topics.ts';
import type { LogRecord } from '../../ports/event-log.ts';
import type { IndexDefinition, IndexDocument, IndexOperation } from '../../ports/search-index.ts';
import type { SearchKnobs } from './knobs.ts';

export const CATALOGUE_INDEX = 'catalogue';

export function catalogueIndex(knobs: SearchKnobs): IndexDefinition {
  return {
    name: CATALOGUE_INDEX,
    shards: knobs.shards,
    replicas: knobs.replicas,
    refreshIntervalMs: knobs.refreshIntervalMs,
    fields: {
      kind: 'keyword',
      track_id: 'keyword',
      playlist_id: 'keyword',
      title: 'text',
      artist_name: 'text',
      popularity: 'double',
      published_at_ns: 'long',
    },
  };
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

/**
 * The same document however often the event comes: that makes delivery at least once enough. Null: an event without a
 * track has nothing to find.
 */
export function indexingOf({ topic, value }: LogRecord): Indexing | null {
  const { track } = value as CatalogueUpdate | PlaylistUpdate;
  if (track === undefined) return null;
  const document = trackDocument(track);
  if (topic === CATALOGUE_UPDATES) return { action: 'index', id: trackDocumentId(track.trackId), document };
  const { playlistId } = value as PlaylistUpdate;
  return {
    action: 'index',
    id: playlistDocumentId(playlistId, track.trackId),
    document: { ...document, kind: 'playlist', playlist_id: playlistId },
  };
}
