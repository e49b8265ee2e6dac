/**
 * What one replica holds of one partition: the rows written in the run, tombstones, static columns, which SSTables it
 * is in, and reads of it as immutable slices, which are remembered until the partition changes.
 */
import type { ColumnValue } from '../../ports/wide-column-store.ts';
import type { BaseRows, BaseWindow } from './base-layer.ts';
import type { Mutation, RangeTombstone } from './mutation.ts';
import type { Table } from './schema.ts';
import { NO_RANGES, type ReadCommand, type Slice, SliceMerge, staticRowOf } from './slice.ts';
import type { SsTable } from './sstables.ts';
import {
  BASE_TIMESTAMP,
  erased,
  lastExpiryNs,
  mergeVersions,
  NO_DELETION,
  shadow,
  tombstone,
  type Version,
  visibleRow,
} from './versions.ts';

// Most partitions have none of these: they share the empty ones.
const NO_TABLES: readonly SsTable[] = [];
const NO_BYTES: readonly number[] = [];
const NO_PREFIXES: readonly (readonly ColumnValue[])[] = [];

export class Partition {
  readonly table: Table;
  readonly key: string;
  readonly values: readonly ColumnValue[];
  readonly hash: number;
  /** In clustering order; each hides the base row of the same clustering. */
  versions: Version[] = [];
  staticVersion: Version | null = null;
  deletion = NO_DELETION;
  deletedAtNs = 0;
  ranges: readonly RangeTombstone[] = NO_RANGES;
  /** Tombstones and rows with a TTL: zero means that nothing can be purged. */
  perishable = 0;
  /** Bytes written in the run and still counted. */
  writtenBytes = 0;
  readonly baseBytes: number;
  readonly baseRows: number;
  /** The SSTables that hold a part of it, and how many bytes each. */
  holdings: readonly SsTable[] = NO_TABLES;
  heldBytes: readonly number[] = NO_BYTES;
  /** False: the base rows are in SSTables that nobody placed one by one. */
  placed = false;
  memtableBytes = 0;
  readonly #base: BaseRows;
  /** Purged deletions: they hide base rows of this replica and claim nothing towards others. */
  #hiddenPrefixes: readonly (readonly ColumnValue[])[] = NO_PREFIXES;
  #memo: Slice | null = null;
  #memoPrefix = '';
  #memoLimit = 0;
  #memoStatic = false;

  constructor(table: Table, key: string, values: readonly ColumnValue[], hash: number, base: BaseRows) {
    this.table = table;
    this.key = key;
    this.values = values;
    this.hash = hash;
    this.#base = base;
    const size = base.size(table, values);
    this.baseRows = size?.rows ?? 0;
    this.baseBytes = size?.bytes ?? 0;
  }

  get bytes(): number {
    return this.baseBytes + this.writtenBytes;
  }

  heldBy(sstable: SsTable, bytes: number): void {
    this.holdings = [...this.holdings, sstable];
    this.heldBytes = [...this.heldBytes, bytes];
  }

  /** It is not in this SSTable any more; returns the bytes that it had there. */
  leave(sstable: SsTable): number {
    const at = this.holdings.indexOf(sstable);
    if (at < 0) return 0;
    const bytes = this.heldBytes[at]!;
    this.holdings = this.holdings.filter((_, i) => i !== at);
    this.heldBytes = this.heldBytes.filter((_, i) => i !== at);
    return bytes;
  }

