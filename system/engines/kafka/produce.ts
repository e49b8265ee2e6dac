/**
 * The way of a produce request: one message carries the batches of all partitions that a broker leads, so that the cost
 * of a record is small. Everything here is events on slots; the promises belong to the producer.
 *
 *   producer ──network──▶ [queue ▸ leader] ──▶ [fetcher of each follower] ── round trip ──▶ committed ──network──▶ producer
 */

import type { LogRecord } from '../../ports/event-log.ts';
import {
  type Distribution,
  empty,
  type HandlerId,
  type KeyedRandom,
  MILLISECOND,
  type Network,
  type Simulation,
} from '../../runtime/kernel/index.ts';
import type { EngineEnvironment } from '../engine.ts';
import type { Broker, Cluster } from './cluster.ts';
import { produceNs, replicateNs, replicationRoundTrip, serviceSpread } from './cost.ts';
import type { Partition, StoredRecord } from './partition.ts';

/** Records of one partition that travel and are stored together. */
export interface Batch {
  readonly partition: Partition;
  readonly records: StoredRecord[];
  readonly bytes: number;
  /** Where the broker put it; below 0: nowhere yet. */
  baseOffset: number;
  /** What the leader said at the last attempt. */
  accepted: boolean;
}

/** Who sends requests, and hears what became of them. */
export interface Sender<B extends Batch> {
  readonly number: number;
  readonly machineId: number;
  answered(request: ProduceRequest<B>): void;
  failed(request: ProduceRequest<B>): void;
}

const NO_BATCHES: readonly never[] = [];

const FREE = 0;
const TRAVELLING = 1;
const AT_LEADER = 2;
const REPLICATING = 3;
/** Nothing is left to do but to deliver the answer. */
const ANSWERED = 4;

export class ProduceRequest<B extends Batch> {
  readonly slot: number;
  generation = 0;
  state = FREE;
  sender: Sender<B> | null = null;
  broker: Broker | null = null;
  batches: readonly B[] = NO_BATCHES;
  /** With the sender's number it keys all draws of this request. */
  sequence = 0;
  sentNs = 0;
  /** The sender does not wait any more. */
  abandoned = false;
  /** For each batch: where it ends in the log of this request's leader, and in which epoch it led; -1: not there. */
  readonly ends: number[] = [];
  readonly epochs: number[] = [];
  /** Bit b: the copy on broker b is awaited. */
  awaited = 0;
  /** Every copy is there, and too few replicas are in sync. */
  heldBack = false;
  answerUnderway = false;
  appendedNs = 0;
  outNs = 0;
  queueNs = 0;
  serviceNs = 0;
  replicationNs = 0;
  backNs = 0;

  constructor(slot: number) {
    this.slot = slot;
  }
}

/** Slot in the low bits, generation above: a late or doubled message cannot hit the slot's next owner. */
const SLOT_BITS = 20;
const SLOT_MASK = (1 << SLOT_BITS) - 1;
const GENERATION_MASK = 0x7ff;

export class ProducePath<B extends Batch> {
  /** Told of each record that a leader has put into its log. */
  onAppend: ((record: LogRecord) => void) | null = null;
  readonly #simulation: Simulation;
  readonly #network: Network;
  readonly #cluster: Cluster;
  readonly #random: KeyedRandom;
  readonly #replicationRandom: KeyedRandom;
  readonly #spread: Distribution = serviceSpread();
  readonly #roundTrip: Distribution = replicationRoundTrip();
  readonly #requests: ProduceRequest<B>[] = [];
  readonly #free: number[] = [];
  readonly #arrived: HandlerId;
  readonly #served: HandlerId;
  readonly #stored: readonly HandlerId[];
  readonly #committed: HandlerId;
  readonly #returned: HandlerId;
  readonly #followerBatches: Int32Array;
  readonly #followerBytes: Float64Array;

