import type { Context } from './context.ts';

/**
 * A wide-column store as Cassandra is one: rows live in partitions, a partition lives on RF replicas, and every call
 * names its consistency level. Partition key and clustering columns are visible on purpose: the incidents are about them.
 */
export type ConsistencyLevel = 'ONE' | 'TWO' | 'QUORUM' | 'ALL';
export type ColumnType = 'text' | 'int' | 'bigint' | 'double' | 'boolean' | 'timestamp' | 'uuid' | 'blob';
/** `blob` columns hold their size in bytes as a number: contents are never looked at. */
export type ColumnValue = string | number | boolean | null;
export type Row = Readonly<Record<string, ColumnValue>>;

export interface TableDefinition {
  readonly name: string;
  readonly columns: Readonly<Record<string, ColumnType>>;
  readonly partitionKey: readonly string[];
  readonly clusteringKey: readonly string[];
  /** Columns stored once a partition. */
  readonly staticColumns?: readonly string[];
  /** Order of the first clustering column; default ascending. */
  readonly clusteringOrder?: 'asc' | 'desc';
  readonly compaction?: 'size-tiered' | 'leveled';
  /** Seconds that a tombstone is kept; Cassandra's default is 864,000 (ten days). */
  readonly gcGraceSeconds?: number;
}

export interface SelectStatement {
  readonly table: string;
  /** Values of the partition key columns, in order. */
  readonly partition: readonly ColumnValue[];
  /** Equality on the leading clustering columns, in order. Empty or absent: the whole partition. */
  readonly clusteringPrefix?: readonly ColumnValue[];
  /** Only the static columns (one row), as `SELECT DISTINCT` does. */
  readonly staticOnly?: boolean;
  readonly limit?: number;
  /** `SELECT COUNT(*)`: every row is read where it lies, one row `{ count }` comes back. */
  readonly count?: boolean;
  readonly consistency: ConsistencyLevel;
}

export interface UpsertStatement {
  readonly table: string;
  /** Every primary key column must be present (clustering columns may be absent in a write of static columns only). */
  readonly row: Row;
  /**
   * Further rows of the same partition, written with `row` as one (a batch within a partition): all or none of them, and
   * no reader sees a part. A condition looks at `row` alone.
   */
  readonly alsoRows?: readonly Row[];
  readonly ttlSeconds?: number;
  /**
   * When it counts as written, on the clock of the writer (`USING TIMESTAMP`): of two writes of a column the later one
   * stands, whichever arrives last. Absent: when it reaches the database. Not for a lightweight transaction.
   */
  readonly timestampNs?: number;
  readonly consistency: ConsistencyLevel;
  /** A lightweight transaction (Paxos): four round trips, linearizable. */
  readonly ifNotExists?: boolean;
  /** A lightweight transaction: applied only if these columns have these values now. */
  readonly ifEquals?: Row;
}

export interface DeleteStatement {
  readonly table: string;
  readonly partition: readonly ColumnValue[];
  /** Absent: the whole partition. */
  readonly clusteringPrefix?: readonly ColumnValue[];
  readonly consistency: ConsistencyLevel;
}

export interface WriteOutcome {
  /** False only for a lightweight transaction whose condition did not hold. */
  readonly applied: boolean;
  /** For a refused transaction: the row as it is. */
  readonly current?: Row;
}

/**
 * Errors: `timeout` (the coordinator waited in vain; for writes the outcome is unknown), `unavailable` (too few live
 * replicas, definite), `overloaded`, `deadline-exceeded`, `invalid` (unknown table or column).
 */
export interface WideColumnStore {
  select(context: Context, statement: SelectStatement): Promise<readonly Row[]>;
  upsert(context: Context, statement: UpsertStatement): Promise<WriteOutcome>;
  delete(context: Context, statement: DeleteStatement): Promise<WriteOutcome>;
}
