import type { Knobs, KnobValues } from '../../ports/knobs.ts';

export const catalogueKnobs = {
  // estimate: the tracks of some thousand hot playlists; at half a kilobyte each 10 MB of heap.
  localCacheTracks: {
    default: 20_000,
    unit: '1',
    description: 'Tracks that an instance keeps in memory; 0: none',
    min: 0,
  },
  // estimate: metadata changes a few times in a track's life, and a minute of the old title hurts nobody.
  localCacheTtlMs: { default: 60_000, unit: 'ms', description: 'How long it keeps them', min: 0 },
  // estimate: artists, albums, podcasts and episodes that are asked for again and again; a few kilobytes each.
  localCacheOthers: {
    default: 2_000,
    unit: '1',
    description: 'Artists, albums, podcasts, episodes and versions of audio that it keeps, of each; 0: none',
    min: 0,
  },
  // estimate: one page of a playlist in an app.
  batchLimit: {
    default: 100,
    unit: '1',
    description: 'Most tracks that one request may ask for',
    min: 50,
    max: 1_000,
  },
  // estimate: one page of a podcast in an app.
  episodesLimit: { default: 50, unit: '1', description: 'Most episodes in a podcast’s answer', min: 1 },
  readConsistency: {
    default: 'QUORUM',
    unit: '',
    description: 'Replicas that a read of a track waits for',
    values: ['QUORUM', 'ONE'],
  },
  ownership: {
    default: 'off',
    unit: '',
    description:
      'Whether a label may publish what is its own or new alone (one to three reads more a publication, and a lightweight transaction for what is new), or everybody everything',
    values: ['off', 'label'],
  },
  eventKey: {
    default: 'track',
    unit: '',
    description:
      'What spreads updates over partitions: the track, its label (one hot label, one hot partition), or the label with a salt',
    values: ['track', 'label', 'label-salted'],
  },
  // estimate: a few salts a partition, so that one label reaches nearly all of twelve partitions (64 keys: all of them).
  eventKeySalts: { default: 64, unit: '1', description: 'Salts of a salted label', min: 1 },
  updatePartitions: {
    default: 12,
    unit: '1',
    description: 'Partitions of the topic catalogue_updates',
    min: 1,
    max: 1_000,
  },
} as const satisfies Knobs;

export type CatalogueKnobs = KnobValues<typeof catalogueKnobs>;