  constructor(environment: EngineEnvironment, cluster: Cluster) {
    const { simulation } = environment;
    this.#simulation = simulation;
    this.#network = environment.network;
    this.#cluster = cluster;
    this.#random = simulation.random('kafka produce');
    this.#replicationRandom = simulation.random('kafka replication');
    this.#arrived = simulation.register((argument) => this.#arrive(argument));
    this.#served = simulation.register((argument) => this.#serve(argument));
    this.#stored = cluster.brokers.map((broker) =>
      simulation.register((argument) => this.#store(broker, argument)),
    );
    this.#committed = simulation.register((argument) => this.#commit(argument));
    this.#returned = simulation.register((argument) => this.#return(argument));
    this.#followerBatches = new Int32Array(cluster.brokers.length);
    this.#followerBytes = new Float64Array(cluster.brokers.length);
    cluster.onCrash((broker) => this.#crashed(broker));
    cluster.onReplicaSettled((broker) => this.#settled(broker));
  }

  /** `sequence` and the sender's number key the latencies. Returns the request; it is valid until it was answered or failed. */
  send(sender: Sender<B>, broker: Broker, batches: B[], sequence: number): ProduceRequest<B> {
    const slot = this.#free.pop() ?? this.#requests.push(new ProduceRequest(this.#requests.length)) - 1;
    const request = this.#requests[slot]!;
    request.state = TRAVELLING;
    request.sender = sender;
    request.broker = broker;
    request.batches = batches;
    request.sequence = sequence;
    request.sentNs = this.#simulation.nowNs;
    request.abandoned = false;
    request.answerUnderway = false;
    request.awaited = 0;
    request.heldBack = false;
    request.replicationNs = 0;
    request.outNs = this.#network.send(
      sender.machineId,
      broker.machine.id,
      sequence,
      sender.number * 8,
      this.#arrived,
      this.#argument(request),
    );
    return request;
  }

  /** The sender has waited long enough: whatever the broker does with the request, nobody hears of it. */
  abandon(request: ProduceRequest<B>): void {
    request.abandoned = true;
    const lost = request.state === TRAVELLING && request.outNs < 0;
    if (lost || request.heldBack || request.state === ANSWERED) this.#release(request);
  }

  #arrive(argument: number): void {
    const request = this.#find(argument, TRAVELLING);
    if (request === null) return;
    const broker = request.broker!;
    if (!broker.machine.up) {
      this.#fail(request);
      return;
    }
    request.state = AT_LEADER;
    broker.requests++;
    let records = 0;
    let bytes = 0;
    for (const batch of request.batches) {
      records += batch.records.length;
      bytes += batch.bytes;
    }
    const factor = this.#spread.at(this.#random.uniform(request.sender!.number, request.sequence));
    const serviceNs = produceNs(request.batches.length, records, bytes) * factor;
    broker.cpu.enter(this.#served, argument, serviceNs);
  }

  #serve(argument: number): void {
    const request = this.#find(argument, AT_LEADER);
    if (request === null) return;
    const broker = request.broker!;
    request.queueNs = broker.cpu.lastWaitNs;
    request.serviceNs = broker.cpu.lastServiceNs;
    request.appendedNs = this.#simulation.nowNs;
    request.state = REPLICATING;
    empty(request.ends);
    empty(request.epochs);
    for (const batch of request.batches) {
      const accepted = this.#append(batch, broker);
      request.ends.push(accepted ? batch.baseOffset + batch.records.length : -1);
      request.epochs.push(batch.partition.epoch);
      // An answer that nobody waits for must not speak for the attempt that came after it.
      if (!request.abandoned) batch.accepted = accepted;
    }
    if (this.#cluster.knobs.acks !== 'all' && !request.abandoned) this.#answer(request);
    this.#replicate(request);
  }

  /**
   * Appends a batch. False: not the leader, or too few replicas. Only with acks=all is the producer idempotent, and a batch
   * that is there already not appended again: with less the client turns that off by itself (KAFKA-13673).
   */
  #append(batch: B, broker: Broker): boolean {
    const { partition } = batch;
    if (partition.leader !== broker.index) return false;
    const idempotent = this.#cluster.knobs.acks === 'all';
    const again = batch.baseOffset >= 0;
    if (idempotent) {
      if (partition.underMinInSync) return false;
      if (again && partition.at(batch.baseOffset) === batch.records[0]) return true;
      // Delivered once and deleted since by retention: still not to be appended again.
      if (again && batch.baseOffset < partition.startOffset) return true;
    }
    batch.baseOffset = partition.endOffset;
    const nowNs = this.#simulation.nowNs;
    // Those that may be in the log keep their offsets.
    const records = again && !idempotent ? batch.records.map((record) => ({ ...record })) : batch.records;
    for (const record of records) {
      partition.append(record, nowNs);
      this.onAppend?.(record);
    }
    return true;
  }

  #replicate(request: ProduceRequest<B>): void {
    const brokers = this.#cluster.brokers;
    const counts = this.#followerBatches.fill(0);
    const bytes = this.#followerBytes.fill(0);
    for (let b = 0; b < request.batches.length; b++) {
      const batch = request.batches[b]!;
      if (request.ends[b]! < 0) continue;
      const { replicas, inSync } = batch.partition;
      for (let i = 0; i < replicas.length; i++) {
        const follower = replicas[i]!;
        if (!inSync[i] || follower === request.broker!.index) continue;
        counts[follower]!++;
        bytes[follower]! += batch.bytes;
      }
    }
    let awaited = 0;
    for (let follower = 0; follower < counts.length; follower++) {
      if (counts[follower] === 0) continue;
      awaited |= 1 << follower;
      const { machine, catchingUp, fetcher } = brokers[follower]!;
      // A follower that is down or behind holds the request up until it leaves the in-sync replicas, or is back.
      if (!machine.up || catchingUp) continue;
      const u = this.#random.uniform(request.sender!.number, request.sequence, 1 + follower);
      const factor = this.#spread.at(u);
      const serviceNs = replicateNs(counts[follower]!, bytes[follower]!) * factor;
      fetcher.enter(this.#stored[follower]!, this.#argument(request), serviceNs);
    }
    request.awaited = awaited;
    if (awaited === 0) this.#commit(this.#argument(request));
  }

