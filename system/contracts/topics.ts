/** Topics of the log by their names; what their records carry is in `events.proto`. */
export const PLAYS = 'plays';
export const PLAYLIST_UPDATES = 'playlist_updates';
export const CATALOGUE_UPDATES = 'catalogue_updates';
/** Plays that were skipped, by listener (knob `listening.skipEvents`). */
export const SKIPS = 'skips';
/** Sessions that are over (`Session` of `listening.proto`), by listener. */
export const SESSIONS = 'sessions';
/** Plays that came too late for their session, or for their chart. */
export const SESSIONS_LATE = 'sessions_late';
export const TOP_CHARTS_LATE = 'top_charts_late';
/** What partitions of plays add to the charts: between the two stages of that job. */
export const TOP_CHARTS_PARTS = 'top_charts_parts';

/** Where the messages of a topic go that its consumers cannot read or handle. */
export const deadLetterTopic = (topic: string) => `${topic}.dead-letter`;
