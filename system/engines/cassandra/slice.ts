/**
 * What a replica answers to a read: an immutable snapshot of a stretch of a partition, with the tombstones in it and a
 * digest over everything that a coordinator would have to reconcile.
 */
import type { ColumnValue, Row } from '../../ports/wide-column-store.ts';
import type { BaseWindow } from './base-layer.ts';
import type { RangeTombstone } from './mutation.ts';
import type { Table } from './schema.ts';
import {
  BASE_TIMESTAMP,
  mix,
  mixText,
  mixTimestamp,
  NO_DELETION,
  type Version,
  visibleRow,
} from './versions.ts';

/** What a read asks a replica for. */
export interface ReadCommand {
  readonly prefix: readonly ColumnValue[];
  readonly limit: number;
  readonly staticOnly: boolean;
  /** `SELECT COUNT(*)`: rows are read and counted; those that nobody wrote in the run are not even made. */
  readonly count?: boolean;
}

/** What a replica answers: immutable, so that it is a snapshot. */
export interface Slice {
  readonly rows: readonly Row[];
  /** Rows of the answer: more than `rows` holds where they were counted only. */
  readonly rowCount: number;
  /** Versions in clustering order, tombstones included; null: those of `window`, nothing else. */
  readonly versions: readonly Version[] | null;
  readonly window: BaseWindow;
  readonly staticVersion: Version | null;
  /** The static columns of the base layer, where nothing was written over them. */
  readonly staticBase: Version | null;
  readonly deletion: number;
  readonly deletedAtNs: number;
  readonly ranges: readonly RangeTombstone[];
  readonly digest: number;
  readonly tombstones: number;
  /** False: cut at the limit, there may be more. */
  readonly complete: boolean;
  readonly validUntilNs: number;
}

export const NO_RANGES: readonly RangeTombstone[] = [];

/** A slice of a partition that holds nothing but base rows. */
export function baseSlice(table: Table, window: BaseWindow, command: ReadCommand): Slice {
  const limit = command.staticOnly ? 1 : command.limit;
  let rows = command.count === true ? [] : window.first(limit);
  if (command.staticOnly && rows.length > 0) rows = [staticRowOf(table, rows[0]!)];
  return {
    rows,
    rowCount: command.count === true ? window.count : rows.length,
    versions: null,
    window,
    staticVersion: null,
    staticBase: null,
    deletion: NO_DELETION,
    deletedAtNs: 0,
    ranges: NO_RANGES,
    digest: 0,
    tombstones: 0,
    complete: window.count <= limit,
    validUntilNs: Number.POSITIVE_INFINITY,
  };
}

export function staticRowOf(table: Table, row: Row): Row {
  const found: Record<string, ColumnValue> = {};
  for (const name of table.partitionKey) found[name] = row[name]!;
  for (const name of table.staticColumns) found[name] = row[name] ?? null;
  return found;
}

interface Deletions {
  readonly staticVersion: Version | null;
  readonly deletion: number;
  readonly deletedAtNs: number;
  readonly ranges: readonly RangeTombstone[];
}

/** Collects the versions of a slice until it has as many visible rows as asked for. */
export class SliceMerge {
  full = false;
  readonly #table: Table;
  readonly #command: ReadCommand;
  readonly #limit: number;
  readonly #nowNs: number;
  readonly #versions: Version[] = [];
  readonly #rows: Row[] = [];
  #digest = 0;
  #tombstones = 0;
  #validUntilNs = Number.POSITIVE_INFINITY;

  constructor(table: Table, command: ReadCommand, nowNs: number) {
    this.#table = table;
    this.#command = command;
    this.#limit = command.staticOnly ? 1 : command.limit;
    this.#nowNs = nowNs;
    this.full = this.#limit <= 0;
  }

  get visible(): number {
    return this.#rows.length;
  }

  add(version: Version): void {
    this.#digest ^= version.digest;
    if (version.erased) return;
    this.#versions.push(version);
    if (version.expiresNs > this.#nowNs && version.expiresNs < this.#validUntilNs)
      this.#validUntilNs = version.expiresNs;
    const row = visibleRow(version, this.#table.regularColumns, this.#nowNs);
    if (row === null) {
      this.#tombstones++;
      return;
    }
    this.#rows.push(row);
    if (this.#rows.length >= this.#limit) this.full = true;
  }

  finish(of: Deletions, staticBase: Version | null, window: BaseWindow): Slice {
    const { staticVersion, deletion, deletedAtNs, ranges } = of;
    let digest = this.#digest;
    if (deletion >= 0) digest ^= mixTimestamp(deletion);
    for (const range of ranges) digest ^= mixTimestamp(range.deletion) ^ mixText(range.prefix.join('\u0000'));
    if (staticVersion !== null) {
      // Salted: a write of a row and of static columns together must not cancel itself.
      digest ^= mix(staticVersion.digest ^ 0x5bd1e995);
      if (staticVersion.expiresNs > this.#nowNs && staticVersion.expiresNs < this.#validUntilNs)
        this.#validUntilNs = staticVersion.expiresNs;
    }
    const rows = this.#withStatic(staticVersion ?? staticBase);
    return {
      rows,
      rowCount: rows.length,
      versions: this.#versions,
      window,
      staticVersion,
      staticBase,
      deletion,
      deletedAtNs,
      ranges,
      digest: digest >>> 0,
      tombstones: this.#tombstones + ranges.length + (deletion >= 0 ? 1 : 0),
      complete: !this.full,
      validUntilNs: this.#validUntilNs,
    };
  }

  /** Every row carries the static columns; a partition with nothing else shows them in one row. */
  #withStatic(version: Version | null): readonly Row[] {
    const table = this.#table;
    const command = this.#command;
    if (table.staticColumns.length === 0) return this.#rows;
    const statics = version === null ? null : visibleRow(version, table.staticColumns, this.#nowNs);
    if (command.staticOnly) {
      if (statics !== null) return [statics];
      return this.#rows.length > 0 ? [staticRowOf(table, this.#rows[0]!)] : [];
    }
    if (statics === null) return this.#rows.map((row) => ({ ...row, ...this.#nulls() }));
    if (this.#rows.length > 0) {
      if (version!.origin === 0 && version!.timestamp === BASE_TIMESTAMP && this.#allBase())
        return this.#rows;
      return this.#rows.map((row) => ({ ...row, ...statics }));
    }
    if (command.prefix.length > 0) return [];
    const row: Record<string, ColumnValue> = { ...statics };
    for (const name of table.clusteringKey) row[name] = null;
    for (const name of table.regularColumns) row[name] = null;
    return [row];
  }

  /** Base rows carry the static columns already. */
  #allBase(): boolean {
    return this.#versions.every((version) => version.timestamp === BASE_TIMESTAMP);
  }

  #nulls(): Row {
    const row: Record<string, ColumnValue> = {};
    for (const name of this.#table.staticColumns) row[name] = null;
    return row;
  }
}
