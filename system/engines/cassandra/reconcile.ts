/**
 * The coordinator's side of a read from several replicas: their slices become one, cell by cell the newest wins, and
 * what a replica was missing is written back to it (read repair).
 */
import type { Mutation, RangeTombstone } from './mutation.ts';
import type { Table } from './schema.ts';
import { type ReadCommand, type Slice, SliceMerge, staticRowOf } from './slice.ts';
import { BASE_TIMESTAMP, mergeVersions, NO_DELETION, shadow, type Version } from './versions.ts';

export interface Reconciled {
  readonly slice: Slice;
  /** For each slice what its replica has to be told, or null. */
  readonly repairs: readonly (Mutation | null)[];
  /** The replicas' limits cut off rows that are needed: read again with this limit. */
  readonly readMore: boolean;
}

interface Target {
  readonly table: Table;
  readonly key: string;
  readonly partition: Mutation['partition'];
  readonly hash: number;
}

function versionsOf(slice: Slice, limit: number): readonly Version[] {
  if (slice.versions !== null) return slice.versions;
  const { window } = slice;
  const count = Math.min(window.count, limit);
  if (count > 0) window.version(count - 1);
  return window.versions.length === count ? window.versions : window.versions.slice(0, count);
}

export function reconcile(
  target: Target,
  slices: readonly Slice[],
  command: ReadCommand,
  /** The limit that the replicas applied, at least that of the command. */
  replicaLimit: number,
  nowNs: number,
): Reconciled {
  const { table } = target;
  const lists = slices.map((slice) => versionsOf(slice, replicaLimit));
  const deletions = mergeDeletions(table, slices);
  const bound = reliableUpTo(table, slices, lists);
  const merge = new SliceMerge(table, command, nowNs);
  const repairs = slices.map(() => [] as Version[]);
  const at = lists.map(() => 0);
  // One array for all rows of a read: reads of hundreds of rows come here by the hundred thousand.
  const heads: (Version | null)[] = lists.map(() => null);
  while (!merge.full) {
    const next = leastHead(table, lists, at);
    if (next === null || (bound !== null && table.compare(next.clustering, bound.clustering) > 0)) break;
    for (let i = 0; i < lists.length; i++) {
      const head = lists[i]![at[i]!];
      // Replicas that have the same write share its version.
      const stands =
        head !== undefined && (head === next || table.compare(head.clustering, next.clustering) === 0);
      heads[i] = stands ? head : null;
      if (stands) at[i]!++;
    }
    const merged = mergeHeads(table, heads, coverOf(table, deletions, next));
    if (merged === null) continue;
    merge.add(merged);
    for (let i = 0; i < heads.length; i++) {
      if (heads[i]?.digest !== merged.digest) repairs[i]!.push(merged);
    }
  }
  const { staticVersion } = deletions;
  const staticBase = staticVersion === null ? baseStatics(table, slices, deletions.deletion) : null;
  const slice = merge.finish({ ...deletions }, staticBase, slices[0]!.window);
  return {
    slice,
    repairs: slices.map((own, i) => repairOf(target, own, deletions, repairs[i]!)),
    readMore: !merge.full && bound !== null && !command.staticOnly,
  };
}

/** The base layer's static columns, as a replica that holds nothing else shows them: every base row carries them. */
function baseStatics(table: Table, slices: readonly Slice[], deletion: number): Version | null {
  if (table.staticColumns.length === 0 || deletion >= BASE_TIMESTAMP) return null;
  for (const { staticBase, versions, window } of slices) {
    if (staticBase !== null) return staticBase;
    if (versions === null && window.count > 0) {
      const version = window.version(0);
      return { ...version, clustering: [], row: staticRowOf(table, version.row!) };
    }
  }
  return null;
}

interface Deletions {
  readonly staticVersion: Version | null;
  readonly deletion: number;
  readonly deletedAtNs: number;
  readonly ranges: readonly RangeTombstone[];
}

function mergeDeletions(table: Table, slices: readonly Slice[]): Deletions {
  let deletion = NO_DELETION;
  let deletedAtNs = 0;
  let staticVersion: Version | null = null;
  const ranges: RangeTombstone[] = [];
  for (const slice of slices) {
    if (slice.deletion > deletion) {
      deletion = slice.deletion;
      deletedAtNs = slice.deletedAtNs;
    }
    for (const range of slice.ranges) {
      if (!ranges.some((known) => sameRange(known, range))) ranges.push(range);
    }
    if (slice.staticVersion !== null) {
      staticVersion =
        staticVersion === null
          ? slice.staticVersion
          : mergeVersions(staticVersion, slice.staticVersion, table.staticColumns);
    }
  }
  if (staticVersion !== null) staticVersion = shadow(staticVersion, deletion, table.staticColumns);
  return { staticVersion, deletion, deletedAtNs, ranges };
}

function sameRange(a: RangeTombstone, b: RangeTombstone): boolean {
  return (
    a.deletion === b.deletion &&
    a.prefix.length === b.prefix.length &&
    a.prefix.every((value, i) => value === b.prefix[i])
  );
}

/** The last version up to which every replica has answered; null: all of them to the end. */
function reliableUpTo(
  table: Table,
  slices: readonly Slice[],
  lists: readonly (readonly Version[])[],
): Version | null {
  let bound: Version | null = null;
  slices.forEach((slice, i) => {
    if (slice.complete) return;
    const last = lists[i]![lists[i]!.length - 1];
    if (last !== undefined && (bound === null || table.compare(last.clustering, bound.clustering) < 0))
      bound = last;
  });
  return bound;
}

function leastHead(
  table: Table,
  lists: readonly (readonly Version[])[],
  at: readonly number[],
): Version | null {
  let least: Version | null = null;
  for (let i = 0; i < lists.length; i++) {
    const head = lists[i]![at[i]!];
    if (head === undefined) continue;
    if (least === null || (head !== least && table.compare(head.clustering, least.clustering) < 0))
      least = head;
  }
  return least;
}

function coverOf(table: Table, deletions: Deletions, version: Version): number {
  let cover = deletions.deletion;
  for (const range of deletions.ranges) {
    if (range.deletion > cover && table.compare(version.clustering, range.prefix) === 0)
      cover = range.deletion;
  }
  return cover;
}

function mergeHeads(table: Table, heads: readonly (Version | null)[], cover: number): Version | null {
  const columns = table.regularColumns;
  let merged: Version | null = null;
  for (const head of heads) {
    if (head === null) continue;
    merged = merged === null ? head : mergeVersions(merged, head, columns);
  }
  return merged === null ? null : shadow(merged, cover, columns);
}

function repairOf(
  target: Target,
  slice: Slice,
  deletions: Deletions,
  versions: readonly Version[],
): Mutation | null {
  const statics = deletions.staticVersion;
  const staticVersion = statics !== null && slice.staticVersion?.digest !== statics.digest ? statics : null;
  const ranges = deletions.ranges.filter((range) => !slice.ranges.some((own) => sameRange(own, range)));
  const deletes = deletions.deletion > slice.deletion;
  if (versions.length === 0 && staticVersion === null && ranges.length === 0 && !deletes) return null;
  let bytes = staticVersion?.bytes ?? 0;
  for (const version of versions) bytes += version.bytes;
  return {
    ...target,
    versions,
    staticVersion,
    ranges,
    deletion: deletes ? deletions.deletion : NO_DELETION,
    deletedAtNs: deletes ? deletions.deletedAtNs : 0,
    bytes: bytes + 24 * ranges.length,
  };
}
