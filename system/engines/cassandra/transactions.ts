/**
 * Lightweight transactions: Paxos in four round trips (prepare, read, propose, commit), one at a time per partition. A
 * value that was accepted somewhere when its coordinator failed is finished by the next transaction of the partition,
 * as in Paxos: its own client got a timeout, and either outcome was possible.
 */
import type { Row, UpsertStatement } from '../../ports/wide-column-store.ts';
import type { Coordinator } from './coordinator.ts';
import type { Mutation } from './mutation.ts';
import {
  ANSWERING,
  COMMIT,
  COMPLETE_EARLIER,
  type Operation,
  PAXOS_READ,
  PREPARE_ROUND,
  PROPOSE,
  WAITING_TURN,
} from './operation.ts';
import type { Reads } from './reads.ts';
import { ACCEPT, PREPARE, type Task, WRITE } from './tasks.ts';
import type { Writes } from './writes.ts';

/** What replicas remember of a partition's transactions. */
interface Ballot {
  /** Number of the operation whose turn it is; -1: nobody's. */
  holder: number;
  waiting: number[];
  /** A value that a replica has accepted from the holder. */
  accepted: Mutation | null;
  /** An accepted value whose coordinator did not live to commit it. */
  unfinished: Mutation | null;
}

export class Transactions {
  readonly #coordinator: Coordinator;
  readonly #reads: Reads;
  readonly #writes: Writes;
  readonly #ballots = new Map<string, Ballot>();
  /** Ballots are ordered across coordinators: their timestamps only grow. */
  #lastTimestamp = 0;

  constructor(coordinator: Coordinator, reads: Reads, writes: Writes) {
    this.#coordinator = coordinator;
    this.#reads = reads;
    this.#writes = writes;
  }

  begin(operation: Operation): void {
    const name = nameOf(operation);
    let ballot = this.#ballots.get(name);
    if (ballot === undefined) {
      ballot = { holder: -1, waiting: [], accepted: null, unfinished: null };
      this.#ballots.set(name, ballot);
    }
    operation.phase = WAITING_TURN;
    operation.roundNs = this.#coordinator.nowNs;
    if (ballot.holder >= 0) ballot.waiting.push(operation.id);
    else this.#take(ballot, operation);
  }

  answered(operation: Operation): void {
    const ballot = this.#ballots.get(nameOf(operation))!;
    switch (operation.phase) {
      case PREPARE_ROUND:
        if (ballot.unfinished === null) this.#read(operation);
        else {
          this.#writes.onMutation?.(ballot.unfinished);
          this.#coordinator.beginRound(operation, COMPLETE_EARLIER, quorum(operation));
          this.#coordinator.sendToAll(operation, WRITE, ballot.unfinished);
        }
        break;
      case COMPLETE_EARLIER:
        ballot.unfinished = null;
        this.#read(operation);
        break;
      case PAXOS_READ:
        this.#decide(operation);
        break;
      case PROPOSE:
        // Decided: before, another transaction could still come first.
        this.#writes.onMutation?.(operation.mutation!);
        this.#coordinator.beginRound(operation, COMMIT, Math.max(operation.needed, quorum(operation)));
        this.#coordinator.sendToAll(operation, WRITE, operation.mutation);
        break;
      case COMMIT:
        ballot.accepted = null;
        operation.outcome = { applied: true };
        this.#finish(operation);
    }
  }

  /** A replica has accepted a value: from now on it may come true even if its coordinator dies. */
  accepted(task: Task): void {
    const ballot = this.#ballots.get(name(task.table.index, task.key));
    if (ballot !== undefined && ballot.holder === task.operation) ballot.accepted = task.mutation;
  }

  /** Later transactions come after this time. */
  skipTimestamps(upTo: number): void {
    this.#lastTimestamp = Math.max(this.#lastTimestamp, upTo);
  }

  /** The operation timed out or its coordinator crashed. */
  failed(operation: Operation): void {
    if (operation.phase >= ANSWERING) return;
    this.#leave(operation);
  }

  #take(ballot: Ballot, operation: Operation): void {
    const coordinator = this.#coordinator;
    ballot.holder = operation.id;
    operation.turnNs += coordinator.nowNs - operation.roundNs;
    if (!this.#enoughAlive(operation, Math.max(operation.needed, quorum(operation)))) return;
    coordinator.beginRound(operation, PREPARE_ROUND, quorum(operation));
    coordinator.sendToAll(operation, PREPARE, null);
  }

  #read(operation: Operation): void {
    operation.replicaLimit = operation.command.limit;
    if (this.#enoughAlive(operation, quorum(operation)))
      this.#reads.read(operation, PAXOS_READ, quorum(operation));
  }

  /** Otherwise the turn passes on and the client hears of it. */
  #enoughAlive(operation: Operation, wanted: number): boolean {
    const alive = this.#coordinator.aliveReplicas(operation);
    if (alive >= wanted) return true;
    this.#leave(operation);
    this.#coordinator.fail(operation, 'unavailable', true, `${alive} of ${wanted} replicas are up`);
    return false;
  }

  #decide(operation: Operation): void {
    const current = this.#reads.merged(operation).slice.rows[0] ?? null;
    if (!holds(operation.statement as UpsertStatement, current)) {
      operation.outcome = current === null ? { applied: false } : { applied: false, current };
      this.#finish(operation);
      return;
    }
    const own = operation.coordinator.nextTimestamp();
    this.#lastTimestamp = Math.max(own, this.#lastTimestamp + 1);
    operation.mutation = this.#writes.upsert(operation, this.#lastTimestamp);
    this.#coordinator.beginRound(operation, PROPOSE, quorum(operation));
    this.#coordinator.sendToAll(operation, ACCEPT, operation.mutation);
  }

  #finish(operation: Operation): void {
    this.#leave(operation);
    this.#coordinator.finish(operation);
  }

  /** Gives the turn to the next that still waits. */
  #leave(operation: Operation): void {
    const key = nameOf(operation);
    const ballot = this.#ballots.get(key);
    if (ballot === undefined || ballot.holder !== operation.id) return;
    if (ballot.accepted !== null) ballot.unfinished = ballot.accepted;
    ballot.accepted = null;
    ballot.holder = -1;
    while (ballot.holder < 0 && ballot.waiting.length > 0) {
      const next = this.#coordinator.pool.find(ballot.waiting.shift()!);
      if (next !== null && next.phase === WAITING_TURN) this.#take(ballot, next);
    }
    if (ballot.holder < 0 && ballot.waiting.length === 0 && ballot.unfinished === null)
      this.#ballots.delete(key);
  }
}

function quorum(operation: Operation): number {
  return (operation.replicas.length >> 1) + 1;
}

function nameOf(operation: Operation): string {
  return name(operation.table.index, operation.key);
}

function name(table: number, key: string): string {
  return `${table}\u0000${key}`;
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
