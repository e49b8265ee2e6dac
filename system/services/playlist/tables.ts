/**
 * Two designs of the same data; the knob `playlist.schema` chooses. Tracks are rows, never a list that is read, changed
 * and written back: two editors who add a track at the same moment add two rows.
 *
 *   wide      playlist_followers          (playlist_id) → what it is │ a row a follower: one partition, however many
 *             tracks                      (playlist_id) → a row a track
 *   bucketed  tracks                      (playlist_id) → what it is │ a row a track
 *             playlist_followers_bucketed (playlist_id, bucket) → a row a follower
 *
 * `playlist.order` chooses the table of the tracks, by what their rows are sorted by:
 *
 *   snapshot  playlist_tracks, or playlist_metadata where the schema is bucketed: by the number of the edit
 *   position  playlist_positions: by position
 *   timeuuid  playlist_order: by an id that begins with the time
 */
import type { ColumnType, TableDefinition } from '../../ports/wide-column-store.ts';
import { hashOf } from '../hash.ts';
import type { PlaylistKnobs } from './knobs.ts';

/** `display_name` and `image_url` are copies from the profile, so that showing followers needs no further reads. */
const followerColumns: Readonly<Record<string, ColumnType>> = {
  user_id: 'text',
  followed_at_ns: 'bigint',
  display_name: 'text',
  image_url: 'text',
};

/**
 * What a playlist is, once a partition. Playlists that nobody made in the run have no flags: public, edits by the owner.
 * `about_edit` is the newest edit of this, `last_edit` the newest one that an order of tracks has written down: each has
 * one writer, and the newest of them and of the tracks' is the playlist's snapshot.
 */
const about: Readonly<Record<string, ColumnType>> = {
  name: 'text',
  owner_id: 'text',
  is_private: 'boolean',
  is_collaborative: 'boolean',
  about_edit: 'bigint',
  last_edit: 'bigint',
};
const aboutColumns = Object.keys(about);

/** `edit` is the number of the edit: see `edit-numbers.ts`. */
const trackColumns: Readonly<Record<string, ColumnType>> = {
  edit: 'bigint',
  track_id: 'text',
  added_by: 'text',
};

export const playlistFollowers: TableDefinition = {
  name: 'playlist_followers',
  columns: { playlist_id: 'text', ...about, ...followerColumns },
  partitionKey: ['playlist_id'],
  clusteringKey: ['user_id'],
  staticColumns: aboutColumns,
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
  columns: { playlist_id: 'text', ...about, ...trackColumns },
  partitionKey: ['playlist_id'],
  clusteringKey: ['edit', 'track_id'],
  clusteringOrder: 'desc',
  staticColumns: aboutColumns,
};

export const playlistFollowersBucketed: TableDefinition = {
  name: 'playlist_followers_bucketed',
  columns: { playlist_id: 'text', bucket: 'int', ...followerColumns },
  partitionKey: ['playlist_id', 'bucket'],
  clusteringKey: ['user_id'],
};

/** Rows from `length` on are left over from a longer list. */
export const playlistPositions: TableDefinition = {
  name: 'playlist_positions',
  columns: {
    playlist_id: 'text',
    ...about,
    order_version: 'bigint',
    length: 'int',
    position: 'int',
    ...trackColumns,
  },
  partitionKey: ['playlist_id'],
  clusteringKey: ['position'],
  staticColumns: [...aboutColumns, 'order_version', 'length'],
};

/** A row without a track was taken away, and is about to go. */
export const playlistOrder: TableDefinition = {
  name: 'playlist_order',
  columns: { playlist_id: 'text', ...about, order_id: 'text', ...trackColumns },
  partitionKey: ['playlist_id'],
  clusteringKey: ['order_id'],
  clusteringOrder: 'desc',
  staticColumns: aboutColumns,
};

/** What a listener has saved, by when: playlists and liked tracks, in a partition for each kind and period. */
export const libraryEntries: TableDefinition = {
  name: 'library_entries',
  columns: { listener_id: 'text', kind: 'text', period: 'int', saved: 'bigint', item_id: 'text' },
  partitionKey: ['listener_id', 'kind', 'period'],
  clusteringKey: ['saved', 'item_id'],
  clusteringOrder: 'desc',
};

/** The same by item: where its entry lies, and whether there is one. */
export const libraryItems: TableDefinition = {
  name: 'library_items',
  columns: { listener_id: 'text', kind: 'text', item_id: 'text', saved: 'bigint' },
  partitionKey: ['listener_id', 'kind'],
  clusteringKey: ['item_id'],
};

export const playlistTables: readonly TableDefinition[] = [
  playlistFollowers,
  playlistTracks,
  playlistMetadata,
  playlistFollowersBucketed,
];

/** Those that the knobs' defaults never touch. */
export const furtherPlaylistTables: readonly TableDefinition[] = [
  playlistPositions,
  playlistOrder,
  libraryEntries,
  libraryItems,
];

/** The table that the tracks of playlists are in. */
export function tracksTable({ schema, order }: Pick<PlaylistKnobs, 'schema' | 'order'>): TableDefinition {
  if (order === 'position') return playlistPositions;
  if (order === 'timeuuid') return playlistOrder;
  return schema === 'wide' ? playlistTracks : playlistMetadata;
}

/** Where a follower's row lies. Changing the number of buckets moves nearly every row. */
export function bucketOf(userId: string, buckets: number): number {
  return hashOf(userId) % buckets;
}
