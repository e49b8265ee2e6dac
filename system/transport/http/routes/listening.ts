/** What listeners play: recording it, and what follows from it. */
import type { Play } from '../../../contracts/generated/events.ts';
import {
  count,
  emptyAnswer,
  flag,
  like,
  limit,
  list,
  object,
  playFields,
  time,
  trackId,
  whole,
  word,
} from '../schemas.ts';
import type { Times } from '../times.ts';
import { number, type Route } from './route.ts';

const DAY_MS = 86_400_000;
const playBody = object(
  {
    playId: like(whole(), 1),
    trackId,
    listenedMs: like(whole(DAY_MS), 183_000),
    skipped: flag,
    playedAt: { ...time, description: 'When it was played, a week ago at most; left out: now' },
  },
  ['playId', 'trackId', 'listenedMs', 'skipped'],
);
const plays = list(object(playFields));
/** Where the next page begins, as the page before said it: of the system's own clock, which has more places than a text. */
const CURSOR = /^(\d{1,16})\.(\d{1,16})\.(\d{1,9})$/;

interface PlayBody {
  readonly playId: number;
  readonly trackId: string;
  readonly listenedMs: number;
  readonly skipped: boolean;
  readonly playedAt?: string;
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

const playsOf = (times: Times, found: readonly Play[]) =>
  found.map(({ playedAtNs, ...play }) => ({ ...play, playedAt: times.textOf(playedAtNs) }));

/** Filled in by the gateway from the token. */
const listenerId = '';

export const listeningRoutes: readonly Route[] = [
  {
    method: 'POST',
    url: '/v1/plays',
    operationId: 'recordPlay',
    summary:
      'A track was played; the same playId again is the same play. Heard for less than 30 s it is a skip to sessions and charts, whatever `skipped` says',
    scope: 'plays:write',
    body: playBody,
    status: 202,
    answer: emptyAnswer,
    async call({ gateway, times }, context, { token, body }) {
      const { playedAt, ...play } = body as PlayBody;
      const playedAtNs = playedAt === undefined ? 0 : times.nsOfPlay(playedAt, 'body.playedAt');
      return gateway.recordPlay(context, { token, ...play, playedAtNs });
    },
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
    async call({ gateway, times }, context, { token, query }) {
      const { plays: found, next } = await gateway.getHistory(context, {
        token,
        limit: number(query.limit),
        ...cursorOf(query.after),
      });
      const shown = playsOf(times, found);
      if (next === undefined) return { plays: shown };
      return { plays: shown, next: `${next.playedAtNs}.${next.playId}.${next.depth}` };
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
    async call({ gateway, times }, context, { token, query }) {
      const call = { listenerId, limit: number(query.limit) };
      return { plays: playsOf(times, (await gateway.getRecentlyPlayed(context, { token, call })).plays) };
    },
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
          startedAt: time,
          endedAt: time,
          tracks: count,
          skips: { ...count, description: 'Flagged as skipped, or heard for less than 30 s' },
          listenedMs: count,
        }),
        open: flag,
      },
      ['open'],
    ),
    async call({ gateway, times }, context, { token }) {
      const { session, open } = await gateway.getSession(context, { token, call: { listenerId } });
      if (session === undefined) return { open };
      const { startedAtNs, endedAtNs, ...rest } = session;
      const when = { startedAt: times.textOf(startedAtNs), endedAt: times.textOf(endedAtNs) };
      return { session: { ...rest, ...when }, open };
    },
  },
  {
    method: 'GET',
    url: '/v1/charts/top',
    operationId: 'getTopCharts',
    summary: 'The most played tracks of an hour; without one, of the newest that has a chart',
    scope: 'catalogue:read',
    query: object(
      { limit: limit(100), at: { ...time, description: 'A time of the hour; left out: the newest' } },
      [],
    ),
    status: 200,
    answer: object({
      from: time,
      until: time,
      complete: flag,
      entries: list(object({ trackId: word, plays: count })),
    }),
    async call({ gateway, times }, context, { token, query }) {
      const atNs = query.at === undefined ? 0 : times.nsOfPast(query.at as string, 'query.at');
      const call = { atNs, limit: number(query.limit) };
      const { fromNs, untilNs, ...chart } = await gateway.getTopCharts(context, { token, call });
      return { ...chart, from: times.textOf(fromNs), until: times.textOf(untilNs) };
    },
  },
];
