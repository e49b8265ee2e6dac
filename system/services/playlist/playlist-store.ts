/** Playlists in the database: what is read and written under either schema. See `tables.ts` for the two designs. */
import type { GetPlaylistResponse } from '../../contracts/generated/playlist.ts';
import { inParallel } from '../../policies/index.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { Row, SelectStatement, WideColumnStore } from '../../ports/wide-column-store.ts';
import type { PlaylistKnobs } from './knobs.ts';
import {
  bucketOf,
  playlistFollowers,
  playlistFollowersBucketed,
  playlistMetadata,
  playlistTracks,
} from './tables.ts';

export interface PlaylistStore {
  /** `readerId` chooses which followers are shown under the bucketed schema. Rejects with `not-found`. */
  read(context: Context, playlistId: string, readerId: string): Promise<GetPlaylistResponse>;
  addTrack(
    context: Context,
    playlistId: string,
    edit: number,
    trackId: string,
    listenerId: string,
  ): Promise<void>;
  follow(context: Context, playlistId: string, listenerId: string): Promise<void>;
  unfollow(context: Context, playlistId: string, listenerId: string): Promise<void>;
}

export interface PlaylistStoreDependencies {
  readonly store: WideColumnStore;
  readonly clock: Clock;
  readonly knobs: PlaylistKnobs;
}

export function createPlaylistStore({ store, clock, knobs }: PlaylistStoreDependencies): PlaylistStore {
  const wide = knobs.schema === 'wide';
  const consistency = knobs.readConsistency;
  const tracks = wide ? playlistTracks.name : playlistMetadata.name;
  const followers = wide ? playlistFollowers.name : playlistFollowersBucketed.name;
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
        // Newest first, so the newest edit is the first.
        snapshot: (trackRows[0]?.edit as number | null | undefined) ?? 0,
        trackIds: trackIdsOf(trackRows),
        followerIds: followerIdsOf(followerRows),
        followerCount,
      };
    },

    async addTrack(context, playlistId, edit, trackId, listenerId) {
      const row: Row = { playlist_id: playlistId, edit, track_id: trackId, added_by: listenerId };
      await store.upsert(context, { table: tracks, row, consistency: 'QUORUM' });
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
