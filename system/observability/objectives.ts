/**
 * What listeners are promised, as service level objectives: an operation of the public API is available when it does not
 * fail by the system's fault, and fast when it is answered within its threshold. The figures are those by which load on
 * the live system is judged (`scenarios/load/objectives.ts`; a test holds them together).
 */
export interface Objective {
  /** Of the public API: 'getPlaylist'. */
  readonly operation: string;
  /** The call that serves it: 'gateway.getPlaylist'. */
  readonly servedBy: string;
  /** Share of requests that must not fail. */
  readonly availability: number;
  /** Share of successful requests that must be answered within the threshold. */
  readonly fast: number;
  readonly thresholdMs: number;
}

/** At most one request of a hundred may fail, and one of a hundred may be slow: a 99th percentile as a share. */
const SHARE = 0.99;
const READ_MS = 100;
const WRITE_MS = 250;
/** From the nearest point of presence, or by it from across an ocean. */
const TRACK_MS = 500;

const promised = (operation: string, thresholdMs: number, service = 'gateway'): Objective => ({
  operation,
  servedBy: `${service}.${operation}`,
  availability: SHARE,
  fast: SHARE,
  thresholdMs,
});

export const OBJECTIVES: readonly Objective[] = [
  promised('getPlaylist', READ_MS),
  promised('getTrack', TRACK_MS),
  promised('recordPlay', READ_MS),
  promised('getHistory', WRITE_MS),
  promised('addTrack', WRITE_MS),
  promised('follow', WRITE_MS),
  promised('unfollow', WRITE_MS),
  promised('search', WRITE_MS),
  promised('publishTrack', WRITE_MS, 'catalogue'),
];

/**
 * estimate: up to a second nobody feels interrupted (Nielsen, "Usability Engineering", 1993), and half of it is left for the
 * app and the listener's line. A miss at the edge takes 0.3 to 0.4 s by the models, to the headers.
 */
const FIRST_BYTE_MS = 500;

/** Where audio is given out, too. The body takes as long as its listener likes: the promise is about its first byte. */
export const AUDIO_OBJECTIVES: readonly Objective[] = ['getAudio', 'getLiveSegment'].map((operation) =>
  promised(operation, FIRST_BYTE_MS, 'edge'),
);

/** The gateway's other operations, which nothing more is promised about. */
export function defaultObjective(operation: string): Objective {
  return promised(operation, WRITE_MS);
}
