/** Finding things. */
import { count, limit, list, object, text, word } from '../schemas.ts';
import { number, type Route } from './route.ts';

const searchQuery = object(
  { q: text(100), type: { type: 'string', enum: ['track', 'playlist'] }, limit: limit(50) },
  ['q'],
);
const searchAnswer = object({
  total: count,
  hits: list(
    object({
      kind: word,
      trackId: word,
      playlistId: word,
      title: word,
      artistName: word,
      score: count,
    }),
  ),
});

export const searchRoutes: readonly Route[] = [
  {
    method: 'GET',
    url: '/v1/search',
    operationId: 'search',
    summary: 'Finds tracks, and playlists by what is on them',
    scope: 'search',
    query: searchQuery,
    status: 200,
    answer: searchAnswer,
    call: ({ gateway }, context, { token, query }) =>
      gateway.search(context, {
        token,
        text: query.q as string,
        kind: (query.type as string | undefined) ?? '',
        size: number(query.limit),
      }),
  },
];
