/**
 * What labels do: they deliver new tracks, and some time later listeners find these. Part of a scenario's traffic; profiles
 * are of listeners alone.
 */
import { LABEL_IDS } from './draws.ts';
import { type Findable, fields, type LoadRequest, type Traffic, wrong } from './requests.ts';

const USUAL_TRACK_MS = 200_000;
/** What a search of listeners shows at first. */
const HITS = 20;

/** `hotLabelShare`: the part of a single label. */
export const publishTracks = (hotLabelShare: number): Traffic => ({
  operation: 'catalogue.publish',
  labels: LABEL_IDS,
  *journey(draws, request) {
    const { trackId, title, word, label, artistId, artistName } = draws.release(request, hotLabelShare);
    yield {
      operation: 'catalogue.publish',
      method: 'POST',
      path: '/v1/tracks',
      body: { trackId, title, artistId, artistName, labelId: label, durationMs: USUAL_TRACK_MS },
      login: draws.login(request),
      label,
      status: 202,
      findable: { trackId, word },
      complaint(body) {
        const { publishedAt } = fields(body);
        const right = typeof publishedAt === 'string' && !Number.isNaN(Date.parse(publishedAt));
        return right ? null : wrong(`track ${trackId} is said to be published at '${String(publishedAt)}'`);
      },
    };
  },
});

/** A listener looks for a new track. That it is not found yet is a right answer: `isFound` tells. */
export const lookFor = ({ word }: Findable, login: number): LoadRequest => ({
  operation: 'search',
  method: 'GET',
  path: `/v1/search?q=${word}&type=track&limit=${HITS}`,
  login,
  status: 200,
  complaint: (body) =>
    Array.isArray(fields(body).hits) ? null : wrong(`the search for '${word}' came without hits`),
});

export const isFound = ({ trackId }: Findable, answer: unknown): boolean =>
  (fields(answer).hits as readonly unknown[]).some((hit) => fields(hit).trackId === trackId);
