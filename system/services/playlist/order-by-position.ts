/**
 * Tracks by their position: what is read is in order, and a position is a key. The price is paid by editors: a track put
 * at a position moves all that follow, a row each (at the top, where apps add, every row there is), and two editors who did that at the same moment would overwrite each
 * other. So the list has a version, and an edit is one batch within the partition that holds only for the version it has
 * read (a lightweight transaction, four round trips); who comes too late reads again.
 *
 *   read version 7 ─▶ rows that change ─▶ write them and version 8 IF version = 7 ─▶ refused? wait a little, read again
 */
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { Row } from '../../ports/wide-column-store.ts';
import { playlistPositions } from './tables.ts';
import {
  type Edit,
  type Entry,
  entriesOf,
  expectPlace,
  expectRoom,
  expectThere,
  type TrackOrder,
  type TrackOrderDependencies,
} from './track-order.ts';
import { untilApplied } from './until-applied.ts';

const table = playlistPositions.name;

export function createPositionOrder(dependencies: TrackOrderDependencies): TrackOrder {
  const { store, knobs } = dependencies;

  /** False: the list has another version by now. */
  async function tryOnce(context: Context, edit: Edit, alter: (list: Entry[]) => void): Promise<boolean> {
    const { playlistId, number } = edit;
    const partition = [playlistId];
    const rows = await store.select(context, { table, partition, consistency: 'QUORUM' });
    const { order_version: version, last_edit: lastEdit } = rows[0] ?? {};
    if (typeof version !== 'number')
      throw new PortError('not-found', edit.operation, true, `playlist ${playlistId}`);
    const before = entriesOf(rows);
    const after = [...before];
    alter(after);
    const alsoRows: Row[] = [];
    after.forEach((entry, position) => {
      if (entry !== before[position]) alsoRows.push(rowOf(playlistId, position, entry));
    });
    const { applied } = await store.upsert(context, {
      table,
      row: {
        playlist_id: playlistId,
        order_version: version + 1,
        length: after.length,
        // Who began later may have come before: the playlist is never older than an edit that is in it.
        last_edit: typeof lastEdit === 'number' ? Math.max(lastEdit, number) : number,
      },
      alsoRows,
      ifEquals: { order_version: version },
      consistency: 'QUORUM',
    });
    return applied;
  }

  async function change(context: Context, edit: Edit, alter: (list: Entry[]) => void): Promise<void> {
    const tryIt = async (child: Context) => ((await tryOnce(child, edit, alter)) ? true : null);
    await untilApplied(context, dependencies, edit.playlistId, tryIt);
  }

  const order: TrackOrder = {
    initial: { order_version: 0, length: 0 },

    add: (context, edit, trackId) => order.insert(context, edit, trackId, 0),

    insert(context, edit, trackId, position) {
      const entry = { trackId, addedBy: edit.listenerId, edit: edit.number };
      return change(context, edit, (list) => {
        expectPlace(position, list.length, edit.operation);
        expectRoom(list.length, knobs, edit);
        list.splice(position, 0, entry);
      });
    },

    remove: (context, edit, trackId, position) =>
      change(context, edit, (list) => {
        expectThere(list, position, trackId, edit.operation);
        list.splice(position, 1);
      }),

    move: (context, edit, trackId, from, to) =>
      change(context, edit, (list) => {
        expectThere(list, from, trackId, edit.operation);
        expectPlace(to, list.length - 1, edit.operation);
        list.splice(to, 0, ...list.splice(from, 1));
      }),
  };
  return order;
}

function rowOf(playlistId: string, position: number, { trackId, addedBy, edit }: Entry): Row {
  return { playlist_id: playlistId, position, track_id: trackId, added_by: addedBy, edit };
}
