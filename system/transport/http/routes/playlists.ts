/** Playlists: reading and editing them, following them, and a listener's library and likes. */
import {
  count,
  flag,
  id,
  like,
  limit,
  list,
  object,
  playlistId,
  playlistName,
  playlistParams,
  snapshotAnswer,
  trackId,
  trackParams,
  whole,
  word,
} from '../schemas.ts';
import { type Asked, number, type Route } from './route.ts';

/** What the knob `playlist.tracksMax` can be at most: the service says how long a playlist may get. */
const MOST_TRACKS = 100_000;
const position = whole(MOST_TRACKS);

const playlistQuery = object({ followers: whole(100), snapshot: whole() }, []);
const playlistFields = {
  playlistId: word,
  name: word,
  ownerId: word,
  snapshot: count,
  trackIds: list(word),
  followerIds: list(word),
  isPrivate: flag,
  isCollaborative: flag,
} as const;
const followerCount = {
  ...count,
  description: 'Left out where nobody counts (knob playlist.followerCount), and where there are none.',
} as const;
const playlistAnswer = object({ ...playlistFields, followerCount }, Object.keys(playlistFields));
const flags = { isPrivate: flag, isCollaborative: flag } as const;
const savedQuery = object({ before: whole(Number.MAX_SAFE_INTEGER, 1), limit: limit(100) }, []);
const next = { ...count, description: '`before` of the next page; left out where there is none' } as const;
const savedAnswer = object({ items: list(object({ id: word, saved: count })), next }, ['items']);

const savedCall = ({ token, query }: Pick<Asked, 'token' | 'query'>) => ({
  token,
  call: { listenerId, before: number(query.before), limit: number(query.limit) },
});

/** Inside, 0 stands for no further page, and as `before` for the first one: who went on by it would never come to an end. */
function savedPage<Page extends { readonly next: number }>({ next: before, ...page }: Page) {
  return before === 0 ? page : { ...page, next: before };
}

interface AddBody {
  readonly trackId: string;
  readonly position?: number;
}

interface Flags {
  readonly isPrivate: boolean;
  readonly isCollaborative: boolean;
}

interface MoveBody {
  readonly trackId: string;
  readonly from: number;
  readonly to: number;
}

/** Filled in by the gateway from the token. */
const listenerId = '';

