/**
 * The part of a write that happens at one shard: on a write thread of the primary, then in parallel the sync of its log
 * and the replicas, each with a write thread and a sync of its own. What a dead node had in hand is sent again to the
 * next primary, or dropped where it was a replica.
 */
import type { Context } from '../../ports/context.ts';
import type { IndexOperation } from '../../ports/search-index.ts';
import { type HandlerId, MILLISECOND } from '../../runtime/kernel/index.ts';
import type { Cluster, DataNode, Shard, ShardCopy } from './cluster.ts';
import { INDEX_DOCUMENT_NS, PREFIX_NS, SHARD_WRITE_NS } from './cost.ts';
import type { RefreshCycle } from './refresh-cycle.ts';
import { Slots } from './slots.ts';
import { type WriteOrigin, WriteTask } from './write-task.ts';

const TRAVELLING = 1;
const ON_POOL = 2;
/** At the primary: its own sync and the replicas are under way. At a replica: its sync is. */
const PERSISTING = 3;
const RETURNING = 4;
const WAITING_FOR_PRIMARY = 5;

/** Kinds of the steps at a shard, for random draws: eight for each; the first eight are the coordinator's. */
const SHARD_KINDS = 8;
const TO_PRIMARY = 0;
const EXECUTE = 1;
const TO_REPLICA = 2;
const ACKNOWLEDGE = 3;
const RETURN = 4;
const SYNC = 5;

export class ShardWrites {
  readonly #cluster: Cluster;
  readonly #refreshes: RefreshCycle;
  readonly #origin: WriteOrigin;
  readonly #tasks = new Slots(() => new WriteTask());
  readonly #arrived: HandlerId;
  readonly #executed: HandlerId;
  readonly #synced: HandlerId;
  readonly #acknowledged: HandlerId;
  readonly #returned: HandlerId;
  readonly #lost: HandlerId;
  readonly #waitedTooLong: HandlerId;

  constructor(cluster: Cluster, refreshes: RefreshCycle, origin: WriteOrigin) {
    this.#cluster = cluster;
    this.#refreshes = refreshes;
    this.#origin = origin;
    const { simulation } = cluster;
    this.#arrived = simulation.register((argument) => this.#arrive(argument));
    this.#executed = simulation.register((argument) => this.#execute(argument));
    this.#synced = simulation.register((copy) => this.#finishSync(cluster.copies[copy]!));
    this.#acknowledged = simulation.register((argument) => this.#acknowledge(argument));
    this.#returned = simulation.register((argument) => this.#collect(argument));
    this.#lost = simulation.register((argument) => this.#lose(argument));
    this.#waitedTooLong = simulation.register((argument) => this.#giveUpWaiting(argument));
    cluster.startWrite = (task) => this.#start(task);
  }

  /** A task for a shard; the caller adds `positions` and `documents` and hands it to `dispatch`. */
  create(
    operation: number,
    context: Context,
    coordinator: DataNode,
    shard: Shard,
    operations: readonly IndexOperation[],
    key: number,
  ): WriteTask {
    const task = this.#tasks.take();
    task.begin(this.#cluster.simulation.nowNs);
    task.operation = operation;
    task.context = context;
    task.coordinator = coordinator;
    task.shard = shard;
    task.copy = null;
    task.parent = -1;
    task.operations = operations;
    task.positions = null;
    task.documents = 1;
    task.key = key;
    task.open = 0;
    task.uncertain = false;
    task.taken = false;
    return task;
  }

  dispatch(task: WriteTask): void {
    const { primary } = task.shard!;
    if (primary === null) {
      task.state = WAITING_FOR_PRIMARY;
      task.shard!.waiting.push(task.argument);
      const { simulation, knobs } = this.#cluster;
      simulation.schedule(knobs.primaryTimeoutMs * MILLISECOND, this.#waitedTooLong, task.argument);
      return;
    }
    task.state = TRAVELLING;
    task.copy = primary;
    this.#send(task, task.coordinator!, primary.node, TO_PRIMARY, this.#arrived);
  }

  #send(task: WriteTask, from: DataNode, to: DataNode, step: number, handler: HandlerId): void {
    const { request } = task.context!;
    const salt = this.#salt(task, step);
    this.#cluster.send(from.machine.id, to.machine.id, request, salt, handler, this.#lost, task.argument);
  }

  #salt(task: WriteTask, step: number): number {
    return this.#cluster.salt(task.key, (task.shard!.number + 1) * SHARD_KINDS + step, task.context!);
  }

