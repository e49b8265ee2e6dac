/** In characters, as JSON Schema counts them; estimate: what fits on one line of an app. */
export const LONGEST_PLAYLIST_NAME = 100;
