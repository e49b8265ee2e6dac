/** A message of a coordinator to a replica on its way, until its answer is back: a record, reused from one to the next. */
import type { Promised } from './acceptors.ts';
import type { Mutation } from './mutation.ts';
import type { ClusterNode } from './node.ts';
import type { Pooled } from './pools.ts';
import type { Table } from './schema.ts';
import type { ReadCommand, Slice } from './slice.ts';

export const READ = 0;
export const WRITE = 1;
/** A promise of Paxos is asked for, and an acceptance. */
export const PREPARE = 2;
export const ACCEPT = 3;

export const TRAVELLING = 1;
export const QUEUED = 2;
export const RUNNING = 3;
export const RETURNING = 4;
/** The disk reads what the page cache does not have. */
export const FETCHING = 5;

export class Task implements Pooled {
  slot = 0;
  id = 0;
  inUse = false;
  state = 0;
  kind = READ;
  node!: ClusterNode;
  coordinator!: ClusterNode;
  /** Number of the operation it belongs to, or -1: a hint or a repair that nobody waits for. */
  operation = -1;
  /** Which of the operation's rounds, and its place among those asked. */
  round = 0;
  place = 0;
  table!: Table;
  key = '';
  partition!: Mutation['partition'];
  hash = 0;
  command: ReadCommand | null = null;
  mutation: Mutation | null = null;
  slice: Slice | null = null;
  /** Of the transaction that it belongs to, or 0: none. */
  ballot = 0;
  /** The replica has promised to a newer one, or what it told with its promise. */
  refused = false;
  promise: Promised | null = null;
  request = 0;
  salt = 0;
  createdNs = 0;
  arrivedNs = 0;
  serviceNs = 0;
  garbageBytes = 0;
  networkNs = 0;
  queueNs = 0;
  /** At the disk, waiting for it included. */
  diskNs = 0;
  workNs = 0;
  pauseNs = 0;
}