  apply(mutation: Mutation): void {
    if (!this.#outsideMemo(mutation)) this.#memo = null;
    if (mutation.deletion > this.deletion) {
      this.deletion = mutation.deletion;
      this.deletedAtNs = mutation.deletedAtNs;
      this.perishable++;
      this.#shadowAll(mutation.deletion, null);
    }
    for (const range of mutation.ranges) this.#applyRange(range);
    if (mutation.staticVersion !== null) this.#applyStatic(mutation.staticVersion);
    const versions = mutation.versions;
    for (let i = 0; i < versions.length; i++) this.#applyVersion(versions[i]!);
  }

  read(command: ReadCommand, nowNs: number): Slice {
    const prefixKey = command.prefix.length === 0 ? '' : command.prefix.join('\u0000');
    const memo = this.#memo;
    if (
      memo !== null &&
      this.#memoPrefix === prefixKey &&
      this.#memoLimit === command.limit &&
      this.#memoStatic === command.staticOnly &&
      nowNs < memo.validUntilNs
    )
      return memo;
    const slice = this.#slice(command, nowNs, null);
    this.#memo = slice;
    this.#memoPrefix = prefixKey;
    this.#memoLimit = command.limit;
    this.#memoStatic = command.staticOnly;
    return slice;
  }

  /** The whole partition, for checks outside time; remembers nothing. */
  readAll(nowNs: number): Slice {
    const command = { prefix: [], limit: Number.POSITIVE_INFINITY, staticOnly: false };
    return this.#slice(command, nowNs, this.#base.fresh(this.table, this.values, this.key));
  }

  /**
   * All that was written to it, as one mutation. What purged deletions hide of the base layer stays hidden: a deletion as
   * old as that does it.
   */
  written(): Mutation {
    const { table, key, values: partition, hash, staticVersion, writtenBytes: bytes } = this;
    const versions = this.versions.map((version) =>
      version.erased ? tombstone(version.clustering, BASE_TIMESTAMP, 0, 0) : version,
    );
    const ranges = [...this.ranges];
    let { deletion, deletedAtNs } = this;
    for (const prefix of this.#hiddenPrefixes) {
      if (prefix.length > 0) ranges.push({ prefix, deletion: BASE_TIMESTAMP, deletedAtNs: 0 });
      else if (deletion < 0) [deletion, deletedAtNs] = [BASE_TIMESTAMP, 0];
    }
    return { table, key, partition, hash, versions, staticVersion, ranges, deletion, deletedAtNs, bytes };
  }

  /** Drops tombstones (and expired rows) whose grace has passed: from now on this replica knows nothing of them. */
  purge(nowNs: number): void {
    if (this.perishable === 0) return;
    const before = nowNs - this.table.gcGraceNs;
    const columns = this.table.regularColumns;
    this.#memo = null;
    let left = 0;
    const kept: Version[] = [];
    for (const version of this.versions) {
      const live = visibleRow(version, columns, nowNs) !== null;
      if (live || version.erased) {
        kept.push(version);
        if (version.expiresNs < Number.POSITIVE_INFINITY) left++;
        continue;
      }
      const deadSinceNs = version.row === null ? version.deletedAtNs : lastExpiryNs(version);
      if (deadSinceNs > before) {
        kept.push(version);
        left++;
        continue;
      }
      this.writtenBytes -= version.bytes;
      if (this.#baseShows(version.clustering)) kept.push(erased(version.clustering));
    }
    this.versions = kept;
    this.perishable = left + this.#purgeRanges(before);
  }

  #purgeRanges(beforeNs: number): number {
    const old = this.ranges.filter((range) => range.deletedAtNs <= beforeNs);
    if (old.length > 0) {
      this.ranges = this.ranges.filter((range) => range.deletedAtNs > beforeNs);
      this.#hiddenPrefixes = [...this.#hiddenPrefixes, ...old.map((range) => range.prefix)];
    }
    if (this.deletion >= 0 && this.deletedAtNs <= beforeNs) {
      this.deletion = NO_DELETION;
      this.#hiddenPrefixes = [[]];
    }
    return this.ranges.length + (this.deletion >= 0 ? 1 : 0);
  }

  /** Whether what is written lies behind the end of the slice that is remembered: a hot head stays remembered. */
  #outsideMemo(mutation: Mutation): boolean {
    const memo = this.#memo;
    if (memo === null || memo.complete || memo.versions === null || this.#memoStatic) return false;
    if (mutation.deletion >= 0 || mutation.ranges.length > 0 || mutation.staticVersion !== null) return false;
    const last = memo.versions[memo.versions.length - 1];
    if (last === undefined) return false;
    for (const version of mutation.versions) {
      if (this.table.compare(version.clustering, last.clustering) <= 0) return false;
    }
    return true;
  }

  #applyVersion(written: Version): void {
    const columns = this.table.regularColumns;
    const cover = this.#cover(written.clustering);
    const version = shadow(written, cover, columns);
    if (version === null) return;
    const at = this.#lowerBound(version.clustering);
    const present = this.versions[at];
    if (version.row === null || version.expiresNs < Number.POSITIVE_INFINITY) this.perishable++;
    if (present !== undefined && this.table.compare(present.clustering, version.clustering) === 0) {
      const merged = mergeVersions(present, version, columns);
      this.writtenBytes += merged.bytes - present.bytes;
      this.versions[at] = merged;
      return;
    }
    this.writtenBytes += version.bytes;
    const whole = version.cells === null || cover >= BASE_TIMESTAMP ? version : this.#overBase(version);
    if (at === this.versions.length) this.versions.push(whole);
    else this.versions.splice(at, 0, whole);
  }

  /** A write of some columns over a row of the base layer: the others show through. */
  #overBase(version: Version): Version {
    if (version.row === null && version.deletion >= 0) return version;
    const window = this.#base.window(this.table, this.values, this.key, version.clustering, this.hash);
    if (window.count === 0 || this.#hidden(version.clustering)) return version;
    return mergeVersions(version, window.version(0), this.table.regularColumns);
  }