export const playlistRoutes: readonly Route[] = [
  {
    method: 'GET',
    url: '/v1/playlists/:playlistId',
    operationId: 'getPlaylist',
    summary: 'A playlist: its first tracks, and some of who follows it',
    scope: 'playlist:read',
    params: playlistParams,
    query: playlistQuery,
    status: 200,
    answer: playlistAnswer,
    call: async ({ gateway }, context, { token, params, query }) => {
      const { followerCount: counted, ...playlist } = await gateway.getPlaylist(context, {
        token,
        playlistId: params.playlistId!,
        followersLimit: number(query.followers),
        minimumSnapshot: number(query.snapshot),
      });
      // A contract has no absent number: its 0 would be said beside ids of followers.
      return counted === 0 ? playlist : { ...playlist, followerCount: counted };
    },
  },
  {
    method: 'POST',
    url: '/v1/playlists/:playlistId/tracks',
    operationId: 'addTrack',
    summary:
      'Adds a track, at the top or at a position; the answer is the snapshot to ask for in order to see it',
    conflict: 'The playlist has as many tracks as it may (knob playlist.tracksMax): the answer says how many',
    scope: 'playlist:write',
    params: playlistParams,
    body: object({ trackId, position }, ['trackId']),
    status: 201,
    answer: snapshotAnswer,
    call({ gateway }, context, { token, params, body }) {
      const playlistId = params.playlistId!;
      const { trackId, position: at } = body as AddBody;
      if (at === undefined) return gateway.addTrack(context, { token, playlistId, trackId });
      return gateway.insertTrack(context, { token, call: { playlistId, listenerId, trackId, position: at } });
    },
  },
  {
    method: 'PUT',
    url: '/v1/playlists/:playlistId/followers/me',
    operationId: 'follow',
    summary: 'Follows a playlist; again is the same',
    scope: 'playlist:write',
    params: playlistParams,
    status: 204,
    answer: null,
    call: ({ gateway }, context, { token, params }) =>
      gateway.follow(context, { token, playlistId: params.playlistId! }),
  },
  {
    method: 'DELETE',
    url: '/v1/playlists/:playlistId/followers/me',
    operationId: 'unfollow',
    summary: 'Stops following a playlist; again is the same',
    scope: 'playlist:write',
    params: playlistParams,
    status: 204,
    answer: null,
    call: ({ gateway }, context, { token, params }) =>
      gateway.unfollow(context, { token, playlistId: params.playlistId! }),
  },
  {
    method: 'POST',
    url: '/v1/playlists',
    operationId: 'createPlaylist',
    summary: 'Makes an empty playlist, in the library of its owner at once',
    scope: 'playlist:write',
    body: object({ name: like(playlistName, 'Morning run'), ...flags }, ['name']),
    status: 201,
    answer: object({ playlistId: word, snapshot: count }),
    location: (made) => `/v1/playlists/${(made as { playlistId: string }).playlistId}`,
    call: ({ gateway }, context, { token, body }) =>
      gateway.createPlaylist(context, {
        token,
        call: { isPrivate: false, isCollaborative: false, ...(body as { name: string }), listenerId },
      }),
  },
  {
    method: 'DELETE',
    url: '/v1/playlists/:playlistId',
    operationId: 'deletePlaylist',
    summary: 'Deletes a playlist; its owner alone may',
    scope: 'playlist:write',
    // Without an example: whoever tries one here should have made it before.
    params: object({ playlistId: id }),
    status: 204,
    answer: null,
    call: ({ gateway }, context, { token, params }) =>
      gateway.deletePlaylist(context, { token, call: { playlistId: params.playlistId!, listenerId } }),
  },
  {
    method: 'PUT',
    url: '/v1/playlists/:playlistId/name',
    operationId: 'renamePlaylist',
    summary: 'Renames a playlist',
    scope: 'playlist:write',
    params: playlistParams,
    body: object({ name: like(playlistName, 'Morning run') }),
    status: 200,
    answer: snapshotAnswer,
    call: ({ gateway }, context, { token, params, body }) =>
      gateway.renamePlaylist(context, {
        token,
        call: { playlistId: params.playlistId!, listenerId, ...(body as { name: string }) },
      }),
  },
  {
    method: 'PUT',
    url: '/v1/playlists/:playlistId/flags',
    operationId: 'setFlags',
    summary: 'Who may read and who may edit; its owner alone may say',
    scope: 'playlist:write',
    params: playlistParams,
    body: object(flags),
    status: 200,
    answer: snapshotAnswer,
    call: ({ gateway }, context, { token, params, body }) =>
      gateway.setFlags(context, {
        token,
        call: { playlistId: params.playlistId!, listenerId, ...(body as Flags) },
      }),
  },
  {
    method: 'GET',
    url: '/v1/playlists/:playlistId/tracks',
    operationId: 'listTracks',
    summary: 'The tracks in order, from a position on',
    scope: 'playlist:read',
    params: playlistParams,
    query: object({ from: position, limit: limit(100) }, []),
    status: 200,
    answer: object({
      entries: list(object({ position: count, trackId: word, addedBy: word, edit: count })),
    }),
    call: ({ gateway }, context, { token, params, query }) =>
      gateway.listTracks(context, {
        token,
        call: {
          playlistId: params.playlistId!,
          listenerId,
          fromPosition: number(query.from),
          limit: number(query.limit),
        },
      }),
  },
  {
    method: 'DELETE',
    url: '/v1/playlists/:playlistId/tracks/:position',
    operationId: 'removeTrack',
    summary: 'Takes a track away',
    conflict: 'Another track stands there by now',
    scope: 'playlist:write',
    params: object({ playlistId, position: like(position, 0) }),
    query: object({ trackId }),
    status: 200,
    answer: snapshotAnswer,
    call: ({ gateway }, context, { token, params, query }) =>
      gateway.removeTrack(context, {
        token,
        call: {
          playlistId: params.playlistId!,
          listenerId,
          position: Number(params.position),
          trackId: query.trackId as string,
        },
      }),
  },
  {
    method: 'POST',
    url: '/v1/playlists/:playlistId/moves',
    operationId: 'moveTrack',
    summary: 'Moves a track',
    conflict: 'Another track stands there by now',
    scope: 'playlist:write',
    params: playlistParams,
    body: object({ trackId, from: like(position, 0), to: like(position, 1) }),
    status: 200,
    answer: snapshotAnswer,
    call({ gateway }, context, { token, params, body }) {
      const { trackId, from, to } = body as MoveBody;
      const playlistId = params.playlistId!;
      return gateway.moveTrack(context, {
        token,
        call: { playlistId, listenerId, trackId, fromPosition: from, toPosition: to },
      });
    },
  },
  {
    method: 'GET',
    url: '/v1/me/library',
    operationId: 'getLibrary',
    summary: 'Playlists that the listener has saved, newest first',
    scope: 'playlist:read',
    query: savedQuery,
    status: 200,
    answer: savedAnswer,
    call: async ({ gateway }, context, request) =>
      savedPage(await gateway.getLibrary(context, savedCall(request))),
  },
  {
    method: 'PUT',
    url: '/v1/me/library/:playlistId',
    operationId: 'savePlaylist',
    summary: 'Saves a playlist',
    scope: 'playlist:write',
    params: playlistParams,
    status: 204,
    answer: null,
    call: ({ gateway }, context, { token, params }) =>
      gateway.savePlaylist(context, { token, call: { playlistId: params.playlistId!, listenerId } }),
  },
  {
    method: 'DELETE',
    url: '/v1/me/library/:playlistId',
    operationId: 'unsavePlaylist',
    summary: 'Takes a playlist out of the library',
    scope: 'playlist:write',
    params: playlistParams,
    status: 204,
    answer: null,
    call: ({ gateway }, context, { token, params }) =>
      gateway.unsavePlaylist(context, { token, call: { playlistId: params.playlistId!, listenerId } }),
  },
  {
    method: 'GET',
    url: '/v1/me/likes',
    operationId: 'getLikes',
    summary: 'Tracks that the listener likes, newest first',
    scope: 'playlist:read',
    query: savedQuery,
    status: 200,
    answer: savedAnswer,
    call: async ({ gateway }, context, request) =>
      savedPage(await gateway.getLikes(context, savedCall(request))),
  },
  {
    method: 'PUT',
    url: '/v1/me/likes/:trackId',
    operationId: 'likeTrack',
    summary: 'Likes a track',
    scope: 'playlist:write',
    params: trackParams,
    status: 204,
    answer: null,
    call: ({ gateway }, context, { token, params }) =>
      gateway.likeTrack(context, { token, call: { trackId: params.trackId!, listenerId } }),
  },
  {
    method: 'DELETE',
    url: '/v1/me/likes/:trackId',
    operationId: 'unlikeTrack',
    summary: 'Likes a track no longer',
    scope: 'playlist:write',
    params: trackParams,
    status: 204,
    answer: null,
    call: ({ gateway }, context, { token, params }) =>
      gateway.unlikeTrack(context, { token, call: { trackId: params.trackId!, listenerId } }),
  },
];
