/**
 * Coordinators: every node takes requests of drivers, asks replicas, and answers when as many as the consistency level
 * wants have answered, or when its timeout says so. A call is one record that moves through phases; nothing here waits.
 *
 *   driver ──▶ [CPU] ──▶ replicas ──▶ enough answers ▸ [CPU] ──▶ driver
 */
import { type ErrorKind, PortError } from '../../ports/errors.ts';
import { empty, type HandlerId, type Network, type Simulation } from '../../runtime/kernel/index.ts';
import type { Bookings } from './bookings.ts';
import { answerNs, COORDINATE_GARBAGE_BYTES, COORDINATE_READ_NS, COORDINATE_WRITE_NS } from './cost.ts';
import type { Gossip } from './gossip.ts';
import type { Hints } from './hints.ts';
import type { CassandraKnobs } from './knobs.ts';
import type { Mutation } from './mutation.ts';
import type { ClusterNode } from './node.ts';
import * as op from './operation.ts';
import { Operation } from './operation.ts';
import { Pool, TimeoutLane } from './pools.ts';
import type { Reads } from './reads.ts';
import { type Task, WRITE } from './task.ts';
import type { Tasks } from './tasks.ts';
import type { Transactions } from './transactions.ts';
import type { Writes } from './writes.ts';

/** Salts of messages between driver and coordinator: apart from those between nodes. */
const CLIENT_SALT = 128;

export class Coordinator {
  readonly pool = new Pool<Operation>(() => new Operation());
  reads!: Reads;
  writes!: Writes;
  transactions!: Transactions;
  readonly nodes: readonly ClusterNode[];
  readonly tasks: Tasks;
  readonly hints: Hints;
  readonly gossip: Gossip;
  readonly #simulation: Simulation;
  readonly #network: Network;
  readonly #bookings: Bookings;
  readonly #driverTimeoutNs: number;
  readonly #lanes: readonly TimeoutLane[];
  readonly #arrivedHandler: HandlerId;
  readonly #admittedHandler: HandlerId;
  readonly #finishedHandler: HandlerId;
  readonly #deliveredHandler: HandlerId;
  readonly #lostHandler: HandlerId;

  constructor(
    simulation: Simulation,
    network: Network,
    knobs: CassandraKnobs,
    nodes: readonly ClusterNode[],
    tasks: Tasks,
    hints: Hints,
    gossip: Gossip,
    bookings: Bookings,
  ) {
    this.#simulation = simulation;
    this.#network = network;
    this.nodes = nodes;
    this.tasks = tasks;
    this.hints = hints;
    this.gossip = gossip;
    this.#bookings = bookings;
    this.#driverTimeoutNs = knobs.driverTimeoutMs * 1e6;
    const lane = (ms: number) =>
      new TimeoutLane(
        simulation,
        ms * 1e6,
        (id) => this.#mayTimeOut(id),
        (id) => this.#timedOut(id),
      );
    const writes = lane(knobs.writeTimeoutMs);
    // By kind of operation: select, upsert, delete, transaction.
    this.#lanes = [lane(knobs.readTimeoutMs), writes, writes, writes];
    this.#arrivedHandler = simulation.register((id) => this.#arrived(id));
    this.#admittedHandler = simulation.register((id) => this.#admitted(id));
    this.#finishedHandler = simulation.register((id) => this.#finished(id));
    this.#deliveredHandler = simulation.register((id) => this.#delivered(id));
    this.#lostHandler = simulation.register((id) => this.#lost(id));
    for (const node of nodes) node.machine.onCrash(() => this.#crashed(node));
  }

  get nowNs(): number {
    return this.#simulation.nowNs;
  }

  /** A driver sends a request to the coordinator that it chose. */
  submit(operation: Operation): void {
    const { client, coordinator, request, salt } = operation;
    const to = coordinator.machine.id;
    operation.calledNs = this.nowNs;
    const ns = this.#network.send(
      client,
      to,
      request,
      salt + CLIENT_SALT,
      this.#arrivedHandler,
      operation.id,
    );
    if (ns >= 0) operation.networkNs = ns;
    else {
      operation.coordinatorDone = true;
      this.#simulation.schedule(this.#driverTimeoutNs, this.#lostHandler, operation.id);
    }
  }

  /** The caller does not wait any more; the cluster's work goes on. */
  abandoned(id: number): void {
    const operation = this.pool.find(id);
    if (operation === null || operation.clientDone) return;
    operation.clientDone = true;
    const reason = operation.context.cancelled;
    // A deadline is what the caller waited for in full; a lost race (a hedge) is booked by the winner.
    if (reason instanceof PortError && reason.kind === 'deadline-exceeded')
      this.#bookings.book(operation, this.nowNs);
    this.#releaseIfDone(operation);
  }

