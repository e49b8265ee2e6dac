/**
 * Rows that nobody wrote in the run: pure functions that the composition root injects. They are materialised where a
 * read needs them; windows onto them (a partition, or the part of it under a clustering prefix) are kept in a small cache,
 * because a hot partition is read thousands of times.
 */
import type { ColumnValue, Row } from '../../ports/wide-column-store.ts';
import type { Table } from './schema.ts';
import { baseVersion, type Version } from './versions.ts';

export interface BaseLayer {
  /** Size of a partition as stored on one replica; null: no such base partition. */
  partition(table: string, partition: readonly ColumnValue[]): { rows: number; bytes: number } | null;
  /** The i-th row in clustering order, key columns and (in every row) static columns included. */
  row(table: string, partition: readonly ColumnValue[], index: number): Row;
  /** Index of the row with these clustering values, or -1; undefined (or no such method): the engine searches by halving. */
  find?(
    table: string,
    partition: readonly ColumnValue[],
    clustering: readonly ColumnValue[],
  ): number | undefined;
}

const CACHED_WINDOWS = 1024;
/** Longer windows are not kept: whole wide partitions are read by checks at the end of a run alone. */
const CACHED_ROWS = 8192;

/** Rows `start` to `start + count` of a base partition, made on demand. */
export class BaseWindow {
  readonly table: Table;
  readonly key: string;
  readonly prefixKey: string;
  readonly count: number;
  readonly partitionRows: number;
  readonly partitionBytes: number;
  readonly rows: Row[] = [];
  readonly versions: Version[] = [];
  readonly #base: BaseLayer | null;
  readonly #partition: readonly ColumnValue[];
  readonly #start: number;
  #limited: readonly Row[] = [];

  constructor(
    base: BaseLayer | null,
    table: Table,
    key: string,
    partition: readonly ColumnValue[],
    prefixKey: string,
    range: { start: number; count: number; rows: number; bytes: number },
  ) {
    this.#base = base;
    this.#partition = partition;
    this.#start = range.start;
    this.table = table;
    this.key = key;
    this.prefixKey = prefixKey;
    this.count = range.count;
    this.partitionRows = range.rows;
    this.partitionBytes = range.bytes;
  }

  row(i: number): Row {
    const rows = this.rows;
    while (rows.length <= i)
      rows.push(this.#base!.row(this.table.name, this.#partition, this.#start + rows.length));
    return rows[i]!;
  }

  version(i: number): Version {
    const versions = this.versions;
    while (versions.length <= i) versions.push(baseVersion(this.table, this.row(versions.length)));
    return versions[i]!;
  }

  /** The first `limit` rows: the same array as long as the limit stays the same. */
  first(limit: number): readonly Row[] {
    const count = limit < this.count ? limit : this.count;
    if (this.#limited.length !== count) {
      if (count > 0) this.row(count - 1);
      this.#limited = this.rows.length === count ? this.rows : this.rows.slice(0, count);
    }
    return this.#limited;
  }
}

const NOTHING = { start: 0, count: 0, rows: 0, bytes: 0 };

export class BaseRows {
  readonly layer: BaseLayer | null;
  readonly #windows: (BaseWindow | undefined)[] = new Array(CACHED_WINDOWS);

  constructor(layer: BaseLayer | null) {
    this.layer = layer;
  }

  /** `hash`: any number that spreads partitions (the low half of the token). */
  window(
    table: Table,
    partition: readonly ColumnValue[],
    key: string,
    prefix: readonly ColumnValue[],
    hash: number,
  ): BaseWindow {
    const prefixKey = prefix.length === 0 ? '' : prefix.join('\u0000');
    const place = (hash ^ (prefixKey.length * 0x9e3779b1)) & (CACHED_WINDOWS - 1);
    const cached = this.#windows[place];
    if (
      cached !== undefined &&
      cached.key === key &&
      cached.table === table &&
      cached.prefixKey === prefixKey &&
      cached.rows.length <= CACHED_ROWS
    )
      return cached;
    const range = this.#range(table, partition, prefix);
    const window = new BaseWindow(this.layer, table, key, partition, prefixKey, range);
    this.#windows[place] = window;
    return window;
  }

  /** A window that nobody else keeps, for checks over whole partitions. */
  fresh(table: Table, partition: readonly ColumnValue[], key: string): BaseWindow {
    return new BaseWindow(this.layer, table, key, partition, '', this.#range(table, partition, []));
  }

  has(table: Table, partition: readonly ColumnValue[], clustering: readonly ColumnValue[]): boolean {
    return this.#range(table, partition, clustering).count > 0;
  }

  size(table: Table, partition: readonly ColumnValue[]): { rows: number; bytes: number } | null {
    return this.layer === null ? null : this.layer.partition(table.name, partition);
  }

  #range(table: Table, partition: readonly ColumnValue[], prefix: readonly ColumnValue[]) {
    const size = this.size(table, partition);
    if (size === null) return NOTHING;
    const { rows, bytes } = size;
    if (prefix.length === 0) return { start: 0, count: rows, rows, bytes };
    const whole = prefix.length === table.clusteringKey.length;
    const index = whole ? this.layer!.find?.(table.name, partition, prefix) : undefined;
    if (index !== undefined) return { start: Math.max(0, index), count: index < 0 ? 0 : 1, rows, bytes };
    const start = this.#bound(table, partition, prefix, rows, 0);
    const end = whole
      ? Math.min(start + 1, this.#bound(table, partition, prefix, rows, 1))
      : this.#bound(table, partition, prefix, rows, 1);
    return { start, count: end - start, rows, bytes };
  }

  /** First row that is not below the prefix (`above` 0), or not equal to it either (1). */
  #bound(
    table: Table,
    partition: readonly ColumnValue[],
    prefix: readonly ColumnValue[],
    rows: number,
    above: 0 | 1,
  ): number {
    let from = 0;
    let to = rows;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const row = this.layer!.row(table.name, partition, middle);
      if (table.compare(table.clusteringOf(row), prefix) < above) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
