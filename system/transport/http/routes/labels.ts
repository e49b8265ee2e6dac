/**
 * What labels and podcasters deliver. The label is the subject of the token: what it delivers is its own, and what is of
 * another label it cannot change (403). Bodies are whole: what is left out is empty, and the newest delivery wins.
 */
import { CONTENT_ID } from '../../../contracts/content-id.ts';
import type {
  Album,
  Artist,
  Episode,
  Lyrics,
  Podcast,
  Track,
  TrackDetails,
} from '../../../contracts/generated/catalogue.ts';
import type { Context } from '../../../ports/context.ts';
import { type Identity, identityOf } from '../../../ports/tokens.ts';
import { count, flag, id, idLike, like, list, object, TITLE, text, time, whole } from '../schemas.ts';
import type { Asked, LabelApi, Route } from './route.ts';

const DAY_MS = 86_400_000;
/**
 * Plays of the most played track of the population: a label says what it wants to be found for, and nobody gets above that
 * by saying so.
 */
const MOST_POPULAR = 1e9;
// What fits into a body of 16 KiB (`server.ts`).
const LONGEST_TEXT = 10_000;
const MOST_TRACKS = 200;
/** The first phonograph records came out then; later years leave room for what is announced. */
const YEARS = like(whole(2_100, 1_889), 2_026);

const popularity = { type: 'number', minimum: 0, maximum: MOST_POPULAR } as const;
const artworkId = {
  type: 'string',
  pattern: CONTENT_ID.source,
  description: 'A hash of the picture',
} as const;
const contentId = like(
  { type: 'string', pattern: CONTENT_ID.source, description: 'A hash of the content' },
  'b5d4045c3f466fa9',
);
const language = like({ type: 'string', pattern: '^[a-z]{2}$', description: 'ISO 639-1' }, 'en');
const labelId = { ...id, description: 'The subject of the token, where it is given' } as const;
/** Examples of what labels may call what is theirs: what is of the population is somebody else's. */
const OWN = {
  track: idLike('first-light'),
  artist: idLike('the-early-birds'),
  album: idLike('before-noon'),
  podcast: idLike('morning-news'),
  episode: idLike('morning-news-1'),
} as const;
const ARTIST_NAME = like(TITLE, 'The Early Birds');
const PODCAST_TITLE = like(TITLE, 'Morning news');
const durationMs = like(whole(DAY_MS, 1), 180_000);
const place = like(whole(100_000, 1), 1);
const trackParams = object({ trackId: OWN.track });

interface Delivery<Thing> {
  readonly method?: 'PUT';
  readonly url: string;
  readonly operationId: string;
  readonly summary: string;
  readonly params?: object;
  /** The body's fields. */
  readonly fields: Readonly<Record<string, object>>;
  /** Those that may be left out, and what a label means by that. */
  readonly defaults?: (label: string) => Partial<Thing>;
  readonly publish: (
    labels: LabelApi,
    context: Context,
    who: Identity,
    thing: Thing,
    params: Asked['params'],
  ) => Promise<{ readonly publishedAtNs: number }>;
}

/** Answers 202: search learns of it by an event. */
const delivery = <Thing extends object>(given: Delivery<Thing>): Route => {
  const { method = 'POST', fields, defaults = () => ({}), publish, ...route } = given;
  const left = Object.keys(defaults(''));
  return {
    method,
    ...route,
    body: object(
      fields,
      Object.keys(fields).filter((key) => !left.includes(key)),
    ),
    scope: 'catalogue:publish',
    status: 202,
    answer: object({ publishedAt: time }),
    async call({ labels, times }, context, { token, body, params }) {
      const who = identityOf(token);
      const thing = { ...defaults(who.listenerId), ...(body as object) } as Thing;
      const { publishedAtNs } = await publish(labels, context, who, thing, params);
      return { publishedAt: times.textOf(publishedAtNs) };
    },
  };
};

const audioOf = (kind: 'track' | 'episode', key: string, operationId: string): Route => ({
  method: 'POST',
  url: `/v1/${kind}s/:${key}/audio`,
  operationId,
  summary: `A label delivers the audio of ${kind === 'episode' ? 'an' : 'a'} ${kind}; other content than before is a new version`,
  scope: 'catalogue:publish',
  params: object({ [key]: OWN[kind] }),
  body: object({ contentId }),
  status: 201,
  answer: object({ version: count }),
  call: ({ labels }, context, { token, params, body }) =>
    labels.deliverAudio(context, identityOf(token), {
      audioId: params[key]!,
      contentId: (body as { contentId: string }).contentId,
    }),
});

