import type { Knobs, KnobValues } from '../../ports/knobs.ts';

export const playlistKnobs = {
  schema: {
    default: 'bucketed',
    unit: '',
    description:
      'Followers in one partition a playlist (wide), or spread over buckets with the metadata apart',
    values: ['wide', 'bucketed'],
  },
  // estimate: 117 MB in 64 buckets are under 2 MB each; a power of two of the order of the cluster's vnodes per replica set.
  buckets: { default: 64, unit: '1', description: 'Buckets of a playlist’s followers', min: 1, max: 10_000 },
  order: {
    default: 'snapshot',
    unit: '',
    description:
      'What the tracks of a playlist are sorted by: the edit that added them (no moving), their position (an edit rewrites what follows, under a lightweight transaction: an addition at the top every row, so filling a playlist costs the square of its length), or an id that begins with the time (an edit writes one row)',
    values: ['snapshot', 'position', 'timeuuid'],
  },
  permissions: {
    default: 'created',
    unit: '',
    description:
      'Which playlists check who adds a track: those that listeners created (others are open to everybody), or all, as a live system does (one more read an addition)',
    values: ['created', 'all'],
  },
  readConsistency: {
    default: 'QUORUM',
    unit: '',
    description: 'Replicas that a read waits for; writes wait for a quorum',
    values: ['QUORUM', 'ONE'],
  },
  // estimate: what an app shows of followers before it asks for more.
  followersLimit: { default: 500, unit: '1', description: 'Most followers in an answer', min: 1 },
  // estimate: one page of a playlist in an app.
  tracksLimit: { default: 100, unit: '1', description: 'Tracks in an answer, newest first', min: 1 },
  // Spotify’s limit is 10,000 (Web API reference, “Add Items to Playlist”: 403 beyond it; quoted in spotify/web-api#1179).
  tracksMax: {
    default: 0,
    unit: '1',
    description:
      'Most tracks on a playlist, 0: no limit; an addition beyond it is a conflict. By position it is known, by edit or id a count before each addition, and editors at the same moment can exceed it by one each',
    min: 0,
    max: 100_000,
  },
  // estimate: one page of a library in an app.
  libraryLimit: {
    default: 50,
    unit: '1',
    description: 'Most entries of a page of a library',
    min: 1,
    max: 1_000,
  },
  // Thirty days, as the history has it: a listener's partitions do not grow for ever.
  libraryPeriodS: {
    default: 2_592_000,
    unit: 's',
    description: 'What is saved within this time lies in one partition',
    min: 1,
  },
  followerCount: {
    default: 'off',
    unit: '',
    description: 'Whether a read of the database counts all followers (over every bucket)',
    values: ['off', 'counted'],
  },
  // The design that is implemented: internal deadline 500 ms.
  catalogueDeadlineMs: {
    default: 500,
    unit: 'ms',
    description: 'How long adding a track waits for the catalogue to know it',
    min: 1,
  },
  writeDeadlineMs: {
    default: 500,
    unit: 'ms',
    description:
      'How long an edit waits for the database; a cached value is trusted to hold edits older than this',
    min: 1,
  },
  cache: {
    default: 'off',
    unit: '',
    description: 'Whether reads go to the cache first',
    values: ['off', 'cache-aside'],
  },
  // The design that is implemented: cached in Redis with a TTL of 5 minutes.
  cacheTtlMs: { default: 300_000, unit: 'ms', description: 'How long a cached playlist is fresh', min: 1 },
  stampedeProtection: {
    default: 'none',
    unit: '',
    description: 'What keeps readers who miss together from all rebuilding the value',
    values: ['none', 'lock', 'stale-while-revalidate', 'xfetch'],
  },
  // estimate: a rebuild takes 10 to 100 ms; 400 ms is well above, and below the deadline of those who wait.
  lockTtlMs: {
    default: 400,
    unit: 'ms',
    description: 'After this the lock of a rebuilder that died is free again',
    min: 1,
  },
  // estimate: a fraction of a rebuild, so that waiting adds little and few polls are in vain.
  lockWaitMs: { default: 20, unit: 'ms', description: 'Pause of those who wait between two looks', min: 1 },
  staleTtlFactor: {
    default: 2,
    unit: '1',
    description: 'How many TTLs a value is kept in all under stale-while-revalidate',
    min: 1,
  },
  // With many readers an expiry costs e^(1/beta) rebuilds (readers go on picking themselves at a growing rate while the
  // first one rebuilds): 2.7 at 1, the choice of Vattani et al. (VLDB 2015), and 1.6 at 2, for rebuilding a little earlier.
  xfetchBeta: { default: 2, unit: '1', description: 'How early XFetch rebuilds', min: 0 },
} as const satisfies Knobs;

export type PlaylistKnobs = KnobValues<typeof playlistKnobs>;
