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
