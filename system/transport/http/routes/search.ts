/** Finding things. */
import { count, like, limit, list, object, text, word } from '../schemas.ts';
import { number, type Route } from './route.ts';

const KINDS = ['track', 'artist', 'album', 'podcast', 'episode', 'playlist'];
const searchQuery = object(
  { q: like(text(100), 'love'), type: { type: 'string', enum: KINDS }, limit: limit(50) },
  ['q'],
);
const suggestQuery = object(
  { q: like(text(100), 'love'), type: { type: 'string', enum: KINDS }, limit: limit(20) },
  ['q'],
);
const searchAnswer = object({
  total: count,
  hits: list(
    object({
      kind: word,
      id: word,
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
    summary:
      'Finds tracks, artists, albums, podcasts and episodes, and playlists by their names and by what is on them: the most popular of the population, and all that is published',
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
  {
    method: 'GET',
    url: '/v1/search/suggestions',
    operationId: 'suggest',
    summary: 'What the listener may be about to type: the last word may be the beginning of one',
    scope: 'search',
    query: suggestQuery,
    status: 200,
    answer: object({
      suggestions: list(object({ kind: word, id: word, title: word, artistName: word })),
    }),
    call: ({ gateway }, context, { token, query }) =>
      gateway.suggest(context, {
        token,
        call: {
          text: query.q as string,
          kind: (query.type as string | undefined) ?? '',
          size: number(query.limit),
        },
      }),
  },
];
