/** What a scenario may turn about the modelled Elasticsearch cluster. Shards, replicas and refresh interval belong to an index. */
import type { KnobValues } from '../../ports/knobs.ts';
import { withDefaults } from '../with-defaults.ts';

export const elasticsearchKnobs = {
  nodes: { default: 3, unit: '1', description: 'Data nodes of the cluster.', min: 1, max: 1000 },
  coresPerNode: {
    default: 4,
    unit: '1',
    description: 'CPU cores of a node, shared by writes, searches, refreshes and merges.',
    min: 1,
    max: 256,
  },
  // thread_pool.write.queue_size: 10000 (Elasticsearch 7.9 and later)
  writeQueueSize: {
    default: 10_000,
    unit: '1',
    description: 'Shard requests that may wait for a write thread of a node; further ones get HTTP 429.',
    min: 0,
  },
  // thread_pool.search.queue_size: 1000
  searchQueueSize: {
    default: 1000,
    unit: '1',
    description: 'Shard queries that may wait for a search thread of a node; further ones get HTTP 429.',
    min: 0,
  },
  // cluster.routing.use_adaptive_replica_selection: true (Elasticsearch 7.0 and later)
  replicaSelection: {
    default: 'adaptive' as 'adaptive' | 'round-robin',
    unit: '',
    description:
      'Which copy of a shard is searched: the one from which an answer is expected soonest (adaptive), or each in turn.',
    values: ['adaptive', 'round-robin'],
  },
  // estimate: gp3-like volumes promise single-digit milliseconds; a sync is a write of data and one of the journal.
  fsyncMs: {
    default: 2,
    unit: 'ms',
    description:
      'Median time of a sync of the transaction log (durability `request`: one per shard request).',
    min: 0,
  },
  // estimate: a killed process closes its connections; the master publishes one or two cluster states.
  failoverMs: {
    default: 1000,
    unit: 'ms',
    description: 'From the crash of a node to the promotion of its replicas.',
    min: 0,
  },
  // estimate: a JVM start takes 6 to 12 s (measured on a small server); replaying what was missed comes on top.
  recoveryMs: {
    default: 15_000,
    unit: 'ms',
    description: 'From the restart of a node until its shards serve again.',
    min: 0,
  },
  // elasticsearch-js: requestTimeout 30000
  clientTimeoutMs: {
    default: 30_000,
    unit: 'ms',
    description: 'How long the client waits for an answer that was lost.',
    min: 1,
  },
  // index API: timeout 1m
  primaryTimeoutMs: {
    default: 60_000,
    unit: 'ms',
    description: 'How long a write waits for a primary shard to become available.',
    min: 1,
  },
} as const;

export type ElasticsearchKnobs = KnobValues<typeof elasticsearchKnobs>;

export function resolveKnobs(knobs: Partial<ElasticsearchKnobs> = {}): ElasticsearchKnobs {
  return withDefaults('Elasticsearch', elasticsearchKnobs, knobs);
}
