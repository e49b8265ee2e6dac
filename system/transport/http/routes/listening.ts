/** What listeners play: recording it, and what follows from it. */
import { count, emptyAnswer, flag, id, limit, list, object, playFields, whole, word } from '../schemas.ts';
import { number, type Route } from './route.ts';

const DAY_MS = 86_400_000;
const playBody = object({ playId: whole(), trackId: id, listenedMs: whole(DAY_MS), skipped: flag });
const plays = list(object(playFields));
/** Where the next page begins, as the page before said it. */
const CURSOR = /^(\d{1,16})\.(\d{1,16})\.(\d{1,9})$/;

interface PlayBody {
  readonly playId: number;
  readonly trackId: string;
  readonly listenedMs: number;
  readonly skipped: boolean;
}

interface Cursor {
  readonly playedAtNs: number;
  readonly playId: number;
  readonly depth: number;
}

function cursorOf(text: unknown): { cursor?: Cursor } {
  const found = text === undefined ? null : CURSOR.exec(text as string);
  if (found === null) return {};
  const [playedAtNs, playId, depth] = found.slice(1).map(Number) as [number, number, number];
  return { cursor: { playedAtNs, playId, depth } };
}

/** Filled in by the gateway from the token. */
const listenerId = '';

export const listeningRoutes: readonly Route[] = [
  {
    method: 'POST',
    url: '/v1/plays',
    operationId: 'recordPlay',
    summary: 'A track was played; the same playId again is the same play',
    scope: 'plays:write',
    body: playBody,
    status: 202,
    answer: emptyAnswer,
    call: ({ gateway }, context, { token, body }) =>
      gateway.recordPlay(context, { token, ...(body as PlayBody) }),
  },
  {
    method: 'GET',
    url: '/v1/me/history',
    operationId: 'getHistory',
    summary: 'What the listener played, newest first, page by page',
    scope: 'history:read',
    query: object({ limit: limit(200), after: { type: 'string', pattern: CURSOR.source } }, []),
    status: 200,
    answer: object({ plays, next: word }, ['plays']),
    async call({ gateway }, context, { token, query }) {
      const { plays: found, next } = await gateway.getHistory(context, {
        token,
        limit: number(query.limit),
        ...cursorOf(query.after),
      });
      if (next === undefined) return { plays: found };
      return { plays: found, next: `${next.playedAtNs}.${next.playId}.${next.depth}` };
    },
  },
  {
    method: 'GET',
    url: '/v1/me/recently-played',
    operationId: 'getRecentlyPlayed',
    summary: 'The last tracks, from memory, some seconds late',
    scope: 'history:read',
    query: object({ limit: limit(50) }, []),
    status: 200,
    answer: object({ plays }),
    call: ({ gateway }, context, { token, query }) =>
      gateway.getRecentlyPlayed(context, { token, call: { listenerId, limit: number(query.limit) } }),
  },
  {
    method: 'GET',
    url: '/v1/me/session',
    operationId: 'getSession',
    summary: 'The session that the listener was last in',
    scope: 'history:read',
    status: 200,
    answer: object(
      {
        session: object({
          startedAtNs: count,
          endedAtNs: count,
          tracks: count,
          skips: count,
          listenedMs: count,
        }),
        open: flag,
      },
      ['open'],
    ),
    call: ({ gateway }, context, { token }) => gateway.getSession(context, { token, call: { listenerId } }),
  },
  {
    method: 'GET',
    url: '/v1/charts/top',
    operationId: 'getTopCharts',
    summary: 'The most played tracks of the newest window that has a chart',
    scope: 'catalogue:read',
    query: object({ limit: limit(100) }, []),
    status: 200,
    answer: object({
      fromNs: count,
      untilNs: count,
      complete: flag,
      entries: list(object({ trackId: word, plays: count })),
    }),
    call: ({ gateway }, context, { token, query }) =>
      gateway.getTopCharts(context, { token, call: { atNs: 0, limit: number(query.limit) } }),
  },
];
