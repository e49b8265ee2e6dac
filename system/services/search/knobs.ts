import type { Knobs, KnobValues } from '../../ports/knobs.ts';

export const searchKnobs = {
  size: { default: 20, unit: '1', description: 'Most hits in an answer', min: 1, max: 10_000 },
  shards: { default: 6, unit: '1', description: 'Primary shards of the index', min: 1, max: 1_000 },
  replicas: {
    default: 1,
    unit: '1',
    description: 'Copies of each shard beside the primary',
    min: 0,
    max: 10,
  },
  // Elasticsearch: index.refresh_interval 1s
  refreshIntervalMs: {
    default: 1_000,
    unit: 'ms',
    description: 'How long what was indexed stays invisible at most',
    min: 1,
  },
} as const satisfies Knobs;

export const indexerKnobs = {
  consumers: {
    default: 4,
    unit: '1',
    description: 'Consumers of the group search-indexer',
    min: 1,
    max: 1_000,
  },
  mode: {
    default: 'bulk',
    unit: '',
    description: 'One request a document, or one a batch',
    values: ['single', 'bulk'],
  },
  // Kafka: max.poll.records 500
  maxPollRecords: { default: 500, unit: '1', description: 'Records that one poll brings at most', min: 1 },
} as const satisfies Knobs;

export type SearchKnobs = KnobValues<typeof searchKnobs>;
export type IndexerKnobs = KnobValues<typeof indexerKnobs>;
