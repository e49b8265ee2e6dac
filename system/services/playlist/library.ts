/**
 * What listeners have saved: playlists and liked tracks, newest first. An entry lies twice, by time (what a page reads)
 * and by item (whether it is there, and when it came). The second is written first, by a lightweight transaction: of two
 * devices that save the same thing at the same moment, both get the first one's entry.
 */
import type { GetSavedResponse, SavedItem } from '../../contracts/generated/playlist.ts';
import { type Clock, SECOND } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import type { Row, WideColumnStore } from '../../ports/wide-column-store.ts';
import type { PlaylistKnobs } from './knobs.ts';
import { libraryEntries, libraryItems } from './tables.ts';

export type SavedKind = 'playlist' | 'track';

export interface Library {
  /** Idempotent, as `unsave`. */
  save(context: Context, kind: SavedKind, listenerId: string, itemId: string): Promise<void>;
  unsave(context: Context, kind: SavedKind, listenerId: string, itemId: string): Promise<void>;
  /** Entries saved before `before` (0: all), newest first. */
  page(
    context: Context,
    kind: SavedKind,
    listenerId: string,
    before: number,
    limit: number,
  ): Promise<GetSavedResponse>;
}

export interface LibraryDependencies {
  readonly store: WideColumnStore;
  readonly clock: Clock;
  readonly knobs: PlaylistKnobs;
  /** Numbers that grow with the time in nanoseconds, none of them twice. */
  readonly nextNumber: () => number;
}

export function createLibrary({ store, clock, knobs, nextNumber }: LibraryDependencies): Library {
  const periodNs = knobs.libraryPeriodS * SECOND;
  const periodOf = (saved: number) => Math.floor(saved / periodNs);

  const entryOf = (kind: SavedKind, listenerId: string, itemId: string, saved: number): Row => ({
    listener_id: listenerId,
    kind,
    period: periodOf(saved),
    saved,
    item_id: itemId,
  });

  /** A part of a period: all of it, because there is no reading from the middle of a partition on. */
  async function read(
    context: Context,
    kind: SavedKind,
    listenerId: string,
    period: number,
    limit: number | null,
  ): Promise<SavedItem[]> {
    const rows = await store.select(context, {
      table: libraryEntries.name,
      partition: [listenerId, kind, period],
      consistency: 'QUORUM',
      ...(limit === null ? {} : { limit }),
    });
    return rows.map(({ item_id, saved }) => ({ id: item_id as string, saved: saved as number }));
  }

  return {
    async save(context, kind, listenerId, itemId) {
      const fresh = nextNumber();
      const row: Row = { listener_id: listenerId, kind, item_id: itemId, saved: fresh };
      const { applied, current } = await store.upsert(context, {
        table: libraryItems.name,
        row,
        ifNotExists: true,
        consistency: 'QUORUM',
      });
      // If it was there, its entry may be missing still: whoever saved it may have died in between.
      const saved = applied ? fresh : (current!.saved as number);
      await store.upsert(context, {
        table: libraryEntries.name,
        row: entryOf(kind, listenerId, itemId, saved),
        consistency: 'QUORUM',
      });
    },

    async unsave(context, kind, listenerId, itemId) {
      const where = {
        table: libraryItems.name,
        partition: [listenerId, kind],
        clusteringPrefix: [itemId],
        consistency: 'QUORUM' as const,
      };
      const [row] = await store.select(context, where);
      if (row === undefined) return;
      const saved = row.saved as number;
      await store.delete(context, {
        table: libraryEntries.name,
        partition: [listenerId, kind, periodOf(saved)],
        clusteringPrefix: [saved, itemId],
        consistency: 'QUORUM',
      });
      await store.delete(context, where);
    },

    async page(context, kind, listenerId, before, limit) {
      const items: SavedItem[] = [];
      const newest = periodOf(before === 0 ? clock.now() : before);
      // One more than the page has says whether there is another.
      for (let period = newest; period >= 0 && items.length <= limit; period--) {
        const within = before !== 0 && period === newest ? null : limit + 1 - items.length;
        for (const item of await read(context, kind, listenerId, period, within))
          if (before === 0 || item.saved < before) items.push(item);
      }
      const more = items.length > limit;
      items.length = Math.min(items.length, limit);
      return { items, next: more ? items.at(-1)!.saved : 0 };
    },
  };
}
