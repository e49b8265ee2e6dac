/**
 * Kafka in virtual time: partitioned logs on brokers with replication and elections, producers that batch, consumer
 * groups that rebalance. What it costs is in `cost.ts`; what it leaves out, in the README.
 */
import type {
  ConsumerOptions,
  EventConsumer,
  EventLog,
  EventProducer,
  LogRecord,
  TopicDefinition,
} from '../../ports/event-log.ts';
import { type HandlerId, type Machine, MILLISECOND, type Simulation } from '../../runtime/kernel/index.ts';
import type { EmbeddedEngine, EngineEnvironment, EngineNode, Gauge } from '../engine.ts';
import { type Broker, Cluster, type Topic } from './cluster.ts';
import { Consumer, type ConsumerParts } from './consumer.ts';
import { serviceSpread } from './cost.ts';
import { DurableLog } from './durable.ts';
import { Group } from './group.ts';
import { type KafkaKnobs, resolveKnobs } from './knobs.ts';
import { partitionOf } from './murmur2.ts';
import { OffsetPath } from './offsets.ts';
import type { Partition } from './partition.ts';
import { ProducePath } from './produce.ts';
import { Producer, type ProducerParts } from './producer.ts';
import type { ProducerBatch } from './producer-batch.ts';

export interface PartitionInspection {
  readonly partition: number;
  /** Offset after the last record that readers may see. */
  readonly endOffset: number;
  /** Offset of the oldest retained record. */
  readonly startOffset: number;
  /** Broker that leads, counted from 0; -1: none. */
  readonly leader: number;
  readonly records: readonly LogRecord[];
}

export interface EmbeddedKafka extends EmbeddedEngine {
  readonly name: 'kafka';
  /** The log as a process on this machine sees it. */
  connect(client: Machine): EventLog;
  /** Retained records, outside time: for the checks of invariants. */
  inspect(topic: string): PartitionInspection[];
  /** The offset from which the group goes on; -1: it has committed nothing there. */
  committed(group: string, topic: string, partition: number): number;
  /** Sum over partitions of end − committed (without a commit: end − where the group starts). */
  lag(group: string, topic: string): number;
  /** Partitions that each member of the group owns now, in the order in which the members were created. */
  assignment(group: string): { readonly client: string; readonly partitions: readonly string[] }[];
  /** Completed rebalances of the group. */
  generation(group: string): number;
  /** A record that was there before the run; returns its offset. Null keys go round the partitions. */
  append(topic: string, key: string | null, value: unknown, bytes: number): number;
}

export function createKafka(
  environment: EngineEnvironment,
  options: { topics: readonly TopicDefinition[]; knobs?: Partial<KafkaKnobs> },
): EmbeddedKafka {
  return new Kafka(environment, options.topics, resolveKnobs(options.knobs));
}

class Kafka implements EmbeddedKafka {
  readonly name = 'kafka';
  readonly nodes: readonly EngineNode[];
  /** Grows when a group is first seen. */
  readonly gauges: Gauge[];
  readonly durable: DurableLog;
  readonly #environment: EngineEnvironment;
  readonly #simulation: Simulation;
  readonly #cluster: Cluster;
  readonly #groups = new Map<string, Group>();
  readonly #clients = new Map<number, Client>();
  readonly #consumers: { clientId: string; group: Group; consumer: Consumer }[] = [];
  readonly #producerParts: ProducerParts;
  readonly #consumerParts: ConsumerParts;
  readonly #retention: HandlerId;
  #retaining = false;
  #producers = 0;
  #appended = 0;
  #stopped = false;

