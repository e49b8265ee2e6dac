/**
 * Brokers, the partitions on them, and what the controller does: a broker that has crashed or stands still loses its
 * leaderships after the failover time, only in-sync replicas are elected, a returning broker catches up, joins again and gets its leaderships
 * back. A partition without an in-sync replica alive waits for one: nothing acknowledged by all is ever lost.
 */
import type { TopicDefinition } from '../../ports/event-log.ts';
import {
  type HandlerId,
  type Machine,
  MILLISECOND,
  SECOND,
  type Simulation,
  Station,
} from '../../runtime/kernel/index.ts';
import type { EngineEnvironment } from '../engine.ts';
import { CATCH_UP_BYTES_PER_SECOND, CATCH_UP_WAIT_NS } from './cost.ts';
import type { KafkaKnobs } from './knobs.ts';
import { murmur2 } from './murmur2.ts';
import { Partition } from './partition.ts';

const OFFSETS_TOPIC = '__consumer_offsets';
/** offsets.topic.replication.factor: 3 */
const OFFSETS_REPLICAS = 3;

export interface Topic {
  readonly name: string;
  readonly partitions: readonly Partition[];
}

export class Broker {
  readonly index: number;
  readonly machine: Machine;
  /** Network and request threads. */
  readonly cpu: Station;
  /** The replica fetcher (num.replica.fetchers: 1): copies arrive in order. */
  readonly fetcher: Station;
  /** What the controller knows. */
  believedUp = true;
  /** The controller has not heard of it since: it is down, or stands still. Infinity: it sends its heartbeats. */
  silentSinceNs = Number.POSITIVE_INFINITY;
  /** Back, but its copies lack what was written meanwhile. */
  catchingUp = false;
  caughtUpAtNs = 0;
  requests = 0;
  readonly #simulation: Simulation;

  constructor(environment: EngineEnvironment, index: number, cores: number) {
    this.index = index;
    this.#simulation = environment.simulation;
    this.machine = environment.createMachine(`kafka-${index + 1}`);
    const { name } = this.machine;
    this.cpu = new Station(environment.simulation, { name: `${name} cpu`, servers: cores });
    this.fetcher = new Station(environment.simulation, { name: `${name} replica fetcher`, servers: 1 });
    this.machine.attach(this.cpu);
    this.machine.attach(this.fetcher);
  }

  /** Standing still: connections are open, and nothing is answered. */
  get paused(): boolean {
    return this.machine.pausedUntilNs > this.#simulation.nowNs;
  }
}

export class Cluster {
  readonly brokers: readonly Broker[];
  readonly partitions: Partition[] = [];
  /**
   * The offsets topic, of which each broker is to lead one partition: of the 50 that it has (offsets.topic.num.partitions)
   * those that one broker leads have their copies on the same brokers.
   */
  readonly #offsets: readonly Partition[];
  readonly knobs: KafkaKnobs;
  readonly #onCrash: ((broker: Broker) => void)[] = [];
  readonly #onPause: ((broker: Broker) => void)[] = [];
  readonly #onReplicaSettled: ((broker: Broker) => void)[] = [];
  readonly #topics = new Map<string, Topic>();
  readonly #simulation: Simulation;
  readonly #detected: HandlerId;
  readonly #resumed: HandlerId;
  readonly #givenUp: HandlerId;
  readonly #caughtUp: HandlerId;
  readonly #preferred: HandlerId;