export const labelRoutes: readonly Route[] = [
  delivery<Track>({
    url: '/v1/tracks',
    operationId: 'publishTrack',
    summary: 'A label delivers a track, or new metadata of one; the newest delivery wins',
    fields: {
      trackId: OWN.track,
      title: like(TITLE, 'First Light'),
      artistId: OWN.artist,
      artistName: ARTIST_NAME,
      labelId,
      durationMs,
      popularity,
    },
    defaults: (label) => ({ labelId: label, popularity: 0 }),
    publish: (labels, context, who, track) =>
      labels.publishTrack(context, who, { track: { ...track, publishedAtNs: 0 } }),
  }),
  audioOf('track', 'trackId', 'deliverAudio'),
  delivery<TrackDetails>({
    method: 'PUT',
    url: '/v1/tracks/:trackId/details',
    operationId: 'publishDetails',
    summary: 'A label says on which album a track is, how it sounds, and what its picture is',
    params: trackParams,
    fields: {
      albumId: OWN.album,
      number: place,
      features: object({
        tempo: { type: 'number', minimum: 0, maximum: 1_000 },
        key: whole(11),
        isMajor: flag,
        loudnessDb: { type: 'number', minimum: -200, maximum: 0 },
      }),
      artworkId,
    },
    defaults: () => ({ features: undefined, artworkId: '' }),
    publish: (labels, context, who, details, { trackId }) =>
      labels.publishDetails(context, who, { trackId: trackId!, details }),
  }),
  delivery<Lyrics>({
    method: 'PUT',
    url: '/v1/tracks/:trackId/lyrics',
    operationId: 'publishLyrics',
    summary: 'A label delivers the lyrics of a track',
    params: trackParams,
    fields: { language, text: like(text(LONGEST_TEXT), 'The night is gone') },
    publish: (labels, context, who, lyrics, { trackId }) =>
      labels.publishLyrics(context, who, { lyrics: { ...lyrics, trackId: trackId! } }),
  }),
  delivery<Artist>({
    url: '/v1/artists',
    operationId: 'publishArtist',
    summary: 'A label delivers an artist',
    fields: { artistId: OWN.artist, name: ARTIST_NAME, labelId, popularity, artworkId },
    defaults: (label) => ({ labelId: label, popularity: 0, artworkId: '' }),
    publish: (labels, context, who, artist) => labels.publishArtist(context, who, { artist }),
  }),
  delivery<Album>({
    url: '/v1/albums',
    operationId: 'publishAlbum',
    summary: 'A label delivers an album of an artist of its own, whole',
    fields: {
      albumId: OWN.album,
      title: like(TITLE, 'Before Noon'),
      artistId: OWN.artist,
      artistName: ARTIST_NAME,
      releaseYear: YEARS,
      popularity,
      artworkId,
      trackIds: like({ ...list(id), maxItems: MOST_TRACKS }, ['first-light']),
    },
    defaults: () => ({ popularity: 0, artworkId: '' }),
    publish: (labels, context, who, album) => labels.publishAlbum(context, who, { album }),
  }),
  delivery<Podcast>({
    url: '/v1/podcasts',
    operationId: 'publishPodcast',
    summary: 'A podcaster delivers a podcast',
    fields: {
      podcastId: OWN.podcast,
      title: PODCAST_TITLE,
      publisher: like(TITLE, 'The early birds'),
      description: like(text(LONGEST_TEXT), 'What happened while the city slept'),
      language,
      popularity,
      artworkId,
    },
    defaults: () => ({ popularity: 0, artworkId: '' }),
    publish: (labels, context, who, podcast) => labels.publishPodcast(context, who, { podcast }),
  }),
  delivery<Episode>({
    url: '/v1/episodes',
    operationId: 'publishEpisode',
    summary: 'A podcaster delivers an episode of a podcast of its own',
    fields: {
      episodeId: OWN.episode,
      podcastId: OWN.podcast,
      podcastTitle: PODCAST_TITLE,
      number: place,
      title: like(TITLE, 'Monday'),
      text: like(text(LONGEST_TEXT), 'What happened on Monday'),
      durationMs,
      popularity,
    },
    defaults: () => ({ popularity: 0 }),
    publish: (labels, context, who, episode) =>
      labels.publishEpisode(context, who, { episode: { ...episode, publishedAtNs: 0 } }),
  }),
  audioOf('episode', 'episodeId', 'deliverEpisodeAudio'),
];
