/** Parts of the JSON Schemas of what the HTTP API takes and gives. Whatever a schema does not name is refused. */
import { LONGEST_PLAYLIST_NAME } from '../../contracts/playlist-name.ts';

/** Ids of listeners, playlists and tracks: letters, digits, '-' and '_', so that no id can be a path. */
export const id = { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$' } as const;
/** An id with examples: of the population, at any size of it, so that whoever tries one finds something. */
export const idLike = (...examples: readonly string[]) => ({ ...id, examples }) as const;
export const trackId = idLike('t42', 't7');
/** Of listener u000000042. */
export const playlistId = idLike('p42');
export const flag = { type: 'boolean' } as const;

/** Whole numbers that a double holds exactly. */
export const whole = (maximum = Number.MAX_SAFE_INTEGER, minimum = 0) =>
  ({ type: 'integer', minimum, maximum }) as const;
export const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength }) as const;
export const limit = (maximum: number) => whole(maximum, 1);
export const TITLE = text(200);
/** Something else than space in it, or it would be no name without that at its ends. */
export const playlistName = { ...text(LONGEST_PLAYLIST_NAME), pattern: '\\S' } as const;

/** A schema with examples of what fits it. */
export const like = <S extends object>(schema: S, ...examples: readonly unknown[]) =>
  ({ ...schema, examples }) as const;

export const object = <P extends object>(
  properties: P,
  required: readonly string[] = Object.keys(properties),
) => ({ type: 'object', additionalProperties: false, required, properties }) as const;
export const list = <I extends object>(items: I) => ({ type: 'array', items }) as const;

// Answers: what is not named does not leave. Services vouch for their values, so these say the kind alone.
export const word = { type: 'string' } as const;
export const count = { type: 'number' } as const;
/** RFC 3339, the one way in which times come and go. */
export const time = { type: 'string', format: 'date-time' } as const;

export const playlistParams = object({ playlistId });
export const trackParams = object({ trackId });
export const snapshotAnswer = object({ snapshot: count });
export const emptyAnswer = object({});
const trackFields = {
  trackId: word,
  title: word,
  artistId: word,
  artistName: word,
  labelId: word,
  durationMs: count,
  popularity: count,
} as const;
/** Without the time it was published at: it was there before the system was. */
export const track = object({ ...trackFields, publishedAt: time }, Object.keys(trackFields));
export const playFields = {
  playId: count,
  listenerId: word,
  trackId: word,
  playedAt: time,
  listenedMs: count,
  skipped: flag,
} as const;

export const problemSchema = object(
  {
    type: word,
    title: word,
    status: { type: 'integer' },
    detail: word,
    field: word,
    correlationId: word,
  },
  ['type', 'title', 'status', 'detail', 'correlationId'],
);