  #arrive(argument: number): void {
    const task = this.#tasks.find(argument, TRAVELLING);
    if (task === null) return;
    task.travelled(this.#cluster.simulation.nowNs);
    const copy = task.copy!;
    const replica = task.parent >= 0;
    if (!copy.node.machine.up || !copy.inSync) {
      if (replica) this.#dropReplica(task);
      else this.dispatch(task);
      return;
    }
    if (!replica && task.shard!.index.blocked) {
      this.#turnAway(task);
      return;
    }
    task.state = ON_POOL;
    if (!replica) this.#take(task);
    if (!copy.node.writePool.submit(argument, replica)) this.#refuse(task);
  }

  #take(task: WriteTask): void {
    task.copy!.node.requests++;
    task.taken = true;
    task.shard!.index.writing++;
  }

  /** Whoever waits for the last write under way may go on. */
  #leave(task: WriteTask): void {
    if (!task.taken) return;
    task.taken = false;
    task.shard!.index.wrote();
  }

  #turnAway(task: WriteTask): void {
    const detail = `index '${task.shard!.index.definition.name}' takes no writes`;
    this.#origin.failed(task, 'unavailable', 'cluster_block_exception', detail);
    this.#return(task);
  }

  /** A write thread takes the task. */
  #start(argument: number): boolean {
    const task = this.#tasks.find(argument, ON_POOL);
    if (task === null) return false;
    const cluster = this.#cluster;
    const { node } = task.copy!;
    const { request } = task.context!;
    let meanNs = SHARD_WRITE_NS + task.documents * INDEX_DOCUMENT_NS;
    if (task.shard!.index.completes) meanNs += this.#prefixes(task) * PREFIX_NS;
    const salt = this.#salt(task, EXECUTE);
    node.cpu.enter(this.#executed, argument, cluster.serviceNs(meanNs, node, request, salt));
    return true;
  }

  /** The documents are in the buffer and in the log; what is left is to make them durable here and elsewhere. */
  #execute(argument: number): void {
    const task = this.#tasks.find(argument, ON_POOL);
    if (task === null) return;
    const copy = task.copy!;
    task.served(this.#cluster.simulation.nowNs, copy.node.cpu.lastServiceNs);
    task.state = PERSISTING;
    if (task.parent < 0) {
      task.open = 1;
      this.#apply(task);
      this.#replicate(task);
    }
    this.#joinSync(copy, task);
  }

  /** Beginnings of words that the task's documents bring. */
  #prefixes({ shard, operations, positions }: WriteTask): number {
    let count = 0;
    for (const i of positions ?? operations.keys()) {
      const { document } = operations[i]!;
      if (document !== undefined) count += shard!.data.prefixesIn(document);
    }
    return count;
  }

  #apply(task: WriteTask): void {
    const shard = task.shard!;
    const { operations, positions } = task;
    const count = positions === null ? operations.length : positions.length;
    for (let i = 0; i < count; i++) {
      const { action, id, document } = operations[positions === null ? i : positions[i]!]!;
      if (action === 'index' && shard.data.outdates(id, document!)) continue;
      if (action === 'index') shard.data.put(id, document!);
      else shard.data.remove(id);
      this.#cluster.onWrite?.(shard.index.definition.name, id, action === 'index' ? document! : null);
    }
    this.#refreshes.schedule(shard.index);
  }

  #replicate(primary: WriteTask): void {
    const shard = primary.shard!;
    const { node } = primary.copy!;
    for (const copy of shard.copies) {
      if (copy === primary.copy || !copy.inSync) continue;
      const task = this.create(-1, primary.context!, node, shard, primary.operations, primary.key);
      task.state = TRAVELLING;
      task.copy = copy;
      task.parent = primary.argument;
      task.documents = primary.documents;
      primary.open++;
      this.#send(task, node, copy.node, TO_REPLICA, this.#arrived);
    }
  }

  /**
   * Elasticsearch's AsyncIOProcessor: who finds nobody syncing does it, keeping its thread, and goes on while others
   * have joined; who finds somebody leaves its request with them and frees its thread.
   */
  #joinSync(copy: ShardCopy, task: WriteTask): void {
    if (copy.syncing) {
      copy.joined.push(task.argument);
      copy.node.writePool.release();
      return;
    }
    copy.syncing = true;
    copy.batch.push(task.argument);
    this.#sync(copy, task);
  }

  #sync(copy: ShardCopy, first: WriteTask): void {
    const fsyncNs = this.#cluster.fsyncNs(copy, first.context!.request, this.#salt(first, SYNC));
    copy.node.disk.enter(this.#synced, copy.number, fsyncNs);
  }

  #finishSync(copy: ShardCopy): void {
    const done = copy.batch;
    copy.batch = copy.joined;
    copy.joined = done;
    const nowNs = this.#cluster.simulation.nowNs;
    for (let i = 0; i < done.length; i++) {
      const task = this.#tasks.find(done[i]!, PERSISTING);
      if (task === null) continue;
      if (task.parent < 0) {
        if (--task.open > 0) continue;
        task.synced(nowNs);
        this.#return(task);
      } else {
        task.synced(nowNs);
        task.state = RETURNING;
        const parent = this.#tasks.find(task.parent, PERSISTING);
        if (parent === null) this.#release(task);
        else this.#send(task, copy.node, parent.copy!.node, ACKNOWLEDGE, this.#acknowledged);
      }
    }
    done.length = 0;
    let first: WriteTask | null = null;
    for (let i = 0; i < copy.batch.length && first === null; i++)
      first = this.#tasks.find(copy.batch[i]!, PERSISTING);
    if (first !== null) {
      this.#sync(copy, first);
      return;
    }
    copy.batch.length = 0;
    copy.syncing = false;
    copy.node.writePool.release();
  }

  /** A replica's answer reaches the primary. */
  #acknowledge(argument: number): void {
    const task = this.#tasks.find(argument, RETURNING);
    if (task === null) return;
    task.travelled(this.#cluster.simulation.nowNs);
    const parent = this.#tasks.find(task.parent, PERSISTING);
    if (parent !== null && --parent.open === 0) {
      task.addTo(parent);
      this.#return(parent);
    }
    this.#release(task);
  }

  /** The master takes a replica that cannot be reached out of the set: the primary no longer waits for it. */
  #dropReplica(task: WriteTask): void {
    const parent = this.#tasks.find(task.parent, PERSISTING);
    this.#release(task);
    if (parent === null || --parent.open > 0) return;
    parent.waited(this.#cluster.simulation.nowNs);
    this.#return(parent);
  }

  #refuse(task: WriteTask): void {
    const detail = `the write queue of ${task.copy!.node.machine.name} is full`;
    this.#origin.failed(task, 'overloaded', 'es_rejected_execution_exception', detail);
    this.#return(task);
  }

  #return(task: WriteTask): void {
    this.#leave(task);
    task.state = RETURNING;
    this.#send(task, task.copy!.node, task.coordinator!, RETURN, this.#returned);
  }

  #collect(argument: number): void {
    const task = this.#tasks.find(argument, RETURNING);
    if (task === null) return;
    task.travelled(this.#cluster.simulation.nowNs);
    this.#close(task);
  }

  #close(task: WriteTask): void {
    this.#origin.closed(task);
    this.#release(task);
  }

  #lose(argument: number): void {
    const task = this.#tasks.alive(argument);
    if (task === null) return;
    if (task.parent >= 0) {
      this.#dropReplica(task);
      return;
    }
    this.#origin.lost(task);
    this.#release(task);
  }

  #giveUpWaiting(argument: number): void {
    const task = this.#tasks.find(argument, WAITING_FOR_PRIMARY);
    if (task === null) return;
    task.waited(this.#cluster.simulation.nowNs);
    const detail = `shard ${task.shard!.number} has no primary`;
    this.#origin.failed(task, 'unavailable', 'unavailable_shards_exception', detail);
    this.#close(task);
  }

  /** A primary is there again. */
  resume(shard: Shard): void {
    const waiting = shard.waiting;
    shard.waiting = [];
    for (const argument of waiting) {
      const task = this.#tasks.find(argument, WAITING_FOR_PRIMARY);
      if (task === null) continue;
      task.waited(this.#cluster.simulation.nowNs);
      this.dispatch(task);
    }
  }

  /** A node died: its shard requests go to the next primary, its replicas drop out. */
  crashed(node: DataNode): void {
    for (const copy of node.copies) {
      copy.syncing = false;
      copy.batch.length = 0;
      copy.joined.length = 0;
    }
    // New tasks may be made on the way; they are not on this node.
    const { all } = this.#tasks;
    for (let i = 0, count = all.length; i < count; i++) {
      const task = all[i]!;
      if (task.copy?.node !== node || (task.state !== ON_POOL && task.state !== PERSISTING)) continue;
      if (task.parent >= 0) this.#dropReplica(task);
      else this.#redo(task);
    }
  }

  /** The coordinator sends the shard request again; answers to the old one find nobody. */
  #redo(task: WriteTask): void {
    if (this.#origin.waitsFor(task)) {
      const { operation, context, coordinator, shard, operations, key } = task;
      const again = this.create(operation, context!, coordinator!, shard!, operations, key);
      again.positions = task.positions;
      again.documents = task.documents;
      again.uncertain = true;
      task.waited(this.#cluster.simulation.nowNs);
      task.addTo(again);
      this.dispatch(again);
    }
    this.#release(task);
  }

  #release(task: WriteTask): void {
    this.#leave(task);
    task.context = null;
    task.operations = [];
    task.positions = null;
    task.copy = null;
    this.#tasks.release(task);
  }
}
