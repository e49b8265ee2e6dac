/**
 * Playlists: read by many, edited by few. Reads come from the cache or the database; an edit is checked at the
 * catalogue, written, told to the cache and to the log, and only then acknowledged.
 *
 *   getPlaylist ──▶ cache ──▶ database
 *   addTrack ──▶ catalogue (does the track exist?) ──▶ database ──▶ cache (delete) ──▶ log `playlist_updates`
 */
import type { GetPlaylistResponse, PlaylistApi } from '../../contracts/generated/playlist.ts';
import type { Context } from '../../ports/context.ts';
import { expectReadable } from './access.ts';
import { createLibrary, type Library, type SavedKind } from './library.ts';
import { createPlaylistEdits } from './playlist-edits.ts';
import { createPlaylistOwnership } from './playlist-ownership.ts';
import {
  createPlaylistWorkings,
  type PlaylistDependencies,
  type PlaylistWorkings,
} from './playlist-workings.ts';

export type { PlaylistDependencies };

const DONE = Object.freeze({});

export function createPlaylistService(dependencies: PlaylistDependencies): PlaylistApi {
  const workings = createPlaylistWorkings(dependencies);
  const library = createLibrary({ ...dependencies, nextNumber: workings.nextEdit });
  return {
    ...createReading(workings),
    ...createPlaylistEdits(workings),
    ...createPlaylistOwnership(workings, library),
    ...createSaving(workings, library),
  };
}

function createReading({ knobs, playlists, access, cached, load }: PlaylistWorkings) {
  const reading: Pick<PlaylistApi, 'getPlaylist' | 'listTracks' | 'follow' | 'unfollow'> = {
    async getPlaylist(context, { playlistId, listenerId, followersLimit, minimumSnapshot }) {
      const playlist =
        cached === null
          ? await load(context, playlistId, listenerId)
          : await cached.get(context, playlistId, listenerId, minimumSnapshot);
      expectReadable(playlist, 'playlist.getPlaylist', playlistId, listenerId);
      return followersLimit === 0 || followersLimit >= playlist.followerIds.length
        ? playlist
        : withFollowers(playlist, followersLimit);
    },

    async listTracks(context, { playlistId, listenerId, fromPosition, limit }) {
      await access.toRead(context, 'playlist.listTracks', playlistId, listenerId);
      const to = fromPosition + (limit === 0 ? knobs.tracksLimit : Math.min(limit, knobs.tracksLimit));
      const all = await playlists.entries(context, playlistId, to);
      const entries = all
        .slice(fromPosition, to)
        .map((entry, i) => ({ ...entry, position: fromPosition + i }));
      return { entries };
    },

    async follow(context, { playlistId, listenerId }) {
      // Whoever follows a playlist can read it.
      if (access.isGuarded(playlistId))
        await access.toRead(context, 'playlist.follow', playlistId, listenerId);
      await playlists.follow(context, playlistId, listenerId);
      return DONE;
    },

    async unfollow(context, { playlistId, listenerId }) {
      await playlists.unfollow(context, playlistId, listenerId);
      return DONE;
    },
  };
  return reading;
}

function createSaving({ knobs, access, validTrack }: PlaylistWorkings, library: Library) {
  const pageOf = (kind: SavedKind, context: Context, listenerId: string, before: number, limit: number) =>
    library.page(
      context,
      kind,
      listenerId,
      before,
      limit === 0 ? knobs.libraryLimit : Math.min(limit, knobs.libraryLimit),
    );

  const saving: Pick<
    PlaylistApi,
    'savePlaylist' | 'unsavePlaylist' | 'likeTrack' | 'unlikeTrack' | 'getLibrary' | 'getLikes'
  > = {
    async savePlaylist(context, { playlistId, listenerId }) {
      await access.toRead(context, 'playlist.savePlaylist', playlistId, listenerId);
      await library.save(context, 'playlist', listenerId, playlistId);
      return DONE;
    },

    async unsavePlaylist(context, { playlistId, listenerId }) {
      await library.unsave(context, 'playlist', listenerId, playlistId);
      return DONE;
    },

    async likeTrack(context, { trackId, listenerId }) {
      await validTrack(context, 'playlist.likeTrack', trackId);
      await library.save(context, 'track', listenerId, trackId);
      return DONE;
    },

    async unlikeTrack(context, { trackId, listenerId }) {
      await library.unsave(context, 'track', listenerId, trackId);
      return DONE;
    },

    getLibrary: (context, { listenerId, before, limit }) =>
      pageOf('playlist', context, listenerId, before, limit),

    getLikes: (context, { listenerId, before, limit }) => pageOf('track', context, listenerId, before, limit),
  };
  return saving;
}

function withFollowers(playlist: GetPlaylistResponse, limit: number): GetPlaylistResponse {
  return { ...playlist, followerIds: playlist.followerIds.slice(0, limit) };
}
