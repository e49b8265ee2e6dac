/**
 * What a live system has on by default. Scenarios in virtual time turn on what they are about; a server that is looked at
 * and loaded from outside is the whole design: cached playlists, streams, a limit for greedy apps.
 */
export const LIVE_DEFAULTS: Readonly<Record<string, string | number | boolean>> = {
  'playlist.cache': 'cache-aside',
  // Whoever is answered by a server expects that nobody else edits what is theirs.
  'playlist.permissions': 'all',
  'listening.streams': 'on',
  // Segments are for more plays than a server on one machine gets, and go back no further than an hour.
  'listening.historyWrites': 'per-play',
  'search.sample': 'everything',
  'events.format': 'avro',
  'gateway.rateLimit': true,
  // estimate: an app in a hurry; a load generator with a few hundred listeners stays below it.
  'gateway.rateLimitPerSecond': 50,
  'gateway.rateLimitBurst': 200,
};
