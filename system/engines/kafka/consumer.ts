/**
 * The consumer client: one promise a poll. A fetch goes to one broker and brings what it has of all the partitions that
 * this consumer owns there; with nothing to read the fetch waits at the brokers and the next record wakes it.
 */
import type { Context, Hop } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { AssignedPartition, ConsumerOptions, EventConsumer, LogRecord } from '../../ports/event-log.ts';
import {
  type Distribution,
  empty,
  type HandlerId,
  type KeyedRandom,
  type Machine,
  MILLISECOND,
  type Network,
  type PendingCall,
  type Simulation,
} from '../../runtime/kernel/index.ts';
import type { Broker, Cluster } from './cluster.ts';
import { fetchNs } from './cost.ts';
import type { Claim, Group, Member } from './group.ts';
import type { OffsetPath } from './offsets.ts';

const NONE: readonly LogRecord[] = [];

/**
 * A poll whose time is up waits this much longer for a fetch that is under way: the real client fetches ahead, from all
 * brokers at once, and would have the records already. estimate: some twenty times an ordinary fetch.
 */
const GRACE_NS = 50 * MILLISECOND;

/** Where a fetch is. */
const NOWHERE = 0;
const TRAVELLING = 1;
const AT_BROKER = 2;
const RETURNING = 3;

export interface ConsumerHops {
  /** Nothing to read yet. */
  readonly wait: Hop;
  readonly network: Hop;
  readonly queue: Hop;
  readonly broker: Hop;
}

export interface ConsumerParts {
  readonly simulation: Simulation;
  readonly network: Network;
  readonly cluster: Cluster;
  readonly offsets: OffsetPath;
  readonly hops: ConsumerHops;
  readonly random: KeyedRandom;
  readonly spread: Distribution;
}

export class Consumer implements EventConsumer, Member {
  readonly number: number;
  readonly machineId: number;
  readonly owned: Claim[] = [];
  generation = -1;
  lastPollNs = 0;
  readonly #group: Group;
  readonly #machine: Machine;
  readonly #parts: ConsumerParts;
  readonly #limit: number;
  readonly #arrived: HandlerId;
  readonly #served: HandlerId;
  readonly #returned: HandlerId;
  readonly #timedOut: HandlerId;
  readonly #retried: HandlerId;
  #poll: PendingCall<readonly LogRecord[]> | null = null;
  #pollSinceNs = 0;
  #pollUntilNs = 0;
  #alarmAtNs = Number.POSITIVE_INFINITY;
  /** Number of the present fetch; messages of earlier ones are ignored. */
  #fetch = 0;
  #state = NOWHERE;
  #broker: Broker | null = null;
  #turn = 0;
  /** What the fetch brings: records, and by claim where they began and where to go on. */
  #records: LogRecord[] = [];
  #claims: Claim[] = [];
  #begins: number[] = [];
  #ends: number[] = [];
  /** The fetch came back while nobody polled. */
  #buffered = false;
  #outNs = 0;
  #queueNs = 0;
  #serviceNs = 0;
  #backNs = 0;
  /** Commits and goodbyes. */
  #requests = 0;
  #dead = false;
  #closed = false;

