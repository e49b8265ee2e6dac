/**
 * Tracks by an id that begins with the time of the edit (see `ordered-id.ts`). Adding and inserting write one row, and
 * editors do not wait for each other. Taking away and moving change a row that others may change at the same moment: a
 * lightweight transaction on that row alone. The price is paid by readers: a position is not a key, so whoever names one
 * has the rows before it read.
 */
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { Row } from '../../ports/wide-column-store.ts';
import { idBetween, idOfEdit } from './ordered-id.ts';
import { playlistOrder } from './tables.ts';
import {
  countRoom,
  type Edit,
  type Entry,
  entryOf,
  expectPlace,
  expectThere,
  hasTrack,
  type TrackOrder,
  type TrackOrderDependencies,
} from './track-order.ts';
import { isApplied, untilApplied } from './until-applied.ts';

interface Placed extends Entry {
  readonly id: string;
}

const table = playlistOrder.name;

export function createIdOrder(dependencies: TrackOrderDependencies): TrackOrder {
  const { store } = dependencies;
  /** The first `count` tracks at least, if there are as many. */
  async function read(context: Context, playlistId: string, count: number): Promise<Placed[]> {
    const statement = { table, partition: [playlistId], consistency: 'QUORUM' as const };
    const rows = await store.select(context, { ...statement, limit: count });
    const list = placed(rows);
    // Rows that are about to go have taken the place of others.
    if (list.length === count || rows.length < count) return list;
    return placed(await store.select(context, statement));
  }

  async function write(context: Context, edit: Edit, trackId: string, id: string): Promise<void> {
    await countRoom(context, dependencies, edit);
    const { playlistId, listenerId, number } = edit;
    const row: Row = {
      playlist_id: playlistId,
      order_id: id,
      track_id: trackId,
      added_by: listenerId,
      edit: number,
      last_edit: number,
    };
    await store.upsert(context, { table, row, timestampNs: number, consistency: 'QUORUM' });
  }

  /** Takes a row away, and puts others in its place; of several who try, one does it. */
  async function replace(context: Context, edit: Edit, old: Placed, alsoRows: readonly Row[]): Promise<void> {
    const { playlistId, operation, number } = edit;
    const lastEdit: Row = { playlist_id: playlistId, last_edit: number };
    await untilApplied(context, dependencies, playlistId, async (child, tries) => {
      const written = store.upsert(child, {
        table,
        row: { playlist_id: playlistId, order_id: old.id, track_id: null },
        alsoRows,
        ifEquals: { track_id: old.trackId },
        consistency: 'QUORUM',
      });
      const applied = await isApplied(tries, written);
      if (applied !== false) return applied;
      // After a try of unknown outcome it may have been this edit: what it put elsewhere, under an id of its own, tells.
      if (tries.unsure !== null && (await isThere(child, alsoRows[0]))) return true;
      throw new PortError('conflict', operation, true, `track ${old.trackId} was taken away meanwhile`);
    });
    // Not with the transaction, whose time is its own: an edit that comes late must not set it back.
    await store.upsert(context, { table, row: lastEdit, timestampNs: number, consistency: 'QUORUM' });
    // Nobody will use this id again, and readers pass over it until it is gone.
    await store.delete(context, {
      table,
      partition: [playlistId],
      clusteringPrefix: [old.id],
      consistency: 'QUORUM',
    });
  }

  async function isThere(context: Context, row: Row | undefined): Promise<boolean> {
    if (row === undefined) return false;
    const where = { table, partition: [row.playlist_id!], clusteringPrefix: [row.order_id!] };
    const [found] = await store.select(context, { ...where, consistency: 'QUORUM' });
    return found !== undefined && hasTrack(found);
  }

  return {
    initial: {},

    add: (context, edit, trackId) => write(context, edit, trackId, idOfEdit(edit.number)),

    async insert(context, edit, trackId, position) {
      const id =
        position === 0
          ? idOfEdit(edit.number)
          : idAt(await read(context, edit.playlistId, position + 1), position, edit);
      await write(context, edit, trackId, id);
    },

    async remove(context, edit, trackId, position) {
      const list = await read(context, edit.playlistId, position + 1);
      expectThere(list, position, trackId, edit.operation);
      await replace(context, edit, list[position]!, []);
    },

    async move(context, edit, trackId, from, to) {
      const list = await read(context, edit.playlistId, Math.max(from, to) + 2);
      expectThere(list, from, trackId, edit.operation);
      expectPlace(to, list.length - 1, edit.operation);
      if (from === to) return;
      const [old] = list.splice(from, 1) as [Placed];
      const row: Row = {
        playlist_id: edit.playlistId,
        order_id: idAt(list, to, edit),
        track_id: trackId,
        added_by: old.addedBy,
        edit: old.edit,
      };
      await replace(context, edit, old, [row]);
    },
  };
}

function placed(rows: readonly Row[]): Placed[] {
  return rows.filter(hasTrack).map((row) => ({ ...entryOf(row), id: row.order_id as string }));
}

/** An id with which a row stands at `position` of this list, which is newest first. */
function idAt(list: readonly Placed[], position: number, edit: Edit): string {
  expectPlace(position, list.length, edit.operation);
  if (position === 0) return idOfEdit(edit.number);
  return idBetween(list[position]?.id ?? '', list[position - 1]!.id, edit.number);
}
