/** What the OpenAPI document says of the routes of audio. The handlers check by themselves, letter by letter. */
import { BITRATES_KBPS } from '../../contracts/audio-path.ts';
import { MASTER_PLAYLIST } from '../../ports/url-signer.ts';
import { problemResponses } from '../http/openapi.ts';
import { idLike, like, object, text, trackId } from '../http/schemas.ts';

interface AudioRoute {
  readonly url: string;
  readonly schema: object;
}

const number = (digits: number, first = '1-9') => ({
  type: 'string',
  pattern: `^[${first}][0-9]{0,${digits - 1}}$`,
});
const kbps = like({ type: 'string', enum: BITRATES_KBPS.map(String) }, '160');

const TOKEN = object({
  token: like({ ...text(4_096), description: 'The signature of the URL' }, 'as-the-stream-URL-has-it'),
});
const eventId = idLike('concert');
/** 400: a signature twice; 403 counts for one that is missing or does not fit, as in other CDNs. */
const REFUSALS = problemResponses([400, 403, 404, 405, 414, 417, 431, 500, 503, 504]);

const content = (type: string) => ({ content: { [type]: { schema: { type: 'string', format: 'binary' } } } });

const ofBytes = (type: string) => ({
  200: { description: 'All of it', ...content(type) },
  206: { description: 'The part that Range asks for', ...content(type) },
  304: { description: 'If-None-Match names what is still there', type: 'null' },
  ...REFUSALS,
  ...problemResponses([412, 416]),
});

/** Without a token: the URL is signed. */
const shared = { security: [], querystring: TOKEN };

export const AUDIO_ROUTES: readonly AudioRoute[] = [
  {
    url: '/audio/:trackId/:version/:kbps.ogg',
    schema: {
      operationId: 'getAudio',
      summary: 'The bytes of a track or an episode, by the URL that streamTrack or streamEpisode gives',
      tags: ['audio'],
      ...shared,
      params: object({ trackId, version: like(number(9), '1'), kbps }),
      response: ofBytes('audio/ogg'),
    },
  },
  {
    url: `/live/:eventId/${MASTER_PLAYLIST}`,
    schema: {
      operationId: 'getLiveMaster',
      summary: 'The master playlist (HLS) of a live event: a playlist for every bitrate that the plan allows',
      tags: ['live'],
      ...shared,
      params: object({ eventId }),
      response: {
        200: { description: 'The playlists', ...content('application/vnd.apple.mpegurl') },
        ...REFUSALS,
      },
    },
  },
  {
    url: '/live/:eventId/:kbps.m3u8',
    schema: {
      operationId: 'getLivePlaylist',
      summary: 'The media playlist (HLS) of a live event, by the URL that streamEvent gives',
      tags: ['live'],
      ...shared,
      params: object({ eventId, kbps }),
      response: {
        200: { description: 'The segments that there are', ...content('application/vnd.apple.mpegurl') },
        ...REFUSALS,
      },
    },
  },
  {
    url: '/live/:eventId/:kbps/:sequence.aac',
    schema: {
      operationId: 'getLiveSegment',
      summary: 'The bytes of a segment, by the URL that the playlist gives',
      tags: ['live'],
      ...shared,
      params: object({ eventId, kbps, sequence: like(number(12, '0-9'), '0') }),
      response: ofBytes('audio/aac'),
    },
  },
];
