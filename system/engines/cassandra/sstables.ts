/**
 * SSTables as accounts: sizes, levels, and which tracked partitions are in them with how many bytes (the rows themselves
 * are kept once per replica, merged). Here is which of them a compaction strategy would merge next.
 */
import type { CassandraKnobs } from './knobs.ts';
import type { Partition } from './partition.ts';

export class SsTable {
  readonly bytes: number;
  /** 0 for what was flushed; only leveled tables have more. */
  readonly level: number;
  /** Partitions whose bytes are known one by one. */
  readonly partitions: Partition[] = [];
  compacting = false;

  constructor(bytes: number, level = 0) {
    this.bytes = bytes;
    this.level = level;
  }

  hold(partition: Partition, bytes: number): void {
    this.partitions.push(partition);
    partition.heldBy(this, bytes);
  }
}

export interface CompactionPlan {
  readonly inputs: readonly SsTable[];
  readonly outputLevel: number;
  readonly outputBytes: number;
  /** Bytes read (and written again): of a level only what overlaps. */
  readonly workBytes: number;
}

// SizeTieredCompactionStrategyOptions: bucket_low 0.5, bucket_high 1.5, min_sstable_size 50 MB
const BUCKET_LOW = 0.5;
const BUCKET_HIGH = 1.5;
const MIN_SSTABLE_BYTES = 50e6;
// LeveledCompactionStrategy: each level is ten times the one before, so a flush rewrites about ten times its size.
const LEVEL_FANOUT = 10;
// LeveledManifest.MAX_COMPACTING_L0 is 32; a level-0 compaction starts with four waiting.
const LEVEL_ZERO_THRESHOLD = 4;

/** The tables in buckets of similar size, smallest first (SizeTieredCompactionStrategy.getBuckets). */
function buckets(sstables: readonly SsTable[]): SsTable[][] {
  const sorted = sstables
    .filter((sstable) => !sstable.compacting)
    .map((sstable, i) => ({ sstable, i }))
    .sort((a, b) => a.sstable.bytes - b.sstable.bytes || a.i - b.i);
  const found: { average: number; members: SsTable[] }[] = [];
  for (const { sstable } of sorted) {
    const { bytes } = sstable;
    const bucket = found.find(
      ({ average }) =>
        (bytes > average * BUCKET_LOW && bytes < average * BUCKET_HIGH) ||
        (bytes < MIN_SSTABLE_BYTES && average < MIN_SSTABLE_BYTES),
    );
    if (bucket === undefined) found.push({ average: bytes, members: [sstable] });
    else {
      const n = bucket.members.length;
      bucket.average = (bucket.average * n + bytes) / (n + 1);
      bucket.members.push(sstable);
    }
  }
  return found.map(({ members }) => members);
}

/** What would be compacted next, or null. */
export function planCompaction(
  sstables: readonly SsTable[],
  leveled: boolean,
  knobs: CassandraKnobs,
): CompactionPlan | null {
  if (leveled) return planLeveled(sstables);
  const candidates = buckets(sstables).filter((bucket) => bucket.length >= knobs.compactionMinThreshold);
  const bucket = candidates[0];
  if (bucket === undefined) return null;
  const inputs = bucket.slice(0, knobs.compactionMaxThreshold);
  const bytes = inputs.reduce((sum, sstable) => sum + sstable.bytes, 0);
  return { inputs, outputLevel: 0, outputBytes: bytes, workBytes: bytes };
}

/** How many compactions the strategy would still like to run. */
export function pendingCompactions(
  sstables: readonly SsTable[],
  leveled: boolean,
  knobs: CassandraKnobs,
): number {
  // Most tables of most nodes: charts ask once a second.
  if (sstables.length < (leveled ? LEVEL_ZERO_THRESHOLD : knobs.compactionMinThreshold)) return 0;
  if (leveled) return planLeveled(sstables) === null ? 0 : 1;
  let pending = 0;
  for (const bucket of buckets(sstables)) {
    if (bucket.length >= knobs.compactionMinThreshold)
      pending += Math.ceil(bucket.length / knobs.compactionMaxThreshold);
  }
  return pending;
}

/** Everything above level 0 is one account: what matters is that a read touches one table there and a flush rewrites much. */
function planLeveled(sstables: readonly SsTable[]): CompactionPlan | null {
  if (sstables.some((sstable) => sstable.compacting)) return null;
  const flushed = sstables.filter((sstable) => sstable.level === 0);
  if (flushed.length < LEVEL_ZERO_THRESHOLD) return null;
  const deeper = sstables.filter((sstable) => sstable.level > 0);
  const flushedBytes = flushed.reduce((sum, sstable) => sum + sstable.bytes, 0);
  const deeperBytes = deeper.reduce((sum, sstable) => sum + sstable.bytes, 0);
  return {
    inputs: [...flushed, ...deeper],
    outputLevel: 1,
    outputBytes: flushedBytes + deeperBytes,
    workBytes: flushedBytes + Math.min(deeperBytes, flushedBytes * LEVEL_FANOUT),
  };
}

/** Replaces the inputs by one table that holds all their partitions. */
export function mergeInto(output: SsTable, inputs: readonly SsTable[]): void {
  const bytesOf = new Map<Partition, number>();
  for (const input of inputs) {
    for (const partition of input.partitions) {
      bytesOf.set(partition, (bytesOf.get(partition) ?? 0) + partition.leave(input));
    }
    input.partitions.length = 0;
  }
  for (const [partition, bytes] of bytesOf) output.hold(partition, bytes);
}
