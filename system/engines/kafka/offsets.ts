/**
 * Requests to a group's coordinator: commits, which are records of the offsets topic and wait for all in-sync copies
 * (offsets.commit.required.acks: -1), and goodbyes. The client tries again while the coordinator is away or refuses.
 */
import type { Hop } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import {
  type Distribution,
  type HandlerId,
  type KeyedRandom,
  MILLISECOND,
  type Network,
  type PendingCall,
  type Simulation,
} from '../../runtime/kernel/index.ts';
import type { Broker, Cluster } from './cluster.ts';
import { commitNs, replicationRoundTrip } from './cost.ts';
import type { Claim, Group, Member } from './group.ts';
import type { Partition } from './partition.ts';
import { backoffNs } from './produce.ts';

export interface OffsetHops {
  /** Trying again while there is no coordinator. */
  readonly retry: Hop;
  readonly network: Hop;
  readonly queue: Hop;
  readonly broker: Hop;
  readonly replication: Hop;
}

export interface OffsetParts {
  readonly simulation: Simulation;
  readonly network: Network;
  readonly cluster: Cluster;
  readonly hops: OffsetHops;
  readonly random: KeyedRandom;
  readonly spread: Distribution;
}

const FREE = 0;
const TRAVELLING = 1;
const AT_BROKER = 2;
const STORING = 3;
const RETURNING = 4;
const RETRYING = 5;

class Request {
  state = FREE;
  generation = 0;
  call: PendingCall<void> | null = null;
  group: Group | null = null;
  member: Member | null = null;
  memberGeneration = 0;
  /** Null: the member leaves. */
  claims: readonly Claim[] | null = null;
  positions: readonly number[] = [];
  broker: Broker | null = null;
  sequence = 0;
  openedNs = 0;
  attempts = 0;
  accepted = false;
  /** The coordinator cannot store it now: to be said again (COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR). */
  refused = false;
  /** A copy is missing, and the coordinator waits for it. */
  waiting = false;
  servedNs = 0;
  outNs = 0;
  queueNs = 0;
  serviceNs = 0;
  storeNs = 0;
  backNs = 0;
}

/** offsets.commit.timeout.ms: how long a coordinator waits for the copies of a commit. */
const COMMIT_TIMEOUT_NS = 5_000 * MILLISECOND;

const SLOT_BITS = 16;
const SLOT_MASK = (1 << SLOT_BITS) - 1;
const GENERATION_MASK = 0x7fff;

export class OffsetPath {
  readonly #parts: OffsetParts;
  readonly #requests: Request[] = [];
  readonly #free: number[] = [];
  readonly #roundTrip = replicationRoundTrip();
  readonly #arrived: HandlerId;
  readonly #served: HandlerId;
  readonly #stored: HandlerId;
  readonly #expired: HandlerId;
  readonly #unanswered: HandlerId;
  readonly #returned: HandlerId;
  readonly #retried: HandlerId;

  constructor(parts: OffsetParts) {
    const { simulation } = parts;
    this.#parts = parts;
    this.#arrived = simulation.register((argument) => this.#arrive(argument));
    this.#served = simulation.register((argument) => this.#serve(argument));
    this.#stored = simulation.register((argument) => this.#store(argument));
    this.#expired = simulation.register((argument) => this.#expire(argument));
    this.#unanswered = simulation.register((argument) => this.#giveUp(argument));
    this.#returned = simulation.register((argument) => this.#return(argument));
    this.#retried = simulation.register((argument) => {
      if (this.#find(argument, RETRYING) !== null) this.#send(argument);
    });
    parts.cluster.onReplicaSettled(() => this.#storeWaiting());
  }

  /** Commits `positions` of `claims`, or (claims null) says goodbye. `sequence` counts the member's requests. */
  send(
    call: PendingCall<void>,
    group: Group,
    member: Member,
    claims: readonly Claim[] | null,
    positions: readonly number[],
    sequence: number,
  ): void {
    const slot = this.#free.pop() ?? this.#requests.push(new Request()) - 1;
    const request = this.#requests[slot]!;
    request.call = call;
    request.group = group;
    request.member = member;
    request.memberGeneration = member.generation;
    request.claims = claims;
    request.positions = positions;
    request.sequence = sequence;
    request.openedNs = this.#parts.simulation.nowNs;
    request.attempts = 0;
    this.#send((request.generation << SLOT_BITS) | slot);
  }

  /** What the broker had in its queues is lost; the clients try again. */
  brokerCrashed(broker: Broker): void {
    for (let slot = 0; slot < this.#requests.length; slot++) {
      const request = this.#requests[slot]!;
      if (request.broker !== broker || (request.state !== AT_BROKER && request.state !== STORING)) continue;
      this.#retry((request.generation << SLOT_BITS) | slot);
    }
  }