  constructor(
    number: number,
    machine: Machine,
    group: Group,
    options: ConsumerOptions,
    parts: ConsumerParts,
  ) {
    const { simulation } = parts;
    this.number = number;
    this.machineId = machine.id;
    this.#machine = machine;
    this.#group = group;
    this.#limit = options.maxPollRecords;
    this.#parts = parts;
    this.#arrived = simulation.register((fetch) => this.#arrive(fetch));
    this.#served = simulation.register((fetch) => this.#serve(fetch));
    this.#returned = simulation.register((fetch) => this.#return(fetch));
    this.#timedOut = simulation.register(() => this.#alarm());
    this.#retried = simulation.register((fetch) => {
      if (fetch === this.#fetch && this.#state !== NOWHERE) this.#drop();
    });
  }

  get awake(): boolean {
    return !this.#dead && this.#machine.pausedUntilNs <= this.#parts.simulation.nowNs;
  }

  get polling(): boolean {
    return this.#poll !== null && !this.#dead;
  }

  poll(context: Context, maxWaitMs: number): Promise<readonly LogRecord[]> {
    const { simulation } = this.#parts;
    const call = simulation.open<readonly LogRecord[]>(context, 'kafka.poll');
    if (call.settled || this.#dead) return call.promise;
    if (this.#poll !== null || this.#closed) {
      const detail = this.#closed ? 'the consumer is closed' : 'a poll is under way already';
      call.reject(new PortError('invalid', 'kafka.poll', true, detail));
      return call.promise;
    }
    const { nowNs } = simulation;
    this.lastPollNs = nowNs;
    this.#poll = call;
    this.#pollSinceNs = nowNs;
    this.#pollUntilNs = nowNs + Math.round(maxWaitMs * MILLISECOND);
    call.onCancel = this.#cancel;
    if (!this.#group.has(this)) this.#group.join(this);
    else this.#group.polled(this);
    if (this.#buffered) this.#deliver();
    if (this.#poll !== null) {
      if (this.#state === NOWHERE) this.#request(true);
      this.#setAlarm(this.#pollUntilNs);
    }
    return call.promise;
  }

  commit(context: Context): Promise<void> {
    const call = this.#parts.simulation.open<void>(context, 'kafka.commit');
    if (call.settled || this.#dead) return call.promise;
    const { owned } = this;
    const positions = owned.map((claim) => claim.position);
    this.#parts.offsets.send(call, this.#group, this, owned.slice(), positions, this.#requests++);
    return call.promise;
  }

  assigned(): AssignedPartition[] {
    const kept = this.owned.filter((claim) => claim.target === this);
    return kept.map(({ partition }) => ({ topic: partition.topic, partition: partition.number }));
  }

  close(context: Context): Promise<void> {
    const call = this.#parts.simulation.open<void>(context, 'kafka.close');
    if (call.settled || this.#dead) return call.promise;
    this.#closed = true;
    const poll = this.#poll;
    this.#poll = null;
    poll?.resolve(NONE);
    this.#parts.offsets.send(call, this.#group, this, null, [], this.#requests++);
    return call.promise;
  }

  /** The process is gone; its group notices when the heartbeats have stopped for a session timeout. */
  die(): void {
    this.#dead = true;
    this.#poll = null;
    this.#fetch = (this.#fetch + 1) | 0;
    this.#state = NOWHERE;
  }

  wake(): void {
    if (this.#poll !== null && this.#state === NOWHERE) this.#request(false);
  }

  /** The broker has lost the fetch with its queues, or stands still: the other brokers are asked meanwhile. */
  brokerStopped(broker: Broker): void {
    if (this.#broker === broker && this.#state === AT_BROKER) this.#drop();
  }

  /** `travels`: a new fetch goes to the broker; otherwise one that was waiting there begins. */
  #request(travels: boolean): void {
    const claim = this.#nextReadable();
    if (claim === null) return;
    const { simulation, network, cluster } = this.#parts;
    const broker = cluster.brokers[claim.partition.leader]!;
    this.#broker = broker;
    this.#fetch = (this.#fetch + 1) | 0;
    this.#outNs = 0;
    if (!travels) {
      this.#enter();
      return;
    }
    this.#state = TRAVELLING;
    this.#outNs = network.send(
      this.machineId,
      broker.machine.id,
      this.#fetch,
      this.number * 8 + 2,
      this.#arrived,
      this.#fetch,
    );
    if (this.#outNs < 0) simulation.schedule(this.#requestTimeoutNs(), this.#retried, this.#fetch);
  }

  /** The next of its partitions with enough to read, in turn; null: wait. */
  #nextReadable(): Claim | null {
    const { owned } = this;
    const { cluster, simulation } = this.#parts;
    const { fetchMinBytes, fetchMaxWaitMs } = cluster.knobs;
    const waited = simulation.nowNs - this.#pollSinceNs >= fetchMaxWaitMs * MILLISECOND;
    let first: Claim | null = null;
    let bytes = 0;
    for (let i = 0; i < owned.length; i++) {
      const claim = owned[(this.#turn + i) % owned.length]!;
      const { partition } = claim;
      if (claim.target !== this || partition.leader < 0) continue;
      if (partition.fetchableFromNs > simulation.nowNs || cluster.brokers[partition.leader]!.paused) continue;
      if (claim.position < partition.startOffset) this.#group.reset(claim);
      const records = partition.highWatermark - claim.position;
      if (records <= 0 || !cluster.brokers[partition.leader]!.machine.up) continue;
      first ??= claim;
      if (fetchMinBytes <= 1 || waited) return first;
      bytes += records * partition.meanBytes;
    }
    if (bytes >= fetchMinBytes) return first;
    if (first !== null) this.#setAlarm(this.#pollSinceNs + fetchMaxWaitMs * MILLISECOND);
    return null;
  }

  #arrive(fetch: number): void {
    if (fetch !== this.#fetch || this.#state !== TRAVELLING) return;
    if (this.#broker!.machine.up && !this.#broker!.paused) this.#enter();
    else this.#drop();
  }

  #enter(): void {
    const broker = this.#broker!;
    this.#state = AT_BROKER;
    broker.requests++;
    let partitions = 0;
    let records = 0;
    let bytes = 0;
    for (const { partition, position } of this.owned) {
      if (partition.leader !== broker.index || partition.highWatermark <= position) continue;
      const count = Math.min(partition.highWatermark - position, this.#limit - records);
      partitions++;
      records += count;
      bytes += count * partition.meanBytes;
      if (records >= this.#limit) break;
    }
    const { random, spread } = this.#parts;
    const factor = spread.at(random.uniform(this.number, this.#fetch));
    broker.cpu.enter(this.#served, this.#fetch, fetchNs(partitions, bytes) * factor);
  }

  #serve(fetch: number): void {
    if (fetch !== this.#fetch || this.#state !== AT_BROKER) return;
    const broker = this.#broker!;
    this.#queueNs = broker.cpu.lastWaitNs;
    this.#serviceNs = broker.cpu.lastServiceNs;
    this.#collect(broker);
    if (this.#records.length === 0) {
      this.#drop();
      return;
    }
    this.#state = RETURNING;
    const { network, simulation } = this.#parts;
    this.#backNs = network.send(
      broker.machine.id,
      this.machineId,
      fetch,
      this.number * 8 + 3,
      this.#returned,
      fetch,
    );
    if (this.#backNs < 0) simulation.schedule(this.#requestTimeoutNs(), this.#retried, fetch);
  }

  /** Takes up to `maxPollRecords` from its partitions at the broker, beginning with another one each time. */
  #collect(broker: Broker): void {
    const { owned } = this;
    this.#records = [];
    empty(this.#claims);
    empty(this.#begins);
    empty(this.#ends);
    for (let i = 0; i < owned.length && this.#records.length < this.#limit; i++) {
      const claim = owned[(this.#turn + i) % owned.length]!;
      const { partition } = claim;
      if (claim.target !== this || partition.leader !== broker.index) continue;
      if (claim.position < partition.startOffset) this.#group.reset(claim);
      if (partition.highWatermark <= claim.position) continue;
      const end = partition.read(claim.position, this.#limit - this.#records.length, this.#records);
      this.#claims.push(claim);
      this.#begins.push(claim.position);
      this.#ends.push(end);
    }
    this.#turn = owned.length === 0 ? 0 : (this.#turn + 1) % owned.length;
  }

  #return(fetch: number): void {
    if (fetch !== this.#fetch || this.#state !== RETURNING) return;
    this.#state = NOWHERE;
    this.#buffered = true;
    if (this.#poll === null) return;
    this.#deliver();
    // Everything it brought belongs to somebody else by now.
    this.wake();
  }

  /** Hands the fetched records to the poll, but for those of partitions that have been taken away or reset meanwhile. */
  #deliver(): void {
    this.#buffered = false;
    let records = this.#records;
    this.#records = [];
    let lost = false;
    for (let i = 0; i < this.#claims.length; i++) {
      const claim = this.#claims[i]!;
      if (claim.owner === this && claim.target === this && claim.position === this.#begins[i])
        claim.position = this.#ends[i]!;
      else {
        lost = true;
        const { topic, number } = claim.partition;
        records = records.filter((record) => record.topic !== topic || record.partition !== number);
      }
    }
    if (lost && records.length === 0) return;
    this.#answer(records);
  }

  #answer(records: readonly LogRecord[]): void {
    const poll = this.#poll!;
    this.#poll = null;
    const nowNs = this.#parts.simulation.nowNs;
    const { trace } = poll.context;
    const { hops } = this.#parts;
    const totalNs = nowNs - this.#pollSinceNs;
    const partsNs = this.#outNs + this.#queueNs + this.#serviceNs + this.#backNs;
    if (records.length > 0 && partsNs <= totalNs) {
      trace.add(hops.network, this.#outNs + this.#backNs);
      trace.add(hops.queue, this.#queueNs);
      trace.add(hops.broker, this.#serviceNs);
      trace.add(hops.wait, totalNs - partsNs);
    } else trace.add(hops.wait, totalNs);
    poll.resolve(records);
  }

  /** The fetch has failed: wait for a wake-up or the end of the poll. */
  #drop(): void {
    this.#state = NOWHERE;
    this.#broker = null;
    this.wake();
  }

  #setAlarm(atNs: number): void {
    if (atNs >= this.#alarmAtNs) return;
    const { simulation } = this.#parts;
    this.#alarmAtNs = atNs;
    simulation.schedule(Math.max(0, atNs - simulation.nowNs), this.#timedOut);
  }

  /** The poll has waited as long as it may, or the broker has held the fetch back long enough. */
  #alarm(): void {
    const { nowNs } = this.#parts.simulation;
    if (nowNs < this.#alarmAtNs) return;
    this.#alarmAtNs = Number.POSITIVE_INFINITY;
    if (this.#poll === null) return;
    this.wake();
    const untilNs = this.#state === NOWHERE ? this.#pollUntilNs : this.#pollUntilNs + GRACE_NS;
    if (nowNs >= untilNs) this.#answer(NONE);
    else this.#setAlarm(nowNs < this.#pollUntilNs ? this.#pollUntilNs : untilNs);
  }

  readonly #cancel = (): void => {
    this.#poll = null;
  };

  #requestTimeoutNs(): number {
    return this.#parts.cluster.knobs.requestTimeoutMs * MILLISECOND;
  }
}
