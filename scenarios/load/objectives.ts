/**
 * What listeners are promised: one table for scenarios in virtual time and for load on the live system. Nothing is
 * imported here, because k6 reads it too.
 */
export interface Promised {
  /** 99th percentile, from the intended start of the request. */
  readonly p99Ms: number;
  /** Failed among the finished. */
  readonly errorPercent: number;
}

/** Service level of the system: playlist reads below 100 ms at the 99th percentile. */
export const PLAYLIST_READ_P99_MS = 100;
/**
 * A track that nobody near has asked for comes across an ocean: from Sydney by Singapore to Frankfurt and back is 240 ms of
 * light in glass with the detours of cables (`system/edge/geography.ts`), and what the listener's own line adds.
 */
const TRACK_READ_P99_MS = 500;
/** A play is as little of a wait as opening a playlist. */
export const PLAY_P99_MS = 100;
/**
 * Until the first bytes are there. Median at Spotify 265 ms (Kreitz and Niemelä, "Spotify: Large Scale, Low Latency, P2P
 * Music-on-Demand Streaming", 2010); estimate: twice that where the nearest cache has to ask the store.
 */
const AUDIO_BEGIN_P99_MS = 530;
/** estimate: a write waits for a quorum and for the log; beyond this an editor sees a spinner. */
const WRITE_P99_MS = 250;
/** estimate: results that come later feel slow while one types. */
const SEARCH_P99_MS = 250;
/** Of each operation, at most. */
export const ERROR_PERCENT = 1;
/** For how long a track that was published cannot be found yet: estimate, a few refreshes of the index (1 s each). */
export const NEW_TRACK_WAIT_S = 5;
/** What that is called wherever it is measured. */
export const NEW_TRACK_WAIT = 'wait of a new track';

export const PROMISED = {
  'playlist.get': { p99Ms: PLAYLIST_READ_P99_MS, errorPercent: ERROR_PERCENT },
  // Of the playlists that a scenario makes hot.
  'playlist.get hot': { p99Ms: PLAYLIST_READ_P99_MS, errorPercent: ERROR_PERCENT },
  'track.get': { p99Ms: TRACK_READ_P99_MS, errorPercent: ERROR_PERCENT },
  play: { p99Ms: PLAY_P99_MS, errorPercent: ERROR_PERCENT },
  // A URL and its signature are a part of the wait for a track.
  'stream.get': { p99Ms: PLAY_P99_MS, errorPercent: ERROR_PERCENT },
  'audio.begin': { p99Ms: AUDIO_BEGIN_P99_MS, errorPercent: ERROR_PERCENT },
  'history.get': { p99Ms: WRITE_P99_MS, errorPercent: ERROR_PERCENT },
  'playlist.add-track': { p99Ms: WRITE_P99_MS, errorPercent: ERROR_PERCENT },
  // Reads what was just written, so it can be answered by no cache.
  'playlist.add-track read-back': { p99Ms: WRITE_P99_MS, errorPercent: ERROR_PERCENT },
  // An editor looks at what stands where, and no cache knows.
  'playlist.list': { p99Ms: WRITE_P99_MS, errorPercent: ERROR_PERCENT },
  'playlist.insert-track': { p99Ms: WRITE_P99_MS, errorPercent: ERROR_PERCENT },
  'playlist.move-track': { p99Ms: WRITE_P99_MS, errorPercent: ERROR_PERCENT },
  'playlist.remove-track': { p99Ms: WRITE_P99_MS, errorPercent: ERROR_PERCENT },
  'playlist.create': { p99Ms: WRITE_P99_MS, errorPercent: ERROR_PERCENT },
  'playlist.rename': { p99Ms: WRITE_P99_MS, errorPercent: ERROR_PERCENT },
  'playlist.rename read-back': { p99Ms: WRITE_P99_MS, errorPercent: ERROR_PERCENT },
  'playlist.delete': { p99Ms: WRITE_P99_MS, errorPercent: ERROR_PERCENT },
  'playlist.follow': { p99Ms: WRITE_P99_MS, errorPercent: ERROR_PERCENT },
  'playlist.unfollow': { p99Ms: WRITE_P99_MS, errorPercent: ERROR_PERCENT },
  // What a label delivers is in the store and in the log; search learns of it later.
  'catalogue.publish': { p99Ms: WRITE_P99_MS, errorPercent: ERROR_PERCENT },
  search: { p99Ms: SEARCH_P99_MS, errorPercent: ERROR_PERCENT },
} as const satisfies Readonly<Record<string, Promised>>;

export type Operation = keyof typeof PROMISED;

export const OPERATIONS = Object.keys(PROMISED) as readonly Operation[];
