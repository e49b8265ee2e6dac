/**
 * Release Friday: one playlist takes a large part of all reads, and its table keeps a row per follower under the
 * playlist's key alone. Three replicas of one partition do the work of twelve machines.
 *
 * Capacity (recomputed by arithmetic.test.ts):
 *   stored row      = 189 bytes  → 600,000 followers × 189 = 113 MB, past Cassandra's warning at 100 MB
 *   hot reads       = 331/s at QUORUM of 3 → 221 replica reads/s on each of 3 replicas
 *   cluster         = 12 nodes × 2 cores = 24 cores, of which the partition can use 3 × 2 = 6
 */
import {
  defineScenario,
  errors,
  format,
  milliseconds,
  p,
  percent,
  type RunFigures,
} from './harness/index.ts';
import { ERROR_PERCENT, PLAYLIST_READ_P99_MS } from './load/objectives.ts';

const HOT = 'playlist.get hot';
const USUAL = 'playlist.get hot (usual)';
export const FOLLOWERS = 600_000;
/** A follower's row on disk: row kinds and bytes as `rowBytes` of the Cassandra engine counts them. */
export const STORED_ROW_BYTES = 189;
export const HOT_READS_PER_SECOND = 331;

const ordinary = (run: RunFigures) =>
  `${percent(run.errorShare(USUAL, 'trigger'))} of the playlist's usual reads failed, p99 ${milliseconds(run.latencyMs(USUAL, 'trigger', 0.99))}; ` +
  `the cluster was ${percent(run.meanUtilisation('cassandra', 'trigger'))} busy`;

const load = (run: RunFigures) =>
  `${percent(run.errorShare(HOT, 'trigger'))} of its reads failed, p99 ${milliseconds(run.latencyMs(HOT, 'trigger', 0.99))}; ` +
  `its three replicas were ${percent(run.busiestUtilisation('cassandra', 'trigger', 3))} busy, the cluster ${percent(run.meanUtilisation('cassandra', 'trigger'))}`;

const skew = (run: RunFigures) =>
  run.busiestUtilisation('cassandra', 'trigger', 3) / run.meanUtilisation('cassandra', 'trigger');

/** Per cent of the hot reads that failed, second by second of the trigger. */
const failing = (run: RunFigures) => run.valuesIn(`${HOT} errors`, 'trigger');
const stormy = (percentFailed: number) => percentFailed >= 50;
const calm = (percentFailed: number) => percentFailed < 10;
const shareOf = (seconds: readonly number[], kind: (percentFailed: number) => boolean) =>
  seconds.filter(kind).length / Math.max(1, seconds.length);

/**
 * Correlation (Pearson), second by second of the trigger, between the part of the hot reads that fails and how many of the
 * three busiest nodes compact: 1 goes hand in hand, 0 has nothing to do with each other. Compactions are under way nearly
 * always; what counts is how many at once.
 */
function failsWithCompactions(run: RunFigures): number {
  const failed = failing(run);
  const compacting = failed.map(() => 0);
  for (const { node } of run.busiest('cassandra', 'trigger', 3)) {
    const name = `${node} active compactions`;
    // A node that never compacted has no such series.
    if (run.series(name) === undefined) continue;
    run.valuesIn(name, 'trigger').forEach((active, second) => {
      if (active > 0) compacting[second]!++;
    });
  }
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanFailed, meanCompacting] = [mean(failed), mean(compacting)];
  const product = (a: (second: number) => number, b: (second: number) => number) =>
    failed.reduce((sum, _, second) => sum + a(second) * b(second), 0);
  const f = (second: number) => failed[second]! - meanFailed;
  const c = (second: number) => compacting[second]! - meanCompacting;
  const spread = Math.sqrt(product(f, f) * product(c, c));
  return spread > 0 ? product(f, c) / spread : 0;
}

