/**
 * What of the cluster outlives the process: mutations, with the timestamps that they were given, so that they may come
 * back in any order and more than once. They come back to all replicas: hints that were waiting are delivered with that.
 */
import type { ColumnValue, Row } from '../../ports/wide-column-store.ts';
import type { Durable } from '../engine.ts';
import { BaseRows } from './base-layer.ts';
import { tokenHigh, tokenLow } from './murmur3.ts';
import type { Mutation, RangeTombstone } from './mutation.ts';
import type { ClusterNode } from './node.ts';
import { Partition } from './partition.ts';
import type { TokenRing } from './ring.ts';
import type { Table } from './schema.ts';
import { SsTable } from './sstables.ts';
import type { Transactions } from './transactions.ts';
import type { Cell, Version } from './versions.ts';
import type { Writes } from './writes.ts';

/** A mutation as it is journalled: positions instead of names, which would be most of its bytes. */
export type StoredMutation = readonly [
  table: string,
  partition: readonly ColumnValue[],
  versions: readonly StoredVersion[],
  staticVersion: StoredVersion | null,
  ranges: readonly RangeTombstone[],
  deletion: number,
  deletedAtNs: number,
  bytes: number,
];

type StoredVersion = readonly [
  clustering: readonly ColumnValue[],
  row: Row | null,
  timestamp: number,
  expiresNs: number,
  cells: ReadonlyMap<string, Cell> | null,
  deletion: number,
  deletedAtNs: number,
  bytes: number,
  digest: number,
  origin: number,
];

interface Dependencies {
  readonly tables: ReadonlyMap<string, Table>;
  readonly nodes: readonly ClusterNode[];
  readonly ring: TokenRing;
  readonly writes: Writes;
  readonly transactions: Transactions;
}

export class DurableMutations implements Durable {
  readonly #parts: Dependencies;
  /** Partitions that were written by earlier processes, on each node. */
  readonly #restored: Set<Partition>[];
  #newest = 0;
  #origin = 0;

  constructor(parts: Dependencies) {
    this.#parts = parts;
    this.#restored = parts.nodes.map(() => new Set());
  }

  onChange(listener: (change: unknown) => void): void {
    this.#parts.writes.onMutation = (mutation) => listener(storedMutation(mutation));
  }

  restore(change: unknown): void {
    const { tables, ring, nodes } = this.#parts;
    const stored = change as StoredMutation;
    const table = tables.get(stored[0]);
    if (table === undefined) throw new RangeError(`There is no table '${stored[0]}'.`);
    table.computeToken(stored[1]);
    const hash = tokenLow;
    const replicas = ring.replicas(tokenHigh, hash);
    const mutation = mutationOf(stored, table, hash);
    for (const replica of replicas) {
      const partition = nodes[replica]!.makePartition(table, mutation.key, mutation.partition, hash);
      partition.apply(mutation);
      this.#restored[replica]!.add(partition);
    }
    this.#remember(mutation);
  }

  restored(): void {
    const { nodes, writes, transactions } = this.#parts;
    writes.skipOrigins(this.#origin);
    transactions.skipTimestamps(this.#newest);
    for (const node of nodes) {
      node.skipTimestamps(this.#newest);
      place(node, this.#restored[node.index]!);
      this.#restored[node.index]!.clear();
    }
  }

  *changes(): Generator<StoredMutation> {
    const { tables, nodes } = this.#parts;
    const nothing = new BaseRows(null);
    for (const table of tables.values()) {
      const seen = new Set<string>();
      for (const { key, values, hash } of nodes.flatMap((node) => [...node.partitionsOf(table)])) {
        if (seen.has(key)) continue;
        seen.add(key);
        // Replicas may differ while writes are on their way: together they hold all of it.
        const whole = new Partition(table, key, values, hash, nothing);
        for (const node of nodes) {
          const held = node.partition(table, key);
          if (held !== undefined) whole.apply(held.written());
        }
        const mutation = whole.written();
        if (!isEmpty(mutation)) yield storedMutation(mutation);
      }
    }
  }

  #remember({ versions, staticVersion, ranges, deletion }: Mutation): void {
    this.#newest = Math.max(this.#newest, deletion, ...ranges.map((range) => range.deletion));
    for (const version of versions) this.#rememberVersion(version);
    if (staticVersion !== null) this.#rememberVersion(staticVersion);
  }

  #rememberVersion({ timestamp, deletion, origin, cells }: Version): void {
    this.#newest = Math.max(this.#newest, timestamp, deletion);
    this.#origin = Math.max(this.#origin, origin);
    if (cells === null) return;
    for (const cell of cells.values()) this.#origin = Math.max(this.#origin, cell.origin);
  }
}

/** What earlier processes wrote lies in an SSTable of each table, as after a restart that flushes what it has read. */
function place(node: ClusterNode, partitions: ReadonlySet<Partition>): void {
  const byTable = node.tables.map((): Partition[] => []);
  for (const partition of partitions) {
    byTable[partition.table.index]!.push(partition);
    if (partition.bytes > node.largestBytes) node.largestBytes = partition.bytes;
  }
  for (const [index, written] of byTable.entries()) {
    if (written.length === 0) continue;
    const sstable = new SsTable(
      written.reduce((sum, { writtenBytes }) => sum + Math.max(1, writtenBytes), 0),
    );
    for (const partition of written) sstable.hold(partition, Math.max(1, partition.writtenBytes));
    node.tables[index]!.sstables.push(sstable);
    node.measureStored();
  }
}

function isEmpty({ versions, staticVersion, ranges, deletion }: Mutation): boolean {
  return versions.length === 0 && staticVersion === null && ranges.length === 0 && deletion < 0;
}

function storedMutation(mutation: Mutation): StoredMutation {
  const { table, partition, versions, staticVersion, ranges, deletion, deletedAtNs, bytes } = mutation;
  return [
    table.name,
    partition,
    versions.map(storedVersion),
    staticVersion === null ? null : storedVersion(staticVersion),
    ranges,
    deletion,
    deletedAtNs,
    bytes,
  ];
}

function storedVersion(version: Version): StoredVersion {
  const { clustering, row, timestamp, expiresNs, cells, deletion, deletedAtNs, bytes, digest, origin } =
    version;
  return [clustering, row, timestamp, expiresNs, cells, deletion, deletedAtNs, bytes, digest, origin];
}

function mutationOf(stored: StoredMutation, table: Table, hash: number): Mutation {
  const [, partition, versions, staticVersion, ranges, deletion, deletedAtNs, bytes] = stored;
  return {
    table,
    key: table.keyOf(partition),
    partition,
    hash,
    versions: versions.map(versionOf),
    staticVersion: staticVersion === null ? null : versionOf(staticVersion),
    ranges,
    deletion,
    deletedAtNs,
    bytes,
  };
}

function versionOf(stored: StoredVersion): Version {
  const [clustering, row, timestamp, expiresNs, cells, deletion, deletedAtNs, bytes, digest, origin] = stored;
  return {
    clustering,
    row,
    timestamp,
    expiresNs,
    cells,
    deletion,
    deletedAtNs,
    bytes,
    digest,
    origin,
    erased: false,
  };
}
