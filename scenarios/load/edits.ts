/**
 * Owners edit their playlists: put a track at a place, move one, take one away; make a playlist, rename it, and delete it
 * again, so that long runs leave none behind. Whoever edits by position looks first, and looks again where somebody else
 * was faster (409): what stood there has moved.
 */
import type { Draws } from './draws.ts';
import {
  CONFLICT,
  editComplaint,
  fields,
  isId,
  type Journey,
  type LoadRequest,
  nothing,
  type Traffic,
  wrong,
} from './requests.ts';

/** One page of a playlist in an app. */
const SHOWN = 50;
/** Beyond so many conflicts an editor gives up, and that is a failure. estimate: nobody tries more often by hand. */
const TRIES = 3;
/** A playlist keeps a few tracks, so that whoever opens it finds some; and places stay clear of an end that others move. */
const KEPT = 4;
/** Purposes of `draws.below`. */
const FROM = 1;
const TO = 2;

interface Entry {
  readonly position: number;
  readonly trackId: string;
}

const entriesOf = (body: unknown) => fields(body).entries as readonly Entry[];

function lookAt(playlist: string, login: number): LoadRequest {
  return {
    operation: 'playlist.list',
    method: 'GET',
    path: `/v1/playlists/${playlist}/tracks?limit=${SHOWN}`,
    login,
    status: 200,
    complaint(body) {
      const entries = entriesOf(body);
      const inOrder =
        Array.isArray(entries) &&
        entries.every((entry, i) => fields(entry).position === i && isId(fields(entry).trackId));
      return inOrder ? null : wrong(`the tracks of ${playlist} came without their order`);
    },
  };
}

/** What an editor does with the tracks that he sees; null: nothing. */
type Edit = (playlist: string, entries: readonly Entry[], login: number) => LoadRequest | null;

const lookThen = (edit: (draws: Draws, request: number) => Edit) =>
  function* (draws: Draws, request: number): Journey {
    const { id } = draws.ownPlaylist(request);
    const login = draws.login(request);
    for (let left = TRIES; left > 0; left--) {
      const seen = yield lookAt(id, login);
      if (seen === undefined) return;
      const asked = edit(draws, request)(id, entriesOf(seen), login);
      if (asked === null) return;
      const answer = yield { ...asked, mayConflict: left > 1 };
      if (answer !== CONFLICT) return;
    }
  };

const insert = lookThen((draws, request) => (playlist, entries, login) => ({
  operation: 'playlist.insert-track',
  method: 'POST',
  path: `/v1/playlists/${playlist}/tracks`,
  body: {
    trackId: draws.track(request).id,
    position: draws.below(request, TO, Math.max(1, entries.length - KEPT)),
  },
  login,
  status: 201,
  complaint: editComplaint(playlist),
}));

const move = lookThen((draws, request) => (playlist, entries, login) => {
  if (entries.length <= KEPT) return null;
  const from = draws.below(request, FROM, entries.length);
  return {
    operation: 'playlist.move-track',
    method: 'POST',
    path: `/v1/playlists/${playlist}/moves`,
    body: {
      trackId: entries[from]!.trackId,
      from,
      to: draws.below(request, TO, entries.length - KEPT),
    },
    login,
    status: 200,
    complaint: editComplaint(playlist),
  };
});

const remove = lookThen((draws, request) => (playlist, entries, login) => {
  if (entries.length <= KEPT) return null;
  const { position, trackId } = entries[draws.below(request, FROM, entries.length)]!;
  return {
    operation: 'playlist.remove-track',
    method: 'DELETE',
    path: `/v1/playlists/${playlist}/tracks/${position}?trackId=${trackId}`,
    login,
    status: 200,
    complaint: editComplaint(playlist),
  };
});

/** The new name has to be seen at the snapshot that the renaming returned. */
function* createAndRename(draws: Draws, request: number): Journey {
  const login = draws.login(request);
  const created = yield {
    operation: 'playlist.create',
    method: 'POST',
    path: '/v1/playlists',
    body: { name: `Load ${request}` },
    login,
    status: 201,
    complaint: (body) =>
      isId(fields(body).playlistId) ? null : wrong('a playlist was made and came without its id'),
  };
  if (created === undefined) return;
  const id = fields(created).playlistId as string;
  const path = `/v1/playlists/${id}`;
  const name = `Load ${request}, renamed`;
  const renamed = yield {
    operation: 'playlist.rename',
    method: 'PUT',
    path: `${path}/name`,
    body: { name },
    login,
    status: 200,
    complaint: editComplaint(id),
  };
  if (renamed !== undefined)
    yield {
      operation: 'playlist.rename read-back',
      method: 'GET',
      path: `${path}?snapshot=${String(fields(renamed).snapshot)}`,
      login,
      status: 200,
      complaint(body) {
        const shown = fields(body);
        if (shown.playlistId !== id)
          return wrong(`asked for playlist ${id}, got ${String(shown.playlistId)}`);
        if (shown.name === name) return null;
        return { kind: 'stale', why: `playlist ${id} is still called '${String(shown.name)}'` };
      },
    };
  yield { operation: 'playlist.delete', method: 'DELETE', path, login, status: 204, complaint: nothing };
}

export const INSERT_TRACK: Traffic = {
  operation: 'playlist.insert-track',
  beside: ['playlist.list'],
  journey: insert,
};
export const MOVE_TRACK: Traffic = {
  operation: 'playlist.move-track',
  beside: ['playlist.list'],
  journey: move,
};
export const REMOVE_TRACK: Traffic = {
  operation: 'playlist.remove-track',
  beside: ['playlist.list'],
  journey: remove,
};
export const CREATE_AND_RENAME: Traffic = {
  operation: 'playlist.create',
  beside: ['playlist.rename', 'playlist.rename read-back', 'playlist.delete'],
  journey: createAndRename,
};
