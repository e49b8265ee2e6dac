/**
 * Brings the nodes' storage into the state of a cluster that has run for long, before time begins: SSTables in size
 * tiers, memtables filled to different heights, large partitions spread over the SSTables of their replicas. From there
 * the engine's own code goes on: ordinary writes lead to flushes and compactions at different times on different nodes.
 */
import type { ColumnValue } from '../../ports/wide-column-store.ts';
import type { KeyedRandom } from '../../runtime/kernel/index.ts';
import type { CassandraKnobs } from './knobs.ts';
import { tokenHigh, tokenLow } from './murmur3.ts';
import type { ClusterNode, TableStorage } from './node.ts';
import type { TokenRing } from './ring.ts';
import { partitionOverheadBytes, type Table } from './schema.ts';
import { SsTable } from './sstables.ts';

export interface Tier {
  /** How many SSTables of this size each node has: a number, or drawn per node from a range. */
  readonly sstables: number | readonly [from: number, to: number];
  readonly bytes: number;
}

export interface Preload {
  /** Base partitions large enough to matter one by one. */
  readonly largePartitions?: readonly {
    readonly table: string;
    readonly partition: readonly ColumnValue[];
  }[];
  /** What each node stores beside them, by table. `share`: part of the other tenants' writes that go to the table. */
  readonly background?: readonly {
    readonly table: string;
    readonly tiers: readonly Tier[];
    readonly share?: number;
  }[];
  /** How full the memtables of a node are, as a share of the flush threshold: drawn per node between the two. */
  readonly pendingFlush?: readonly [from: number, to: number];
}

/** SSTables of a tier are alike, not equal: sizes differ by up to this share. */
const SIZE_SPREAD = 0.1;

/**
 * What size-tiered compaction leaves after a long time of even writes: up to three SSTables (one less than the threshold)
 * of each of a few sizes, each four times the one before, the first as large as a flush.
 */
export function longRunningTiers(flushBytes: number, tiers = 3, threshold = 4): Tier[] {
  return Array.from({ length: tiers }, (_, i) => ({
    sstables: [1, threshold - 1] as const,
    bytes: flushBytes * threshold ** i,
  }));
}

interface Dependencies {
  readonly nodes: readonly ClusterNode[];
  readonly tables: ReadonlyMap<string, Table>;
  readonly ring: TokenRing;
  readonly knobs: CassandraKnobs;
  readonly random: KeyedRandom;
}

export function preload(options: Preload, dependencies: Dependencies): void {
  const { nodes, tables, random, knobs } = dependencies;
  const table = (name: string): Table => {
    const found = tables.get(name);
    if (found === undefined) throw new RangeError(`Cassandra has no table '${name}' to preload.`);
    return found;
  };
  for (const { table: name, tiers, share } of options.background ?? []) {
    const { index } = table(name);
    for (const node of nodes) {
      const storage = node.tables[index]!;
      storage.backgroundShare = share ?? 1;
      tiers.forEach((tier, i) => {
        addTier(storage, tier, node.index * 64 + i, index, random);
      });
    }
  }
  for (const { table: name, partition } of options.largePartitions ?? [])
    placeLargePartition(table(name), partition, dependencies);
  if (options.pendingFlush !== undefined) {
    const [from, to] = options.pendingFlush;
    for (const node of nodes) {
      const share = from + (to - from) * random.uniform(node.index, 1);
      fillMemtables(node, knobs.memtableFlushMB * 1e6 * share);
    }
  }
}

function addTier(storage: TableStorage, tier: Tier, place: number, table: number, random: KeyedRandom): void {
  const { sstables, bytes } = tier;
  const count =
    typeof sstables === 'number'
      ? sstables
      : sstables[0] + random.integer(sstables[1] - sstables[0] + 1, place, 2, table);
  for (let k = 0; k < count; k++) {
    const spread = 1 + (random.uniform(place * 64 + k, 3, table) * 2 - 1) * SIZE_SPREAD;
    storage.sstables.push(new SsTable(Math.round(bytes * spread)));
  }
}

/** Two older, larger tiers are full, the newest as well: 64 : 16 : 16 : 4 : 4 : 4. */
const SHARES = [64, 16, 16, 4, 4, 4];

/**
 * A partition that was written evenly over a long time is in every SSTable of its table in proportion to its size. Where
 * a table has none yet, the partition's own bytes make six, as size-tiered compaction would leave them.
 */
function placeLargePartition(
  table: Table,
  values: readonly ColumnValue[],
  { nodes, ring }: Dependencies,
): void {
  table.computeToken(values);
  const hash = tokenLow;
  for (const replica of ring.replicas(tokenHigh, hash)) {
    const node = nodes[replica]!;
    const partition = node.makePartition(table, table.keyOf(values), values, hash);
    if (partition.baseRows === 0)
      throw new RangeError(`The base layer has no partition ${partition.key} in ${table.name}.`);
    if (partition.placed) continue;
    const storage = node.tables[table.index]!;
    const bytes = partition.baseBytes + partitionOverheadBytes(table.definition, values);
    if (storage.sstables.length === 0) {
      const sum = SHARES.reduce((a, b) => a + b, 0);
      for (const share of SHARES) storage.sstables.push(new SsTable(Math.round((bytes * share) / sum)));
    }
    const total = storage.sstables.reduce((sum, sstable) => sum + sstable.bytes, 0);
    for (const sstable of storage.sstables)
      sstable.hold(partition, Math.round((bytes * sstable.bytes) / total));
    partition.placed = true;
    if (partition.bytes > node.largestBytes) node.largestBytes = partition.bytes;
  }
}

function fillMemtables(node: ClusterNode, bytes: number): void {
  let shares = 0;
  for (const storage of node.tables) shares += storage.backgroundShare;
  for (const storage of node.tables) {
    const share = shares > 0 ? storage.backgroundShare / shares : 1 / node.tables.length;
    storage.memtableBytes += bytes * share;
  }
  node.memtableBytes += bytes;
}