export default defineScenario({
  name: 'hot-partition',
  title: 'Release Friday: one playlist, three replicas',
  teaches: 'a partition is served by its replicas alone, however large the cluster is',
  hypothesis:
    'With a row per follower under (playlist_id), reads of one hot playlist time out while the cluster is mostly idle; spreading its followers over buckets, or caching it, keeps the playlist within its objectives on the same machines.',
  modes: ['simulated'],
  minimumListeners: 500_000,
  phases: [
    { name: 'warm-up', seconds: 20 },
    { name: 'steady', seconds: 30 },
    { name: 'trigger', seconds: 120 },
    { name: 'recovery', seconds: 40 },
  ],
  load: {
    plays: true,
    hotPlaylists: { count: 1, followers: FOLLOWERS },
    traffic: [
      {
        operation: 'playlist.get',
        journey: { kind: 'open-playlist', from: 'popularity' },
        perSecond: { always: 10 },
      },
      {
        operation: HOT,
        journey: { kind: 'open-playlist', from: 'hot' },
        perSecond: { trigger: HOT_READS_PER_SECOND },
        fault: true,
      },
      {
        operation: USUAL,
        journey: { kind: 'open-playlist', from: 'hot' },
        perSecond: { always: 20 },
      },
      {
        operation: 'playlist.follow',
        journey: { kind: 'follow', from: 'hot' },
        perSecond: { always: 2, trigger: 30 },
      },
      {
        operation: 'playlist.add-track',
        journey: { kind: 'add-track', from: 'hot' },
        perSecond: { always: 1, trigger: 4, recovery: 8 },
      },
    ],
  },
  // After the storm the runbook says: restart the nodes that were slow, one by one. Hints follow ten seconds later.
  faults: [
    { kind: 'restart a replica of the hot playlist', phase: 'recovery', afterSeconds: 5, downSeconds: 8 },
    { kind: 'restart a replica of the hot playlist', phase: 'recovery', afterSeconds: 24, downSeconds: 8 },
  ],
  invariants: [
    'read-your-writes',
    'no acknowledged write lost',
    'no play lost or counted twice',
    'conservation',
  ],
  cases: [
    {
      name: 'hot-partition',
      title: 'One playlist takes the reads of a release Friday',
      set: {
        'playlist.schema': 'wide',
        'playlist.cache': 'off',
        'cassandra.nodes': 12,
        'cassandra.coresPerNode': 2,
        'cassandra.youngGenerationMB': 200,
        'cassandra.memtableFlushMB': 80,
        'cassandra.backgroundWriteBytesPerSecond': 600_000,
        'cassandra.readTimeoutMs': 200,
      },
      headline: { operation: HOT, series: [`${HOT} p99`, `${HOT} errors`] },
      objectives: [
        p(USUAL, 99, 'trigger', PLAYLIST_READ_P99_MS),
        errors(USUAL, 'trigger', ERROR_PERCENT),
        errors('playlist.get', 'trigger', ERROR_PERCENT),
      ],
      evidence: [
        {
          name: 'part of the hot reads fail',
          in: ['broken'],
          sentence: 'Part of the hot reads fail over the whole trigger, neither none nor all',
          measure: (run) => 100 * run.errorShare(HOT, 'trigger'),
          comparison: '>=',
          target: 15,
          unit: '%',
        },
        {
          name: 'not an outage',
          in: ['broken'],
          sentence: 'At least two in five hot reads still succeed',
          measure: (run) => 100 * run.errorShare(HOT, 'trigger'),
          comparison: '<=',
          target: 60,
          unit: '%',
        },
        {
          name: 'it comes and goes',
          in: ['broken', 'twice the nodes'],
          sentence:
            'Seconds in which most hot reads fail and seconds in which nearly none does: a tenth of the time at least is of each kind',
          measure: (run) => 100 * Math.min(shareOf(failing(run), stormy), shareOf(failing(run), calm)),
          comparison: '>=',
          target: 10,
          unit: '%',
        },
        {
          name: 'compaction',
          in: ['broken', 'twice the nodes'],
          sentence:
            'The more of its replicas compact at once, the more of the hot reads fail, second by second',
          measure: failsWithCompactions,
          comparison: '>=',
          target: 0.2,
          unit: 'correlation',
        },
        {
          name: 'faster than at QUORUM',
          in: ['reads at ONE'],
          sentence: 'Half of the hot reads come within 25 ms, for which a QUORUM takes several times as long',
          measure: (run) => run.latencyMs(HOT, 'trigger', 0.5),
          comparison: '<=',
          target: 25,
          unit: 'ms',
        },
        {
          name: 'an idle cluster',
          in: ['broken', 'twice the nodes'],
          sentence: 'The machines are mostly idle on average',
          measure: (run) => 100 * run.meanUtilisation('cassandra', 'trigger'),
          comparison: '<=',
          target: 50,
          unit: '%',
        },
        {
          name: 'skew over replicas',
          in: ['broken', 'twice the nodes'],
          sentence: 'The three busiest nodes carry a multiple of the mean',
          measure: skew,
          comparison: '>=',
          target: 2,
          unit: '× the mean',
        },
      ],
      arms: [
        { name: 'healthy', role: 'healthy', title: 'An ordinary Friday', fault: false, says: ordinary },
        { name: 'broken', role: 'broken', title: 'A row per follower under (playlist_id)', says: load },
        {
          name: 'bucketed key',
          role: 'fixed',
          title: '((playlist_id, bucket), user_id), metadata apart',
          set: { 'playlist.schema': 'bucketed' },
          says: load,
        },
        {
          name: 'cache-aside',
          role: 'fixed',
          title: 'Redis in front of the playlist',
          set: { 'playlist.cache': 'cache-aside', 'playlist.stampedeProtection': 'lock' },
          says: load,
        },
        {
          name: 'twice the nodes',
          role: 'decoy',
          title: 'Twice the nodes, same key',
          set: { 'cassandra.nodes': 24 },
          says: load,
        },
        {
          name: 'reads at ONE',
          role: 'decoy',
          title: 'Consistency ONE instead of QUORUM',
          set: { 'playlist.readConsistency': 'ONE' },
          violates: ['read-your-writes'],
          says: (run) =>
            `${format(run.violations('read-your-writes'))} of ${format(run.checked('read-your-writes'))} editors did not see their own edit; ${load(run)}`,
        },
      ],
    },
  ],
  notes: {
    see: 'Timeouts of one playlist that come and go with compactions, for some ten seconds to a minute and a half at a time, while every dashboard of the cluster says that it is mostly idle.',
    why: 'The partition key is playlist_id alone, so every read of the playlist is served by the same three replicas. They are close to their limit; whenever they compact, two at once most of all, or stop to collect garbage, the queue grows faster than it drains and reads pass their deadline. The other nodes cannot help.',
    fix: 'Make the bucket part of the partition key, so that the followers of one playlist lie on all nodes, and keep the metadata in a table of its own. Or, for a playlist that is read far more often than it is written, a cache in front of it.',
    costs:
      'Buckets: reading all followers takes one query per bucket, and the number of buckets is hard to change. Cache: staleness up to the TTL, an invalidation on every write, and a new component that can stampede.',
    questions: [
      'Readers try again: what do two further tries do to the three replicas, with a budget of a tenth of the reads and without one? Run it with --set gateway.readAttempts=3, then also with --set gateway.readRetryBudget=1 (every read may be repeated: no budget), and guess before.',
      'Why does doubling the nodes not help, and what would it have helped?',
      'Reads at ONE halve the work. What did the user lose?',
      'How would you find the hot partition in production, given only per-node metrics?',
      'How many buckets? Run the bucketed key with --set playlist.buckets=1: why is a bucket no fix, although the metadata lie apart? And what becomes slower with ten times as many, if a read counts all followers (--set playlist.followerCount=counted)?',
    ],
    triage: [
      'nodetool toppartitions rehearsal playlist_followers 10000',
      'nodetool tablehistograms rehearsal.playlist_followers   # partition size: max far above p99',
      'nodetool compactionstats   # on the three busiest nodes',
      'grep "Writing large partition" system.log',
    ],
    caveats: [
      'The incident on record names the broken key (user_id, playlist_id) and the fix (playlist_id, user_id) with buckets. Taken literally the broken key spreads followers over users and cannot be hot, and the fix without its buckets is the hot partition. What can happen is modelled here: one row per follower under playlist_id alone.',
      'A coordinator asks its own replica and draws the other one: the dynamic snitch is not modelled, and speculative retry is off (--set cassandra.speculativeRetry=99p turns it on). They move load from one replica of the partition to the other two.',
    ],
    arithmetic: [
      '600,000 followers × 189 bytes stored = 113 MB in one partition; Cassandra warns at 100 MB.',
      '331 hot reads/s × 2 replicas (QUORUM) ÷ 3 replicas = 221 replica reads/s on each, whatever the number of nodes.',
    ],
    sources: [
      'Cassandra documentation: compaction_large_partition_warning_threshold (100 MB)',
      'The incident on record of the design question: release Friday, 30 % of users with timeouts, compaction storms',
    ],
  },
});
