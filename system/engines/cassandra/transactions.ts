/**
 * Lightweight transactions: Paxos in four round trips, as StorageProxy runs it (paxos_variant v1, the default). Nobody
 * queues. A newer ballot supersedes a promise that was given to an older one; whose ballot was superseded sleeps for a
 * random time and begins again, until `casContentionTimeoutMs` has passed: then the client gets a timeout. So what a
 * partition gets done falls as more try.
 *
 *   prepare ─▶ read ─▶ propose ─▶ commit
 *      │                  └ refused by all ─▶ sleep, prepare again; by some: a timeout, for it may come true yet
 *      ├ refused ─▶ sleep, prepare again
 *      └ something was accepted, not decided ─▶ propose and commit that, prepare again
 */
import type { Row, UpsertStatement } from '../../ports/wide-column-store.ts';
import type { HandlerId, KeyedRandom, Simulation } from '../../runtime/kernel/index.ts';
import type { Proposal } from './acceptors.ts';
import type { Coordinator } from './coordinator.ts';
import type { CassandraKnobs } from './knobs.ts';
import type { Operation } from './operation.ts';
import * as op from './operation.ts';
import type { Reads } from './reads.ts';
import { ACCEPT, PREPARE, WRITE } from './task.ts';
import type { Writes } from './writes.ts';

/** StorageProxy: ThreadLocalRandom.nextInt(100) ms, 'to give the other proposer a chance to finish'. */
const LONGEST_SLEEP_MS = 100;

export class Transactions {
  readonly #simulation: Simulation;
  readonly #coordinator: Coordinator;
  readonly #reads: Reads;
  readonly #writes: Writes;
  readonly #random: KeyedRandom;
  readonly #wakeHandler: HandlerId;
  readonly #contentionNs: number;
  /** Ballots are ordered across coordinators: their timestamps only grow. */
  #lastBallot = 0;

  constructor(
    simulation: Simulation,
    knobs: CassandraKnobs,
    coordinator: Coordinator,
    reads: Reads,
    writes: Writes,
  ) {
    this.#simulation = simulation;
    this.#coordinator = coordinator;
    this.#reads = reads;
    this.#writes = writes;
    this.#random = simulation.random('cassandra contention');
    this.#wakeHandler = simulation.register((id) => this.#wake(id));
    this.#contentionNs = knobs.casContentionTimeoutMs * 1e6;
  }

  begin(operation: Operation): void {
    this.#prepare(operation);
  }

  /** Whether refusals end the present round, whatever answers are still to come. */
  isLost({ phase, refused, answered, wanted, asked }: Operation): boolean {
    if (phase === op.PREPARE_ROUND) return true;
    // An own proposal waits for all answers: only one that everybody has refused may be made again.
    return phase === op.PROPOSE ? answered + refused === asked.length : asked.length - refused < wanted;
  }

  /** The present round has the answers that it wanted, or is lost. */
  answered(operation: Operation): void {
    const isWon = operation.answered >= operation.wanted;
    switch (operation.phase) {
      case op.PREPARE_ROUND:
        if (isWon && operation.refused === 0) this.#promised(operation);
        else this.#sleep(operation);
        break;
      case op.PROPOSE_EARLIER:
        if (isWon) this.#commit(operation, op.COMMIT_EARLIER, quorum(operation));
        else this.#sleep(operation);
        break;
      case op.COMMIT_EARLIER:
        this.#prepare(operation);
        break;
      case op.PAXOS_READ:
        this.#decide(operation);
        break;
      case op.PROPOSE:
        this.#proposed(operation, isWon);
        break;
      case op.COMMIT:
        operation.outcome = { applied: true };
        this.#coordinator.finish(operation);
    }
  }

  /** Later transactions come after this time. */
  skipTimestamps(upTo: number): void {
    this.#lastBallot = Math.max(this.#lastBallot, upTo);
  }

  #prepare(operation: Operation): void {
    const coordinator = this.#coordinator;
    if (!this.#enoughAlive(operation, Math.max(operation.needed, quorum(operation)))) return;
    this.#lastBallot = Math.max(operation.coordinator.nextTimestamp(), this.#lastBallot + 1);
    operation.ballot = this.#lastBallot;
    operation.mutation = null;
    coordinator.beginRound(operation, op.PREPARE_ROUND, quorum(operation));
    coordinator.sendToAll(operation, PREPARE, null);
  }

