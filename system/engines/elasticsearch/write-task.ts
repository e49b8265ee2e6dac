/** A part of a write at one shard, and whom it reports to. */
import type { Context } from '../../ports/context.ts';
import type { IndexOperation } from '../../ports/search-index.ts';
import type { DataNode, Shard, ShardCopy } from './cluster.ts';
import { InFlight } from './slots.ts';

/** What a coordinator asks of one shard. */
export class WriteTask extends InFlight {
  /** The coordinator's record of the whole request. */
  operation = 0;
  context: Context | null = null;
  coordinator: DataNode | null = null;
  shard: Shard | null = null;
  copy: ShardCopy | null = null;
  /** The primary's task, at a replica; -1 at the primary. */
  parent = -1;
  operations: readonly IndexOperation[] = [];
  /** Which of them belong to this shard; null: all (a single document). */
  positions: number[] | null = null;
  documents = 0;
  key = 0;
  /** The primary's own sync and the replicas that have not answered. */
  open = 0;
  /** A primary died over it: it may have been done, and may survive on a replica. */
  uncertain = false;
  /** The primary has taken it and not answered yet. */
  taken = false;
}

/** Who gave out the tasks. */
export interface WriteOrigin {
  /** False: nobody collects the answer any more. */
  waitsFor(task: WriteTask): boolean;
  /** The shard did not take it; `closed` follows. `reason` is Elasticsearch's name for it. */
  failed(task: WriteTask, kind: 'overloaded' | 'unavailable', reason: string, detail: string): void;
  /** The answer, good or bad, has reached the coordinator. */
  closed(task: WriteTask): void;
  /** The answer will never come. */
  lost(task: WriteTask): void;
}
