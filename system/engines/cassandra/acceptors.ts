/**
 * What each replica remembers of the transactions of a partition (the table system.paxos, which outlives a crash): the
 * newest ballot that it has promised to, the newest proposal that it has accepted, and the newest that it knows to be
 * decided. It refuses whatever is older than its promise.
 */
import type { Mutation } from './mutation.ts';
import type { ClusterNode } from './node.ts';
import { ACCEPT, PREPARE, type Task } from './task.ts';

export interface Proposal {
  /** Micros, as timestamps; 0: there was none. */
  readonly ballot: number;
  /** Null: nothing is changed, what a transaction proposes whose condition does not hold. */
  readonly mutation: Mutation | null;
}

/** What a replica that promises tells of what it has seen before. */
export interface Promised {
  readonly node: ClusterNode;
  readonly accepted: Proposal;
  readonly committed: Proposal;
}

interface State {
  promised: number;
  accepted: Proposal;
  committed: Proposal;
}

const NONE: Proposal = { ballot: 0, mutation: null };

export class Acceptors {
  /** By node, table and partition key. */
  readonly #states: readonly (readonly Map<string, State>[])[];

  constructor(nodes: number, tables: number) {
    this.#states = Array.from({ length: nodes }, () => Array.from({ length: tables }, () => new Map()));
  }

  /** A replica has done what a message of a transaction asks for; the answer is left in the task. */
  handle(task: Task): void {
    const state = this.#state(task);
    const { ballot, mutation } = task;
    if (task.kind === PREPARE) {
      task.refused = ballot <= state.promised;
      if (task.refused) return;
      state.promised = ballot;
      task.promise = { node: task.node, accepted: state.accepted, committed: state.committed };
    } else if (task.kind === ACCEPT) {
      task.refused = ballot < state.promised;
      if (task.refused) return;
      state.promised = ballot;
      state.accepted = { ballot, mutation };
    } else if (ballot > state.committed.ballot) {
      state.committed = { ballot, mutation };
      if (state.accepted.ballot <= ballot) state.accepted = NONE;
    }
  }

  #state({ node, table, key }: Task): State {
    const states = this.#states[node.index]![table.index]!;
    let state = states.get(key);
    if (state === undefined) {
      state = { promised: 0, accepted: NONE, committed: NONE };
      states.set(key, state);
    }
    return state;
  }
}