  /** A client whose coordinator stands still gives it up when no heartbeat was answered for a session timeout. */
  brokerPaused(broker: Broker): void {
    for (let slot = 0; slot < this.#requests.length; slot++) {
      const request = this.#requests[slot]!;
      if (request.broker === broker && (request.state === AT_BROKER || request.state === STORING))
        this.#giveUpLater(broker, (request.generation << SLOT_BITS) | slot);
    }
  }

  #giveUpLater(broker: Broker, argument: number): void {
    const { simulation } = this.#parts;
    const atNs = broker.silentSinceNs + this.#patienceNs();
    simulation.schedule(Math.max(0, atNs - simulation.nowNs), this.#unanswered, argument);
  }

  #patienceNs(): number {
    const { sessionTimeoutMs, requestTimeoutMs } = this.#parts.cluster.knobs;
    return Math.min(sessionTimeoutMs, requestTimeoutMs) * MILLISECOND;
  }

  /** The coordinator may still do what it was asked for: the next attempt has a number of its own. */
  #giveUp(argument: number): void {
    const request = this.#find(argument, AT_BROKER) ?? this.#find(argument, STORING);
    if (request === null) return;
    if (this.#parts.simulation.nowNs - request.broker!.silentSinceNs < this.#patienceNs()) return;
    request.generation = (request.generation + 1) & GENERATION_MASK;
    this.#retry((request.generation << SLOT_BITS) | (argument & SLOT_MASK));
  }

  /** A broker has left the in-sync replicas, or is back among them. */
  #storeWaiting(): void {
    for (let slot = 0; slot < this.#requests.length; slot++) {
      const { state, waiting, generation } = this.#requests[slot]!;
      if (state === STORING && waiting) this.#store((generation << SLOT_BITS) | slot);
    }
  }

  #send(argument: number): void {
    const request = this.#requests[argument & SLOT_MASK]!;
    const { cluster, network, simulation } = this.#parts;
    const broker = cluster.coordinatorOf(request.group!.name);
    request.attempts++;
    if (broker === null) {
      this.#retry(argument);
      return;
    }
    request.broker = broker;
    request.state = TRAVELLING;
    request.refused = false;
    request.waiting = false;
    request.outNs = network.send(
      request.member!.machineId,
      broker.machine.id,
      request.sequence,
      request.member!.number * 8 + 4,
      this.#arrived,
      argument,
    );
    if (request.outNs >= 0) return;
    request.state = RETRYING;
    simulation.schedule(cluster.knobs.requestTimeoutMs * MILLISECOND, this.#retried, argument);
  }

  #arrive(argument: number): void {
    const request = this.#find(argument, TRAVELLING);
    if (request === null) return;
    const broker = request.broker!;
    if (!broker.machine.up) {
      this.#retry(argument);
      return;
    }
    request.state = AT_BROKER;
    broker.requests++;
    const { random, spread } = this.#parts;
    const factor = spread.at(random.uniform(request.member!.number, request.sequence, request.attempts));
    broker.cpu.enter(this.#served, argument, commitNs() * factor);
    if (broker.paused) this.#giveUpLater(broker, argument);
  }

  #serve(argument: number): void {
    const request = this.#find(argument, AT_BROKER);
    if (request === null) return;
    const broker = request.broker!;
    request.queueNs = broker.cpu.lastWaitNs;
    request.serviceNs = broker.cpu.lastServiceNs;
    request.servedNs = this.#parts.simulation.nowNs;
    const { leader, underMinInSync } = this.#offsetsOf(request);
    if (leader !== broker.index || (request.claims !== null && underMinInSync)) {
      this.#answer(request, argument, true);
      return;
    }
    request.state = STORING;
    const { random, simulation } = this.#parts;
    const u = random.uniform(request.member!.number, request.sequence, 64);
    request.storeNs = simulation.costs ? Math.round(this.#roundTrip.at(u)) : 0;
    simulation.schedule(request.storeNs, this.#stored, argument);
  }

  #store(argument: number): void {
    const request = this.#find(argument, STORING);
    if (request === null) return;
    const { claims, positions, memberGeneration } = request;
    const group = request.group!;
    const member = request.member!;
    const { machine, paused } = request.broker!;
    if (paused) {
      const { simulation } = this.#parts;
      simulation.schedule(machine.pausedUntilNs - simulation.nowNs, this.#stored, argument);
      return;
    }
    if (claims !== null && !this.#copied(request, argument)) return;
    request.accepted = true;
    if (claims === null) group.leave(member);
    else request.accepted = group.commit(member, memberGeneration, claims, positions);
    this.#answer(request, argument, false);
  }

  /** Whether all in-sync copies have the commit; otherwise it waits for them. */
  #copied(request: Request, argument: number): boolean {
    const { cluster, simulation } = this.#parts;
    const partition = this.#offsetsOf(request);
    if (partition.leader !== request.broker!.index) {
      this.#answer(request, argument, true);
      return false;
    }
    const fromNs = cluster.copyingFromNs(partition);
    if (fromNs <= simulation.nowNs && !partition.underMinInSync) {
      request.storeNs = simulation.nowNs - request.servedNs;
      return true;
    }
    if (!request.waiting) {
      request.waiting = true;
      const leftNs = request.servedNs + COMMIT_TIMEOUT_NS - simulation.nowNs;
      simulation.schedule(Math.max(0, leftNs), this.#expired, argument);
    }
    if (fromNs > simulation.nowNs && fromNs < Number.POSITIVE_INFINITY)
      simulation.schedule(fromNs - simulation.nowNs, this.#stored, argument);
    return false;
  }

  #expire(argument: number): void {
    const request = this.#find(argument, STORING);
    if (request === null || !request.waiting) return;
    const { machine, paused } = request.broker!;
    if (paused) {
      const { simulation } = this.#parts;
      simulation.schedule(machine.pausedUntilNs - simulation.nowNs, this.#expired, argument);
      return;
    }
    if (this.#parts.simulation.nowNs - request.servedNs < COMMIT_TIMEOUT_NS) return;
    this.#answer(request, argument, true);
  }

  #offsetsOf(request: Request): Partition {
    return this.#parts.cluster.offsetsOf(request.group!.name);
  }

  #answer(request: Request, argument: number, refused: boolean): void {
    const { network } = this.#parts;
    const member = request.member!;
    request.refused = refused;
    request.state = RETURNING;
    request.backNs = network.send(
      request.broker!.machine.id,
      member.machineId,
      request.sequence,
      member.number * 8 + 5,
      this.#returned,
      argument,
    );
    // Without an answer the client says the same again: committing twice changes nothing.
    if (request.backNs < 0) {
      request.state = RETRYING;
      const { requestTimeoutMs } = this.#parts.cluster.knobs;
      this.#parts.simulation.schedule(requestTimeoutMs * MILLISECOND, this.#retried, argument);
    }
  }

  #return(argument: number): void {
    const request = this.#find(argument, RETURNING);
    if (request === null) return;
    if (request.refused) {
      this.#retry(argument);
      return;
    }
    const call = request.call!;
    const { accepted } = request;
    this.#book(request, request.outNs + request.backNs);
    this.#release(argument);
    if (accepted) call.resolve();
    else {
      const detail = 'the group has moved on without this consumer';
      call.reject(new PortError('conflict', call.operation, true, detail));
    }
  }

  #book(request: Request, networkNs: number): void {
    const { hops, simulation } = this.#parts;
    const { trace } = request.call!.context;
    const { queueNs, serviceNs, storeNs } = request;
    const totalNs = simulation.nowNs - request.openedNs;
    trace.add(hops.network, networkNs);
    trace.add(hops.queue, queueNs);
    trace.add(hops.broker, serviceNs);
    trace.add(hops.replication, storeNs);
    trace.add(hops.retry, totalNs - networkNs - queueNs - serviceNs - storeNs);
  }

  /** default.api.timeout.ms is 60 s; here a commit is given up after the request timeout. */
  #retry(argument: number): void {
    const request = this.#requests[argument & SLOT_MASK]!;
    const { cluster, hops, simulation } = this.#parts;
    const { requestTimeoutMs, retryBackoffMs } = cluster.knobs;
    const call = request.call!;
    const waitedNs = simulation.nowNs - request.openedNs;
    if (call.settled || !call.context.incarnation.alive) {
      this.#release(argument);
      return;
    }
    if (waitedNs < requestTimeoutMs * MILLISECOND) {
      request.state = RETRYING;
      simulation.schedule(backoffNs(retryBackoffMs, request.attempts - 1), this.#retried, argument);
      return;
    }
    call.context.trace.add(hops.retry, waitedNs);
    this.#release(argument);
    call.reject(
      new PortError('timeout', call.operation, false, 'no coordinator of the group could store it'),
    );
  }

  #find(argument: number, state: number): Request | null {
    const request = this.#requests[argument & SLOT_MASK]!;
    return request.generation === argument >>> SLOT_BITS && request.state === state ? request : null;
  }

  #release(argument: number): void {
    const slot = argument & SLOT_MASK;
    const request = this.#requests[slot]!;
    request.state = FREE;
    request.generation = (request.generation + 1) & GENERATION_MASK;
    request.call = null;
    request.group = null;
    request.member = null;
    request.claims = null;
    this.#free.push(slot);
  }
}
