/** Where audio is to be fetched: signed URLs, good for about an hour. How labels deliver it, `labels.ts` says. */
import { identityOf } from '../../../ports/tokens.ts';
import { count, idLike, list, object, time, word } from '../schemas.ts';
import { number, type Route, type Stream } from './route.ts';

const query = object({ bandwidthKbps: { type: 'number', minimum: 0, maximum: 1e7 } }, []);
const streamFields = { url: word, bitrateKbps: count, expiresAt: time } as const;
const stream = object(streamFields);

/** Its end is told by the clock that signs, and checks, URLs. */
const told = <Of extends Stream>({ expiresAtMs, ...stream }: Of) => ({
  ...stream,
  expiresAt: new Date(expiresAtMs).toISOString(),
});

/** A signed URL; tracks and episodes share the ids of their audio, so each of both routes answers for either. */
const audioUrl = (kind: 'track' | 'episode', key: string, example: string, operationId: string): Route => ({
  method: 'GET',
  url: `/v1/${kind}s/:${key}/stream`,
  operationId,
  summary: `A signed URL of the ${kind}, at the bitrate that plan and bandwidth allow`,
  scope: 'audio',
  params: object({ [key]: idLike(example) }),
  query,
  status: 200,
  answer: stream,
  entersItself: true,
  call: async ({ audio }, context, { token, params, query: asked }) =>
    told(
      await audio.track(context, {
        ...identityOf(token),
        id: params[key]!,
        bandwidthKbps: number(asked.bandwidthKbps),
      }),
    ),
});

export const audioUrlRoutes: readonly Route[] = [
  audioUrl('track', 'trackId', 't42', 'streamTrack'),
  audioUrl('episode', 'episodeId', 'e3630913-5', 'streamEpisode'),
  {
    method: 'GET',
    url: '/v1/events',
    operationId: 'listEvents',
    summary: 'Live events that are on the air; one without an end has none that is known',
    scope: 'audio',
    status: 200,
    answer: object({
      events: list(object({ eventId: word, startedAt: time, endsAt: time }, ['eventId', 'startedAt'])),
    }),
    entersItself: true,
    async call({ audio, times }, context, { token }) {
      const events = await audio.onAir(context, identityOf(token));
      return {
        events: events.map(({ id: eventId, startNs, endNs }) => ({
          eventId,
          startedAt: times.textOf(startNs),
          ...(endNs === null ? {} : { endsAt: times.textOf(endNs) }),
        })),
      };
    },
  },
  {
    method: 'GET',
    url: '/v1/events/:eventId/stream',
    operationId: 'streamEvent',
    summary:
      'Signed URLs of a live event (HLS): the playlist of a bitrate, and the master playlist of all that the plan allows',
    scope: 'audio',
    params: object({ eventId: idLike('concert') }),
    query,
    status: 200,
    answer: object({ ...streamFields, masterUrl: word }),
    entersItself: true,
    call: async ({ audio }, context, { token, params, query: asked }) =>
      told(
        await audio.event(context, {
          ...identityOf(token),
          id: params.eventId!,
          bandwidthKbps: number(asked.bandwidthKbps),
        }),
      ),
  },
];
