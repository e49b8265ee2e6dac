/** What an access token can allow. */

const LISTENERS = {
  'playlist:read': 'Read playlists, and what a listener has saved',
  'playlist:write': 'Make, edit and follow playlists, and save things',
  'plays:write': 'Record what was played',
  'history:read': 'Read what a listener has played',
  search: 'Search the catalogue and playlists',
  'catalogue:read': 'Read tracks, releases, artists, podcasts and charts',
  audio: 'Get signed URLs of audio',
} as const;

/** By name, with what each is for. */
export const SCOPES = {
  ...LISTENERS,
  'catalogue:publish': 'Deliver to the catalogue, as a label',
} as const;

export type Scope = keyof typeof SCOPES;

/** Those that a listener can allow an app. */
export const LISTENER_SCOPES = Object.keys(LISTENERS) as readonly (keyof typeof LISTENERS)[];
