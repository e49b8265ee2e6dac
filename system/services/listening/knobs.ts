import type { Knobs, KnobValues } from '../../ports/knobs.ts';

export const listeningKnobs = {
  playPartitions: {
    default: 12,
    unit: '1',
    description: 'Partitions of the topic plays',
    min: 1,
    max: 1_000,
  },
  historyConsumers: {
    default: 4,
    unit: '1',
    description: 'Consumers that write the history',
    min: 1,
    max: 1_000,
  },
  historyWrites: {
    default: 'segments',
    unit: '',
    description:
      'A row per play and listener (cheap reads), or the plays of many listeners as one row (cheap writes)',
    values: ['per-play', 'segments'],
  },
  historyRepeats: {
    default: 'written',
    unit: '',
    description:
      'per-play: whether a play under a number that its listener has used before is a row of its own (each page shows it once), or left out, for two reads and a write more a play',
    values: ['written', 'left-out'],
  },
  // estimate: five seconds late in one's own history is not noticed.
  historyIntervalMs: {
    default: 5_000,
    unit: 'ms',
    description: 'Batches of plays begin this far apart unless they are full',
    min: 0,
  },
  // estimate: five seconds of 400 plays/s a consumer.
  historyBatch: { default: 2_000, unit: '1', description: 'Plays in a full batch', min: 1 },
  historyConcurrency: { default: 16, unit: '1', description: 'Writes of a consumer at once', min: 1 },
  // estimate: more shards make history reads cheaper and writes dearer, one for one.
  historyShards: { default: 8, unit: '1', description: 'Shards of listeners, for segments', min: 1 },
  historyPeriodS: { default: 600, unit: 's', description: 'Time that a partition of segments spans', min: 1 },
  historyPeriods: {
    default: 6,
    unit: '1',
    description:
      'Partitions (segments: periods, per-play: months) that a read of the history goes back at most',
    min: 1,
  },
  historyLimit: { default: 50, unit: '1', description: 'Most plays in an answer', min: 1 },
  skipEvents: {
    default: 'off',
    unit: '',
    description:
      'Whether a play under 30 s is an event of the topic skips: not, beside the one of plays, or instead of it (neither history nor streams see it then)',
    values: ['off', 'also', 'instead'],
  },
  streams: {
    default: 'off',
    unit: '',
    description: 'Whether sessions, top charts and recently played are kept from the log of plays',
    values: ['off', 'on'],
  },
  streamWorkers: {
    default: 2,
    unit: '1',
    description: 'Workers of each stream job, and of recently played',
    min: 1,
    max: 1_000,
  },
  // As the history's: larger batches cost less a play, and nobody notices five seconds here either.
  streamIntervalMs: {
    default: 5_000,
    unit: 'ms',
    description: 'Batches of a stream job begin this far apart unless they are full',
    min: 0,
  },
  streamBatch: { default: 4_000, unit: '1', description: 'Plays in a full batch of a stream job', min: 1 },
  // estimate: who has just listened to something looks for it.
  recentIntervalMs: {
    default: 1_000,
    unit: 'ms',
    description: 'Batches of plays on their way to recently played begin this far apart unless they are full',
    min: 0,
  },
  recentLimit: { default: 50, unit: '1', description: 'Plays that are kept as recently played', min: 1 },
  // estimate: who has not listened for a week looks at the history.
  recentTtlS: {
    default: 604_800,
    unit: 's',
    description: 'How long after the last play of a listener they are kept',
    min: 1,
  },
  chartTracks: {
    default: 'all',
    unit: '',
    description:
      'Whether charts show whatever was played, or ask the catalogue and leave out what it does not know',
    values: ['all', 'known'],
  },
  chartCacheMs: {
    default: 5_000,
    unit: 'ms',
    description: 'How long each instance answers with a chart before it reads it again',
    min: 0,
  },
} as const satisfies Knobs;

export type ListeningKnobs = KnobValues<typeof listeningKnobs>;
