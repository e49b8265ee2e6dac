/** A call of the port on its way through the cluster: the coordinator's record of it, reused from call to call. */
import type { Context } from '../../ports/context.ts';
import type { PortError } from '../../ports/errors.ts';
import type {
  ColumnValue,
  DeleteStatement,
  Row,
  UpsertStatement,
  WriteOutcome,
} from '../../ports/wide-column-store.ts';
import { empty, type PendingCall } from '../../runtime/kernel/index.ts';
import type { Promised } from './acceptors.ts';
import type { Mutation } from './mutation.ts';
import type { ClusterNode } from './node.ts';
import type { Pooled } from './pools.ts';
import type { Table } from './schema.ts';
import type { ReadCommand, Slice } from './slice.ts';

export const SELECT = 0;
export const UPSERT = 1;
export const DELETE = 2;
export const TRANSACTION = 3;

/** Where an operation is. Rounds with replicas are the phases from DIGEST_READ to COMMIT. */
export const TRAVELLING = 0;
export const ADMITTED = 1;
/** A transaction that was superseded, before it begins again. */
export const SLEEPING = 2;
export const DIGEST_READ = 3;
export const DATA_READ = 4;
export const REPAIR = 5;
export const WRITE_ROUND = 6;
export const PREPARE_ROUND = 7;
export const PROPOSE_EARLIER = 8;
export const COMMIT_EARLIER = 9;
export const PAXOS_READ = 10;
export const PROPOSE = 11;
export const COMMIT = 12;
/** The coordinator writes the answer. */
export const ANSWERING = 13;
export const ANSWERED = 14;

/** The place of a message that is no part of a round: nobody waits for its answer. */
export const NO_PLACE = -1;

export class Operation implements Pooled {
  slot = 0;
  id = 0;
  inUse = false;
  kind = SELECT;
  phase = TRAVELLING;
  call!: PendingCall<unknown>;
  context!: Context;
  statement: UpsertStatement | DeleteStatement | null = null;
  table!: Table;
  key = '';
  partition: readonly ColumnValue[] = [];
  hash = 0;
  command!: ReadCommand;
  replicas: readonly number[] = [];
  coordinator!: ClusterNode;
  client = 0;
  request = 0;
  salt = 0;
  /** Answers that the consistency level asks for. */
  needed = 0;
  /** Counts conversations with replicas: answers of earlier ones are told apart by it. */
  round = 0;
  /** Nodes asked in this round, what they answered, and from whom an answer came (a bit each). */
  readonly asked: ClusterNode[] = [];
  readonly slices: (Slice | null)[] = [];
  answeredMask = 0;
  answered = 0;
  /** Replicas that have promised to a newer ballot, and what the others told with their promises. */
  refused = 0;
  readonly promises: Promised[] = [];
  /** Of a transaction: its present one. 0: it is none. */
  ballot = 0;
  /** Answers that end this round. */
  wanted = 0;
  /** What the replicas were told to return at most: more than the command's limit after short answers. */
  replicaLimit = 0;
  mutation: Mutation | null = null;
  rows: readonly Row[] | null = null;
  outcome: WriteOutcome | null = null;
  error: PortError | null = null;
  mergedRows = 0;
  /** The coordinator will not touch it any more; the client has its answer. */
  coordinatorDone = false;
  clientDone = false;
  calledNs = 0;
  arrivedNs = 0;
  roundNs = 0;
  answeredNs = 0;
  serviceNs = 0;
  networkNs = 0;
  coordinatorQueueNs = 0;
  coordinatorNs = 0;
  /** Slept, for others to finish. */
  contentionNs = 0;
  queueNs = 0;
  diskNs = 0;
  workNs = 0;
  pauseNs = 0;

  reset(): void {
    this.phase = TRAVELLING;
    this.round = 0;
    this.answered = 0;
    this.answeredMask = 0;
    this.wanted = 0;
    empty(this.asked);
    empty(this.slices);
    empty(this.promises);
    this.refused = 0;
    this.ballot = 0;
    this.mergedRows = 0;
    this.coordinatorDone = false;
    this.clientDone = false;
    this.networkNs = 0;
    this.coordinatorQueueNs = 0;
    this.coordinatorNs = 0;
    this.contentionNs = 0;
    this.queueNs = 0;
    this.diskNs = 0;
    this.workNs = 0;
    this.pauseNs = 0;
  }

  /** Lets go of what it refers to, so that a free record keeps nothing alive. */
  clear(): void {
    this.call = null as never;
    this.context = null as never;
    this.statement = null;
    this.mutation = null;
    this.rows = null;
    this.outcome = null;
    this.error = null;
    empty(this.slices);
    empty(this.promises);
  }
}
