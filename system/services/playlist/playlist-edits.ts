/**
 * Edits of what is on a playlist:
 *
 *   may this listener? ─▶ catalogue (does the track exist?) ─▶ database ─▶ cache (delete) ─▶ log `playlist_updates`
 */
import type { PlaylistListing } from '../../contracts/generated/events.ts';
import type { PlaylistApi } from '../../contracts/generated/playlist.ts';
import type { Context } from '../../ports/context.ts';
import type { About } from './playlist-store.ts';
import type { PlaylistWorkings } from './playlist-workings.ts';
import type { Edit } from './track-order.ts';

/** What a track that is added to a private playlist is told with. */
const FOR_THE_OWNER: PlaylistListing = Object.freeze({ isPrivate: true, removedTrackIds: [], added: [] });

/** Which track of which playlist, and who edits. */
interface Place {
  readonly playlistId: string;
  readonly listenerId: string;
  readonly trackId: string;
}

export type PlaylistEdits = Pick<PlaylistApi, 'addTrack' | 'insertTrack' | 'removeTrack' | 'moveTrack'>;

export function createPlaylistEdits(workings: PlaylistWorkings): PlaylistEdits {
  const { playlists, access, nextEdit, validTrack, change, tell } = workings;
  const { order } = playlists;

  const editOf = (operation: string, { playlistId, listenerId }: Place): Edit => ({
    operation,
    playlistId,
    listenerId,
    number: nextEdit(),
  });

  /** @param about what the playlist is, where that was asked */
  async function put(
    context: Context,
    operation: string,
    place: Place,
    position: number,
    about: About | null,
  ) {
    const { trackId } = place;
    const track = await validTrack(context, operation, trackId);
    const edit = editOf(operation, place);
    await change(context, edit, (limited) =>
      position === 0 ? order.add(limited, edit, trackId) : order.insert(limited, edit, trackId, position),
    );
    await tell(context, edit, about?.isPrivate === true ? { track, listing: FOR_THE_OWNER } : { track });
    return { snapshot: edit.number };
  }

  return {
    async addTrack(context, request) {
      const operation = 'playlist.addTrack';
      const { playlistId, listenerId } = request;
      const about = access.isGuarded(playlistId)
        ? await access.toEdit(context, operation, playlistId, listenerId)
        : null;
      return put(context, operation, request, 0, about);
    },

    async insertTrack(context, request) {
      const operation = 'playlist.insertTrack';
      const { playlistId, listenerId, position } = request;
      const about = await access.toEdit(context, operation, playlistId, listenerId);
      return put(context, operation, request, position, about);
    },

    async removeTrack(context, request) {
      const operation = 'playlist.removeTrack';
      const { playlistId, listenerId, trackId, position } = request;
      const { isPrivate } = await access.toEdit(context, operation, playlistId, listenerId);
      const edit = editOf(operation, request);
      await change(context, edit, (limited) => order.remove(limited, edit, trackId, position));
      const left = await playlists.entries(context, playlistId, undefined);
      // It may stand there a second time.
      if (!left.some((entry) => entry.trackId === trackId))
        await tell(context, edit, { listing: { isPrivate, removedTrackIds: [trackId], added: [] } });
      return { snapshot: edit.number };
    },

    async moveTrack(context, request) {
      const operation = 'playlist.moveTrack';
      const { playlistId, listenerId, trackId, fromPosition, toPosition } = request;
      await access.toEdit(context, operation, playlistId, listenerId);
      const edit = editOf(operation, request);
      await change(context, edit, (limited) => order.move(limited, edit, trackId, fromPosition, toPosition));
      return { snapshot: edit.number };
    },
  };
}
