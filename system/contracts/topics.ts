/** Topics of the log by their names; what their records carry is in `events.proto`. */
export const PLAYS = 'plays';
export const PLAYLIST_UPDATES = 'playlist_updates';
export const CATALOGUE_UPDATES = 'catalogue_updates';
