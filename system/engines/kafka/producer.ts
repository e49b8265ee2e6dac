/**
 * The producer client: keyed records go where murmur2 says, the others stick to a partition for one batch's bytes; each
 * partition has a buffer, a batch is sent when it is full or has lingered, and one request takes the batches of all
 * partitions of a broker along. A partition has one batch on its way at a time, so that retries keep the order.
 */
import type { Context, Hop } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { EventProducer, ProduceRequest as Outgoing } from '../../ports/event-log.ts';
import {
  empty,
  type HandlerId,
  type KeyedRandom,
  type Machine,
  MILLISECOND,
  type PendingCall,
  type Simulation,
} from '../../runtime/kernel/index.ts';
import type { Cluster, Topic } from './cluster.ts';
import { partitionOf } from './murmur2.ts';
import type { Partition, StoredRecord } from './partition.ts';
import { backoffNs, type ProducePath, type ProduceRequest, type Sender } from './produce.ts';
import { ProducerBatch, type Sent } from './producer-batch.ts';

const OPERATION = 'kafka.send';

/** Where the time of a send is booked. */
export interface ProducerHops {
  /** Waiting in the client: linger, the batch before this one, retries. */
  readonly buffer: Hop;
  readonly network: Hop;
  readonly queue: Hop;
  readonly broker: Hop;
  readonly replication: Hop;
}

export interface ProducerParts {
  readonly simulation: Simulation;
  readonly cluster: Cluster;
  readonly path: ProducePath<ProducerBatch>;
  readonly hops: ProducerHops;
  readonly random: KeyedRandom;
}

class Buffer {
  readonly partition: Partition;
  readonly queue: ProducerBatch[] = [];
  inFlight: ProducerBatch | null = null;
  request: ProduceRequest<ProducerBatch> | null = null;
  retryAtNs = 0;
  /** In the producer's list of buffers with something to do. */
  active = false;

  constructor(partition: Partition) {
    this.partition = partition;
  }
}

export class Producer implements EventProducer, Sender<ProducerBatch> {
  readonly number: number;
  readonly machineId: number;
  readonly #parts: ProducerParts;
  readonly #simulation: Simulation;
  readonly #buffers: (Buffer | undefined)[] = [];
  #active: Buffer[] = [];
  /** By topic: for records without a key. */
  readonly #sticky = new Map<string, { partition: number; bytes: number; turn: number }>();
  readonly #wake: HandlerId;
  readonly #watch: HandlerId;
  readonly #lingerNs: number;
  readonly #batchBytes: number;
  readonly #outgoing: (ProducerBatch[] | null)[];
  #wakeAtNs = Number.POSITIVE_INFINITY;
  #watching = false;
  #bufferedBytes = 0;
  #requests = 0;
  #dead = false;