  #applyStatic(written: Version): void {
    const columns = this.table.staticColumns;
    const version = shadow(written, this.deletion, columns);
    if (version === null) return;
    this.writtenBytes += version.bytes - (this.staticVersion?.bytes ?? 0);
    if (this.staticVersion !== null) {
      this.staticVersion = mergeVersions(this.staticVersion, version, columns);
      return;
    }
    const base = version.cells !== null && this.deletion < BASE_TIMESTAMP ? this.#baseStatic() : null;
    this.staticVersion = base === null ? version : mergeVersions(version, base, columns);
  }

  /** The static columns of the base layer as a version: every base row carries them. */
  #baseStatic(): Version | null {
    if (this.baseRows === 0 || this.#hidden([])) return null;
    const window = this.#base.window(this.table, this.values, this.key, [], this.hash);
    const version = window.version(0);
    return { ...version, clustering: [], row: staticRowOf(this.table, version.row!) };
  }

  #applyRange(range: RangeTombstone): void {
    this.ranges = [...this.ranges.filter((r) => !covers(this.table, range, r)), range];
    this.perishable++;
    this.#shadowAll(range.deletion, range.prefix);
  }

  #shadowAll(deletion: number, prefix: readonly ColumnValue[] | null): void {
    const columns = this.table.regularColumns;
    const kept: Version[] = [];
    for (const version of this.versions) {
      const hit = prefix === null || this.table.compare(version.clustering, prefix) === 0;
      const left = hit ? shadow(version, deletion, columns) : version;
      this.writtenBytes += (left?.bytes ?? 0) - version.bytes;
      if (left !== null) kept.push(left);
    }
    this.versions = kept;
    if (prefix === null && this.staticVersion !== null)
      this.staticVersion = shadow(this.staticVersion, deletion, this.table.staticColumns);
  }

  /** Timestamp of the newest deletion of the partition or of a range that a row lies in. */
  #cover(clustering: readonly ColumnValue[]): number {
    let cover = this.deletion;
    for (const range of this.ranges) {
      if (range.deletion > cover && this.table.compare(clustering, range.prefix) === 0)
        cover = range.deletion;
    }
    return cover;
  }

  #hidden(clustering: readonly ColumnValue[]): boolean {
    for (const prefix of this.#hiddenPrefixes) {
      if (this.table.compare(clustering, prefix) === 0) return true;
    }
    return false;
  }

  #baseShows(clustering: readonly ColumnValue[]): boolean {
    if (this.baseRows === 0 || this.#cover(clustering) >= BASE_TIMESTAMP || this.#hidden(clustering))
      return false;
    return this.#base.has(this.table, this.values, clustering);
  }

  #lowerBound(clustering: readonly ColumnValue[]): number {
    let from = 0;
    let to = this.versions.length;
    // Rows mostly arrive in order: look at the end first.
    if (to > 0 && this.table.compare(this.versions[to - 1]!.clustering, clustering) < 0) return to;
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.table.compare(this.versions[middle]!.clustering, clustering) < 0) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  #slice(command: ReadCommand, nowNs: number, whole: BaseWindow | null): Slice {
    const { table } = this;
    const window = whole ?? this.#base.window(table, this.values, this.key, command.prefix, this.hash);
    const merge = new SliceMerge(table, command, nowNs);
    const bare = this.ranges.length === 0 && this.#hiddenPrefixes.length === 0;
    const showsBase = this.deletion < BASE_TIMESTAMP;
    const staticBase = this.staticVersion === null && showsBase ? this.#baseStatic() : null;
    // Static columns alone need no rows, except to know that the partition exists.
    if (!command.staticOnly || (this.staticVersion === null && staticBase === null)) {
      let at = command.prefix.length === 0 ? 0 : this.#lowerBound(command.prefix);
      for (let i = 0; !merge.full; ) {
        const base = showsBase && i < window.count ? window.version(i) : null;
        const written = at < this.versions.length ? this.versions[at]! : null;
        const inRange = written !== null && table.compare(written.clustering, command.prefix) === 0;
        if (base === null && !inRange) break;
        const order = base === null ? 1 : !inRange ? -1 : table.compare(base.clustering, written!.clustering);
        if (order >= 0) {
          merge.add(written!);
          at++;
          if (order === 0) i++;
        } else {
          if (bare || !(this.#cover(base!.clustering) >= BASE_TIMESTAMP || this.#hidden(base!.clustering)))
            merge.add(base!);
          i++;
        }
      }
    }
    return merge.finish(this, staticBase, window);
  }
}

function covers(table: Table, newer: RangeTombstone, older: RangeTombstone): boolean {
  return (
    older.prefix.length >= newer.prefix.length &&
    older.deletion <= newer.deletion &&
    table.compare(older.prefix, newer.prefix) === 0
  );
}