  constructor(environment: EngineEnvironment, topics: readonly TopicDefinition[], knobs: KafkaKnobs) {
    this.knobs = knobs;
    this.#simulation = environment.simulation;
    this.brokers = Array.from(
      { length: knobs.brokers },
      (_, i) => new Broker(environment, i, knobs.coresPerBroker),
    );
    this.#detected = environment.simulation.register((broker) => this.#fence(this.brokers[broker]!));
    this.#resumed = environment.simulation.register((broker) => this.#resume(this.brokers[broker]!));
    this.#givenUp = environment.simulation.register((broker) => this.#wakeReaders(broker));
    this.#caughtUp = environment.simulation.register((broker) => this.#join(this.brokers[broker]!));
    this.#preferred = environment.simulation.register((broker) => this.#prefer(this.brokers[broker]!));
    for (const topic of topics) this.#create(topic);
    this.#offsets = this.brokers.map((_, first) => {
      const copies = Math.min(OFFSETS_REPLICAS, knobs.brokers);
      return this.#partition(OFFSETS_TOPIC, first, first, copies, knobs.retentionMs * MILLISECOND);
    });
    for (const broker of this.brokers) {
      broker.machine.onCrash(() => this.#crashed(broker));
      broker.machine.onRestart(() => this.#back(broker));
      broker.machine.onPause(() => this.#paused(broker));
    }
  }

  /** Called with a broker that crashed: what was in flight there is lost. */
  onCrash(listener: (broker: Broker) => void): void {
    this.#onCrash.push(listener);
  }

  /** Called with a broker that stands still from now on, or for longer than it was to. */
  onPause(listener: (broker: Broker) => void): void {
    this.#onPause.push(listener);
  }

  /** Called with a broker for which nobody has to wait any more: it left the in-sync replicas, or caught up. */
  onReplicaSettled(listener: (broker: Broker) => void): void {
    this.#onReplicaSettled.push(listener);
  }

  topic(name: string): Topic | undefined {
    return this.#topics.get(name);
  }

  get topics(): Iterable<Topic> {
    return this.#topics.values();
  }

  /** The partition of the offsets topic that holds what a group commits. */
  offsetsOf(group: string): Partition {
    return this.#offsets[(murmur2(group) & 0x7fffffff) % this.#offsets.length]!;
  }

  /** The broker that keeps a group's members and offsets leads their partition; null: nobody does. */
  coordinatorOf(group: string): Broker | null {
    return this.brokers[this.offsetsOf(group).leader] ?? null;
  }

  /** When the followers in sync copy again, if one of them does not now: Infinity for one that is down or behind. */
  copyingFromNs(partition: Partition): number {
    let fromNs = this.#simulation.nowNs;
    for (let i = 0; i < partition.replicas.length; i++) {
      const { index, machine, catchingUp } = this.brokers[partition.replicas[i]!]!;
      if (!partition.inSync[i] || index === partition.leader) continue;
      if (!machine.up || catchingUp) return Number.POSITIVE_INFINITY;
      fromNs = Math.max(fromNs, machine.pausedUntilNs);
    }
    return fromNs;
  }

  /** Partitions with fewer in-sync replicas than copies. */
  underReplicated(): number {
    let count = 0;
    for (const partition of this.partitions) if (partition.inSyncCount < partition.replicas.length) count++;
    return count;
  }

  /** Bytes of the largest partition of which a broker holds a copy. */
  largestBytes(broker: Broker): number {
    let largest = 0;
    for (const partition of this.partitions)
      if (partition.bytes > largest && partition.replicas.includes(broker.index)) largest = partition.bytes;
    return largest;
  }

  #create({ name, partitions, replicationFactor, retentionMs }: TopicDefinition): void {
    if (this.#topics.has(name)) throw new RangeError(`Kafka topic '${name}' is defined twice.`);
    if (!Number.isInteger(partitions) || partitions < 1)
      throw new RangeError(`Kafka topic '${name}' needs at least one partition, not ${partitions}.`);
    const brokers = this.brokers.length;
    if (!Number.isInteger(replicationFactor) || replicationFactor < 1 || replicationFactor > brokers)
      throw new RangeError(
        `Kafka topic '${name}' cannot have ${replicationFactor} replicas on ${brokers} brokers.`,
      );
    // Each topic starts on another broker, so that topics of one partition do not pile up on the first.
    const shift = this.#topics.size;
    const retentionNs = (retentionMs ?? this.knobs.retentionMs) * MILLISECOND;
    const made = Array.from({ length: partitions }, (_, number) =>
      this.#partition(name, number, shift + number, replicationFactor, retentionNs),
    );
    this.#topics.set(name, { name, partitions: made });
  }

  /** With copies on that many brokers, one after the other from `first`. */
  #partition(topic: string, number: number, first: number, copies: number, retentionNs: number): Partition {
    const replicas = Array.from({ length: copies }, (_, i) => (first + i) % this.brokers.length);
    const { minInSyncReplicas } = this.knobs;
    const { length } = this.partitions;
    const made = new Partition(length, topic, number, replicas, retentionNs, minInSyncReplicas);
    this.partitions.push(made);
    return made;
  }

  #crashed(broker: Broker): void {
    broker.silentSinceNs = Math.min(broker.silentSinceNs, this.#simulation.nowNs);
    for (const partition of this.partitions) {
      // What a leader had appended is on its disk: it counts if nobody else can lead until it is back.
      if (partition.leader !== broker.index) continue;
      partition.replicaEnd[partition.replicas.indexOf(broker.index)] = partition.endOffset;
      // Fetches that hung there while it stood still are reset.
      partition.fetchableFromNs = 0;
    }
    for (const listener of this.#onCrash) listener(broker);
    this.#simulation.schedule(this.knobs.brokerFailoverMs * MILLISECOND, this.#detected, broker.index);
  }

  #paused(broker: Broker): void {
    const { nowNs } = this.#simulation;
    const untilNs = broker.machine.pausedUntilNs;
    if (broker.silentSinceNs === Number.POSITIVE_INFINITY) {
      broker.silentSinceNs = nowNs;
      this.#simulation.schedule(this.knobs.brokerFailoverMs * MILLISECOND, this.#detected, broker.index);
    }
    // Each reader has a fetch there, and asks nobody else before the request timeout.
    const givenUpNs = broker.silentSinceNs + this.knobs.requestTimeoutMs * MILLISECOND;
    for (const partition of this.partitions)
      if (partition.leader === broker.index) partition.fetchableFromNs = Math.min(untilNs, givenUpNs);
    this.#simulation.schedule(untilNs - nowNs, this.#resumed, broker.index);
    if (givenUpNs > nowNs && givenUpNs < untilNs)
      this.#simulation.schedule(givenUpNs - nowNs, this.#givenUp, broker.index);
    for (const listener of this.#onPause) listener(broker);
  }

  #resume(broker: Broker): void {
    if (!broker.machine.up || broker.paused || broker.silentSinceNs === Number.POSITIVE_INFINITY) return;
    broker.silentSinceNs = Number.POSITIVE_INFINITY;
    if (!broker.believedUp) this.#back(broker);
    this.#wakeReaders(broker.index);
  }

  /** Of the partitions of which a broker has a copy: it led them, or leads them still. */
  #wakeReaders(broker: number): void {
    for (const partition of this.partitions)
      if (partition.replicas.includes(broker)) for (const reader of partition.readers) reader.wake();
  }

  /** The controller has missed the broker for long enough: it leaves the in-sync replicas, others lead. */
  #fence(broker: Broker): void {
    const silentNs = this.#simulation.nowNs - broker.silentSinceNs;
    if (!broker.believedUp || silentNs < this.knobs.brokerFailoverMs * MILLISECOND) return;
    broker.believedUp = false;
    for (const partition of this.partitions) {
      const position = partition.replicas.indexOf(broker.index);
      if (position < 0) continue;
      // What a leader that stands still has appended stays in its log until it is back and follows.
      if (partition.leader === broker.index) partition.replicaEnd[position] = partition.endOffset;
      // The last in-sync replica stays one: only it may lead again.
      if (partition.inSync[position] && partition.inSyncCount > 1) partition.inSync[position] = false;
      if (partition.leader === broker.index) this.#elect(partition);
    }
    for (const listener of this.#onReplicaSettled) listener(broker);
  }

  #elect(partition: Partition): void {
    for (let i = 0; i < partition.replicas.length; i++) {
      const candidate = this.brokers[partition.replicas[i]!]!;
      if (!partition.inSync[i] || !candidate.believedUp || !candidate.machine.up) continue;
      this.#lead(partition, i);
      return;
    }
    partition.leader = -1;
    partition.epoch++;
  }

  #lead(partition: Partition, position: number): void {
    partition.leader = partition.replicas[position]!;
    partition.epoch++;
    partition.truncate(partition.replicaEnd[position]!);
    for (let i = 0; i < partition.replicas.length; i++) {
      const { machine, believedUp, catchingUp } = this.brokers[partition.replicas[i]!]!;
      if (machine.up && believedUp && !catchingUp) partition.inSync[i] = true;
    }
    partition.settleReplicas();
    for (const reader of partition.readers) reader.wake();
  }

  /** A broker starts anew, or has been fenced and is heard of again: its copies lack what was written meanwhile. */
  #back(broker: Broker): void {
    broker.silentSinceNs = Number.POSITIVE_INFINITY;
    broker.believedUp = true;
    broker.catchingUp = true;
    let missedBytes = 0;
    for (const partition of this.partitions) {
      const position = partition.replicas.indexOf(broker.index);
      if (position < 0) continue;
      if (partition.leader < 0 && partition.inSync[position]) this.#lead(partition, position);
      else if (partition.leader === broker.index) {
        // Back before anybody noticed: its own log is as it was on disk.
        partition.replicaEnd[position] = partition.endOffset;
        for (const reader of partition.readers) reader.wake();
      } else
        missedBytes +=
          Math.max(0, partition.endOffset - partition.replicaEnd[position]!) * partition.meanBytes;
    }
    const catchUpNs = CATCH_UP_WAIT_NS + (missedBytes / CATCH_UP_BYTES_PER_SECOND) * SECOND;
    broker.caughtUpAtNs = this.#simulation.nowNs + Math.round(catchUpNs);
    this.#simulation.schedule(Math.round(catchUpNs), this.#caughtUp, broker.index);
  }

  #join(broker: Broker): void {
    const { nowNs } = this.#simulation;
    if (!broker.machine.up || !broker.believedUp || nowNs !== broker.caughtUpAtNs) return;
    if (broker.paused) {
      broker.caughtUpAtNs = broker.machine.pausedUntilNs;
      this.#simulation.schedule(broker.caughtUpAtNs - nowNs, this.#caughtUp, broker.index);
      return;
    }
    broker.catchingUp = false;
    for (const partition of this.partitions) {
      const position = partition.replicas.indexOf(broker.index);
      if (position < 0 || partition.leader < 0) continue;
      partition.join(position);
    }
    for (const listener of this.#onReplicaSettled) listener(broker);
    this.#simulation.schedule(this.knobs.leaderRebalanceMs * MILLISECOND, this.#preferred, broker.index);
  }

  #prefer(broker: Broker): void {
    if (!broker.machine.up || !broker.believedUp) return;
    for (const partition of this.partitions) {
      if (partition.replicas[0] !== broker.index || !partition.inSync[0] || partition.leader < 0) continue;
      if (partition.leader === broker.index) continue;
      partition.leader = broker.index;
      partition.epoch++;
      partition.settleReplicas();
    }
  }
}
