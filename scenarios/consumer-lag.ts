/**
 * Labels deliver a release Friday's catalogue; the search indexer consumes it from Kafka and falls behind, so that new
 * tracks cannot be found. Three causes look alike on the dashboard and need different fixes.
 *
 * Arithmetic (recomputed by arithmetic.test.ts; arithmetic.slow.test.ts holds the time of a request to a run): a consumer
 * that indexes one document per request handles about 1 ÷ (time of one request) a second; a partition has one consumer, so
 *   capacity = min(consumers, partitions with traffic) ÷ request time
 */
import { counted, defineScenario, errors, format, objective, type RunFigures } from './harness/index.ts';
import { ERROR_PERCENT, NEW_TRACK_WAIT, NEW_TRACK_WAIT_S } from './load/objectives.ts';

const PUBLISH = 'catalogue.publish';
export const PUBLISHED_PER_SECOND = 560;
export const USUAL_PER_SECOND = 20;
/** One document, indexed by a request of its own: the round trip, and the fsync of the translog at both copies. */
export const REQUEST_S = 0.006;

/** Series of the run, and the objectives over them: one name each. */
const NEW_WAIT = NEW_TRACK_WAIT;
const NEWEST_AGE = 'age of the newest searchable track';
const LAG = 'search-indexer lag on catalogue_updates';
const WORST_PARTITION = 'search-indexer lag in the worst partition of catalogue_updates';

/** The delivery's backlog is worked off after it: a track that came in the trigger is waited for until it can be found. */
const worst = (series: string) => (run: RunFigures) =>
  Math.max(0, ...run.valuesIn(series, 'trigger'), ...run.valuesIn(series, 'recovery'));
const worstAge = worst(NEWEST_AGE);
const worstWait = worst(NEW_WAIT);
const worstLag = worst(LAG);
/** Per cent of the lag that one partition has, when the lag is largest. */
const worstShare = (run: RunFigures) => {
  const lags = run.valuesIn(LAG, 'trigger');
  const at = lags.indexOf(Math.max(...lags));
  return (100 * run.valuesIn(WORST_PARTITION, 'trigger')[at]!) / Math.max(1, lags[at]!);
};
const age = (run: RunFigures) =>
  `a new track could not be found for up to ${format(worstWait(run))} s (the newest searchable one was up to ${format(worstAge(run))} s old); lag up to ${counted(worstLag(run), 'record')}`;

const objectives = [
  objective(NEW_WAIT, 'trigger', NEW_TRACK_WAIT_S, 's', worstWait),
  objective(NEWEST_AGE, 'trigger', NEW_TRACK_WAIT_S, 's', worstAge),
  errors('catalogue.publish (usual)', 'trigger', ERROR_PERCENT),
];

const growingLag = (...roles: string[]) => ({
  name: 'a lag that grows',
  in: roles,
  sentence: 'Records wait in the log: what arrives exceeds what is indexed',
  measure: worstLag,
  comparison: '>=' as const,
  target: 1_000,
  unit: 'records',
});

const spreadLag = (...roles: string[]) => ({
  name: 'every partition lags',
  in: roles,
  sentence: 'No partition holds most of the lag: whoever reads them is too slow or too few',
  measure: worstShare,
  comparison: '<=' as const,
  target: 70,
  unit: '%',
});

const oneFullPartition = (...roles: string[]) => ({
  name: 'one partition lags',
  in: roles,
  sentence: 'One partition holds nearly all of the lag: the others have consumers with nothing to do',
  measure: worstShare,
  comparison: '>=' as const,
  target: 85,
  unit: '%',
});

const headline = {
  operation: PUBLISH,
  series: [NEW_WAIT, NEWEST_AGE, LAG],
};
const bulk = { 'indexer.mode': 'bulk' };

