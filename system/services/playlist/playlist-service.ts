/**
 * Playlists: read by many, edited by few. Reads come from the cache or the database; an edit is checked at the
 * catalogue, written, told to the cache and to the log, and only then acknowledged.
 *
 *   getPlaylist ──▶ cache ──▶ database
 *   addTrack ──▶ catalogue (does the track exist?) ──▶ database ──▶ cache (delete) ──▶ log `playlist_updates`
 */
import type { CatalogueApi, Track } from '../../contracts/generated/catalogue.ts';
import { type PlaylistUpdate, sizeOfPlaylistUpdate } from '../../contracts/generated/events.ts';
import {
  type GetPlaylistResponse,
  type PlaylistApi,
  sizeOfGetPlaylistResponse,
} from '../../contracts/generated/playlist.ts';
import { PLAYLIST_UPDATES } from '../../contracts/topics.ts';
import { withTimeout } from '../../policies/index.ts';
import type { Cache } from '../../ports/cache.ts';
import { type Clock, MILLISECOND, type Random } from '../../ports/clock.ts';
import type { Context, Hop } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { EventProducer } from '../../ports/event-log.ts';
import type { WideColumnStore } from '../../ports/wide-column-store.ts';
import type { Background } from '../consume.ts';
import { createCacheAside } from './cache-aside.ts';
import { createEditNumbers } from './edit-numbers.ts';
import type { PlaylistKnobs } from './knobs.ts';
import { createPlaylistStore } from './playlist-store.ts';

export interface PlaylistDependencies {
  readonly store: WideColumnStore;
  readonly cache: Cache;
  readonly events: EventProducer;
  readonly catalogue: Pick<CatalogueApi, 'getTrack'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly background: Background;
  readonly knobs: PlaylistKnobs;
  /** 0 to 999, different in every running instance. */
  readonly instance: number;
  /** Where the time of those who wait for another's rebuild is booked. */
  readonly waitHop?: Hop;
  /** Told whenever a playlist is read from the database. */
  readonly onDatabaseRead?: (playlistId: string) => void;
}

const DONE = Object.freeze({});

export function createPlaylistService(dependencies: PlaylistDependencies): PlaylistApi {
  const { events, catalogue, clock, knobs, instance, onDatabaseRead } = dependencies;
  const playlists = createPlaylistStore(dependencies);
  const nextEdit = createEditNumbers(clock, instance);
  const catalogueDeadlineNs = knobs.catalogueDeadlineMs * MILLISECOND;
  const writeDeadlineNs = knobs.writeDeadlineMs * MILLISECOND;

  const load = (context: Context, playlistId: string, readerId: string) => {
    onDatabaseRead?.(playlistId);
    return playlists.read(context, playlistId, readerId);
  };
  const cached =
    knobs.cache === 'off'
      ? null
      : createCacheAside({ ...dependencies, load, sizeOf: sizeOfGetPlaylistResponse });

  async function validTrack(context: Context, trackId: string): Promise<Track> {
    const operation = 'playlist.addTrack';
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
  }

  return {
    async getPlaylist(context, { playlistId, listenerId, followersLimit, minimumSnapshot }) {
      const playlist =
        cached === null
          ? await load(context, playlistId, listenerId)
          : await cached.get(context, playlistId, listenerId, minimumSnapshot);
      return followersLimit === 0 || followersLimit >= playlist.followerIds.length
        ? playlist
        : withFollowers(playlist, followersLimit);
    },

    async addTrack(context, { playlistId, listenerId, trackId }) {
      const track = await validTrack(context, trackId);
      const edit = nextEdit();
      await withTimeout(clock, context, writeDeadlineNs, 'playlist.addTrack', (limited) =>
        playlists.addTrack(limited, playlistId, edit, trackId, listenerId),
      );
      if (cached !== null) await cached.invalidate(context, playlistId);
      const update: PlaylistUpdate = { playlistId, snapshot: edit, listenerId, track };
      const bytes = sizeOfPlaylistUpdate(update);
      await events.send(context, { topic: PLAYLIST_UPDATES, key: playlistId, value: update, bytes });
      return { snapshot: edit };
    },

    async follow(context, { playlistId, listenerId }) {
      await playlists.follow(context, playlistId, listenerId);
      return DONE;
    },

    async unfollow(context, { playlistId, listenerId }) {
      await playlists.unfollow(context, playlistId, listenerId);
      return DONE;
    },
  };
}

function withFollowers(playlist: GetPlaylistResponse, limit: number): GetPlaylistResponse {
  return { ...playlist, followerIds: playlist.followerIds.slice(0, limit) };
}
