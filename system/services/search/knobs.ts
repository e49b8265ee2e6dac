import type { Knobs, KnobValues } from '../../ports/knobs.ts';

export const searchKnobs = {
  size: { default: 20, unit: '1', description: 'Most hits in an answer', min: 1, max: 10_000 },
  // estimate: what fits under a search box.
  suggestSize: { default: 8, unit: '1', description: 'Most suggestions in an answer', min: 1, max: 100 },
  autocomplete: {
    default: 'terms',
    unit: '',
    description:
      'How the beginning of a word is found: by all words that begin so (dear for short beginnings), or by edge n-grams kept in the index (larger, dearer to write)',
    values: ['terms', 'edge-ngrams'],
  },
  sample: {
    default: 'tracks',
    unit: '',
    description:
      'What of the population the index holds at the start: the most popular tracks, or with their artists, albums, podcasts, and playlists',
    values: ['tracks', 'everything'],
  },
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

export const reindexKnobs = {
  afterS: {
    default: 0,
    unit: 's',
    description:
      'When after its start a process makes the next version of the index, behind its alias; 0: never',
    min: 0,
  },
  shards: {
    default: 0,
    unit: '1',
    description: 'Primary shards of the new index; 0: as many as the old one',
    min: 0,
    max: 1_000,
  },
  // estimate: some hundred kilobytes a request, as Elasticsearch's _reindex with its 1,000 documents.
  batch: { default: 1_000, unit: '1', description: 'Documents copied in one request', min: 1, max: 10_000 },
  // estimate: longer than any search that had begun on the old index.
  keepMs: {
    default: 60_000,
    unit: 'ms',
    description: 'How long the old index is kept after the new one has taken over',
    min: 0,
  },
} as const satisfies Knobs;

export type ReindexKnobs = KnobValues<typeof reindexKnobs>;
export type SearchKnobs = KnobValues<typeof searchKnobs>;
export type IndexerKnobs = KnobValues<typeof indexerKnobs>;