  #store(follower: Broker, argument: number): void {
    const request = this.#find(argument, REPLICATING);
    if (request === null) return;
    for (let b = 0; b < request.batches.length; b++) {
      const { replicas, replicaEnd, epoch } = request.batches[b]!.partition;
      const end = request.ends[b]!;
      if (end < 0 || epoch !== request.epochs[b]) continue;
      const position = replicas.indexOf(follower.index);
      if (position >= 0 && replicaEnd[position]! < end) replicaEnd[position] = end;
    }
    this.#confirm(request, follower);
  }

  /** One copy less to wait for. The leader learns of the last one with the follower's next fetch: a round trip. */
  #confirm(request: ProduceRequest<B>, follower: Broker): void {
    const bit = 1 << follower.index;
    if ((request.awaited & bit) === 0) return;
    request.awaited &= ~bit;
    if (request.awaited !== 0) return;
    const u = this.#replicationRandom.uniform(request.sender!.number, request.sequence);
    const delayNs = this.#simulation.costs ? Math.round(this.#roundTrip.at(u)) : 0;
    this.#simulation.schedule(delayNs, this.#committed, this.#argument(request));
  }

  #commit(argument: number): void {
    const request = this.#find(argument, REPLICATING);
    if (request === null) return;
    const { machine, paused } = request.broker!;
    // A leader that stands still learns of no copy.
    if (paused) {
      this.#simulation.schedule(machine.pausedUntilNs - this.#simulation.nowNs, this.#committed, argument);
      return;
    }
    request.heldBack = false;
    for (let b = 0; b < request.batches.length; b++) {
      const batch = request.batches[b]!;
      const { partition } = batch;
      const end = request.ends[b]!;
      if (end < 0) continue;
      if (partition.epoch !== request.epochs[b]) {
        // It leads no more (NOT_LEADER_OR_FOLLOWER): the next leader says whether the records are there.
        if (!request.abandoned) batch.accepted = false;
        continue;
      }
      partition.raise(end);
      if (partition.highWatermark < end) request.heldBack = true;
    }
    if (request.abandoned) {
      this.#release(request);
      return;
    }
    if (request.answerUnderway) {
      request.state = ANSWERED;
      return;
    }
    // Too few replicas are left in sync: the answer waits for one to be back, or until the client has waited long enough.
    if (request.heldBack) return;
    request.state = ANSWERED;
    request.replicationNs = this.#simulation.nowNs - request.appendedNs;
    this.#answer(request);
  }

  #answer(request: ProduceRequest<B>): void {
    request.answerUnderway = true;
    request.backNs = this.#network.send(
      request.broker!.machine.id,
      request.sender!.machineId,
      request.sequence,
      request.sender!.number * 8 + 1,
      this.#returned,
      this.#argument(request),
    );
  }

  #return(argument: number): void {
    const request = this.#find(argument, ANSWERED) ?? this.#find(argument, REPLICATING);
    if (request === null || !request.answerUnderway || request.abandoned) return;
    const { sender } = request;
    const done = request.state === ANSWERED;
    sender!.answered(request);
    // With acks=1 the answer may overtake the copies.
    if (done) this.#release(request);
    else request.abandoned = true;
  }

  #fail(request: ProduceRequest<B>): void {
    const { sender, abandoned } = request;
    if (!abandoned) sender!.failed(request);
    this.#release(request);
  }

  /** The leader died: what was in its queues or waited for copies is lost; answers that were on their way arrive. */
  #crashed(broker: Broker): void {
    for (const request of this.#requests) {
      if (request.broker !== broker) continue;
      if (request.state !== AT_LEADER && request.state !== REPLICATING) continue;
      if (request.state === REPLICATING && request.answerUnderway && !request.abandoned) {
        request.state = ANSWERED;
        request.awaited = 0;
      } else this.#fail(request);
    }
  }

  #settled(broker: Broker): void {
    for (const request of this.#requests) {
      if (request.state !== REPLICATING || !request.broker!.machine.up) continue;
      if (request.heldBack) this.#commit(this.#argument(request));
      else this.#confirm(request, broker);
    }
  }

  #argument(request: ProduceRequest<B>): number {
    return (request.generation << SLOT_BITS) | request.slot;
  }

  #find(argument: number, state: number): ProduceRequest<B> | null {
    const request = this.#requests[argument & SLOT_MASK]!;
    return request.generation === argument >>> SLOT_BITS && request.state === state ? request : null;
  }

  #release(request: ProduceRequest<B>): void {
    request.state = FREE;
    request.generation = (request.generation + 1) & GENERATION_MASK;
    request.sender = null;
    request.batches = NO_BATCHES;
    this.#free.push(request.slot);
  }
}

/** Retries double from `firstMs` to a second (retry.backoff.max.ms: 1000). */
export function backoffNs(firstMs: number, attempts: number): number {
  return Math.min(firstMs * 2 ** Math.min(attempts, 10), 1000) * MILLISECOND;
}
