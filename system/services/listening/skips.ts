/** Played for less than this is skipped ("Spotify for Artists": a stream counts from 30 seconds on). */
export const SKIP_MS = 30_000;

export interface Listened {
  readonly listenedMs: number;
  readonly skipped: boolean;
}

export const isSkip = ({ listenedMs, skipped }: Listened) => skipped || listenedMs < SKIP_MS;
