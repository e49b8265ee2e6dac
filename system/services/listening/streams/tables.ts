import type { TableDefinition } from '../../../ports/wide-column-store.ts';

const position = {
  sequence: 'bigint',
  next_offset: 'bigint',
  latest_ns: 'bigint',
  watermark_ns: 'bigint',
  late: 'bigint',
  repeated: 'bigint',
  filtered: 'bigint',
  malformed: 'bigint',
} as const;

/**
 * The latest steps of a partition of a stream, with where its source has been read to: one row, so that neither is there
 * without the other. Slots are used in turn.
 */
export const streamSteps: TableDefinition = {
  name: 'stream_steps',
  columns: { stage: 'text', log_partition: 'int', slot: 'int', ...position, body: 'text' },
  partitionKey: ['stage', 'log_partition'],
  clusteringKey: ['slot'],
};

/** The whole state after a step, newest first, in pieces that a mutation can carry. */
export const streamSnapshots: TableDefinition = {
  name: 'stream_snapshots',
  columns: {
    stage: 'text',
    log_partition: 'int',
    writer: 'text',
    piece: 'int',
    pieces: 'int',
    ...position,
    body: 'text',
  },
  partitionKey: ['stage', 'log_partition'],
  clusteringKey: ['sequence', 'writer', 'piece'],
  clusteringOrder: 'desc',
};

/** What is at the top of each window. */
export const streamTops: TableDefinition = {
  name: 'stream_tops',
  columns: {
    job: 'text',
    from_ns: 'bigint',
    until_ns: 'bigint',
    version: 'bigint',
    complete: 'boolean',
    entries: 'text',
  },
  partitionKey: ['job', 'from_ns'],
  clusteringKey: [],
};

export const streamTables: readonly TableDefinition[] = [streamSteps, streamSnapshots, streamTops];
