/** What the parts of the service share: the playlists, who may change them, and what follows every change. */
import type { CatalogueApi, Track } from '../../contracts/generated/catalogue.ts';
import { type PlaylistUpdate, sizeOfPlaylistUpdate } from '../../contracts/generated/events.ts';
import { type GetPlaylistResponse, sizeOfGetPlaylistResponse } from '../../contracts/generated/playlist.ts';
import { PLAYLIST_UPDATES } from '../../contracts/topics.ts';
import { withTimeout } from '../../policies/index.ts';
import type { Cache } from '../../ports/cache.ts';
import { type Clock, MILLISECOND, type Random } from '../../ports/clock.ts';
import type { Context, Hop } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { EventProducer } from '../../ports/event-log.ts';
import type { WideColumnStore } from '../../ports/wide-column-store.ts';
import type { Background } from '../consume.ts';
import { type Access, createAccess } from './access.ts';
import { type CacheAside, createCacheAside } from './cache-aside.ts';
import { createEditNumbers, type NextEdit } from './edit-numbers.ts';
import type { PlaylistKnobs } from './knobs.ts';
import { createPlaylistStore, type PlaylistStore } from './playlist-store.ts';
import type { Edit } from './track-order.ts';

export interface PlaylistDependencies {
  readonly store: WideColumnStore;
  readonly cache: Cache;
  readonly events: EventProducer;
  readonly catalogue: Pick<CatalogueApi, 'getTrack' | 'getTracks'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly background: Background;
  readonly knobs: PlaylistKnobs;
  /** 0 to 999, different in every running instance. */
  readonly instance: number;
  /** Where the time of those who wait for another's rebuild is booked. */
  readonly waitHop?: Hop;
  /** Told whenever a playlist is put together from the database: one rebuild is many reads. */
  readonly onRebuild?: (playlistId: string) => void;
}

/** What an edit is before it has a number. */
type ChangeOf = Pick<Edit, 'operation' | 'playlistId'>;
/** `track` is what was added. */
type Told = Pick<PlaylistUpdate, 'track' | 'listing' | 'about'>;

export interface PlaylistWorkings extends PlaylistDependencies {
  readonly playlists: PlaylistStore;
  readonly access: Access;
  readonly nextEdit: NextEdit;
  load(context: Context, playlistId: string, readerId: string): Promise<GetPlaylistResponse>;
  /** Null: every read goes to the database. */
  readonly cached: CacheAside<GetPlaylistResponse> | null;
  /** The track, if the catalogue knows it within its deadline; otherwise rejects with `invalid`. */
  validTrack(context: Context, operation: string, trackId: string): Promise<Track>;
  /** Makes a change within the deadline of writes, then sees to it that no cache shows what was before. */
  change<T>(context: Context, edit: ChangeOf, write: (context: Context) => Promise<T>): Promise<T>;
  /** Tells the log. */
  tell(context: Context, edit: Edit, what: Told): Promise<void>;
}

export function createPlaylistWorkings(dependencies: PlaylistDependencies): PlaylistWorkings {
  const { events, catalogue, clock, knobs, instance, onRebuild } = dependencies;
  const playlists = createPlaylistStore(dependencies);
  const catalogueDeadlineNs = knobs.catalogueDeadlineMs * MILLISECOND;
  const writeDeadlineNs = knobs.writeDeadlineMs * MILLISECOND;

  const load = (context: Context, playlistId: string, readerId: string) => {
    onRebuild?.(playlistId);
    return playlists.read(context, playlistId, readerId);
  };
  const cached =
    knobs.cache === 'off'
      ? null
      : createCacheAside({ ...dependencies, load, sizeOf: sizeOfGetPlaylistResponse });

  return {
    ...dependencies,
    playlists,
    access: createAccess(playlists, knobs),
    nextEdit: createEditNumbers(clock, instance),
    load,
    cached,

    async validTrack(context, operation, trackId) {
      const answer = await withTimeout(clock, context, catalogueDeadlineNs, operation, async (limited) => {
        try {
          return await catalogue.getTrack(limited, { trackId });
        } catch (error) {
          if (error instanceof PortError && error.kind === 'not-found') return { track: undefined };
          throw error;
        }
      });
      if (answer.track === undefined) throw new PortError('invalid', operation, true, `no track ${trackId}`);
      return answer.track;
    },

    async change(context, { operation, playlistId }, write) {
      const written = await withTimeout(clock, context, writeDeadlineNs, operation, write);
      if (cached !== null) await cached.invalidate(context, playlistId);
      return written;
    },

    async tell(context, { playlistId, number, listenerId }, what) {
      const update: PlaylistUpdate = { playlistId, snapshot: number, listenerId, ...what };
      const bytes = sizeOfPlaylistUpdate(update);
      await events.send(context, { topic: PLAYLIST_UPDATES, key: playlistId, value: update, bytes });
    },
  };
}
