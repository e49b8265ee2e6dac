/** The order of a playlist's tracks: what can be done to it, whatever table keeps it. `playlist.order` chooses one. */
import type { Clock, Random } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { Row, WideColumnStore } from '../../ports/wide-column-store.ts';
import type { PlaylistKnobs } from './knobs.ts';
import { tracksTable } from './tables.ts';

/** Who changes which playlist, and the number of the change. */
export interface Edit {
  readonly operation: string;
  readonly playlistId: string;
  readonly listenerId: string;
  readonly number: number;
}

export interface Entry {
  readonly trackId: string;
  readonly addedBy: string;
  /** The edit that added it. */
  readonly edit: number;
}

export interface TrackOrder {
  /** Columns that a playlist without tracks begins with. */
  readonly initial: Row;
  /** Puts a track at the top. Rejects with `conflict` if the playlist has as many as it may. */
  add(context: Context, edit: Edit, trackId: string): Promise<void>;
  /** Rejects with `invalid` where there is no such place, and as `add`. */
  insert(context: Context, edit: Edit, trackId: string, position: number): Promise<void>;
  /** Rejects with `conflict` if another track stands there. */
  remove(context: Context, edit: Edit, trackId: string, position: number): Promise<void>;
  move(context: Context, edit: Edit, trackId: string, from: number, to: number): Promise<void>;
}

export interface TrackOrderDependencies {
  readonly store: WideColumnStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly knobs: PlaylistKnobs;
}

/**
 * Whether a row stands for a track on the list. Others carry what the playlist is alone, are left over from a longer list,
 * or are about to go.
 */
export function hasTrack({ track_id, position, length }: Row): boolean {
  if (typeof track_id !== 'string') return false;
  return typeof position !== 'number' || position < (length as number);
}

/** The tracks of rows that begin at the top. */
export const entriesOf = (rows: readonly Row[]): Entry[] => rows.filter(hasTrack).map(entryOf);

export function entryOf({ track_id, added_by, edit }: Row): Entry {
  return { trackId: track_id as string, addedBy: added_by as string, edit: edit as number };
}

/** What a caller sees must be there still, or it would take away something else. */
export function expectThere(
  entries: readonly Entry[],
  position: number,
  trackId: string,
  operation: string,
): void {
  const there = entries[position]?.trackId;
  if (there === trackId) return;
  const detail = there === undefined ? 'nothing' : `track ${there}`;
  throw new PortError('conflict', operation, true, `${detail} stands at ${position}, not track ${trackId}`);
}

export function expectPlace(position: number, last: number, operation: string): void {
  if (position <= last) return;
  throw new PortError('invalid', operation, true, `position ${position} is beyond the end, which is ${last}`);
}

/** Of how many tracks a playlist has; `playlist.tracksMax` says how many it may have. */
export function expectRoom(tracks: number, { tracksMax }: PlaylistKnobs, edit: Edit): void {
  if (tracksMax === 0 || tracks < tracksMax) return;
  const detail = `playlist ${edit.playlistId} has ${tracks} tracks, and may have ${tracksMax} at most`;
  throw new PortError('conflict', edit.operation, true, detail);
}

/** Where the list is not read before a track is added: a look at how long it is, if there is a limit. */
export async function countRoom(
  context: Context,
  { store, knobs }: Pick<TrackOrderDependencies, 'store' | 'knobs'>,
  edit: Edit,
): Promise<void> {
  if (knobs.tracksMax === 0) return;
  const partition = [edit.playlistId];
  const statement = { table: tracksTable(knobs).name, partition, consistency: 'QUORUM' as const };
  const [row] = await store.select(context, { ...statement, count: true });
  if ((row!.count as number) < knobs.tracksMax) return;
  // Rows without a track were counted, too.
  expectRoom(entriesOf(await store.select(context, statement)).length, knobs, edit);
}
