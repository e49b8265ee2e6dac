/**
 * Tracks in the order in which they were added, newest first: each is a row whose key is the number of its edit. Adding
 * and taking away are one write; there is no place to move a track to.
 */
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { Row } from '../../ports/wide-column-store.ts';
import { tracksTable } from './tables.ts';
import {
  countRoom,
  type Edit,
  entriesOf,
  expectThere,
  type TrackOrder,
  type TrackOrderDependencies,
} from './track-order.ts';

/** @param note writes an edit down that leaves no row */
export function createEditOrder(
  dependencies: TrackOrderDependencies,
  note: (context: Context, playlistId: string, edit: number) => Promise<void>,
): TrackOrder {
  const { store, knobs } = dependencies;
  const table = tracksTable(knobs).name;

  const refused = ({ operation }: Edit) =>
    new PortError(
      'invalid',
      operation,
      true,
      'tracks stand in the order in which they were added: only the top can be chosen (playlist.order is snapshot)',
    );

  const order: TrackOrder = {
    initial: {},

    async add(context, edit, trackId) {
      await countRoom(context, dependencies, edit);
      const row: Row = {
        playlist_id: edit.playlistId,
        edit: edit.number,
        track_id: trackId,
        added_by: edit.listenerId,
      };
      await store.upsert(context, { table, row, consistency: 'QUORUM' });
    },

    async insert(context, edit, trackId, position) {
      if (position !== 0) throw refused(edit);
      await order.add(context, edit, trackId);
    },

    async remove(context, edit, trackId, position) {
      const { playlistId } = edit;
      const partition = [playlistId];
      const limit = position + 1;
      const rows = await store.select(context, { table, partition, limit, consistency: 'QUORUM' });
      const entries = entriesOf(rows);
      expectThere(entries, position, trackId, edit.operation);
      const removed = entries[position]!.edit;
      // The newest track takes the playlist's snapshot with it: what readers have seen is written down before.
      if (position === 0) await note(context, playlistId, removed);
      const clusteringPrefix = [removed, trackId];
      await store.delete(context, { table, partition, clusteringPrefix, consistency: 'QUORUM' });
      await note(context, playlistId, edit.number);
    },

    async move(_context, edit) {
      throw refused(edit);
    },
  };
  return order;
}
