/**
 * Rows with their write timestamps, and how two versions of a row become one: of each cell the newest write wins, and a
 * deletion hides everything that is not newer than it. Versions are immutable and shared by the replicas that hold them.
 */
import type { ColumnValue, Row } from '../../ports/wide-column-store.ts';
import type { Table } from './schema.ts';

/** Timestamp (microseconds) of rows of the base layer: before anything that the run writes. */
export const BASE_TIMESTAMP = 0;
export const NO_DELETION = -1;
const NEVER = Number.POSITIVE_INFINITY;
/** Name under which a row's own liveness marker (what INSERT leaves beside the cells) is kept among its cells. */
const LIVENESS = '';

export interface Cell {
  /** Null: a tombstone of this cell. */
  readonly value: ColumnValue;
  readonly timestamp: number;
  readonly expiresNs: number;
  /** Number of the write that it comes from. */
  readonly origin: number;
}

export interface Version {
  readonly clustering: readonly ColumnValue[];
  /** What readers see before `expiresNs`; null: nothing. */
  readonly row: Row | null;
  /** Newest write among the cells. */
  readonly timestamp: number;
  /** When the first of its cells expires. */
  readonly expiresNs: number;
  /** Null: every column was written together (the usual case), at `timestamp`. */
  readonly cells: ReadonlyMap<string, Cell> | null;
  /** Timestamp of the newest deletion of this row, and when it happened. */
  readonly deletion: number;
  readonly deletedAtNs: number;
  readonly bytes: number;
  /** Equal contents, equal digests; rows of the base layer have 0. */
  readonly digest: number;
  readonly origin: number;
  /** Not a tombstone any more (it was purged): hides the base layer's row on this replica and claims nothing. */
  readonly erased: boolean;
}

/** Full avalanche on 32 bits (`lowbias32`). */
export function mix(x: number): number {
  let h = x ^ (x >>> 16);
  h = Math.imul(h, 0x21f0aaad);
  h = Math.imul(h ^ (h >>> 15), 0x735a2d97);
  return (h ^ (h >>> 15)) >>> 0;
}

export function mixTimestamp(timestamp: number): number {
  return mix((timestamp | 0) ^ mix((timestamp / 4294967296) | 0));
}

export function mixText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return mix(h);
}

export function baseVersion(table: Table, row: Row): Version {
  return {
    clustering: table.clusteringOf(row),
    row,
    timestamp: BASE_TIMESTAMP,
    expiresNs: NEVER,
    cells: null,
    deletion: NO_DELETION,
    deletedAtNs: 0,
    bytes: 0,
    digest: 0,
    origin: 0,
    erased: false,
  };
}

/**
 * The version that one write makes. `columns` are the regular columns of a row or the static ones of a partition; `row`
 * has the key columns too. Columns that the write leaves out keep what they had.
 */
export function writtenVersion(
  columns: readonly string[],
  keys: readonly string[],
  row: Row,
  clustering: readonly ColumnValue[],
  timestamp: number,
  expiresNs: number,
  origin: number,
  bytes: number,
): Version {
  let complete = true;
  const visible: Record<string, ColumnValue> = {};
  for (const name of keys) visible[name] = row[name]!;
  for (const name of columns) {
    const value = row[name];
    if (value === undefined) complete = false;
    visible[name] = value ?? null;
  }
  const cells = complete ? null : new Map<string, Cell>();
  if (cells !== null) {
    cells.set(LIVENESS, { value: true, timestamp, expiresNs, origin });
    for (const name of columns) {
      if (row[name] !== undefined) cells.set(name, { value: row[name]!, timestamp, expiresNs, origin });
    }
  }
  return {
    clustering,
    row: visible,
    timestamp,
    expiresNs,
    cells,
    deletion: NO_DELETION,
    deletedAtNs: 0,
    bytes,
    digest: cells === null ? mix(origin) : digestOf(cells, 0),
    origin,
    erased: false,
  };
}

export function tombstone(
  clustering: readonly ColumnValue[],
  deletion: number,
  deletedAtNs: number,
  bytes: number,
): Version {
  return {
    clustering,
    row: null,
    timestamp: NO_DELETION,
    expiresNs: NEVER,
    cells: EMPTY,
    deletion,
    deletedAtNs,
    bytes,
    digest: deletionDigest(clustering, deletion),
    origin: 0,
    erased: false,
  };
}

export function erased(clustering: readonly ColumnValue[]): Version {
  const digest = mixText(`erased ${clustering.join('\u0000')}`);
  return { ...tombstone(clustering, NO_DELETION, 0, 0), digest, erased: true };
}

const EMPTY: ReadonlyMap<string, Cell> = new Map();

/** Whether nothing of `b` is left beside `a`. */
function dominates(a: Version, b: Version): boolean {
  if (b.deletion > a.deletion) return false;
  return b.timestamp <= a.deletion || (a.cells === null && a.timestamp > b.timestamp);
}

/** Two versions of one row as one; commutative, associative, idempotent. `columns` as in `writtenVersion`. */
export function mergeVersions(a: Version, b: Version, columns: readonly string[]): Version {
  if (a === b || b.erased) return a;
  if (a.erased) return b;
  if (a.cells === null && b.cells === null && a.origin === b.origin && a.deletion === b.deletion) return a;
  if (dominates(a, b)) return a;
  if (dominates(b, a)) return b;
  const newer = a.deletion >= b.deletion ? a : b;
  const cells = new Map<string, Cell>();
  addCells(cells, a, columns, newer.deletion);
  addCells(cells, b, columns, newer.deletion);
  const bytes = Math.max(a.bytes, b.bytes);
  const keys = a.row ?? b.row;
  return fromCells(cells, keys, a.clustering, columns, newer.deletion, newer.deletedAtNs, bytes);
}