  /** Whether the client still waits for this operation. */
  isWaiting(id: number): boolean {
    const operation = this.pool.find(id);
    return operation !== null && !operation.clientDone;
  }

  /** Opens a conversation with replicas; what `send` sends belongs to it. */
  beginRound(operation: Operation, phase: number, wanted: number): void {
    operation.phase = phase;
    operation.round++;
    operation.answered = 0;
    operation.refused = 0;
    operation.answeredMask = 0;
    empty(operation.promises);
    operation.wanted = wanted;
    empty(operation.asked);
    empty(operation.slices);
  }

  /** Sends a write to every replica believed to be up; the others get hints. */
  sendToAll(operation: Operation, kind: number, mutation: Mutation | null): void {
    for (const replica of operation.replicas) {
      const node = this.nodes[replica]!;
      if (this.gossip.believesUp(operation.coordinator, node)) {
        operation.asked.push(node);
        this.tasks.send(operation, node, operation.asked.length - 1, kind, null, mutation);
      } else if (kind === WRITE) this.hints.store(node, mutation!);
    }
  }

  /** Replicas that the operation's coordinator believes to be up. */
  aliveReplicas({ coordinator, replicas }: Operation): number {
    let alive = 0;
    for (const replica of replicas) if (this.gossip.believesUp(coordinator, this.nodes[replica]!)) alive++;
    return alive;
  }

  /** The operation has its result: the coordinator writes it out. */
  finish(operation: Operation): void {
    operation.phase = op.ANSWERING;
    const rows = operation.rows === null ? 0 : operation.rows.length;
    const ns = answerNs(rows, operation.mergedRows);
    this.#work(operation, ns, 1, this.#finishedHandler);
  }

  fail(operation: Operation, kind: ErrorKind, definite: boolean, detail: string): void {
    operation.error = new PortError(kind, operation.call.operation, definite, detail);
    this.#answer(operation);
  }

  replied(task: Task): void {
    const operation = this.pool.find(task.operation);
    if (operation === null || task.round !== operation.round || task.place < 0) return;
    const bit = 1 << task.place;
    if ((operation.answeredMask & bit) !== 0) return;
    operation.answeredMask |= bit;
    if (task.refused) operation.refused++;
    else operation.answered++;
    if (task.promise !== null) operation.promises.push(task.promise);
    if (task.slice !== null) operation.slices[task.place] = task.slice;
    if (operation.phase >= op.ANSWERING) {
      if (operation.answered + operation.refused === operation.asked.length) this.#releaseIfDone(operation);
      return;
    }
    const isLost = operation.refused > 0 && this.transactions.isLost(operation);
    if (operation.answered !== operation.wanted && !isLost) return;
    // This answer decides: its way is the critical path of the round.
    operation.networkNs += task.networkNs;
    operation.queueNs += task.queueNs;
    operation.diskNs += task.diskNs;
    operation.workNs += task.workNs;
    operation.pauseNs += task.pauseNs;
    switch (operation.phase) {
      case op.DIGEST_READ:
      case op.DATA_READ:
        this.reads.answered(operation);
        break;
      case op.REPAIR:
      case op.WRITE_ROUND:
        this.finish(operation);
        break;
      default:
        this.transactions.answered(operation);
    }
  }

