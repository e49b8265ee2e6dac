/** What owners do with their playlists: create, rename, open and close, delete. */
import type { Track } from '../../contracts/generated/catalogue.ts';
import type { PlaylistAbout } from '../../contracts/generated/events.ts';
import type { PlaylistApi } from '../../contracts/generated/playlist.ts';
import { LONGEST_PLAYLIST_NAME } from '../../contracts/playlist-name.ts';
import { SECOND } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import { createdId } from './access.ts';
import type { Library } from './library.ts';
import type { About } from './playlist-store.ts';
import type { PlaylistWorkings } from './playlist-workings.ts';
import type { Edit } from './track-order.ts';

/** Tracks that one event says can be found again: what the catalogue answers at once whatever its limit is. */
const TRACKS_AN_EVENT = 50;
/**
 * A rebuild that had read the database before a playlist became private may store what it read after the cache was
 * cleared; after this time it has ended, and the cache is cleared once more. estimate: four deadlines of a reader.
 */
const CLEAR_AGAIN_NS = 2 * SECOND;

export type PlaylistOwnership = Pick<
  PlaylistApi,
  'createPlaylist' | 'renamePlaylist' | 'setFlags' | 'deletePlaylist'
>;

interface Owned {
  readonly playlistId: string;
  readonly listenerId: string;
}

const DONE = Object.freeze({});

export function createPlaylistOwnership(workings: PlaylistWorkings, library: Library): PlaylistOwnership {
  const { playlists, access, cached, clock, background, catalogue, nextEdit, change, tell } = workings;

  function clearLater(playlistId: string): void {
    if (cached === null) return;
    background(async (detached) => {
      await clock.sleep(detached, CLEAR_AGAIN_NS);
      await cached.invalidate(detached, playlistId);
    });
  }

  /** Writes a change of what a playlist is, whose number says which of several changes is the newest. */
  async function describe(
    context: Context,
    operation: string,
    { playlistId, listenerId }: Owned,
    changed: Partial<About>,
  ): Promise<{ edit: Edit; about: About }> {
    await access.toOwn(context, operation, playlistId, listenerId);
    const { edit, about } = await change(context, { operation, playlistId }, (limited) =>
      playlists.describe(limited, playlistId, nextEdit, changed),
    );
    return { edit: { operation, playlistId, listenerId, number: edit }, about };
  }

  /** Nothing is found through the playlist any more. */
  async function unlist(context: Context, edit: Edit, trackIds: readonly string[], isPrivate: boolean) {
    if (trackIds.length === 0) return;
    const removedTrackIds = [...new Set(trackIds)];
    await tell(context, edit, { listing: { isPrivate, removedTrackIds, added: [] } });
  }

  /** What is on it is found through it. */
  async function list(context: Context, edit: Edit, trackIds: readonly string[]) {
    const all = [...new Set(trackIds)];
    for (let from = 0; from < all.length; from += TRACKS_AN_EVENT) {
      const some = all.slice(from, from + TRACKS_AN_EVENT);
      const { tracks } = await catalogue.getTracks(context, { trackIds: some, details: false });
      const added: Track[] = tracks.map(({ track }) => track!);
      await tell(context, edit, { listing: { isPrivate: false, removedTrackIds: [], added } });
    }
  }

  const trackIdsOn = async (context: Context, playlistId: string) =>
    (await playlists.entries(context, playlistId, undefined)).map(({ trackId }) => trackId);

  return {
    async createPlaylist(context, { listenerId, name, isPrivate, isCollaborative }) {
      const operation = 'playlist.createPlaylist';
      const about: About = { name: nameOf(operation, name), ownerId: listenerId, isPrivate, isCollaborative };
      expectSense(operation, about);
      if (listenerId === '') throw new PortError('invalid', operation, true, 'no owner');
      let number = nextEdit();
      // An id is taken only where clocks went back.
      while (!(await playlists.create(context, createdId(number), number, about))) number = nextEdit();
      const playlistId = createdId(number);
      await library.save(context, 'playlist', listenerId, playlistId);
      await tell(context, { operation, playlistId, listenerId, number }, { about: publicAbout(about) });
      return { playlistId, snapshot: number };
    },

    async renamePlaylist(context, request) {
      const operation = 'playlist.renamePlaylist';
      const name = nameOf(operation, request.name);
      const { edit, about } = await describe(context, operation, request, { name });
      await tell(context, edit, { about: publicAbout(about) });
      return { snapshot: edit.number };
    },

    async setFlags(context, request) {
      const operation = 'playlist.setFlags';
      const { playlistId, isPrivate, isCollaborative } = request;
      expectSense(operation, request);
      access.expectGuarded(operation, playlistId);
      const { edit, about } = await describe(context, operation, request, { isPrivate, isCollaborative });
      if (isPrivate) clearLater(playlistId);
      await tell(context, edit, { about: publicAbout(about) });
      // Whether or not it changes anything: a call that is tried again must come to the same end.
      const trackIds = await trackIdsOn(context, playlistId);
      if (isPrivate) await unlist(context, edit, trackIds, true);
      else await list(context, edit, trackIds);
      return { snapshot: edit.number };
    },

    async deletePlaylist(context, { playlistId, listenerId }) {
      const operation = 'playlist.deletePlaylist';
      const about = await access.toOwn(context, operation, playlistId, listenerId);
      const edit = { operation, playlistId, listenerId, number: nextEdit() };
      // While it can be tried again: once it is deleted nobody owns it.
      await tell(context, edit, { about: publicAbout(about, true) });
      await unlist(context, edit, await trackIdsOn(context, playlistId), about.isPrivate);
      await library.unsave(context, 'playlist', listenerId, playlistId);
      await change(context, edit, (limited) => playlists.remove(limited, playlistId));
      clearLater(playlistId);
      return DONE;
    },
  };
}

/** What the log hears of it. */
function publicAbout({ name, isPrivate, isCollaborative }: About, isDeleted = false): PlaylistAbout {
  return { name, isPrivate, isCollaborative, isDeleted };
}

function nameOf(operation: string, name: string): string {
  const trimmed = name.trim();
  const { length } = [...trimmed];
  if (length > 0 && length <= LONGEST_PLAYLIST_NAME) return trimmed;
  const detail = `a name has 1 to ${LONGEST_PLAYLIST_NAME} characters, not ${length}`;
  throw new PortError('invalid', operation, true, detail);
}

function expectSense(operation: string, about: Pick<About, 'isPrivate' | 'isCollaborative'>): void {
  if (about.isPrivate && about.isCollaborative)
    throw new PortError(
      'invalid',
      operation,
      true,
      'nobody else reads a private playlist, so nobody else edits it',
    );
}
