/** JSON Schemas of what the HTTP API takes and gives. Whatever a schema does not name is refused. */

/** Ids of listeners, playlists and tracks: letters, digits, '-' and '_', so that no id can be a path. */
export const id = { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$' } as const;
/** Whole numbers that a double holds exactly. */
const LARGEST = Number.MAX_SAFE_INTEGER;
const whole = (maximum = LARGEST, minimum = 0) => ({ type: 'integer', minimum, maximum }) as const;
const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength }) as const;
const LONGEST_TITLE = 200;

export const object = <P extends object>(properties: P, required = Object.keys(properties)) =>
  ({ type: 'object', additionalProperties: false, required, properties }) as const;

export const playlistParams = object({ playlistId: id });
export const trackParams = object({ trackId: id });
export const playlistQuery = object({ followers: whole(100), snapshot: whole() }, []);
export const searchQuery = object(
  { q: text(100), type: { type: 'string', enum: ['track', 'playlist'] }, limit: whole(50, 1) },
  ['q'],
);
export const historyQuery = object({ limit: whole(200, 1) }, []);

export const addTrackBody = object({ trackId: id });
export const playBody = object({
  playId: whole(),
  trackId: id,
  listenedMs: whole(86_400_000),
  skipped: { type: 'boolean' },
});
const trackProperties = {
  trackId: id,
  title: text(LONGEST_TITLE),
  artistId: id,
  artistName: text(LONGEST_TITLE),
  labelId: id,
  durationMs: whole(86_400_000, 1),
  popularity: { type: 'number', minimum: 0, maximum: 1e12 },
} as const;
export const publishBody = object(trackProperties);

// Answers: fast-json-stringify writes them, so what is not named here does not leave.
const answerId = { type: 'string' } as const;
const count = { type: 'number' } as const;
export const playlistAnswer = object({
  playlistId: answerId,
  name: { type: 'string' },
  ownerId: answerId,
  snapshot: count,
  trackIds: { type: 'array', items: answerId },
  followerIds: { type: 'array', items: answerId },
  followerCount: count,
});
export const snapshotAnswer = object({ snapshot: count });
export const trackAnswer = object({
  trackId: answerId,
  title: { type: 'string' },
  artistId: answerId,
  artistName: { type: 'string' },
  labelId: answerId,
  durationMs: count,
  popularity: count,
  publishedAtNs: count,
});
export const publishAnswer = object({ publishedAtNs: count });
export const searchAnswer = object({
  total: count,
  hits: {
    type: 'array',
    items: object({
      kind: { type: 'string' },
      trackId: answerId,
      playlistId: answerId,
      title: { type: 'string' },
      artistName: { type: 'string' },
      score: count,
    }),
  },
});
export const historyAnswer = object({
  plays: {
    type: 'array',
    items: object({
      playId: count,
      listenerId: answerId,
      trackId: answerId,
      playedAtNs: count,
      listenedMs: count,
      skipped: { type: 'boolean' },
    }),
  },
});
export const emptyAnswer = object({});

export const problemSchema = object(
  {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    field: { type: 'string' },
    correlationId: { type: 'string' },
  },
  ['type', 'title', 'status', 'detail', 'correlationId'],
);