  #arrived(id: number): void {
    const operation = this.pool.find(id);
    if (operation === null || operation.phase !== op.TRAVELLING) return;
    if (!operation.coordinator.serving) {
      this.#reset(operation);
      return;
    }
    operation.phase = op.ADMITTED;
    operation.arrivedNs = this.nowNs;
    this.#lanes[operation.kind]!.set(id);
    const ns = operation.kind === op.SELECT ? COORDINATE_READ_NS : COORDINATE_WRITE_NS;
    this.#work(operation, ns, 0, this.#admittedHandler);
  }

  #work(operation: Operation, ns: number, step: number, handler: HandlerId): void {
    const { coordinator, request, salt } = operation;
    const factor = this.tasks.factor(coordinator.index, request, salt + CLIENT_SALT + step);
    operation.serviceNs = Math.round(ns * factor);
    coordinator.cpu.enter(handler, operation.id, operation.serviceNs);
  }

  #bookWork(operation: Operation): void {
    const { cpu } = operation.coordinator;
    const servedNs = cpu.lastServiceNs;
    const workNs = operation.serviceNs < servedNs ? operation.serviceNs : servedNs;
    operation.coordinatorQueueNs += cpu.lastWaitNs;
    operation.coordinatorNs += workNs;
    operation.pauseNs += servedNs - workNs;
  }

  #admitted(id: number): void {
    const operation = this.pool.find(id);
    // It may have timed out while it waited for the CPU.
    if (operation === null || operation.phase !== op.ADMITTED) return;
    this.#bookWork(operation);
    operation.coordinator.allocate(COORDINATE_GARBAGE_BYTES);
    if (operation.kind === op.SELECT) this.reads.begin(operation);
    else if (operation.kind === op.TRANSACTION) this.transactions.begin(operation);
    else this.writes.begin(operation);
  }

  #finished(id: number): void {
    const operation = this.pool.find(id);
    if (operation === null || operation.phase !== op.ANSWERING) return;
    this.#bookWork(operation);
    this.#answer(operation);
  }

  #answer(operation: Operation): void {
    operation.phase = op.ANSWERED;
    if (!operation.clientDone) {
      const { client, coordinator, request, salt, id } = operation;
      const from = coordinator.machine.id;
      const ns = this.#network.send(
        from,
        client,
        request,
        salt + CLIENT_SALT + 1,
        this.#deliveredHandler,
        id,
      );
      if (ns >= 0) operation.networkNs += ns;
      else {
        const leftNs = Math.max(0, operation.calledNs + this.#driverTimeoutNs - this.nowNs);
        this.#simulation.schedule(leftNs, this.#lostHandler, id);
      }
    }
    this.#releaseIfDone(operation);
  }

  #delivered(id: number): void {
    const operation = this.pool.find(id);
    if (operation === null || operation.clientDone || operation.phase !== op.ANSWERED) return;
    operation.clientDone = true;
    const { call, error } = operation;
    if (!call.settled) {
      this.#bookings.book(operation, this.nowNs);
      if (error !== null) call.reject(error);
      else call.resolve(operation.rows ?? operation.outcome);
    }
    this.#releaseIfDone(operation);
  }

  /** Nothing will come any more (a lost message): the driver's own timeout. */
  #lost(id: number): void {
    const operation = this.pool.find(id);
    if (operation === null || operation.clientDone) return;
    operation.clientDone = true;
    const { call } = operation;
    this.#bookings.book(operation, this.nowNs);
    call.reject(new PortError('timeout', call.operation, false, 'no answer from the coordinator'));
    this.#releaseIfDone(operation);
  }

  #reset(operation: Operation): void {
    operation.coordinatorDone = true;
    operation.phase = op.ANSWERED;
    if (!operation.clientDone) {
      operation.clientDone = true;
      const { call, coordinator } = operation;
      this.#bookings.book(operation, this.nowNs);
      call.reject(new PortError('reset', call.operation, false, `${coordinator.machine.name} went down`));
    }
    this.#releaseIfDone(operation);
  }

  #mayTimeOut(id: number): boolean {
    const operation = this.pool.find(id);
    return operation !== null && !operation.coordinatorDone;
  }

  #timedOut(id: number): void {
    const operation = this.pool.find(id)!;
    const undecided = operation.phase < op.ANSWERING;
    const { phase, mutation } = operation;
    const writing = phase === op.WRITE_ROUND || phase === op.COMMIT || !undecided;
    const detail =
      phase >= op.DIGEST_READ
        ? `${operation.answered} of ${operation.wanted} replicas answered`
        : 'the coordinator is overloaded';
    if (writing && mutation !== null) this.#hintSilent(operation, mutation);
    // Answers to come belong to no round any more.
    operation.round++;
    empty(operation.asked);
    operation.answered = 0;
    if (undecided) {
      this.fail(operation, 'timeout', false, detail);
    } else this.#releaseIfDone(operation);
  }

  #hintSilent(operation: Operation, mutation: Mutation): void {
    operation.asked.forEach((node, place) => {
      if ((operation.answeredMask & (1 << place)) === 0) this.hints.store(node, mutation);
    });
  }

  #crashed(node: ClusterNode): void {
    for (const operation of this.pool.items) {
      if (!operation.inUse || operation.coordinator !== node || operation.coordinatorDone) continue;
      if (operation.phase === op.TRAVELLING) continue;
      if (operation.phase === op.ANSWERED) {
        operation.coordinatorDone = true;
        this.#releaseIfDone(operation);
      } else this.#reset(operation);
    }
  }

  #releaseIfDone(operation: Operation): void {
    if (!operation.coordinatorDone && operation.phase === op.ANSWERED)
      operation.coordinatorDone =
        operation.answered + operation.refused >= operation.asked.length || operation.kind === op.SELECT;
    if (!operation.coordinatorDone || !operation.clientDone) return;
    operation.clear();
    this.pool.release(operation);
  }
}
