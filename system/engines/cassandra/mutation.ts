/** What a coordinator sends to replicas for a write: one immutable object, shared by all who keep it. */
import type { ColumnValue, Row } from '../../ports/wide-column-store.ts';
import { rowBytes, type Table } from './schema.ts';
import { mergeVersions, NO_DELETION, tombstone, type Version, writtenVersion } from './versions.ts';

export interface RangeTombstone {
  /** Leading clustering values of the rows it deletes. */
  readonly prefix: readonly ColumnValue[];
  readonly deletion: number;
  readonly deletedAtNs: number;
}

export interface Mutation {
  readonly table: Table;
  readonly key: string;
  readonly partition: readonly ColumnValue[];
  readonly hash: number;
  readonly versions: readonly Version[];
  readonly staticVersion: Version | null;
  readonly ranges: readonly RangeTombstone[];
  /** Timestamp of a deletion of the whole partition, or NO_DELETION. */
  readonly deletion: number;
  readonly deletedAtNs: number;
  readonly bytes: number;
}

/** A tombstone of a row: flags, sizes, clustering, deletion time as two differences. Range and partition ones are alike. */
const TOMBSTONE_BYTES = 24;

const NOTHING: readonly Version[] = [];
const NO_RANGES: readonly RangeTombstone[] = [];

interface Target {
  readonly table: Table;
  readonly key: string;
  readonly partition: readonly ColumnValue[];
  readonly hash: number;
}

export function upsertMutation(
  target: Target,
  row: Row,
  timestamp: number,
  nowNs: number,
  ttlSeconds: number | undefined,
  origin: number,
): Mutation {
  const { table } = target;
  const expiresNs = ttlSeconds === undefined ? Number.POSITIVE_INFINITY : nowNs + ttlSeconds * 1e9;
  const ttl = ttlSeconds !== undefined;
  const statics = table.staticColumns;
  const clustering = table.clusteringOf(row);
  const hasRow =
    clustering.length === 0 || (clustering[0] !== undefined && clustering[clustering.length - 1] !== null);
  let bytes = 0;
  let versions = NOTHING;
  if (hasRow) {
    const size = rowBytes(table.definition, row, ttl);
    bytes += size;
    const keys =
      clustering.length === 0 ? table.partitionKey : [...table.partitionKey, ...table.clusteringKey];
    versions = [
      writtenVersion(table.regularColumns, keys, row, clustering, timestamp, expiresNs, origin, size),
    ];
  }
  let staticVersion: Version | null = null;
  if (statics.length > 0 && statics.some((name) => row[name] !== undefined)) {
    const size = rowBytes(table.definition, withoutClustering(table, row), ttl);
    bytes += size;
    const keys = table.partitionKey;
    staticVersion = writtenVersion(statics, keys, row, [], timestamp, expiresNs, origin, size);
  }
  return {
    ...target,
    versions,
    staticVersion,
    ranges: NO_RANGES,
    deletion: NO_DELETION,
    deletedAtNs: 0,
    bytes,
  };
}

/** Upserts of one partition as one: a replica applies all of it in one step. */
export function batchMutation(
  first: Mutation,
  others: readonly Mutation[],
  staticColumns: readonly string[],
): Mutation {
  let { bytes, staticVersion } = first;
  const versions = [...first.versions];
  for (const other of others) {
    bytes += other.bytes;
    versions.push(...other.versions);
    if (other.staticVersion === null) continue;
    staticVersion =
      staticVersion === null
        ? other.staticVersion
        : mergeVersions(staticVersion, other.staticVersion, staticColumns);
  }
  return { ...first, versions, staticVersion, bytes };
}

export function deleteMutation(
  target: Target,
  prefix: readonly ColumnValue[],
  timestamp: number,
  nowNs: number,
): Mutation {
  const { table } = target;
  const whole = prefix.length === 0;
  const single = !whole && prefix.length === table.clusteringKey.length;
  return {
    ...target,
    versions: single ? [tombstone(prefix, timestamp, nowNs, TOMBSTONE_BYTES)] : NOTHING,
    staticVersion: null,
    ranges: whole || single ? NO_RANGES : [{ prefix, deletion: timestamp, deletedAtNs: nowNs }],
    deletion: whole ? timestamp : NO_DELETION,
    deletedAtNs: whole ? nowNs : 0,
    bytes: TOMBSTONE_BYTES,
  };
}

function withoutClustering(table: Table, row: Row): Row {
  const copy: Record<string, ColumnValue> = {};
  for (const name of table.staticColumns) copy[name] = row[name] ?? null;
  return copy;
}
