/** Cassandra: the embedded arm and what configures it. */
export type { BaseLayer } from './base-layer.ts';
export {
  type CassandraOptions,
  createCassandra,
  type EmbeddedCassandra,
  type NodeStatistics,
} from './embedded.ts';
export { type CassandraKnobs, cassandraKnobs } from './knobs.ts';
export { longRunningTiers, type Preload, type Tier } from './preload.ts';
export { partitionOverheadBytes, rowBytes } from './schema.ts';
