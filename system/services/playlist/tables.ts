/**
 * Two designs of the same data; the knob `playlist.schema` chooses. Tracks are rows, never a list that is read, changed
 * and written back: two editors who add a track at the same moment add two rows.
 *
 *   wide      playlist_followers          (playlist_id) → name, owner_id │ a row a follower: one partition, however many
 *             playlist_tracks             (playlist_id) → a row a track
 *   bucketed  playlist_metadata           (playlist_id) → name, owner_id │ a row a track
 *             playlist_followers_bucketed (playlist_id, bucket) → a row a follower
 */
import type { ColumnType, TableDefinition } from '../../ports/wide-column-store.ts';
import { hashOf } from '../hash.ts';

/** `display_name` and `image_url` are copies from the profile, so that showing followers needs no further reads. */
const followerColumns: Readonly<Record<string, ColumnType>> = {
  user_id: 'text',
  followed_at_ns: 'bigint',
  display_name: 'text',
  image_url: 'text',
};

/** `edit` is the number of the edit: see `edit-numbers.ts`. */
const trackColumns: Readonly<Record<string, ColumnType>> = {
  edit: 'bigint',
  track_id: 'text',
  added_by: 'text',
};

export const playlistFollowers: TableDefinition = {
  name: 'playlist_followers',
  columns: { playlist_id: 'text', name: 'text', owner_id: 'text', ...followerColumns },
  partitionKey: ['playlist_id'],
  clusteringKey: ['user_id'],
  staticColumns: ['name', 'owner_id'],
};

export const playlistTracks: TableDefinition = {
  name: 'playlist_tracks',
  columns: { playlist_id: 'text', ...trackColumns },
  partitionKey: ['playlist_id'],
  clusteringKey: ['edit', 'track_id'],
  clusteringOrder: 'desc',
};

export const playlistMetadata: TableDefinition = {
  name: 'playlist_metadata',
  columns: { playlist_id: 'text', name: 'text', owner_id: 'text', ...trackColumns },
  partitionKey: ['playlist_id'],
  clusteringKey: ['edit', 'track_id'],
  clusteringOrder: 'desc',
  staticColumns: ['name', 'owner_id'],
};

export const playlistFollowersBucketed: TableDefinition = {
  name: 'playlist_followers_bucketed',
  columns: { playlist_id: 'text', bucket: 'int', ...followerColumns },
  partitionKey: ['playlist_id', 'bucket'],
  clusteringKey: ['user_id'],
};

export const playlistTables: readonly TableDefinition[] = [
  playlistFollowers,
  playlistTracks,
  playlistMetadata,
  playlistFollowersBucketed,
];

/** Where a follower's row lies. Changing the number of buckets moves nearly every row. */
export function bucketOf(userId: string, buckets: number): number {
  return hashOf(userId) % buckets;
}
