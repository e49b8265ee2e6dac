/**
 * What listeners do, and what a right answer looks like: data and pure functions, run by k6 and by the project's own
 * generator alike. Edits of playlists beyond adding a track are in `edits.ts`.
 */
import type { Draws } from './draws.ts';
import {
  type AudioPart,
  editComplaint,
  fields,
  isId,
  type Journey,
  type LoadRequest,
  nothing,
  playlistComplaint,
  type Traffic,
  wrong,
} from './requests.ts';

const HITS = 20;

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

/** What a player asks for before it begins: 3.3 s at 160 kbit/s. */
const FIRST_BYTES = 64 * 1_024;

const urlComplaint = (track: string) => (body: unknown) => {
  const { url } = fields(body);
  // Nothing is ever asked of another host.
  const right = typeof url === 'string' && url.startsWith(`/audio/${track}/`);
  return right ? null : wrong(`the audio of ${track} is said to be at '${String(url)}'`);
};

function audioComplaint(body: unknown) {
  const { contentRange, bytes, begins } = fields(body) as Partial<AudioPart>;
  const [, last, size] = /^bytes 0-(\d+)\/(\d+)$/.exec(contentRange ?? '') ?? [];
  const expected = Math.min(FIRST_BYTES, Number(size));
  if (Number(last) !== expected - 1) return wrong(`the beginning of audio came as '${contentRange}'`);
  if (bytes !== expected) return wrong(`'${contentRange}' came with ${bytes} bytes`);
  return begins === 'OggS' ? null : wrong(`audio begins with '${begins}', not with 'OggS'`);
}

/** A player: where is it, its beginning, and in the end that it was played. */
function* play(draws: Draws, request: number): Journey {
  const login = draws.login(request);
  const played = draws.play(request);
  const { trackId } = played;
  const answer = yield {
    operation: 'stream.get',
    method: 'GET',
    path: `/v1/tracks/${trackId}/stream`,
    login,
    status: 200,
    complaint: urlComplaint(trackId),
  };
  if (answer === undefined) return;
  const heard = yield {
    operation: 'audio.begin',
    method: 'GET',
    path: fields(answer).url as string,
    range: [0, FIRST_BYTES - 1],
    login,
    status: 206,
    complaint: audioComplaint,
  };
  // Nothing was heard, so nothing was played.
  if (heard === undefined) return;
  yield {
    operation: 'play',
    method: 'POST',
    path: '/v1/plays',
    body: played,
    login,
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
    complaint: editComplaint(playlist),
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

/** Playlists that a scenario makes hot, `count` of them: whom they belong to is the target's business. */
export const openHot = (count: number): Traffic => ({
  operation: 'playlist.get hot',
  *journey(draws, request) {
    const id = draws.hotPlaylist(request, count);
    yield {
      operation: 'playlist.get hot',
      method: 'GET',
      path: `/v1/playlists/${id}`,
      login: draws.login(request),
      status: 200,
      complaint: (body) => playlistComplaint(id, String(fields(body).ownerId))(body),
    };
  },
});

export const followHot = (count: number): Traffic => ({
  operation: 'playlist.follow',
  *journey(draws, request) {
    yield {
      operation: 'playlist.follow',
      method: 'PUT',
      path: `/v1/playlists/${draws.hotPlaylist(request, count)}/followers/me`,
      login: draws.login(request),
      status: 204,
      complaint: nothing,
    };
  },
});

/** Open to everybody where a scenario is served (`playlist.permissions`). */
export const addTrackToHot = (count: number): Traffic => ({
  operation: 'playlist.add-track',
  *journey(draws, request) {
    yield addTrackRequest(draws, request, draws.hotPlaylist(request, count), draws.track(request).id);
  },
});

export const OPEN_PLAYLIST: Traffic = { operation: 'playlist.get', journey: openPlaylist };
export const OPEN_TRACK: Traffic = { operation: 'track.get', journey: openTrack };
export const PLAY: Traffic = {
  operation: 'play',
  beside: ['stream.get', 'audio.begin'],
  journey: play,
};
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
  beside: ['playlist.add-track read-back'],
  journey: addAndReadBack,
};
