/** Playlists in the database: what is read and written under either schema. See `tables.ts` for the two designs. */
import type { GetPlaylistResponse } from '../../contracts/generated/playlist.ts';
import { inParallel } from '../../policies/index.ts';
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { ColumnValue, Row, SelectStatement } from '../../ports/wide-column-store.ts';
import { forEachBounded } from '../consume.ts';
import type { NextEdit } from './edit-numbers.ts';
import { createEditOrder } from './order-by-edit.ts';
import { createIdOrder } from './order-by-id.ts';
import { createPositionOrder } from './order-by-position.ts';
import { bucketOf, playlistFollowers, playlistFollowersBucketed, tracksTable } from './tables.ts';
import {
  type Entry,
  entriesOf,
  hasTrack,
  type TrackOrder,
  type TrackOrderDependencies,
} from './track-order.ts';
import { isApplied, untilApplied } from './until-applied.ts';

/** What a playlist is, beside what is on it. */
export interface About {
  readonly name: string;
  readonly ownerId: string;
  readonly isPrivate: boolean;
  readonly isCollaborative: boolean;
}

/** What a playlist is from an edit on. */
export interface Described {
  readonly edit: number;
  readonly about: About;
}

export interface PlaylistStore {
  readonly order: TrackOrder;
  /** `readerId` chooses which followers are shown under the bucketed schema. Rejects with `not-found`. */
  read(context: Context, playlistId: string, readerId: string): Promise<GetPlaylistResponse>;
  /** The first `limit` tracks; undefined: all. */
  entries(context: Context, playlistId: string, limit: number | undefined): Promise<Entry[]>;
  /** Undefined: there is no such playlist. */
  about(context: Context, playlistId: string): Promise<About | undefined>;
  /**
   * Changes what a playlist is, one change after the other: each has a greater number than those before it. Rejects with
   * `not-found`.
   */
  describe(
    context: Context,
    playlistId: string,
    nextEdit: NextEdit,
    change: Partial<About>,
  ): Promise<Described>;
  /** False: the id is taken. */
  create(context: Context, playlistId: string, edit: number, about: About): Promise<boolean>;
  remove(context: Context, playlistId: string): Promise<void>;
  follow(context: Context, playlistId: string, listenerId: string): Promise<void>;
  unfollow(context: Context, playlistId: string, listenerId: string): Promise<void>;
}

/** Buckets of followers that are deleted at once. estimate: gentle on the database; nobody waits for their end. */
const DELETED_AT_ONCE = 8;

