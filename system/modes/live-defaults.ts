/**
 * What a live system has on by default. Scenarios in virtual time turn on what they are about; a server that is looked at
 * and loaded from outside is the whole design: cached playlists whose tracks can be put anywhere, streams, a history of
 * months, events of skips, a limit for greedy apps.
 */
export const LIVE_DEFAULTS: Readonly<Record<string, string | number | boolean>> = {
  'playlist.cache': 'cache-aside',
  // Whoever is answered by a server expects that nobody else edits what is theirs.
  'playlist.permissions': 'all',
  // A label that could overwrite what others have published would be heard under their names.
  'catalogue.ownership': 'label',
  // Tracks are put at a place and moved; scenarios whose playlists only grow at the top pay for neither.
  'playlist.order': 'position',
  // Spotify's limit. What a listener can make a server write must have an end.
  'playlist.tracksMax': 10_000,
  'listening.streams': 'on',
  // Anybody can say that he played something that there is not: everybody would see it.
  'listening.chartTracks': 'known',
  // Whoever recommends wants to know what was skipped, and no counter of plays loses any for it.
  'listening.skipEvents': 'also',
  // Segments are for more plays than a server on one machine gets, and go back no further than an hour.
  'listening.historyWrites': 'per-play',
  // Apps that got no answer send a play again, and what is shown of it must not change.
  'listening.historyRepeats': 'left-out',
  // The public API as listeners meet it: what rarely changes is answered near them.
  'metadata.readFrom': 'edge',
  'search.sample': 'everything',
  'events.format': 'avro',
  'gateway.rateLimit': true,
  // estimate: an app in a hurry; a load generator with a few hundred listeners stays below it.
  'gateway.rateLimitPerSecond': 50,
  'gateway.rateLimitBurst': 200,
};