export default defineScenario({
  name: 'consumer-lag',
  title: 'Consumer lag: new tracks cannot be found',
  teaches: 'a consumer group has at most the parallelism of its partitions that carry traffic',
  hypothesis:
    'The indexer falls behind for one of three reasons: fewer consumers than partitions, as many and still too slow, or one key that holds the traffic. More consumers help only in the first; larger batches help in all.',
  modes: ['simulated'],
  minimumListeners: 500_000,
  phases: [
    { name: 'warm-up', seconds: 20 },
    { name: 'steady', seconds: 30 },
    { name: 'trigger', seconds: 23 },
    { name: 'recovery', seconds: 112 },
  ],
  load: {
    plays: true,
    traffic: [
      { operation: 'search', journey: { kind: 'search' }, perSecond: { always: 2 } },
      {
        operation: PUBLISH,
        journey: { kind: 'publish-track', hotLabelShare: 0.9 },
        perSecond: { trigger: PUBLISHED_PER_SECOND },
        fault: true,
      },
      {
        operation: 'catalogue.publish (usual)',
        journey: { kind: 'publish-track' },
        perSecond: { always: USUAL_PER_SECOND },
      },
      {
        operation: 'playlist.add-track',
        journey: { kind: 'add-track', from: 'popularity' },
        perSecond: { always: 2 },
      },
    ],
  },
  invariants: [
    'every published track becomes searchable',
    'no acknowledged write lost',
    'no play lost or counted twice',
    'read-your-writes',
    'conservation',
  ],
  cases: [
    {
      name: 'too few consumers',
      title: 'Two consumers for six partitions',
      set: {
        'catalogue.updatePartitions': 6,
        'indexer.consumers': 2,
        'indexer.mode': 'single',
        'catalogue.eventKey': 'track',
      },
      headline,
      objectives,
      evidence: [growingLag('broken'), spreadLag('broken')],
      arms: [
        { name: 'healthy', role: 'healthy', title: 'An ordinary day', fault: false, says: age },
        { name: 'broken', role: 'broken', title: 'Two consumers, a request per track', says: age },
        {
          name: 'as many consumers as partitions',
          role: 'fixed',
          title: 'Six consumers',
          set: { 'indexer.consumers': 6 },
          says: age,
        },
        { name: 'bulk', role: 'fixed', title: 'Bulk requests', set: bulk, says: age },
      ],
    },
    {
      name: 'too slow',
      title: 'As many consumers as partitions, and still too slow',
      set: {
        'catalogue.updatePartitions': 2,
        'indexer.consumers': 2,
        'indexer.mode': 'single',
        'catalogue.eventKey': 'track',
      },
      headline,
      objectives,
      // Not that the lag is spread: at half the size the topic has one partition.
      evidence: [growingLag('broken', 'decoy')],
      arms: [
        { name: 'healthy', role: 'healthy', title: 'An ordinary day', fault: false, says: age },
        { name: 'broken', role: 'broken', title: 'Two consumers for two partitions', says: age },
        {
          name: 'more consumers',
          role: 'decoy',
          title: 'Three times the consumers',
          set: { 'indexer.consumers': 6 },
          says: age,
        },
        { name: 'bulk', role: 'fixed', title: 'Bulk requests', set: bulk, says: age },
      ],
    },
    {
      name: 'hot key',
      title: 'One label holds the traffic',
      set: {
        'catalogue.updatePartitions': 6,
        'indexer.consumers': 6,
        'indexer.mode': 'single',
        'catalogue.eventKey': 'label',
      },
      headline,
      objectives,
      evidence: [growingLag('broken', 'decoy'), oneFullPartition('broken', 'decoy')],
      arms: [
        { name: 'healthy', role: 'healthy', title: 'An ordinary day', fault: false, says: age },
        { name: 'broken', role: 'broken', title: 'Keyed by label', says: age },
        {
          name: 'more consumers',
          role: 'decoy',
          title: 'Twice the consumers',
          set: { 'indexer.consumers': 12 },
          says: age,
        },
        {
          name: 'salted key',
          role: 'fixed',
          title: 'The label and a salt',
          set: { 'catalogue.eventKey': 'label-salted' },
          says: age,
        },
        { name: 'bulk', role: 'fixed', title: 'Bulk requests', set: bulk, says: age },
      ],
    },
  ],
  notes: {
    see: 'New tracks cannot be found for ten to forty seconds, and longer the longer the delivery lasts: most of that after it, while the backlog is worked off. Search itself is fast, nothing fails, the lag of one consumer group grows.',
    why: 'A partition is read by one consumer of a group. Whatever a consumer does per record bounds its rate; a request per document is bounded by the round trip and the fsync behind it. When more arrives than that, the log keeps it: lag is arrivals minus what was indexed.',
    fix: 'First find which bound is hit. Idle partitions without a consumer: add consumers. Every partition has one: index in bulk. One partition holds the lag: change the key, or index in bulk.',
    costs:
      'More partitions cannot be taken back and change which key lies where. A salted key gives up the order of a label’s updates. Bulk requests fail in parts, so each item’s outcome has to be looked at.',
    questions: [
      'The lag grows by 250 a second with two consumers. What do you look at before you add a third?',
      'What does a salted key break, and how would an indexer live with it?',
      'Why does the lag per partition say more than the lag of the group?',
    ],
    triage: [
      'kafka-consumer-groups.sh --bootstrap-server localhost:9092 --describe --group search-indexer',
      'curl -s localhost:9200/_cat/thread_pool/write?v',
      'curl -s localhost:9200/_cat/indices?v   # docs.count against the catalogue',
    ],
    caveats: [
      'The ways of keying share the arrivals: in the first two cases the label’s share has no effect, because tracks are keyed one by one.',
    ],
    arithmetic: [
      '560 tracks/s arrive (and the usual 20), nine in ten from one label; a consumer at 6 ms a request indexes 170/s: 2 of them about 330/s, 6 of them 1,000/s, and the one that has the label’s partition 170 of its 504.',
    ],
    sources: [
      'Kafka documentation: consumer groups',
      'Elasticsearch documentation: tune for indexing speed (bulk requests)',
    ],
  },
});