  constructor(environment: EngineEnvironment, topics: readonly TopicDefinition[], knobs: KafkaKnobs) {
    const { simulation, network } = environment;
    this.#environment = environment;
    this.#simulation = simulation;
    const cluster = new Cluster(environment, topics, knobs);
    this.#cluster = cluster;
    const hop = (name: string) => environment.hop(`kafka.${name}`);
    const hops = { network: hop('network'), queue: hop('queue'), broker: hop('broker') };
    const path = new ProducePath<ProducerBatch>(environment, cluster);
    this.durable = new DurableLog({ simulation, cluster, path, groups: this.#groups });
    cluster.onCrash((broker) => this.#brokerCrashed(broker));
    cluster.onPause((broker) => {
      this.#consumerParts.offsets.brokerPaused(broker);
      for (const { consumer } of this.#consumers) consumer.brokerStopped(broker);
    });
    this.#producerParts = {
      simulation,
      cluster,
      path,
      hops: { ...hops, buffer: hop('producer'), replication: hop('replication') },
      random: simulation.random('kafka sticky partition'),
    };
    const spread = serviceSpread();
    const offsets = new OffsetPath({
      simulation,
      network,
      cluster,
      spread,
      hops: { ...hops, retry: hop('retry'), replication: hop('replication') },
      random: simulation.random('kafka commit'),
    });
    this.#consumerParts = {
      simulation,
      network,
      cluster,
      offsets,
      spread,
      hops: { ...hops, wait: hop('poll wait') },
      random: simulation.random('kafka fetch'),
    };
    this.#retention = simulation.register(() => this.#retain());
    this.nodes = cluster.brokers.map((broker) => nodeOf(cluster, broker));
    this.gauges = [
      {
        name: 'kafka under-replicated partitions',
        unit: '1',
        group: 'load',
        read: () => cluster.underReplicated(),
      },
    ];
  }

  connect(client: Machine): EventLog {
    let known = this.#clients.get(client.id);
    if (known === undefined) {
      known = new Client(client, this);
      this.#clients.set(client.id, known);
    }
    return known;
  }

  createProducer(machine: Machine): Producer {
    this.#startRetention();
    return new Producer(this.#producers++, machine, this.#producerParts);
  }

  createConsumer(machine: Machine, clientId: string, options: ConsumerOptions): Consumer {
    const group = this.#group(options);
    const consumer = new Consumer(this.#consumers.length, machine, group, options, this.#consumerParts);
    this.#consumers.push({ clientId, group, consumer });
    return consumer;
  }

  inspect(topic: string): PartitionInspection[] {
    return this.#topic(topic).partitions.map((partition) => ({
      partition: partition.number,
      endOffset: partition.highWatermark,
      startOffset: partition.startOffset,
      leader: partition.leader,
      records: partition.records().slice(0, partition.highWatermark - partition.startOffset),
    }));
  }

  committed(group: string, topic: string, partition: number): number {
    const claims = this.#groups.get(group)?.claims ?? [];
    const claim = claims.find((c) => c.partition.topic === topic && c.partition.number === partition);
    return claim?.committed ?? -1;
  }

  lag(group: string, topic: string): number {
    return this.#groups.get(group)?.lag(topic) ?? 0;
  }

  assignment(group: string): { client: string; partitions: string[] }[] {
    const known = this.#groups.get(group);
    return this.#consumers
      .filter(({ group: its, consumer }) => its === known && its.has(consumer))
      .map(({ clientId, consumer }) => ({
        client: clientId,
        partitions: consumer.owned.map(({ partition }) => `${partition.topic}-${partition.number}`),
      }));
  }

  generation(group: string): number {
    return this.#groups.get(group)?.generation ?? 0;
  }

  append(topic: string, key: string | null, value: unknown, bytes: number): number {
    const { partitions } = this.#topic(topic);
    const number = key === null ? this.#appended++ % partitions.length : partitionOf(key, partitions.length);
    const partition: Partition = partitions[number]!;
    const { nowNs } = this.#simulation;
    const timestampNs = nowNs;
    const headers = undefined;
    partition.append(
      { topic, partition: number, offset: -1, key, value, bytes, timestampNs, headers },
      nowNs,
    );
    partition.settleReplicas();
    this.#startRetention();
    return partition.endOffset - 1;
  }

  stop(): void {
    this.#stopped = true;
    for (const group of this.#groups.values()) group.stop();
  }

  #topic(name: string): Topic {
    const topic = this.#cluster.topic(name);
    if (topic === undefined) throw new RangeError(`Kafka has no topic '${name}'.`);
    return topic;
  }

  #group({ group, topics, startFrom }: ConsumerOptions): Group {
    const known = this.#groups.get(group);
    if (known !== undefined) {
      const same =
        known.topics.length === topics.length && known.topics.every(({ name }) => topics.includes(name));
      if (!same) throw new RangeError(`All consumers of group '${group}' must read the same topics.`);
      return known;
    }
    const { simulation, network } = this.#environment;
    const made = new Group(
      group,
      topics.map((topic) => this.#topic(topic)),
      startFrom,
      { simulation, network, cluster: this.#cluster, onCommit: this.durable.committed },
    );
    this.durable.adopt(made);
    this.#groups.set(group, made);
    this.gauges.push(...made.gauges);
    return made;
  }

  #brokerCrashed(broker: Broker): void {
    this.#consumerParts.offsets.brokerCrashed(broker);
    for (const { consumer } of this.#consumers) consumer.brokerStopped(broker);
  }

  #startRetention(): void {
    if (this.#retaining || this.#stopped) return;
    this.#retaining = true;
    this.#simulation.schedule(this.#cluster.knobs.retentionCheckMs * MILLISECOND, this.#retention);
  }

  #retain(): void {
    this.#retaining = false;
    const { nowNs } = this.#simulation;
    for (const partition of this.#cluster.partitions)
      partition.retain(nowNs, this.#cluster.knobs.retentionBytes);
    this.#startRetention();
  }
}

/** One process that talks to the cluster; what it created dies with it. */
class Client implements EventLog {
  readonly #machine: Machine;
  readonly #kafka: Kafka;
  #parts: { die(): void }[] = [];

  constructor(machine: Machine, kafka: Kafka) {
    this.#machine = machine;
    this.#kafka = kafka;
    machine.onCrash(() => {
      for (const part of this.#parts) part.die();
      this.#parts = [];
    });
  }

  createProducer(_clientId: string): EventProducer {
    const producer = this.#kafka.createProducer(this.#machine);
    this.#parts.push(producer);
    return producer;
  }

  createConsumer(clientId: string, options: ConsumerOptions): EventConsumer {
    const consumer = this.#kafka.createConsumer(this.#machine, clientId, options);
    this.#parts.push(consumer);
    return consumer;
  }
}

function nodeOf(cluster: Cluster, broker: Broker): EngineNode {
  return {
    machine: broker.machine,
    stations: [broker.cpu, broker.fetcher],
    requests: () => broker.requests,
    largestBytes: () => cluster.largestBytes(broker),
  };
}