  constructor(number: number, machine: Machine, parts: ProducerParts) {
    const { simulation, cluster } = parts;
    this.number = number;
    this.machineId = machine.id;
    this.#parts = parts;
    this.#simulation = simulation;
    this.#lingerNs = cluster.knobs.lingerMs * MILLISECOND;
    this.#batchBytes = cluster.knobs.batchBytes;
    this.#outgoing = cluster.brokers.map(() => null);
    this.#wake = simulation.register(() => {
      if (simulation.nowNs !== this.#wakeAtNs) return;
      this.#wakeAtNs = Number.POSITIVE_INFINITY;
      this.#drain();
    });
    this.#watch = simulation.register(() => this.#expire());
  }

  send(context: Context, record: Outgoing): Promise<Sent> {
    const call = this.#simulation.open<Sent>(context, OPERATION);
    if (call.settled || this.#dead) return call.promise;
    const topic = this.#parts.cluster.topic(record.topic);
    if (topic === undefined) {
      call.reject(new PortError('invalid', OPERATION, true, `there is no topic '${record.topic}'`));
      return call.promise;
    }
    if (this.#bufferedBytes + record.bytes > this.#parts.cluster.knobs.bufferBytes) {
      call.reject(new PortError('overloaded', OPERATION, true, "the producer's buffer is full"));
      return call.promise;
    }
    this.#bufferedBytes += record.bytes;
    const { partitions } = topic;
    const number =
      record.key === null ? this.#stick(topic, record.bytes) : partitionOf(record.key, partitions.length);
    this.#add(partitions[number]!, record, call);
    return call.promise;
  }

  /** The process is gone, and with it whatever it had not sent. */
  die(): void {
    this.#dead = true;
    for (const buffer of this.#active) {
      if (buffer.request !== null) this.#parts.path.abandon(buffer.request);
      this.#forget(buffer);
    }
    this.#active = [];
    this.#wakeAtNs = Number.POSITIVE_INFINITY;
  }

  answered(request: ProduceRequest<ProducerBatch>): void {
    for (const batch of request.batches) {
      const buffer = this.#buffers[batch.partition.index]!;
      if (buffer.inFlight !== batch) continue;
      buffer.inFlight = null;
      buffer.request = null;
      if (batch.accepted) this.#settle(batch, request);
      else this.#retry(buffer, batch);
    }
    this.#drain();
  }

  failed(request: ProduceRequest<ProducerBatch>): void {
    for (const batch of request.batches) {
      const buffer = this.#buffers[batch.partition.index]!;
      if (buffer.inFlight !== batch) continue;
      buffer.inFlight = null;
      buffer.request = null;
      this.#retry(buffer, batch);
    }
    this.#drain();
  }

  #add(partition: Partition, record: Outgoing, call: PendingCall<Sent>): void {
    const nowNs = this.#simulation.nowNs;
    let buffer = this.#buffers[partition.index];
    if (buffer === undefined) {
      buffer = new Buffer(partition);
      this.#buffers[partition.index] = buffer;
    }
    const stored: StoredRecord = {
      topic: partition.topic,
      partition: partition.number,
      offset: -1,
      key: record.key,
      value: record.value,
      bytes: record.bytes,
      timestampNs: nowNs,
      headers: record.headers,
    };
    const { queue } = buffer;
    let batch = queue.length > 0 ? queue[queue.length - 1]! : undefined;
    const full = batch !== undefined && batch.bytes + record.bytes > this.#batchBytes;
    if (batch === undefined || full || batch.attempts > 0) {
      batch = new ProducerBatch(partition, stored, call, nowNs);
      queue.push(batch);
      this.#activate(buffer);
      this.#wakeBy(nowNs + this.#lingerNs);
    } else batch.add(stored, call, nowNs);
    // A full batch does not wait for its linger time.
    if ((full || batch.bytes >= this.#batchBytes) && buffer.inFlight === null) this.#wakeBy(nowNs);
  }

  /** The uniform sticky partitioner of KIP-794: another partition after each batch's worth of bytes. */
  #stick(topic: Topic, bytes: number): number {
    let sticky = this.#sticky.get(topic.name);
    if (sticky === undefined || sticky.bytes >= this.#batchBytes) {
      const turn = sticky === undefined ? 0 : sticky.turn + 1;
      const partition = this.#parts.random.integer(topic.partitions.length, this.number, turn);
      sticky = { partition, bytes: 0, turn };
      this.#sticky.set(topic.name, sticky);
    }
    sticky.bytes += bytes;
    return sticky.partition;
  }

  #activate(buffer: Buffer): void {
    if (!buffer.active) {
      buffer.active = true;
      this.#active.push(buffer);
    }
    if (this.#watching) return;
    this.#watching = true;
    const { requestTimeoutMs, deliveryTimeoutMs } = this.#parts.cluster.knobs;
    const waitMs = Math.min(requestTimeoutMs, deliveryTimeoutMs);
    this.#simulation.schedule(waitMs * MILLISECOND, this.#watch);
  }

  #wakeBy(atNs: number): void {
    if (atNs >= this.#wakeAtNs) return;
    this.#wakeAtNs = atNs;
    this.#simulation.schedule(atNs - this.#simulation.nowNs, this.#wake);
  }

  /** Sends to each broker that leads a ready partition, taking along whatever else it leads. */
  #drain(): void {
    if (this.#dead) return;
    const ready = this.#readyBrokers();
    if (ready === 0) return;
    const outgoing = this.#outgoing;
    for (const buffer of this.#active) {
      const { leader } = buffer.partition;
      if (!this.#sendable(buffer) || (ready & (1 << leader)) === 0) continue;
      const { queue } = buffer;
      // A list that is emptied by `pop` keeps its memory (see `empty`), and most have one batch.
      const batch = queue.length === 1 ? queue.pop()! : queue.shift()!;
      buffer.inFlight = batch;
      const batches = outgoing[leader];
      if (batches) batches.push(batch);
      else outgoing[leader] = [batch];
    }
    for (let broker = 0; broker < outgoing.length; broker++) {
      const batches = outgoing[broker];
      if (!batches) continue;
      outgoing[broker] = null;
      this.#send(broker, batches);
    }
  }

  /** A bit for each broker to which something has to go now; sets the alarm for the rest, drops idle buffers. */
  #readyBrokers(): number {
    const nowNs = this.#simulation.nowNs;
    const active = this.#active;
    let ready = 0;
    let kept = 0;
    for (const buffer of active) {
      if (buffer.inFlight === null && buffer.queue.length === 0) {
        buffer.active = false;
        continue;
      }
      active[kept++] = buffer;
      if (buffer.inFlight !== null) continue;
      const { leader } = buffer.partition;
      if (leader < 0 && buffer.retryAtNs <= nowNs)
        buffer.retryAtNs = nowNs + this.#parts.cluster.knobs.retryBackoffMs * MILLISECOND;
      if (buffer.retryAtNs > nowNs) {
        this.#wakeBy(buffer.retryAtNs);
        continue;
      }
      const batch = buffer.queue[0]!;
      const due = batch.createdNs + this.#lingerNs;
      if (due <= nowNs || buffer.queue.length > 1 || batch.bytes >= this.#batchBytes || batch.attempts > 0)
        ready |= 1 << leader;
      else this.#wakeBy(due);
    }
    active.length = kept;
    return ready;
  }

  #sendable(buffer: Buffer): boolean {
    return (
      buffer.inFlight === null &&
      buffer.queue.length > 0 &&
      buffer.partition.leader >= 0 &&
      buffer.retryAtNs <= this.#simulation.nowNs
    );
  }

  #send(broker: number, batches: ProducerBatch[]): void {
    const { cluster, path } = this.#parts;
    const request = path.send(this, cluster.brokers[broker]!, batches, this.#requests++);
    const fireAndForget = cluster.knobs.acks === '0';
    for (const batch of batches) {
      batch.attempts++;
      const buffer = this.#buffers[batch.partition.index]!;
      buffer.request = request;
      if (!fireAndForget) continue;
      this.#settle(batch, null);
      buffer.inFlight = null;
      buffer.request = null;
    }
    if (fireAndForget) path.abandon(request);
  }

  #retry(buffer: Buffer, batch: ProducerBatch): void {
    const { cluster } = this.#parts;
    buffer.queue.unshift(batch);
    buffer.retryAtNs = this.#simulation.nowNs + backoffNs(cluster.knobs.retryBackoffMs, batch.attempts - 1);
    this.#activate(buffer);
  }

  /** Answers everybody who waits for the batch; `request` is null with acks=0: nobody knows the offset. */
  #settle(batch: ProducerBatch, request: ProduceRequest<ProducerBatch> | null): void {
    const { hops } = this.#parts;
    const { calls, sentNs, baseOffset } = batch;
    const nowNs = this.#simulation.nowNs;
    const partition = batch.partition.number;
    this.#bufferedBytes -= batch.bytes;
    let restNs = 0;
    let networkNs = 0;
    if (request !== null) {
      networkNs = request.outNs + request.backNs;
      restNs = networkNs + request.queueNs + request.serviceNs + request.replicationNs;
    }
    for (let i = 0; i < calls.length; i++) {
      const call = calls[i]!;
      if (call.settled) continue;
      const { trace } = call.context;
      trace.add(hops.buffer, nowNs - sentNs[i]! - restNs);
      if (request !== null) {
        trace.add(hops.network, networkNs);
        trace.add(hops.queue, request.queueNs);
        trace.add(hops.broker, request.serviceNs);
        trace.add(hops.replication, request.replicationNs);
      }
      call.resolve({ partition, offset: request === null ? -1 : baseOffset + i });
    }
  }

  /** Gives up requests without an answer and batches past their delivery timeout. */
  #expire(): void {
    if (this.#dead) return;
    const { deliveryTimeoutMs, requestTimeoutMs } = this.#parts.cluster.knobs;
    const nowNs = this.#simulation.nowNs;
    const deliveryNs = deliveryTimeoutMs * MILLISECOND;
    const requestNs = requestTimeoutMs * MILLISECOND;
    for (const { inFlight, request } of this.#active) {
      if (inFlight === null || request === null) continue;
      if (Math.min(inFlight.createdNs + deliveryNs, request.sentNs + requestNs) <= nowNs)
        this.#giveUp(request);
    }
    let nextNs = Number.POSITIVE_INFINITY;
    for (const { inFlight, request, queue } of this.#active) {
      if (inFlight !== null && request !== null)
        nextNs = Math.min(nextNs, inFlight.createdNs + deliveryNs, request.sentNs + requestNs);
      while (queue.length > 0 && queue[0]!.createdNs + deliveryNs <= nowNs) this.#refuse(queue.shift()!);
      // What lingers may be sent from now on, and its request time out before any that is under way.
      if (queue.length > 0) nextNs = Math.min(nextNs, nowNs + requestNs, queue[0]!.createdNs + deliveryNs);
    }
    this.#watching = nextNs < Number.POSITIVE_INFINITY;
    if (this.#watching) this.#simulation.schedule(nextNs - nowNs, this.#watch);
    this.#drain();
  }

  /** No answer will be waited for: its batches queue up again. */
  #giveUp(request: ProduceRequest<ProducerBatch>): void {
    const { batches } = request;
    this.#parts.path.abandon(request);
    for (const batch of batches) {
      const buffer = this.#buffers[batch.partition.index]!;
      if (buffer.inFlight !== batch) continue;
      buffer.inFlight = null;
      buffer.request = null;
      this.#retry(buffer, batch);
    }
  }

  #refuse(batch: ProducerBatch): void {
    this.#bufferedBytes -= batch.bytes;
    const nowNs = this.#simulation.nowNs;
    const error =
      batch.attempts > 0
        ? new PortError('timeout', OPERATION, false, 'the delivery timeout passed without a confirmation')
        : new PortError('unavailable', OPERATION, true, 'the partition had no leader');
    for (let i = 0; i < batch.calls.length; i++) {
      const call = batch.calls[i]!;
      if (!call.settled) call.context.trace.add(this.#parts.hops.buffer, nowNs - batch.sentNs[i]!);
      call.reject(error);
    }
  }

  #forget(buffer: Buffer): void {
    empty(buffer.queue);
    buffer.inFlight = null;
    buffer.request = null;
    buffer.active = false;
  }
}
