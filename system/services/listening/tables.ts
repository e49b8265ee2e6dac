import type { TableDefinition } from '../../ports/wide-column-store.ts';

/** `historyWrites: 'per-play'`: what a listener played in a month, newest first. */
export const listeningHistory: TableDefinition = {
  name: 'listening_history',
  columns: {
    listener_id: 'text',
    month: 'int',
    played_at_ns: 'bigint',
    play_id: 'bigint',
    track_id: 'text',
    listened_ms: 'int',
    skipped: 'boolean',
  },
  partitionKey: ['listener_id', 'month'],
  clusteringKey: ['played_at_ns', 'play_id'],
  clusteringOrder: 'desc',
};

/**
 * `historyRepeats: 'left-out'`: numbers of plays that are in the history, and where in the log each was first. Months are
 * those of the log, not of the plays: whenever somebody says to have played, it is known for how long a number is.
 */
export const knownPlays: TableDefinition = {
  name: 'listening_known_plays',
  columns: { listener_id: 'text', month: 'int', play_id: 'bigint', log_offset: 'bigint' },
  partitionKey: ['listener_id', 'month'],
  clusteringKey: ['play_id'],
};

/**
 * `historyWrites: 'segments'`: the plays of many listeners as one row. The key is where the first of them stood in the
 * log, so that a batch which is read again after a crash replaces what it wrote.
 */
export const listeningSegments: TableDefinition = {
  name: 'listening_segments',
  columns: {
    shard: 'int',
    period: 'int',
    log_partition: 'int',
    first_offset: 'bigint',
    plays: 'text',
  },
  partitionKey: ['shard', 'period'],
  clusteringKey: ['log_partition', 'first_offset'],
};

/** What a listener added to playlists, newest first. */
export const listeningEdits: TableDefinition = {
  name: 'listening_edits',
  columns: { listener_id: 'text', edit: 'bigint', playlist_id: 'text', track_id: 'text' },
  partitionKey: ['listener_id'],
  clusteringKey: ['edit'],
  clusteringOrder: 'desc',
};
