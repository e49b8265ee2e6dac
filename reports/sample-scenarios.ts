/** Test helper: the words and profiles of the sample scenarios. */
import type { ArmRole, Notes, PhaseWindow, Setting } from './result.ts';
import type { Profile } from './sample-run.ts';

export interface SampleArm {
  readonly name: string;
  readonly role: ArmRole;
  readonly title: string;
  readonly set?: Record<string, Setting>;
  readonly profile: Profile;
  readonly sentence: string;
}

export interface SampleCase {
  readonly scenario: string;
  readonly name: string;
  readonly title: string;
  readonly hot: string;
  readonly series: string[];
  readonly judgedBy: 'errors' | 'expiry' | 'lag';
  readonly set: Record<string, Setting>;
  readonly arms: readonly SampleArm[];
}

export const PHASES: PhaseWindow[] = [
  { name: 'warm-up', startS: 0, endS: 20, measured: false },
  { name: 'steady', startS: 20, endS: 50, measured: true },
  { name: 'trigger', startS: 50, endS: 170, measured: true },
  { name: 'recovery', startS: 170, endS: 210, measured: true },
];

const READ_HOPS = {
  'gateway.cpu': 0.06,
  'playlist.network': 0.08,
  'cassandra.network': 0.12,
  'cassandra.read queue': 0.25,
  'cassandra.read': 0.38,
  'cassandra.disk': 0.11,
};
const INDEX_HOPS = {
  'gateway.cpu': 0.1,
  'catalogue.network': 0.2,
  'cassandra.write': 0.35,
  'kafka.append': 0.3,
};

const HOT = 'playlist.get hot';
const PUBLISH = 'catalogue.publish';
const calm: Profile = { hotMs: null, usualMs: 8, nodes: 12, load: 0.12, hops: READ_HOPS };
const bitten: Profile = {
  hotMs: 46,
  slowShare: 0.31,
  slowMs: 500,
  errorShare: 0.27,
  usualMs: 44,
  usualErrorShare: 0.26,
  nodes: 12,
  load: 0.34,
  hotLoad: 0.93,
  hops: READ_HOPS,
};
const fine: Profile = { hotMs: 9, usualMs: 9, nodes: 12, load: 0.29, hops: READ_HOPS };

const expiring = (readsPerExpiry: number, more: Partial<Profile> = {}): Profile => ({
  ...fine,
  hotMs: 2,
  readsPerExpiry,
  ...more,
});
const indexing = (lagPerSecond: number): Profile => ({
  hotMs: 12,
  usualMs: 12,
  nodes: 12,
  load: 0.18,
  lagPerSecond,
  hops: INDEX_HOPS,
});

