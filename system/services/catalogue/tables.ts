import type { TableDefinition } from '../../ports/wide-column-store.ts';

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
