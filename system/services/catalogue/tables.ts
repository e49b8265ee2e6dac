import type { Track } from '../../contracts/generated/catalogue.ts';
import type { Row, TableDefinition } from '../../ports/wide-column-store.ts';

export const tracksById: TableDefinition = {
  name: 'tracks_by_id',
  columns: {
    track_id: 'text',
    title: 'text',
    artist_id: 'text',
    artist_name: 'text',
    label_id: 'text',
    duration_ms: 'int',
    popularity: 'double',
    published_at_ns: 'bigint',
  },
  partitionKey: ['track_id'],
  clusteringKey: [],
};

/** What is known of a track beside what every list of tracks shows. */
export const trackDetails: TableDefinition = {
  name: 'track_details',
  columns: {
    track_id: 'text',
    album_id: 'text',
    number: 'int',
    tempo: 'double',
    key: 'int',
    is_major: 'boolean',
    loudness_db: 'double',
    artwork_id: 'text',
  },
  partitionKey: ['track_id'],
  clusteringKey: [],
};

export const lyricsByTrack: TableDefinition = {
  name: 'lyrics_by_track',
  columns: { track_id: 'text', language: 'text', text: 'text' },
  partitionKey: ['track_id'],
  clusteringKey: [],
};

/** Of tracks and of episodes. */
export const audioVersions: TableDefinition = {
  name: 'audio_versions',
  columns: { audio_id: 'text', version: 'int', content_id: 'text' },
  partitionKey: ['audio_id'],
  clusteringKey: [],
};

/** The artist once, and a row an album. */
export const artists: TableDefinition = {
  name: 'artists',
  columns: {
    artist_id: 'text',
    name: 'text',
    label_id: 'text',
    popularity: 'double',
    artwork_id: 'text',
    album_id: 'text',
    title: 'text',
    release_year: 'int',
  },
  partitionKey: ['artist_id'],
  clusteringKey: ['album_id'],
  staticColumns: ['name', 'label_id', 'popularity', 'artwork_id'],
};

/** The album once, and a row a track; rows beyond `tracks` are left over from a longer version. */
export const albums: TableDefinition = {
  name: 'albums',
  columns: {
    album_id: 'text',
    title: 'text',
    artist_id: 'text',
    artist_name: 'text',
    release_year: 'int',
    popularity: 'double',
    artwork_id: 'text',
    tracks: 'int',
    number: 'int',
    track_id: 'text',
  },
  partitionKey: ['album_id'],
  clusteringKey: ['number'],
  staticColumns: ['title', 'artist_id', 'artist_name', 'release_year', 'popularity', 'artwork_id', 'tracks'],
};

/** The podcast once, and a row an episode, newest first. `label_id`: who may deliver it, which is nobody else's business. */
export const podcasts: TableDefinition = {
  name: 'podcasts',
  columns: {
    podcast_id: 'text',
    title: 'text',
    publisher: 'text',
    description: 'text',
    language: 'text',
    popularity: 'double',
    artwork_id: 'text',
    label_id: 'text',
    number: 'int',
    episode_id: 'text',
    episode_title: 'text',
    duration_ms: 'int',
  },
  partitionKey: ['podcast_id'],
  clusteringKey: ['number'],
  clusteringOrder: 'desc',
  staticColumns: ['title', 'publisher', 'description', 'language', 'popularity', 'artwork_id', 'label_id'],
};

export const episodesById: TableDefinition = {
  name: 'episodes_by_id',
  columns: {
    episode_id: 'text',
    podcast_id: 'text',
    podcast_title: 'text',
    number: 'int',
    title: 'text',
    text: 'text',
    duration_ms: 'int',
    popularity: 'double',
    published_at_ns: 'bigint',
  },
  partitionKey: ['episode_id'],
  clusteringKey: [],
};

/** All but `tracks_by_id`. */
export const furtherCatalogueTables: readonly TableDefinition[] = [
  trackDetails,
  lyricsByTrack,
  audioVersions,
  artists,
  albums,
  podcasts,
  episodesById,
];

export function trackRow(track: Track): Row {
  return {
    track_id: track.trackId,
    title: track.title,
    artist_id: track.artistId,
    artist_name: track.artistName,
    label_id: track.labelId,
    duration_ms: track.durationMs,
    popularity: track.popularity,
    published_at_ns: track.publishedAtNs,
  };
}
