/**
 * Tracks in the order in which they were added, newest first: each is a row whose key is the number of its edit. Adding
 * and taking away are one write; there is no place to move a track to.
 */
import { PortError } from '../../ports/errors.ts';
import type { Row } from '../../ports/wide-column-store.ts';
import { tracksTable } from './tables.ts';
import {
  type Edit,
  entriesOf,
  expectThere,
  type TrackOrder,
  type TrackOrderDependencies,
} from './track-order.ts';

export function createEditOrder({ store, knobs }: TrackOrderDependencies): TrackOrder {
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
      const partition = [edit.playlistId];
      const limit = position + 1;
      const rows = await store.select(context, { table, partition, limit, consistency: 'QUORUM' });
      const entries = entriesOf(rows);
      expectThere(entries, position, trackId, edit.operation);
      const clusteringPrefix = [entries[position]!.edit, trackId];
      await store.delete(context, { table, partition, clusteringPrefix, consistency: 'QUORUM' });
    },

    async move(_context, edit) {
      throw refused(edit);
    },
  };
  return order;
}
