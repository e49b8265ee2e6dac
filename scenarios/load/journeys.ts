/**
 * What a client sends for each kind of traffic, and what a right answer looks like: data and pure functions, run by k6
 * and by the project's own generator alike. A journey is a generator that yields requests and is handed their answers,
 * so that it neither knows who sends them nor whether that waits or awaits.
 */
import type { Draws } from './draws.ts';
import type { Operation } from './objectives.ts';

export interface LoadRequest {
  readonly operation: Operation;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly body?: object;
  /** Which of the logged-in listeners sends it. */
  readonly login: number;
  readonly status: number;
  /** What is wrong with the body of an answer that came with the right status; null: nothing. */
  readonly complaint: (body: unknown) => Complaint | null;
}

/** `stale`: the answer lacks what its reader has written before. */
export interface Complaint {
  readonly kind: 'wrong-answer' | 'stale';
  readonly why: string;
}

/** Handed the body of each answer; undefined where the request failed. */
export type Journey = Generator<LoadRequest, void, unknown>;

export interface Traffic {
  readonly operation: Operation;
  /** Requests that follow within its journey. */
  readonly followedBy?: readonly Operation[];
  /** `request`: the same number gives the same requests. */
  readonly journey: (draws: Draws, request: number) => Journey;
}

const HITS = 20;

type Fields = Readonly<Record<string, unknown>>;
const fields = (body: unknown): Fields => (typeof body === 'object' && body !== null ? (body as Fields) : {});
const isId = (value: unknown): value is string => typeof value === 'string' && value !== '';
const wrong = (why: string): Complaint => ({ kind: 'wrong-answer', why });

const playlistComplaint = (id: string, owner: string) => (body: unknown) => {
  const { playlistId, ownerId, trackIds } = fields(body);
  if (playlistId !== id) return wrong(`asked for playlist ${id}, got ${String(playlistId)}`);
  if (ownerId !== owner) return wrong(`playlist ${id} belongs to ${owner}, not to ${String(ownerId)}`);
  if (!Array.isArray(trackIds) || trackIds.length === 0 || !trackIds.every(isId))
    return wrong(`playlist ${id} came without tracks`);
  return null;
};

const nothing = () => null;

function* openPlaylist(draws: Draws, request: number): Journey {
  const { id, owner } = draws.playlist(request);
  yield {
    operation: 'playlist.get',
    method: 'GET',
    path: `/v1/playlists/${id}`,
    login: draws.login(request),
    status: 200,
    complaint: playlistComplaint(id, owner),
  };
}

function* openTrack(draws: Draws, request: number): Journey {
  const { id, title } = draws.track(request);
  yield {
    operation: 'track.get',
    method: 'GET',
    path: `/v1/tracks/${id}`,
    login: draws.login(request),
    status: 200,
    complaint(body) {
      const track = fields(body);
      if (track.trackId !== id) return wrong(`asked for track ${id}, got ${String(track.trackId)}`);
      if (track.title !== title)
        return wrong(`track ${id} is called '${title}', not '${String(track.title)}'`);
      return null;
    },
  };
}

function* play(draws: Draws, request: number): Journey {
  yield {
    operation: 'play',
    method: 'POST',
    path: '/v1/plays',
    body: draws.play(request),
    login: draws.login(request),
    status: 202,
    complaint: nothing,
  };
}

function* history(draws: Draws, request: number): Journey {
  yield {
    operation: 'history.get',
    method: 'GET',
    path: '/v1/me/history?limit=20',
    login: draws.login(request),
    status: 200,
    complaint(body) {
      const { plays } = fields(body);
      // How soon a play is in the history is not promised: an empty one is right too.
      if (!Array.isArray(plays)) return wrong('the history came without a list of plays');
      return plays.every((one) => isId(fields(one).trackId))
        ? null
        : wrong('a play in the history has no track');
    },
  };
}

function* search(draws: Draws, request: number): Journey {
  const { id, title } = draws.searchedTrack(request);
  yield {
    operation: 'search',
    method: 'GET',
    path: `/v1/search?q=${encodeURIComponent(title)}&type=track&limit=${HITS}`,
    login: draws.login(request),
    status: 200,
    complaint(body) {
      const { total, hits } = fields(body);
      if (!Array.isArray(hits) || typeof total !== 'number' || total < hits.length)
        return wrong(`the search for '${title}' came without hits and their total`);
      const found = hits.some((hit) => fields(hit).trackId === id);
      return found ? null : wrong(`the search for '${title}' does not find ${id}`);
    },
  };
}

/** Only the listener's own playlists: who may edit those of others is not for a load test to find out. */
function* addTrack(draws: Draws, request: number): Journey {
  const { id } = draws.ownPlaylist(request);
  yield addTrackRequest(draws, request, id, draws.track(request).id);
}

function addTrackRequest(draws: Draws, request: number, playlist: string, track: string): LoadRequest {
  return {
    operation: 'playlist.add-track',
    method: 'POST',
    path: `/v1/playlists/${playlist}/tracks`,
    body: { trackId: track },
    login: draws.login(request),
    status: 201,
    complaint(body) {
      const { snapshot } = fields(body);
      return Number.isSafeInteger(snapshot) && (snapshot as number) > 0
        ? null
        : wrong(`the edit of ${playlist} came back with the snapshot ${String(snapshot)}`);
    },
  };
}

/** Adds a track and reads the playlist with the snapshot that was returned: the writer has to see the own edit. */
function* addAndReadBack(draws: Draws, request: number): Journey {
  const { id, owner } = draws.ownPlaylist(request);
  const track = draws.track(request).id;
  const added = yield addTrackRequest(draws, request, id, track);
  if (added === undefined) return;
  const { snapshot } = fields(added);
  const formOf = playlistComplaint(id, owner);
  yield {
    operation: 'playlist.add-track read-back',
    method: 'GET',
    path: `/v1/playlists/${id}?snapshot=${String(snapshot)}`,
    login: draws.login(request),
    status: 200,
    complaint(body) {
      const form = formOf(body);
      if (form !== null) return form;
      if ((fields(body).trackIds as readonly string[]).includes(track)) return null;
      return { kind: 'stale', why: `playlist ${id} at snapshot ${String(snapshot)} lacks ${track}` };
    },
  };
}

const follower = (operation: 'playlist.follow' | 'playlist.unfollow', method: 'PUT' | 'DELETE') =>
  function* (draws: Draws, request: number): Journey {
    yield {
      operation,
      method,
      path: `/v1/playlists/${draws.playlist(request).id}/followers/me`,
      login: draws.login(request),
      status: 204,
      complaint: nothing,
    };
  };

export const OPEN_PLAYLIST: Traffic = { operation: 'playlist.get', journey: openPlaylist };
export const OPEN_TRACK: Traffic = { operation: 'track.get', journey: openTrack };
export const PLAY: Traffic = { operation: 'play', journey: play };
export const HISTORY: Traffic = { operation: 'history.get', journey: history };
export const SEARCH: Traffic = { operation: 'search', journey: search };
export const ADD_TRACK: Traffic = { operation: 'playlist.add-track', journey: addTrack };
export const FOLLOW: Traffic = { operation: 'playlist.follow', journey: follower('playlist.follow', 'PUT') };
export const UNFOLLOW: Traffic = {
  operation: 'playlist.unfollow',
  journey: follower('playlist.unfollow', 'DELETE'),
};
export const ADD_AND_READ_BACK: Traffic = {
  operation: 'playlist.add-track',
  followedBy: ['playlist.add-track read-back'],
  journey: addAndReadBack,
};
