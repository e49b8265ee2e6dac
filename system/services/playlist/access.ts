/**
 * Who may do what with a playlist: everybody reads it unless it is private, its owner edits it, everybody else does if it
 * is collaborative.
 *
 * Whether somebody may edit is written in the database, so a check is a read. Playlists of the population, which nobody
 * created through the service, stay public and open to everybody's edits unless `playlist.permissions` is `all`: an
 * incident that is about edits then meets no reads that it does not ask for.
 */
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { PlaylistKnobs } from './knobs.ts';
import type { About, PlaylistStore } from './playlist-store.ts';

/** Beside the ids of the population. */
const CREATED = 'c';

export const createdId = (edit: number): string => `${CREATED}${edit.toString(36)}`;

export interface Access {
  /** Whether there is anything to check before an edit. */
  isGuarded(playlistId: string): boolean;
  /** For guarded playlists. Rejects with `not-found` and `permission-denied`, as all of these. */
  toEdit(context: Context, operation: string, playlistId: string, listenerId: string): Promise<About>;
  toRead(context: Context, operation: string, playlistId: string, listenerId: string): Promise<About>;
  toOwn(context: Context, operation: string, playlistId: string, listenerId: string): Promise<About>;
  /** What changes who may edit has to be checked from then on. Rejects with `invalid`. */
  expectGuarded(operation: string, playlistId: string): void;
}

export function createAccess(playlists: PlaylistStore, { permissions }: PlaylistKnobs): Access {
  const isGuarded = (playlistId: string) => permissions === 'all' || playlistId.startsWith(CREATED);

  async function find(context: Context, operation: string, playlistId: string): Promise<About> {
    const about = await playlists.about(context, playlistId);
    if (about === undefined) throw new PortError('not-found', operation, true, `playlist ${playlistId}`);
    return about;
  }

  return {
    isGuarded,

    async toEdit(context, operation, playlistId, listenerId) {
      const about = await find(context, operation, playlistId);
      const { ownerId, isPrivate, isCollaborative } = about;
      if (ownerId !== listenerId && (isPrivate || !isCollaborative)) throw denied(operation, playlistId);
      return about;
    },

    async toRead(context, operation, playlistId, listenerId) {
      const about = await find(context, operation, playlistId);
      expectReadable(about, operation, playlistId, listenerId);
      return about;
    },

    async toOwn(context, operation, playlistId, listenerId) {
      const about = await find(context, operation, playlistId);
      if (about.ownerId !== listenerId) throw denied(operation, playlistId);
      return about;
    },

    expectGuarded(operation, playlistId) {
      if (isGuarded(playlistId)) return;
      const detail = `playlist ${playlistId} is public and open to edits as long as playlist.permissions is created`;
      throw new PortError('invalid', operation, true, detail);
    },
  };
}

export function expectReadable(
  { ownerId, isPrivate }: Pick<About, 'ownerId' | 'isPrivate'>,
  operation: string,
  playlistId: string,
  listenerId: string,
): void {
  if (isPrivate && ownerId !== listenerId) throw denied(operation, playlistId);
}

function denied(operation: string, playlistId: string): PortError {
  return new PortError('permission-denied', operation, true, `playlist ${playlistId} is somebody else’s`);
}