export function createPlaylistStore(dependencies: TrackOrderDependencies): PlaylistStore {
  const { store, clock, knobs } = dependencies;
  const order = createTrackOrder(dependencies, note);
  const wide = knobs.schema === 'wide';
  const consistency = knobs.readConsistency;
  const tracks = tracksTable(knobs).name;
  const followers = wide ? playlistFollowers.name : playlistFollowersBucketed.name;
  /** Where it is written what a playlist is. */
  const metadata = wide ? followers : tracks;
  const counted = knobs.followerCount === 'counted';
  const buckets = wide ? 1 : knobs.buckets;

  const partitionOf = (playlistId: string, bucket: number) => (wide ? [playlistId] : [playlistId, bucket]);
  const followerPartition = (playlistId: string, userId: string) =>
    partitionOf(playlistId, wide ? 0 : bucketOf(userId, buckets));
  const select = (context: Context, statement: SelectStatement) => store.select(context, statement);

  /** The tracks and a part of the followers. */
  function statementsFor(playlistId: string, readerId: string): SelectStatement[] {
    return [
      { table: tracks, partition: [playlistId], limit: knobs.tracksLimit, consistency },
      {
        table: followers,
        partition: followerPartition(playlistId, readerId),
        limit: knobs.followersLimit,
        consistency,
      },
    ];
  }

  /** For edits that leave no row: numbers of edits are times, so one that arrives after a newer one changes nothing. */
  async function note(context: Context, playlistId: string, edit: number) {
    const row: Row = { playlist_id: playlistId, last_edit: edit };
    await store.upsert(context, { table: metadata, row, timestampNs: edit, consistency: 'QUORUM' });
  }

  async function aboutRowOf(context: Context, playlistId: string): Promise<Row | undefined> {
    const partition = [playlistId];
    const statement = { table: metadata, partition, staticOnly: true, consistency: 'QUORUM' as const };
    const [row] = await store.select(context, statement);
    return typeof row?.owner_id === 'string' ? row : undefined;
  }

  /** One bucket after the other, as the plain loop has it: gentle on the database, and slow for who waits for it. */
  async function countFollowers(context: Context, playlistId: string): Promise<number> {
    let total = 0;
    for (let bucket = 0; bucket < buckets; bucket++) {
      const partition = partitionOf(playlistId, bucket);
      const [row] = await store.select(context, { table: followers, partition, count: true, consistency });
      // `total += await …` would read the total before it waits.
      total += row!.count as number;
    }
    return total;
  }

  return {
    order,

    async read(context, playlistId, readerId) {
      const answers = await inParallel(context, statementsFor(playlistId, readerId), select);
      const [trackRows, followerRows] = answers as [readonly Row[], readonly Row[]];
      const about = (wide ? followerRows : trackRows)[0];
      if (about === undefined || typeof about.owner_id !== 'string')
        throw new PortError('not-found', 'playlist.getPlaylist', true, `playlist ${playlistId}`);
      const followerCount = counted ? await countFollowers(context, playlistId) : 0;
      return {
        playlistId,
        name: about.name as string,
        ownerId: about.owner_id,
        snapshot: newestEdit(trackRows[0], about),
        trackIds: trackIdsOf(knobs.order === 'position' ? trackRows.filter(hasTrack) : trackRows),
        followerIds: followerIdsOf(followerRows),
        followerCount,
        isPrivate: about.is_private === true,
        isCollaborative: about.is_collaborative === true,
      };
    },

    async entries(context, playlistId, limit) {
      const statement = { table: tracks, partition: [playlistId], consistency: 'QUORUM' as const };
      return entriesOf(
        await store.select(context, limit === undefined ? statement : { ...statement, limit }),
      );
    },

    async about(context, playlistId) {
      const row = await aboutRowOf(context, playlistId);
      return row === undefined ? undefined : aboutOf(row);
    },

    describe(context, playlistId, nextEdit, change) {
      const tried = new Set<number>();
      return untilApplied(context, dependencies, playlistId, async (child, tries) => {
        const before = await aboutRowOf(child, playlistId);
        if (before === undefined)
          throw new PortError('not-found', 'playlist.describe', true, `playlist ${playlistId}`);
        const lastEdit = before.about_edit ?? null;
        // A try whose outcome was not known has come true. Where others came after it, it is made again and comes last.
        if (tried.has(numberOf(lastEdit))) return { edit: numberOf(lastEdit), about: aboutOf(before) };
        const edit = nextEdit(numberOf(lastEdit));
        tried.add(edit);
        const written = store.upsert(child, {
          table: metadata,
          row: aboutRow(playlistId, edit, change),
          ifEquals: { about_edit: lastEdit },
          consistency: 'QUORUM',
        });
        const applied = await isApplied(tries, written);
        return applied === true ? { edit, about: { ...aboutOf(before), ...change } } : null;
      });
    },

    async create(context, playlistId, edit, about) {
      const row = aboutRow(playlistId, edit, about);
      const statement = { table: metadata, ifNotExists: true, consistency: 'QUORUM' as const };
      if (metadata === tracks || Object.keys(order.initial).length === 0)
        return (await store.upsert(context, { ...statement, row: { ...row, ...order.initial } })).applied;
      const { applied } = await store.upsert(context, { ...statement, row });
      if (applied) {
        const empty: Row = { playlist_id: playlistId, ...order.initial };
        await store.upsert(context, { table: tracks, row: empty, consistency: 'QUORUM' });
      }
      return applied;
    },

    async remove(context, playlistId) {
      const partition = [playlistId];
      const deletion = { partition, consistency: 'QUORUM' as const };
      // Without what it is, it is not found.
      await store.delete(context, { table: metadata, ...deletion });
      if (metadata !== tracks) {
        await store.delete(context, { table: tracks, ...deletion });
        return;
      }
      const all = Array.from({ length: buckets }, (_, bucket) => partitionOf(playlistId, bucket));
      await forEachBounded(all, DELETED_AT_ONCE, (bucket) =>
        store.delete(context, { table: followers, partition: bucket, consistency: 'QUORUM' }),
      );
    },

    async follow(context, playlistId, listenerId) {
      const row: Record<string, string | number> = {
        playlist_id: playlistId,
        user_id: listenerId,
        followed_at_ns: clock.now(),
      };
      if (!wide) row.bucket = bucketOf(listenerId, buckets);
      await store.upsert(context, { table: followers, row, consistency: 'QUORUM' });
    },

    async unfollow(context, playlistId, listenerId) {
      const partition = followerPartition(playlistId, listenerId);
      const clusteringPrefix = [listenerId];
      await store.delete(context, { table: followers, partition, clusteringPrefix, consistency: 'QUORUM' });
    },
  };
}

