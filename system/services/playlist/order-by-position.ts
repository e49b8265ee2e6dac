/**
 * Tracks by their position: what is read is in order, and a position is a key. The price is paid by editors: a track put
 * at a position moves all that follow, a row each (at the top, where apps add, every row there is), and two editors who did that at the same moment would overwrite each
 * other. So the list has a version, and an edit is one batch within the partition that holds only for the version it has
 * read (a lightweight transaction, four round trips); who comes too late reads again.
 *
 *   read version 7 ─▶ rows that change ─▶ write them and version 8 IF version = 7 ─▶ refused? wait a little, read again
 *
 * Transactions that meet may end without a known outcome. Then what is read next tells: by the version, and by the
 * newest edit or the entry that it would have left. Where others came in between and it does not, the editor is told so.
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
import { isApplied, untilApplied } from './until-applied.ts';

const table = playlistPositions.name;

/** A list as it was read, or would have been written. */
interface Version {
  readonly version: number;
  readonly lastEdit: number;
  readonly entries: readonly Entry[];
}

export function createPositionOrder(dependencies: TrackOrderDependencies): TrackOrder {
  const { store, knobs } = dependencies;

  async function read(context: Context, { playlistId, operation }: Edit): Promise<Version> {
    const partition = [playlistId];
    const rows = await store.select(context, { table, partition, consistency: 'QUORUM' });
    const { order_version: version, last_edit: lastEdit } = rows[0] ?? {};
    if (typeof version !== 'number')
      throw new PortError('not-found', operation, true, `playlist ${playlistId}`);
    return { version, lastEdit: typeof lastEdit === 'number' ? lastEdit : 0, entries: entriesOf(rows) };
  }

  /** Refused where the list has another version by now. */
  function write(context: Context, { playlistId }: Edit, before: Version, after: Version) {
    const alsoRows: Row[] = [];
    after.entries.forEach((entry, position) => {
      if (entry !== before.entries[position]) alsoRows.push(rowOf(playlistId, position, entry));
    });
    return store.upsert(context, {
      table,
      row: {
        playlist_id: playlistId,
        order_version: after.version,
        length: after.entries.length,
        last_edit: after.lastEdit,
      },
      alsoRows,
      ifEquals: { order_version: before.version },
      consistency: 'QUORUM',
    });
  }

  async function change(context: Context, edit: Edit, alter: (list: Entry[]) => void): Promise<void> {
    let tried: Version | null = null;
    await untilApplied(context, dependencies, edit.playlistId, async (child, tries) => {
      const before = await read(child, edit);
      if (tries.unsure !== null) {
        const became = hasBecome(tried!, before, edit);
        if (became === null) throw tries.unsure;
        if (became) return true;
        // Another edit has become that version: this one never will.
        if (before.version === tried!.version) tries.unsure = null;
      }
      const entries = [...before.entries];
      alter(entries);
      // Who began later may have come before: the playlist is never older than an edit that is in it.
      const lastEdit = Math.max(before.lastEdit, edit.number);
      tried = { version: before.version + 1, lastEdit, entries };
      return (await isApplied(tries, write(child, edit, before, tried))) || null;
    });
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

/** Whether what was tried has become a version of the list; null: others came in between, and nothing tells. */
function hasBecome(tried: Version, now: Version, { number }: Edit): boolean | null {
  // Not yet: the next transaction finishes it, and is refused then, or ends it.
  if (now.version < tried.version) return false;
  // No other edit has this number.
  if (now.lastEdit === number || now.entries.some((entry) => entry.edit === number)) return true;
  return now.version === tried.version && tried.lastEdit === number ? false : null;
}

function rowOf(playlistId: string, position: number, { trackId, addedBy, edit }: Entry): Row {
  return { playlist_id: playlistId, position, track_id: trackId, added_by: addedBy, edit };
}
