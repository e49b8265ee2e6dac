/**
 * The HTTP API as a table: a line of what an app can ask, the scope it needs, and the call behind it. The OpenAPI
 * document, validation, authorisation and the k6 scripts' expectations all follow from here.
 */
import type { CatalogueApi } from '../../contracts/generated/catalogue.ts';
import type { GatewayApi } from '../../contracts/generated/gateway.ts';
import type { Context } from '../../ports/context.ts';
import type { AccessToken } from '../../ports/tokens.ts';
import * as schemas from './schemas.ts';

/** What the routes call. */
export interface PublicApi {
  readonly gateway: GatewayApi;
  readonly catalogue: Pick<CatalogueApi, 'publishTrack'>;
}

/** A request after validation; each route knows the types of its own fields. */
export interface Asked {
  readonly token: AccessToken;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly operationId: string;
  readonly summary: string;
  readonly scope: string;
  readonly params?: object;
  readonly query?: object;
  readonly body?: object;
  readonly status: number;
  readonly answer: object | null;
  readonly call: (api: PublicApi, context: Context, asked: Asked) => Promise<unknown>;
}

interface PlayBody {
  readonly playId: number;
  readonly trackId: string;
  readonly listenedMs: number;
  readonly skipped: boolean;
}

interface PublishBody {
  readonly trackId: string;
  readonly title: string;
  readonly artistId: string;
  readonly artistName: string;
  readonly labelId: string;
  readonly durationMs: number;
  readonly popularity: number;
}

const number = (value: unknown) => (value === undefined ? 0 : (value as number));

export const ROUTES: readonly Route[] = [
  {
    method: 'GET',
    url: '/v1/playlists/:playlistId',
    operationId: 'getPlaylist',
    summary: 'A playlist: its newest tracks, and some of who follows it',
    scope: 'playlist:read',
    params: schemas.playlistParams,
    query: schemas.playlistQuery,
    status: 200,
    answer: schemas.playlistAnswer,
    call: ({ gateway }, context, { token, params, query }) =>
      gateway.getPlaylist(context, {
        token,
        playlistId: params.playlistId!,
        followersLimit: number(query.followers),
        minimumSnapshot: number(query.snapshot),
      }),
  },
  {
    method: 'POST',
    url: '/v1/playlists/:playlistId/tracks',
    operationId: 'addTrack',
    summary: 'Adds a track; the answer is the snapshot to ask for in order to see it',
    scope: 'playlist:write',
    params: schemas.playlistParams,
    body: schemas.addTrackBody,
    status: 201,
    answer: schemas.snapshotAnswer,
    call: ({ gateway }, context, { token, params, body }) =>
      gateway.addTrack(context, {
        token,
        playlistId: params.playlistId!,
        trackId: (body as { trackId: string }).trackId,
      }),
  },
  {
    method: 'PUT',
    url: '/v1/playlists/:playlistId/followers/me',
    operationId: 'follow',
    summary: 'Follows a playlist; again is the same',
    scope: 'playlist:write',
    params: schemas.playlistParams,
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
    params: schemas.playlistParams,
    status: 204,
    answer: null,
    call: ({ gateway }, context, { token, params }) =>
      gateway.unfollow(context, { token, playlistId: params.playlistId! }),
  },
  {
    method: 'GET',
    url: '/v1/tracks/:trackId',
    operationId: 'getTrack',
    summary: 'A track and who made it',
    scope: 'catalogue:read',
    params: schemas.trackParams,
    status: 200,
    answer: schemas.trackAnswer,
    call: async ({ gateway }, context, { token, params }) =>
      (await gateway.getTrack(context, { token, trackId: params.trackId! })).track,
  },
  {
    method: 'POST',
    url: '/v1/tracks',
    operationId: 'publishTrack',
    summary: 'A label delivers a track, or new metadata of one; the newest delivery wins',
    scope: 'catalogue:publish',
    body: schemas.publishBody,
    status: 202,
    answer: schemas.publishAnswer,
    call: ({ catalogue }, context, { body }) =>
      catalogue.publishTrack(context, { track: { ...(body as PublishBody), publishedAtNs: 0 } }),
  },
  {
    method: 'GET',
    url: '/v1/search',
    operationId: 'search',
    summary: 'Finds tracks, and playlists by what is on them',
    scope: 'search',
    query: schemas.searchQuery,
    status: 200,
    answer: schemas.searchAnswer,
    call: ({ gateway }, context, { token, query }) =>
      gateway.search(context, {
        token,
        text: query.q as string,
        kind: (query.type as string | undefined) ?? '',
        size: number(query.limit),
      }),
  },
  {
    method: 'POST',
    url: '/v1/plays',
    operationId: 'recordPlay',
    summary: 'A track was played; the same playId again is the same play',
    scope: 'plays:write',
    body: schemas.playBody,
    status: 202,
    answer: schemas.emptyAnswer,
    call: ({ gateway }, context, { token, body }) =>
      gateway.recordPlay(context, { token, ...(body as PlayBody) }),
  },
  {
    method: 'GET',
    url: '/v1/me/history',
    operationId: 'getHistory',
    summary: 'What the listener played, newest first',
    scope: 'history:read',
    query: schemas.historyQuery,
    status: 200,
    answer: schemas.historyAnswer,
    call: ({ gateway }, context, { token, query }) =>
      gateway.getHistory(context, { token, limit: number(query.limit) }),
  },
];