  /** A quorum has promised: what others have left behind comes first. */
  #promised(operation: Operation): void {
    const { promises } = operation;
    let accepted = promises[0]!.accepted;
    let committed = promises[0]!.committed;
    for (const promise of promises) {
      accepted = newer(accepted, promise.accepted);
      committed = newer(committed, promise.committed);
    }
    if (accepted.mutation !== null && accepted.ballot > committed.ballot) {
      operation.mutation = accepted.mutation;
      this.#propose(operation, op.PROPOSE_EARLIER);
      return;
    }
    const behind = promises.filter((promise) => promise.committed.ballot < committed.ballot);
    if (behind.length === 0) {
      operation.replicaLimit = operation.command.limit;
      if (this.#enoughAlive(operation, quorum(operation)))
        this.#reads.read(operation, op.PAXOS_READ, quorum(operation));
      return;
    }
    // The read to come must meet what was decided in any quorum. As the real one, it prepares again at once.
    const { tasks } = this.#coordinator;
    for (const { node } of behind)
      tasks.send(operation, node, op.NO_PLACE, WRITE, null, committed.mutation, committed.ballot);
    this.#prepare(operation);
  }

  #decide(operation: Operation): void {
    const current = this.#reads.merged(operation).slice.rows[0] ?? null;
    if (holds(operation.statement as UpsertStatement, current))
      operation.mutation = this.#writes.upsert(operation, operation.ballot);
    else operation.outcome = current === null ? { applied: false } : { applied: false, current };
    // Also where nothing is to be written: what a client is told of must not be undone by an older proposal
    // (CASSANDRA-12126).
    this.#propose(operation, op.PROPOSE);
  }

  #propose(operation: Operation, phase: number): void {
    this.#coordinator.beginRound(operation, phase, quorum(operation));
    this.#coordinator.sendToAll(operation, ACCEPT, operation.mutation);
  }

  #proposed(operation: Operation, isWon: boolean): void {
    if (!isWon && operation.answered === 0) this.#sleep(operation);
    else if (!isWon) {
      // Nothing of it may be kept as a hint.
      operation.mutation = null;
      const detail = `the proposal was accepted by ${operation.answered} of ${operation.wanted}`;
      this.#coordinator.fail(operation, 'timeout', false, detail);
    } else if (operation.mutation === null) this.#coordinator.finish(operation);
    else this.#commit(operation, op.COMMIT, Math.max(operation.needed, quorum(operation)));
  }

  #commit(operation: Operation, phase: number, wanted: number): void {
    // Decided: before, another transaction could still come first.
    this.#writes.onMutation?.(operation.mutation!);
    this.#coordinator.beginRound(operation, phase, wanted);
    this.#coordinator.sendToAll(operation, WRITE, operation.mutation);
  }

  /** Gives the other proposer a chance to finish. */
  #sleep(operation: Operation): void {
    const { hash, request, salt, round } = operation;
    const ns = this.#random.integer(LONGEST_SLEEP_MS, hash, request, salt + round) * 1e6;
    this.#coordinator.beginRound(operation, op.SLEEPING, 0);
    operation.mutation = null;
    operation.outcome = null;
    operation.contentionNs += ns;
    this.#simulation.schedule(ns, this.#wakeHandler, operation.id);
  }

  #wake(id: number): void {
    const operation = this.#coordinator.pool.find(id);
    // Its coordinator may have crashed meanwhile.
    if (operation === null || operation.phase !== op.SLEEPING) return;
    if (this.#coordinator.nowNs - operation.arrivedNs < this.#contentionNs) this.#prepare(operation);
    else
      this.#coordinator.fail(operation, 'timeout', false, 'other transactions of the partition came first');
  }

  /** Otherwise the client hears of it. */
  #enoughAlive(operation: Operation, wanted: number): boolean {
    const alive = this.#coordinator.aliveReplicas(operation);
    if (alive >= wanted) return true;
    this.#coordinator.fail(operation, 'unavailable', true, `${alive} of ${wanted} replicas are up`);
    return false;
  }
}

function newer(one: Proposal, other: Proposal): Proposal {
  return other.ballot > one.ballot ? other : one;
}

function quorum(operation: Operation): number {
  return (operation.replicas.length >> 1) + 1;
}

function holds(statement: UpsertStatement, current: Row | null): boolean {
  if (statement.ifNotExists === true) return current === null;
  if (current === null) return false;
  const expected = statement.ifEquals ?? {};
  for (const column in expected) {
    if ((current[column] ?? null) !== (expected[column] ?? null)) return false;
  }
  return true;
}
