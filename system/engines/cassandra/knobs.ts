/**
 * Everything about the modelled Cassandra cluster that a scenario may turn. Defaults are those of Cassandra's own
 * `cassandra.yaml` where it has the setting; the others say where they come from.
 */
import type { Knobs, KnobValue, KnobValues } from '../../ports/knobs.ts';
import { withDefaults } from '../with-defaults.ts';

export const cassandraKnobs = {
  nodes: { default: 12, unit: '1', description: 'Nodes of the cluster.', min: 1, max: 1000 },
  coresPerNode: {
    default: 4,
    unit: '1',
    description: 'CPU cores of a node, shared by requests, flushes and compaction.',
    min: 1,
    max: 128,
  },
  replicationFactor: {
    default: 3,
    unit: '1',
    description: 'Replicas of each partition (SimpleStrategy).',
    min: 1,
    max: 7,
  },
  // cassandra.yaml 4.0+: num_tokens: 16
  tokensPerNode: { default: 16, unit: '1', description: 'Virtual nodes of a node.', min: 1, max: 256 },
  // cassandra.yaml: read_request_timeout: 5000ms
  readTimeoutMs: {
    default: 5000,
    unit: 'ms',
    description: 'How long a coordinator waits for reads; older read messages are dropped unread.',
    min: 1,
  },
  // A table's default is 99p. Off here: the scenarios' verdicts were made without, and it costs each read an event. It
  // helps where one replica is slow; where all three of a partition are busy it adds to it (hot-partition, broken: 82 %
  // of the reads fail instead of 59 %).
  speculativeRetry: {
    default: 'off',
    unit: '',
    description:
      'Whether a coordinator that waits longer for a read than 99 of 100 took asks one replica more (99p), or never.',
    values: ['off', '99p'],
  },
  // cassandra.yaml: write_request_timeout: 2000ms
  writeTimeoutMs: {
    default: 2000,
    unit: 'ms',
    description: 'How long a coordinator waits for writes; older write messages are dropped.',
    min: 1,
  },
  // cassandra.yaml: cas_contention_timeout: 1000ms
  casContentionTimeoutMs: {
    default: 1000,
    unit: 'ms',
    description:
      'How long a lightweight transaction that others supersede begins again; then its client gets a timeout.',
    min: 1,
  },
  // DataStax Node.js driver: socketOptions.readTimeout 12000
  driverTimeoutMs: {
    default: 12_000,
    unit: 'ms',
    description: 'How long the driver waits for a coordinator whose answer never comes.',
    min: 1,
  },
  // cassandra.yaml: concurrent_reads: 32
  readConcurrency: { default: 32, unit: '1', description: 'Reads that a replica executes at once.', min: 1 },
  // cassandra.yaml: concurrent_writes: 32
  writeConcurrency: {
    default: 32,
    unit: '1',
    description: 'Writes that a replica executes at once.',
    min: 1,
  },
  // Cassandra cannot stop a replica's work for a client that has gone.
  cancelAbandonedReads: {
    default: false,
    unit: '',
    description: 'Whether replicas skip reads whose client has given up (Cassandra cannot).',
  },
  // cassandra.yaml 4.1: compaction_throughput: 64MiB/s
  compactionThroughputMBps: {
    default: 64,
    unit: 'MB/s',
    description: 'Bytes per second that all compactions of a node may read together; 0: unlimited.',
    min: 0,
  },
  // cassandra.yaml: concurrent_compactors defaults to the smaller of disks and cores, at least 2
  concurrentCompactors: {
    default: 2,
    unit: '1',
    description: 'Compactions that a node runs at once.',
    min: 1,
  },
  // SizeTieredCompactionStrategy: min_threshold 4
  compactionMinThreshold: {
    default: 4,
    unit: '1',
    description: 'SSTables of similar size that start a size-tiered compaction.',
    min: 2,
  },
  // SizeTieredCompactionStrategy: max_threshold 32
  compactionMaxThreshold: {
    default: 32,
    unit: '1',
    description: 'SSTables of one compaction at most.',
    min: 2,
  },
  // estimate: memtable_heap_space 2 GiB (a quarter of an 8 GiB heap) × cleanup threshold 1/3 ≈ 680 MiB of heap; rows
  // of a few hundred bytes take about four times their stored size as skip-list nodes, cells and buffers.
  memtableFlushMB: {
    default: 160,
    unit: 'MB',
    description: 'Stored size of all memtables of a node at which the largest is flushed.',
    min: 0.001,
  },
  // estimate: a cloud SSD volume (AWS gp3 at its upper half: 125 to 1,000 MB/s).
  diskMBps: {
    default: 500,
    unit: 'MB/s',
    description: 'Sequential throughput of the disk of a node.',
    min: 1,
  },
  // estimate: a machine of 32 GiB with a heap of 8.
  pageCacheGB: {
    default: 24,
    unit: 'GB',
    description:
      'Memory in which the operating system keeps parts of SSTables; the share of a node that exceeds it is read from the disk.',
    min: 0,
  },
  // estimate: a cloud SSD volume with 10,000 operations a second (AWS gp3: 3,000 to 16,000).
  diskReadMicros: {
    default: 100,
    unit: 'µs',
    description: 'Time of the disk for a random read, beside its bytes.',
    min: 0,
  },
  // cassandra-env.sh: HEAP_NEWSIZE = 100 MB a core, at most a quarter of the heap
  youngGenerationMB: {
    default: 400,
    unit: 'MB',
    description: 'Bytes allocated between two stop-the-world collections.',
    min: 1,
  },
  // estimate: a ParNew collection of an almost empty young generation (safepoint, roots, card table of a 6 GB old one).
  gcPauseBaseMs: {
    default: 6,
    unit: 'ms',
    description: 'Length of a young collection in which nothing survives.',
    min: 0,
  },
  // estimate: copying collectors move about 0.25 GB/s a core; four threads share the work: 1 GB/s.
  gcCopyMBps: {
    default: 1000,
    unit: 'MB/s',
    description: 'Speed at which surviving bytes are copied during a collection.',
    min: 1,
  },
  garbageCollection: { default: true, unit: '', description: 'Whether collections pause nodes at all.' },
  // Cassandra drops rows whose TTL has passed when it compacts; false keeps them until the tombstone's grace is over too.
  dropExpired: {
    default: true,
    unit: '',
    description: 'Whether compaction drops expired rows and tombstones past gc_grace_seconds.',
  },
  // estimate: 'nodetool tablehistograms' of size-tiered tables that are read mostly: one to three SSTables a read.
  sstablesPerPartition: {
    default: 2,
    unit: '1',
    description: 'SSTables that hold a partition of the base layer which nobody placed one by one.',
    min: 1,
    max: 32,
  },
  // 0: only what the run writes itself.
  backgroundWriteBytesPerSecond: {
    default: 0,
    unit: 'bytes/s',
    description:
      "Other tenants' writes that arrive at each node: they fill memtables and cost CPU, disk and garbage.",
    min: 0,
  },
  // estimate: an accrual failure detector at phi 8 convicts after 8 × ln 10 ≈ 18 mean heartbeat intervals; news of a node
  // reaches each other node about every half second.
  failureDetectionMs: {
    default: 9000,
    unit: 'ms',
    description: 'How long the other nodes still believe a node to be up that is silent: crashed or paused.',
    min: 0,
  },
  // cassandra.yaml: max_hint_window: 3h
  hintWindowMs: {
    default: 10_800_000,
    unit: 'ms',
    description: 'How long after its crash hints are kept for a node.',
    min: 0,
  },
  // Hints are dispatched every 10 s (HintsService); three real nodes had drained theirs 17 to 49 s after a restart.
  hintDelayMs: {
    default: 10_000,
    unit: 'ms',
    description: 'From the return of a node to the replay of its hints.',
    min: 0,
  },
  // cassandra.yaml: hinted_handoff_throttle: 1024KiB
  hintThrottleKBps: { default: 1024, unit: 'KB/s', description: 'Speed of the replay of hints.', min: 1 },
  // estimate: commit log replay is one writer's speed, some 50 MB/s.
  commitLogReplayMBps: {
    default: 50,
    unit: 'MB/s',
    description: 'Speed at which a restarting node reads its commit log before it serves.',
    min: 0.001,
  },
  // Spread of service times around their mean: p99 relative to the median.
  serviceTimeP99: {
    default: 2.5,
    unit: '1',
    description: '99th percentile of a CPU service time relative to its median (lognormal); 1: no spread.',
    min: 1,
    max: 50,
  },
} as const;

export type CassandraKnobs = KnobValues<typeof cassandraKnobs>;

/** Fills in the defaults; throws RangeError with a sentence about a knob that does not exist or a value that it cannot take. */
export function resolveKnobs(knobs: Partial<CassandraKnobs> = {}): CassandraKnobs {
  const resolved = withDefaults('Cassandra', cassandraKnobs, knobs);
  const known: Knobs = cassandraKnobs;
  for (const [name, value] of Object.entries(resolved) as [string, KnobValue][]) {
    const knob = known[name]!;
    if (typeof value !== typeof knob.default)
      throw new RangeError(`Cassandra's knob '${name}' is a ${typeof knob.default}, not '${value}'.`);
    if (knob.values !== undefined && !knob.values.includes(value as string))
      throw new RangeError(`Cassandra's knob '${name}' is one of ${knob.values.join(', ')}, not '${value}'.`);
    const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = knob;
    if (typeof value === 'number' && !(value >= min && value <= max))
      throw new RangeError(`Cassandra's knob '${name}' cannot be ${value}.`);
  }
  return resolved;
}
