/**
 * Everything about the modelled Kafka cluster and its clients that a scenario may turn. Defaults are those of Kafka 4
 * (its broker, producer and consumer configuration reference) unless the comment says otherwise.
 */
import type { KnobValues } from '../../ports/knobs.ts';
import { withDefaults } from '../with-defaults.ts';

export const kafkaKnobs = {
  // The smallest cluster that keeps three replicas.
  brokers: { default: 3, unit: '1', description: 'Brokers of the cluster.', min: 1, max: 30 },
  coresPerBroker: {
    default: 4,
    unit: '1',
    description: 'CPU cores of a broker, shared by its network and request threads.',
    min: 1,
    max: 128,
  },
  acks: {
    default: 'all' as 'all' | '1' | '0',
    unit: '',
    description:
      'What a producer waits for: all in-sync replicas, the leader alone (an election may lose the record, a retry store it twice), or nothing.',
    values: ['all', '1', '0'],
  },
  // Broker default 1; 2 is the usual production setting for three replicas: one broker may fail.
  minInSyncReplicas: {
    default: 2,
    unit: '1',
    description:
      'In-sync replicas below which a write with acks=all is refused and readers see nothing new (at most the replication factor).',
    min: 1,
  },
  // linger.ms: 5 since Kafka 4.0 (0 before)
  lingerMs: {
    default: 5,
    unit: 'ms',
    description: 'How long a producer waits for more records of a batch.',
    min: 0,
  },
  batchBytes: {
    default: 16_384,
    unit: 'bytes',
    description: 'Size of a producer batch, one partition each, that is sent at once.',
    min: 1,
  },
  bufferBytes: {
    default: 33_554_432,
    unit: 'bytes',
    description: 'Unsent bytes that a producer holds; further records are refused as overloaded.',
    min: 1,
  },
  deliveryTimeoutMs: {
    default: 120_000,
    unit: 'ms',
    description: 'How long a producer tries to deliver a record, retries included.',
    min: 1,
  },
  requestTimeoutMs: {
    default: 30_000,
    unit: 'ms',
    description: 'How long a client waits for one response before it tries again.',
    min: 1,
  },
  retryBackoffMs: {
    default: 100,
    unit: 'ms',
    description: 'Pause before the first retry; doubles to a second.',
    min: 1,
  },
  fetchMinBytes: {
    default: 1,
    unit: 'bytes',
    description: 'Bytes that must be there before a broker answers a waiting fetch.',
    min: 1,
  },
  fetchMaxWaitMs: {
    default: 500,
    unit: 'ms',
    description: 'How long a broker holds back a fetch that has fewer bytes than fetchMinBytes.',
    min: 0,
  },
  // session.timeout.ms: 45 s since Kafka 3.0, 10 s before; 10 s here, so that runs of minutes show a failover.
  sessionTimeoutMs: {
    default: 10_000,
    unit: 'ms',
    description: 'Silence after which a group takes a consumer for dead.',
    min: 1,
  },
  heartbeatIntervalMs: {
    default: 3_000,
    unit: 'ms',
    description: 'Time between two heartbeats of a consumer.',
    min: 1,
  },
  maxPollIntervalMs: {
    default: 300_000,
    unit: 'ms',
    description: 'Time without a poll after which a consumer is put out of its group.',
    min: 1,
  },
  // Members learn of a rebalance with their next heartbeat (3 s apart); an empty group waits as long for more members
  // (group.initial.rebalance.delay.ms: 3000).
  rebalanceMs: {
    default: 3_000,
    unit: 'ms',
    description: 'Shortest duration of a rebalance; it ends when all members have polled again.',
    min: 0,
  },
  // The consumers' default is [RangeAssignor, CooperativeStickyAssignor], of which a group uses the first: ranges, with
  // everybody stopped (eager). Cooperative here, as Kafka's documentation recommends once all members know it: a consumer
  // that is added or dies must not stop those that keep up. `range` shows what the default costs.
  assignor: {
    default: 'cooperative-sticky' as 'cooperative-sticky' | 'range',
    unit: '',
    description:
      'How a group spreads partitions: cooperatively (what moves waits for a second rebalance, the rest is read on), or ranges with everybody stopped meanwhile.',
    values: ['cooperative-sticky', 'range'],
  },
  // broker.session.timeout.ms: 9000 (KRaft)
  brokerFailoverMs: {
    default: 9_000,
    unit: 'ms',
    description: 'Silence (a crash, a pause) after which a broker is fenced and others lead its partitions.',
    min: 0,
  },
  // leader.imbalance.check.interval.seconds: 300
  leaderRebalanceMs: {
    default: 300_000,
    unit: 'ms',
    description: 'From the return of a broker to the return of its leaderships.',
    min: 0,
  },
  // log.retention.hours: 168
  retentionMs: {
    default: 604_800_000,
    unit: 'ms',
    description: 'Age at which records are deleted, for topics that do not say.',
    min: 1,
  },
  retentionBytes: {
    default: -1,
    unit: 'bytes',
    description: 'Size of a partition above which its oldest records are deleted; -1: no limit.',
    min: -1,
  },
  // log.retention.check.interval.ms: 300000
  retentionCheckMs: {
    default: 300_000,
    unit: 'ms',
    description: 'Time between two looks for records to delete.',
    min: 1,
  },
} as const;

export type KafkaKnobs = KnobValues<typeof kafkaKnobs>;

export function resolveKnobs(knobs: Partial<KafkaKnobs> = {}): KafkaKnobs {
  return withDefaults('Kafka', kafkaKnobs, knobs);
}