function createTrackOrder(
  dependencies: TrackOrderDependencies,
  note: (context: Context, playlistId: string, edit: number) => Promise<void>,
): TrackOrder {
  const { order } = dependencies.knobs;
  if (order === 'position') return createPositionOrder(dependencies);
  return order === 'timeuuid' ? createIdOrder(dependencies) : createEditOrder(dependencies, note);
}

/** By edit the first track is the newest; what leaves no row is written down, as it is by the other orders. */
function newestEdit(first: Row | undefined, about: Row): number {
  const { edit, last_edit } = first ?? {};
  return Math.max(numberOf(edit), numberOf(last_edit), numberOf(about.last_edit), numberOf(about.about_edit));
}

const numberOf = (value: ColumnValue | undefined) => (typeof value === 'number' ? value : 0);

function aboutOf(row: Row): About {
  return {
    name: row.name as string,
    ownerId: row.owner_id as string,
    isPrivate: row.is_private === true,
    isCollaborative: row.is_collaborative === true,
  };
}

/** Columns that `change` leaves out keep what they had. */
function aboutRow(playlistId: string, edit: number, change: Partial<About>): Row {
  const { name, ownerId, isPrivate, isCollaborative } = change;
  return {
    playlist_id: playlistId,
    about_edit: edit,
    ...(name === undefined ? {} : { name }),
    ...(ownerId === undefined ? {} : { owner_id: ownerId }),
    ...(isPrivate === undefined ? {} : { is_private: isPrivate }),
    ...(isCollaborative === undefined ? {} : { is_collaborative: isCollaborative }),
  };
}

// Hundreds of rows a read: the columns are named in the code, because a look-up by variable takes several times as long.
// A partition that has static columns alone is one row without the others.

function trackIdsOf(rows: readonly Row[]): string[] {
  const ids: string[] = [];
  for (let i = 0; i < rows.length; i++) {
    const id = rows[i]!.track_id;
    if (typeof id === 'string') ids.push(id);
  }
  return ids;
}

/** A store may answer with the same rows again as long as nothing was written: hundreds of ids are then made once. */
const idsByRows = new WeakMap<readonly Row[], string[]>();

function followerIdsOf(rows: readonly Row[]): string[] {
  const known = idsByRows.get(rows);
  if (known !== undefined) return known;
  const ids: string[] = [];
  idsByRows.set(rows, ids);
  for (let i = 0; i < rows.length; i++) {
    const id = rows[i]!.user_id;
    if (typeof id === 'string') ids.push(id);
  }
  return ids;
}
