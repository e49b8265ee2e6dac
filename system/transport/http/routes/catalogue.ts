/** Tracks, artists, albums, podcasts and what belongs to them. How labels deliver them, `labels.ts` says. */
import type { Track } from '../../../contracts/generated/catalogue.ts';
import {
  count,
  flag,
  idLike,
  like,
  limit,
  list,
  object,
  time,
  track,
  trackParams,
  word,
} from '../schemas.ts';
import type { Times } from '../times.ts';
import { keptAs, number, type Route } from './route.ts';

/** What was there before the system was is of no time. */
const publishedAt = (times: Times, ns: number) => (ns === 0 ? {} : { publishedAt: times.textOf(ns) });

const trackOf = (times: Times, { publishedAtNs, ...rest }: Track) => ({
  ...rest,
  ...publishedAt(times, publishedAtNs),
});

const images = list(object({ url: word, width: count }));
/** Ids with commas between them: as many as an app shows on a screen. */
const ids = like({ type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}(,[A-Za-z0-9_-]{1,64}){0,49}$' }, 't42,t7');
/** Of the population: an episode is one of its podcast's. */
const EXAMPLES = {
  trackId: 't42',
  artistId: 'a1',
  albumId: 'b3',
  podcastId: 's3630913',
  episodeId: 'e3630913-5',
} as const;
const details = object(
  {
    albumId: word,
    number: count,
    features: object({ tempo: count, key: count, isMajor: flag, loudnessDb: count }),
    artworkId: word,
  },
  ['albumId', 'number', 'artworkId'],
);

const episodeFields = {
  episodeId: word,
  podcastId: word,
  podcastTitle: word,
  number: count,
  title: word,
  text: word,
  durationMs: count,
  popularity: count,
} as const;

/** Anybody with a token may look at the catalogue: an answer for an id. */
function lookUp(
  key: keyof typeof EXAMPLES,
  url: string,
  operationId: string,
  summary: string,
  answer: object,
  call: Route['call'],
): Route {
  return {
    method: 'GET',
    url,
    operationId,
    summary,
    scope: 'catalogue:read',
    metadata: 'kept',
    params: object({ [key]: idLike(EXAMPLES[key]) }),
    status: 200,
    answer,
    call,
  };
}

export const catalogueRoutes: readonly Route[] = [
  {
    method: 'GET',
    url: '/v1/tracks/:trackId',
    operationId: 'getTrack',
    summary: 'A track and who made it',
    scope: 'catalogue:read',
    metadata: 'kept',
    params: trackParams,
    status: 200,
    answer: track,
    call: async ({ metadata, times }, context, { token, params }) =>
      keptAs(await metadata.getTrack(context, { token, trackId: params.trackId! }), ({ track }) =>
        trackOf(times, track!),
      ),
  },
  {
    method: 'GET',
    url: '/v1/tracks',
    operationId: 'getTracks',
    summary: 'Many tracks at once, in the order asked for, with what belongs to them',
    scope: 'catalogue:read',
    metadata: 'passed on',
    query: object({ ids, details: flag }, ['ids']),
    status: 200,
    answer: object({
      tracks: list(object({ track, details, artwork: images }, ['track', 'artwork'])),
      missingIds: list(word),
    }),
    async call({ gateway, times }, context, { token, query }) {
      const { tracks, missingIds } = await gateway.getTracks(context, {
        token,
        call: { trackIds: (query.ids as string).split(','), details: query.details === true },
      });
      return { tracks: tracks.map((one) => ({ ...one, track: trackOf(times, one.track!) })), missingIds };
    },
  },
  lookUp(
    'trackId',
    '/v1/tracks/:trackId/lyrics',
    'getLyrics',
    'The lyrics of a track',
    object({ trackId: word, language: word, text: word }),
    async ({ metadata }, context, { token, params }) =>
      keptAs(
        await metadata.getLyrics(context, { token, call: { trackId: params.trackId! } }),
        ({ lyrics }) => lyrics,
      ),
  ),
  lookUp(
    'artistId',
    '/v1/artists/:artistId',
    'getArtist',
    'An artist and the albums, newest first',
    object({
      artist: object({ artistId: word, name: word, labelId: word, popularity: count, artworkId: word }),
      albums: list(object({ albumId: word, title: word, releaseYear: count })),
      artwork: images,
    }),
    ({ metadata }, context, { token, params }) =>
      metadata.getArtist(context, { token, call: { artistId: params.artistId! } }),
  ),
  lookUp(
    'albumId',
    '/v1/albums/:albumId',
    'getAlbum',
    'An album and its tracks in order',
    object({
      album: object({
        albumId: word,
        title: word,
        artistId: word,
        artistName: word,
        releaseYear: count,
        popularity: count,
        artworkId: word,
        trackIds: list(word),
      }),
      artwork: images,
    }),
    ({ metadata }, context, { token, params }) =>
      metadata.getAlbum(context, { token, call: { albumId: params.albumId! } }),
  ),
  {
    ...lookUp(
      'podcastId',
      '/v1/podcasts/:podcastId',
      'getPodcast',
      'A podcast and its newest episodes',
      object({
        podcast: object({
          podcastId: word,
          title: word,
          publisher: word,
          description: word,
          language: word,
          popularity: count,
          artworkId: word,
        }),
        episodes: list(object({ episodeId: word, number: count, title: word, durationMs: count })),
        artwork: images,
      }),
      ({ metadata }, context, { token, params, query }) =>
        metadata.getPodcast(context, {
          token,
          call: { podcastId: params.podcastId!, episodesLimit: number(query.episodes) },
        }),
    ),
    query: object({ episodes: limit(100) }, []),
  },
  lookUp(
    'episodeId',
    '/v1/episodes/:episodeId',
    'getEpisode',
    'An episode with its text',
    object({ ...episodeFields, publishedAt: time }, Object.keys(episodeFields)),
    async ({ metadata, times }, context, { token, params }) =>
      keptAs(
        await metadata.getEpisode(context, { token, call: { episodeId: params.episodeId! } }),
        ({ episode }) => {
          const { publishedAtNs, ...rest } = episode!;
          return { ...rest, ...publishedAt(times, publishedAtNs) };
        },
      ),
  ),
];