/** Takes what a deletion of the range or the partition hides out of a version; null: nothing is left. */
export function shadow(version: Version, deletion: number, columns: readonly string[]): Version | null {
  if (version.erased || deletion < 0) return version;
  const newest = Math.max(version.timestamp, version.deletion);
  if (newest <= deletion) return null;
  if (version.cells === null) return version;
  const cells = new Map<string, Cell>();
  addCells(cells, version, columns, deletion);
  if (cells.size === version.cells.size) return version;
  const { row, clustering, deletedAtNs, bytes } = version;
  return fromCells(cells, row, clustering, columns, version.deletion, deletedAtNs, bytes);
}

/** What a reader sees of a version at this time. */
export function visibleRow(version: Version, columns: readonly string[], nowNs: number): Row | null {
  if (version.expiresNs > nowNs) return version.row;
  if (version.cells === null || version.row === null) return null;
  return rowOf(version.cells, version.row, columns, nowNs);
}

/** When the last of its cells has expired; Infinity if one of them never does. */
export function lastExpiryNs(version: Version): number {
  if (version.cells === null) return version.expiresNs;
  let last = 0;
  for (const cell of version.cells.values()) last = Math.max(last, cell.expiresNs);
  return last;
}

function addCells(
  into: Map<string, Cell>,
  version: Version,
  columns: readonly string[],
  deletion: number,
): void {
  if (version.cells !== null) {
    for (const [name, cell] of version.cells) addCell(into, name, cell, deletion);
    return;
  }
  const { timestamp, expiresNs, origin, row } = version;
  if (timestamp <= deletion || row === null) return;
  addCell(into, LIVENESS, { value: true, timestamp, expiresNs, origin }, deletion);
  for (const name of columns) {
    addCell(into, name, { value: row[name] ?? null, timestamp, expiresNs, origin }, deletion);
  }
}

function addCell(into: Map<string, Cell>, name: string, cell: Cell, deletion: number): void {
  if (cell.timestamp <= deletion) return;
  const present = into.get(name);
  if (present === undefined || wins(cell, present)) into.set(name, cell);
}

/** Newest timestamp; on a tie a tombstone, then the greater value (Cells.reconcile), then any fixed order. */
function wins(a: Cell, b: Cell): boolean {
  if (a.timestamp !== b.timestamp) return a.timestamp > b.timestamp;
  if (a.value === b.value)
    return a.expiresNs === b.expiresNs ? a.origin > b.origin : a.expiresNs > b.expiresNs;
  if (a.value === null || b.value === null) return a.value === null;
  return a.value > b.value;
}

function fromCells(
  cells: Map<string, Cell>,
  keys: Row | null,
  clustering: readonly ColumnValue[],
  columns: readonly string[],
  deletion: number,
  deletedAtNs: number,
  bytes: number,
): Version {
  let timestamp = NO_DELETION;
  let expiresNs = NEVER;
  let oldest = NEVER;
  let origin = -1;
  let uniform = cells.size === columns.length + 1;
  for (const cell of cells.values()) {
    timestamp = Math.max(timestamp, cell.timestamp);
    oldest = Math.min(oldest, cell.timestamp);
    expiresNs = Math.min(expiresNs, cell.expiresNs);
    if (origin < 0) origin = cell.origin;
    else if (origin !== cell.origin) uniform = false;
  }
  if (cells.size === 0) uniform = false;
  const row =
    keys === null || cells.size === 0 ? null : rowOf(cells, keys, columns, Number.NEGATIVE_INFINITY);
  const deleted = deletionDigest(clustering, deletion);
  const digest = uniform ? ((origin === 0 ? 0 : mix(origin)) ^ deleted) >>> 0 : digestOf(cells, deleted);
  return {
    clustering,
    row,
    timestamp,
    expiresNs,
    cells: uniform ? null : cells,
    deletion,
    deletedAtNs,
    bytes,
    digest,
    origin: uniform ? origin : 0,
    erased: false,
  };
}

function rowOf(
  cells: ReadonlyMap<string, Cell>,
  keys: Row,
  columns: readonly string[],
  nowNs: number,
): Row | null {
  const row: Record<string, ColumnValue> = { ...keys };
  const marker = cells.get(LIVENESS);
  let live = marker !== undefined && marker.expiresNs > nowNs;
  for (const name of columns) {
    const cell = cells.get(name);
    const value = cell !== undefined && cell.expiresNs > nowNs ? cell.value : null;
    if (value !== null) live = true;
    row[name] = value;
  }
  return live ? row : null;
}

/** Rows deleted in the same microsecond must not cancel each other in a digest of several rows. */
function deletionDigest(clustering: readonly ColumnValue[], deletion: number): number {
  if (deletion < 0) return 0;
  return mix(mixTimestamp(deletion) ^ mixText(clustering.join('\u0000')));
}

function digestOf(cells: ReadonlyMap<string, Cell>, deleted: number): number {
  let digest = deleted;
  for (const [name, cell] of cells) {
    if (cell.origin !== 0) digest ^= mix(mixText(name) ^ mix(cell.origin));
  }
  return digest >>> 0;
}