export const CASES: readonly SampleCase[] = [
  {
    scenario: 'hot-partition',
    name: 'hot-partition',
    title: 'One playlist takes the reads of a release Friday',
    hot: HOT,
    series: [`${HOT} p99`, `${HOT} errors`],
    judgedBy: 'errors',
    set: {},
    arms: [
      {
        name: 'healthy',
        role: 'healthy',
        title: 'An ordinary Friday',
        profile: calm,
        sentence:
          'Nobody asks for the hot playlist; its usual readers see a p99 of 33 ms and the cluster is 12 % busy.',
      },
      {
        name: 'broken',
        role: 'broken',
        title: 'A row per follower under (playlist_id)',
        profile: bitten,
        sentence:
          '27 % of its reads failed, p99 500 ms; its three replicas were 93 % busy, the cluster 34 %.',
      },
      {
        name: 'bucketed key',
        role: 'fixed',
        title: '((playlist_id, bucket), user_id), metadata apart',
        set: { 'playlist.schema': 'bucketed' },
        profile: fine,
        sentence: '0 % of its reads failed, p99 38 ms; its three replicas were 31 % busy, the cluster 29 %.',
      },
      {
        name: 'cache-aside',
        role: 'fixed',
        title: 'Redis in front of the playlist',
        set: { 'playlist.cache': 'cache-aside', 'playlist.stampedeProtection': 'lock' },
        profile: { ...fine, hotMs: 1.4, usualMs: 2, load: 0.14 },
        sentence: '0 % of its reads failed, p99 6.1 ms; its three replicas were 15 % busy, the cluster 14 %.',
      },
      {
        name: 'twice the nodes',
        role: 'decoy',
        title: 'Twice the nodes, same key',
        set: { 'cassandra.nodes': 24 },
        profile: {
          ...bitten,
          nodes: 24,
          load: 0.21,
          errorShare: 0.25,
          usualErrorShare: 0.24,
          slowShare: 0.29,
        },
        sentence:
          '25 % of its reads failed, p99 500 ms; its three replicas were 93 % busy, the cluster 21 %.',
      },
      {
        name: 'reads at ONE',
        role: 'decoy',
        title: 'Consistency ONE instead of QUORUM',
        set: { 'playlist.readConsistency': 'ONE' },
        profile: { ...fine, hotMs: 7, hotLoad: 0.58, violated: 'read-your-writes' },
        sentence:
          '11 of 612 editors did not see their own edit; 0 % of its reads failed, p99 30 ms; its three replicas were 58 % busy.',
      },
    ],
  },
  {
    scenario: 'cache-stampede',
    name: 'cache-stampede',
    title: 'Six hot playlists expire under load',
    hot: HOT,
    series: [`${HOT} p99`, `${HOT} errors`],
    judgedBy: 'expiry',
    set: { 'playlist.cache': 'cache-aside', 'playlist.schema': 'bucketed' },
    arms: [
      {
        name: 'healthy',
        role: 'healthy',
        title: 'The usual readers',
        profile: { ...calm, readsPerExpiry: 1 },
        sentence: '1 rebuild per expiry (worst 1); p99 33 ms.',
      },
      {
        name: 'broken',
        role: 'broken',
        title: 'Cache-aside without protection',
        profile: expiring(52, { slowShare: 0.06, slowMs: 260 }),
        sentence: '52 rebuilds per expiry (worst 71), each key expired at least 3 times; p99 260 ms.',
      },
      {
        name: 'lock',
        role: 'fixed',
        title: 'SET NX: one rebuilds, the others wait a little',
        set: { 'playlist.stampedeProtection': 'lock' },
        profile: expiring(1.1),
        sentence: '1.1 rebuilds per expiry (worst 2), each key expired at least 3 times; p99 11 ms.',
      },
      {
        name: 'xfetch',
        role: 'fixed',
        title: 'Rebuild early, by chance',
        set: { 'playlist.stampedeProtection': 'xfetch' },
        profile: expiring(1.8, { hotMs: 1.6 }),
        sentence: '1.8 rebuilds per expiry (worst 4), each key expired at least 3 times; p99 7 ms.',
      },
      {
        name: 'longer ttl',
        role: 'decoy',
        title: 'Twice the TTL',
        set: { 'playlist.cacheTtlMs': 60_000 },
        profile: expiring(54, { slowShare: 0.04, slowMs: 270 }),
        sentence: '54 rebuilds per expiry (worst 73), each key expired at least 2 times; p99 270 ms.',
      },
    ],
  },
  {
    scenario: 'consumer-lag',
    name: 'too few consumers',
    title: 'Four consumers for twelve partitions',
    hot: PUBLISH,
    series: ['age of the newest searchable track', 'search-indexer lag on catalogue_updates'],
    judgedBy: 'lag',
    set: {},
    arms: [
      {
        name: 'healthy',
        role: 'healthy',
        title: 'An ordinary day',
        profile: { ...indexing(0), hotMs: null },
        sentence: 'The newest searchable track was up to 0.8 s old, lag up to 10 records.',
      },
      {
        name: 'broken',
        role: 'broken',
        title: 'Four consumers, a request per track',
        profile: indexing(96),
        sentence: 'The newest searchable track was up to 28 s old, lag up to 11,480 records.',
      },
      {
        name: 'bulk',
        role: 'fixed',
        title: 'Bulk requests',
        set: { 'indexer.mode': 'bulk' },
        profile: indexing(1),
        sentence: 'The newest searchable track was up to 1.1 s old, lag up to 128 records.',
      },
    ],
  },
  {
    scenario: 'consumer-lag',
    name: 'hot key',
    title: 'One label holds the traffic',
    hot: PUBLISH,
    series: ['age of the newest searchable track', 'search-indexer lag on catalogue_updates'],
    judgedBy: 'lag',
    set: { 'catalogue.eventKey': 'label', 'indexer.consumers': 12 },
    arms: [
      {
        name: 'broken',
        role: 'broken',
        title: 'Keyed by label',
        profile: indexing(120),
        sentence: 'The newest searchable track was up to 35 s old, lag up to 14,300 records.',
      },
      {
        name: 'more consumers',
        role: 'decoy',
        title: 'Twice the consumers',
        set: { 'indexer.consumers': 24 },
        profile: indexing(118),
        sentence: 'The newest searchable track was up to 34 s old, lag up to 14,100 records.',
      },
      {
        name: 'salted key',
        role: 'fixed',
        title: 'The label and a salt',
        set: { 'catalogue.eventKey': 'label-salted' },
        profile: indexing(2),
        sentence: 'The newest searchable track was up to 1.4 s old, lag up to 260 records.',
      },
    ],
  },
];

const NOTES: Notes = {
  see: 'Timeouts of one playlist that come and go for some ten seconds to a minute and a half at a time, while every dashboard of the cluster says that it is mostly idle.',
  why: 'The partition key is playlist_id alone, so every read of the playlist is served by the same three replicas. They are close to their limit; whenever one of them compacts, the queue grows faster than it drains and reads pass their deadline. The other nodes cannot help.',
  fix: 'Make the bucket part of the partition key, so that the followers of one playlist lie on all nodes, and keep the metadata in a table of its own. Or, for a playlist that is read far more often than it is written, a cache in front of it.',
  costs:
    'Buckets: reading all followers takes one query per bucket, and the number of buckets is hard to change. Cache: staleness up to the TTL and a new component that can stampede.',
  questions: [
    'Why does doubling the nodes not help, and what would it have helped?',
    'Reads at ONE halve the work. What did the user lose?',
  ],
  triage: [
    'nodetool toppartitions rehearsal playlist_followers 10000',
    'nodetool compactionstats   # on the three busiest nodes',
    'grep "Writing large partition" system.log',
  ],
  caveats: [
    'Coordinators choose replicas at random: the dynamic snitch and speculative retries are not modelled.',
  ],
  arithmetic: [
    '600,000 followers × 195 bytes stored = 117 MB in one partition; Cassandra warns at 100 MB.',
    '900 hot reads/s × 2 replicas (QUORUM) ÷ 3 replicas = 600 replica reads/s on each, whatever the number of nodes.',
  ],
  sources: ['Cassandra documentation: compaction_large_partition_warning_threshold (100 MB)'],
};

export const SCENARIOS: readonly { name: string; title: string; hypothesis: string; notes: Notes }[] = [
  {
    name: 'hot-partition',
    title: 'Release Friday: one playlist, three replicas',
    hypothesis:
      'With a row per follower under (playlist_id), reads of one hot playlist time out while the cluster is mostly idle; spreading its followers over buckets, or caching it, keeps the playlist within its objectives on the same machines.',
    notes: NOTES,
  },
  {
    name: 'cache-stampede',
    title: 'Cache stampede: everybody rebuilds at once',
    hypothesis:
      'When a hot entry expires, every reader rebuilds it until the first is done; a lock or XFetch cuts the peak at least tenfold, a longer TTL does not.',
    notes: {
      ...NOTES,
      see: 'A sawtooth: every TTL the database sees a burst of identical reads, latency jumps, then all is quiet.',
    },
  },
  {
    name: 'consumer-lag',
    title: 'Consumer lag: new tracks cannot be found',
    hypothesis:
      'The indexer falls behind for one of two reasons: fewer consumers than partitions, or one key that holds the traffic. More consumers help only in the first; larger batches help in both.',
    notes: { ...NOTES, see: 'New tracks cannot be found for minutes. Search itself is fast, nothing fails.' },
  },
];
