/**
 * What happens to a write:
 *
 *   client ─▶ coordinator ─▶ primary: write thread, CPU ─┬─▶ sync of the log (shared by those who wait) ─┬─▶ answer
 *                                                        └─▶ replicas: write thread, CPU, sync ──────────┘
 *
 * A bulk request is split by shard; each part is one shard request with one sync. A write is acknowledged when the
 * primary and every replica in sync have it on disk. Elasticsearch does not stop a write whose client has gone.
 */
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { IndexOperation, PortFailure } from '../../ports/search-index.ts';
import { type HandlerId, MILLISECOND, type PendingCall } from '../../runtime/kernel/index.ts';
import type { Cluster, DataNode, Index, Shard, ShardCopy } from './cluster.ts';
import { BULK_LINE_NS, INDEX_DOCUMENT_NS, REQUEST_NS, SHARD_WRITE_NS } from './cost.ts';
import type { RefreshCycle } from './refresh-cycle.ts';
import { hashId } from './routing.ts';
import { InFlight, Slots } from './slots.ts';

const TRAVELLING = 1;
const ON_POOL = 2;
/** At the primary: its own sync and the replicas are under way. At a replica: its sync is. */
const PERSISTING = 3;
const RETURNING = 4;
const WAITING_FOR_PRIMARY = 5;
const COORDINATING = 6;

const TO_COORDINATOR = 1;
const COORDINATE = 2;
const TO_CLIENT = 3;
/** Kinds of the steps at a shard: eight for each. */
const SHARD_KINDS = 8;

/** Elasticsearch's name for a full queue. */
const REJECTED = 'es_rejected_execution_exception';

class WriteOperation extends InFlight {
  call: PendingCall<unknown> | null = null;
  from = 0;
  coordinator: DataNode | null = null;
  index: Index | null = null;
  operations: readonly IndexOperation[] = [];
  /** Null for a single document: then `error` is its outcome. */
  results: (PortFailure | null)[] | null = null;
  error: PortError | null = null;
  key = 0;
  /** Shard requests without an answer. */
  open = 0;
}

class WriteTask extends InFlight {
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
  /** Sent to a primary at least once: a failure after that is of unknown outcome. */
  sent = false;
}

export class WritePath {
  readonly #cluster: Cluster;
  readonly #refreshes: RefreshCycle;
  readonly #operations = new Slots(() => new WriteOperation());
  readonly #tasks = new Slots(() => new WriteTask());
  /** By shard: the task of the bulk request that is being split. */
  readonly #taskOfShard: Int32Array;
  readonly #arrived: HandlerId;
  readonly #coordinated: HandlerId;
  readonly #returned: HandlerId;
  readonly #operationLost: HandlerId;
  readonly #taskArrived: HandlerId;
  readonly #executed: HandlerId;
  readonly #synced: HandlerId;
  readonly #acknowledged: HandlerId;
  readonly #taskReturned: HandlerId;
  readonly #taskLost: HandlerId;
  readonly #waitedTooLong: HandlerId;

  constructor(cluster: Cluster, refreshes: RefreshCycle) {
    this.#cluster = cluster;
    this.#refreshes = refreshes;
    this.#taskOfShard = new Int32Array(cluster.shards.length).fill(-1);
    const { simulation } = cluster;
    this.#arrived = simulation.register((argument) => this.#arrive(argument));
    this.#coordinated = simulation.register((argument) => this.#split(argument));
    this.#returned = simulation.register((argument) => this.#answer(argument));
    this.#operationLost = simulation.register((argument) => this.#loseOperation(argument));
    this.#taskArrived = simulation.register((argument) => this.#arriveAtShard(argument));
    this.#executed = simulation.register((argument) => this.#execute(argument));
    this.#synced = simulation.register((copy) => this.#finishSync(cluster.copies[copy]!));
    this.#acknowledged = simulation.register((argument) => this.#acknowledge(argument));
    this.#taskReturned = simulation.register((argument) => this.#collect(argument));
    this.#taskLost = simulation.register((argument) => this.#loseTask(argument));
    this.#waitedTooLong = simulation.register((argument) => this.#giveUpWaiting(argument));
    cluster.startWrite = (task) => this.#start(task);
  }

  /** `results` null: one document, whose failure rejects the call. */
  begin(
    call: PendingCall<unknown>,
    from: number,
    index: Index,
    operations: readonly IndexOperation[],
    results: (PortFailure | null)[] | null,
  ): void {
    const cluster = this.#cluster;
    const coordinator = cluster.coordinator();
    if (coordinator === null) {
      call.reject(new PortError('unavailable', call.operation, true, 'no node is up'));
      return;
    }
    const operation = this.#operations.take();
    operation.begin(cluster.simulation.nowNs);
    operation.state = TRAVELLING;
    operation.call = call;
    operation.from = from;
    operation.coordinator = coordinator;
    operation.index = index;
    operation.operations = operations;
    operation.results = results;
    operation.error = null;
    operation.key = operations.length === 0 ? 0 : hashId(operations[0]!.id);
    const { context } = call;
    const salt = cluster.salt(operation.key, TO_COORDINATOR, context);
    const { id } = coordinator.machine;
    const lost = this.#operationLost;
    cluster.send(from, id, context.request, salt, this.#arrived, lost, operation.argument);
  }

  #arrive(argument: number): void {
    const operation = this.#operations.find(argument, TRAVELLING);
    if (operation === null) return;
    const cluster = this.#cluster;
    operation.travelled(cluster.simulation.nowNs);
    const call = operation.call!;
    const node = operation.coordinator!;
    if (!node.machine.up) {
      this.#fail(operation, new PortError('unavailable', call.operation, true, 'connection refused'));
      return;
    }
    node.requests++;
    operation.state = COORDINATING;
    const { context } = call;
    const meanNs = REQUEST_NS + (operation.results === null ? 0 : operation.operations.length * BULK_LINE_NS);
    const salt = cluster.salt(operation.key, COORDINATE, context);
    node.cpu.enter(this.#coordinated, argument, cluster.serviceNs(meanNs, node, context.request, salt));
  }

  /** One task a shard, in the order of the documents. */
  #split(argument: number): void {
    const operation = this.#operations.find(argument, COORDINATING);
    if (operation === null) return;
    const nowNs = this.#cluster.simulation.nowNs;
    operation.served(nowNs, operation.coordinator!.cpu.lastServiceNs);
    const { operations, results } = operation;
    const index = operation.index!;
    if (results === null) {
      operation.open = 1;
      this.#dispatch(this.#createTask(operation, index.shardFor(operation.key), null));
      return;
    }
    const taskOfShard = this.#taskOfShard;
    const split: WriteTask[] = [];
    for (let i = 0; i < operations.length; i++) {
      const { id, action, document } = operations[i]!;
      if (action === 'index' && document === undefined) {
        results[i] = { id, reason: 'invalid: an index action needs a document' };
        continue;
      }
      const shard = index.shardFor(hashId(id));
      let at = taskOfShard[shard.number]!;
      if (at < 0) {
        at = split.push(this.#createTask(operation, shard, [])) - 1;
        taskOfShard[shard.number] = at;
      }
      split[at]!.positions!.push(i);
    }
    for (const task of split) taskOfShard[task.shard!.number] = -1;
    operation.open = split.length;
    if (split.length === 0) this.#reply(operation);
    // An answer may come back within `dispatch` (a full queue on this very node), but never the last one too early.
    for (const task of split) {
      task.documents = task.positions!.length;
      this.#dispatch(task);
    }
  }

  #createTask(operation: WriteOperation, shard: Shard, positions: number[] | null): WriteTask {
    const task = this.#tasks.take();
    task.begin(this.#cluster.simulation.nowNs);
    task.state = TRAVELLING;
    task.operation = operation.argument;
    task.context = operation.call!.context;
    task.coordinator = operation.coordinator;
    task.shard = shard;
    task.copy = null;
    task.parent = -1;
    task.operations = operation.operations;
    task.positions = positions;
    task.documents = positions === null ? 1 : positions.length;
    task.key = operation.key;
    task.open = 0;
    task.sent = false;
    return task;
  }

  #dispatch(task: WriteTask): void {
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
    task.sent = true;
    this.#send(task, task.coordinator!, primary.node, 0, this.#taskArrived);
  }

  #send(task: WriteTask, from: DataNode, to: DataNode, step: number, handler: HandlerId): void {
    const cluster = this.#cluster;
    const context = task.context!;
    const salt = cluster.salt(task.key, task.shard!.number * SHARD_KINDS + step + SHARD_KINDS, context);
    const lost = this.#taskLost;
    cluster.send(from.machine.id, to.machine.id, context.request, salt, handler, lost, task.argument);
  }

  #arriveAtShard(argument: number): void {
    const task = this.#tasks.find(argument, TRAVELLING);
    if (task === null) return;
    task.travelled(this.#cluster.simulation.nowNs);
    const copy = task.copy!;
    const replica = task.parent >= 0;
    if (!copy.node.machine.up || !copy.inSync) {
      if (replica) this.#dropReplica(task);
      else this.#dispatch(task);
      return;
    }
    task.state = ON_POOL;
    if (!replica) copy.node.requests++;
    if (!copy.node.writePool.submit(argument, replica)) this.#refuse(task);
  }

  /** A write thread takes the task. */
  #start(argument: number): boolean {
    const task = this.#tasks.find(argument, ON_POOL);
    if (task === null) return false;
    const cluster = this.#cluster;
    const { node } = task.copy!;
    const { request } = task.context!;
    const meanNs = SHARD_WRITE_NS + task.documents * INDEX_DOCUMENT_NS;
    const salt = cluster.salt(task.key, task.shard!.number * SHARD_KINDS + 1 + SHARD_KINDS, task.context!);
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

  #apply(task: WriteTask): void {
    const shard = task.shard!;
    const { operations, positions } = task;
    const count = positions === null ? operations.length : positions.length;
    for (let i = 0; i < count; i++) {
      const { action, id, document } = operations[positions === null ? i : positions[i]!]!;
      if (action === 'index') shard.data.put(id, document!);
      else shard.data.remove(id);
    }
    this.#refreshes.schedule(shard.index);
  }

  #replicate(primary: WriteTask): void {
    const shard = primary.shard!;
    for (const copy of shard.copies) {
      if (copy === primary.copy || !copy.inSync) continue;
      const task = this.#tasks.take();
      task.begin(primary.markNs);
      task.state = TRAVELLING;
      task.operation = -1;
      task.context = primary.context;
      task.coordinator = null;
      task.shard = shard;
      task.copy = copy;
      task.parent = primary.argument;
      task.operations = primary.operations;
      task.positions = null;
      task.documents = primary.documents;
      task.key = primary.key;
      primary.open++;
      this.#send(task, primary.copy!.node, copy.node, 2, this.#taskArrived);
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
    const cluster = this.#cluster;
    const context = first.context!;
    const salt = cluster.salt(first.key, 0, context);
    copy.node.disk.enter(this.#synced, copy.number, cluster.fsyncNs(copy, context.request, salt));
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
        if (parent === null) this.#releaseTask(task);
        else this.#send(task, copy.node, parent.copy!.node, 3, this.#acknowledged);
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
    this.#releaseTask(task);
  }

  /** The master takes a replica that cannot be reached out of the set: the primary no longer waits for it. */
  #dropReplica(task: WriteTask): void {
    const parent = this.#tasks.find(task.parent, PERSISTING);
    this.#releaseTask(task);
    if (parent === null || --parent.open > 0) return;
    parent.waited(this.#cluster.simulation.nowNs);
    this.#return(parent);
  }

  #refuse(task: WriteTask): void {
    const operation = this.#operations.alive(task.operation);
    if (operation !== null) {
      const detail = `${REJECTED}: the write queue of ${task.copy!.node.machine.name} is full`;
      this.#setFailure(
        operation,
        task,
        new PortError('overloaded', operation.call!.operation, true, detail),
        REJECTED,
      );
    }
    this.#return(task);
  }

  #setFailure(operation: WriteOperation, task: WriteTask, error: PortError, reason: string): void {
    if (operation.results === null) operation.error = error;
    else
      for (const position of task.positions!)
        operation.results[position] = { id: task.operations[position]!.id, reason };
  }

  #return(task: WriteTask): void {
    task.state = RETURNING;
    this.#send(task, task.copy!.node, task.coordinator!, 4, this.#taskReturned);
  }

  #collect(argument: number): void {
    const task = this.#tasks.find(argument, RETURNING);
    if (task === null) return;
    task.travelled(this.#cluster.simulation.nowNs);
    this.#close(task);
  }

  /** A shard request is over; the last one decides when the whole is. */
  #close(task: WriteTask): void {
    const operation = this.#operations.find(task.operation, COORDINATING);
    if (operation !== null && --operation.open === 0) {
      task.addTo(operation);
      this.#reply(operation);
    }
    this.#releaseTask(task);
  }

  #reply(operation: WriteOperation): void {
    const cluster = this.#cluster;
    if (operation.call!.settled) {
      this.#releaseOperation(operation);
      return;
    }
    operation.state = RETURNING;
    const { context } = operation.call!;
    const salt = cluster.salt(operation.key, TO_CLIENT, context);
    const from = operation.coordinator!.machine.id;
    const lost = this.#operationLost;
    const { argument } = operation;
    cluster.send(from, operation.from, context.request, salt, this.#returned, lost, argument);
  }

  #answer(argument: number): void {
    const operation = this.#operations.find(argument, RETURNING);
    if (operation === null) return;
    operation.travelled(this.#cluster.simulation.nowNs);
    const call = operation.call!;
    if (!call.settled) {
      this.#cluster.book(call.context, operation);
      if (operation.error !== null) call.reject(operation.error);
      else call.resolve(operation.results ?? undefined);
    }
    this.#releaseOperation(operation);
  }

  #fail(operation: WriteOperation, error: PortError): void {
    operation.call!.reject(error);
    this.#releaseOperation(operation);
  }

  #loseOperation(argument: number): void {
    const operation = this.#operations.alive(argument);
    if (operation === null) return;
    this.#fail(operation, new PortError('timeout', operation.call!.operation, false, 'no answer'));
  }

  #loseTask(argument: number): void {
    const task = this.#tasks.alive(argument);
    if (task === null) return;
    if (task.parent >= 0) {
      this.#dropReplica(task);
      return;
    }
    const operation = this.#operations.alive(task.operation);
    this.#releaseTask(task);
    if (operation !== null) this.#loseOperation(operation.argument);
  }

  #giveUpWaiting(argument: number): void {
    const task = this.#tasks.find(argument, WAITING_FOR_PRIMARY);
    if (task === null) return;
    task.waited(this.#cluster.simulation.nowNs);
    const operation = this.#operations.alive(task.operation);
    if (operation !== null) {
      const detail = `shard ${task.shard!.number} has no primary`;
      const error = new PortError('unavailable', operation.call!.operation, !task.sent, detail);
      this.#setFailure(operation, task, error, `unavailable_shards_exception: ${detail}`);
    }
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
      this.#dispatch(task);
    }
  }

  /** A node died: its clients see a reset, its shard requests go to the next primary, its replicas drop out. */
  crashed(node: DataNode): void {
    for (const copy of node.copies) {
      copy.syncing = false;
      copy.batch.length = 0;
      copy.joined.length = 0;
    }
    for (const operation of this.#operations.all) {
      if (operation.coordinator !== node || operation.state !== COORDINATING) continue;
      this.#fail(operation, new PortError('reset', operation.call!.operation, false));
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
    const operation = this.#operations.find(task.operation, COORDINATING);
    if (operation !== null) {
      const again = this.#createTask(operation, task.shard!, task.positions);
      task.waited(this.#cluster.simulation.nowNs);
      task.addTo(again);
      again.sent = true;
      this.#dispatch(again);
    }
    this.#releaseTask(task);
  }

  #releaseTask(task: WriteTask): void {
    task.context = null;
    task.operations = [];
    task.positions = null;
    task.copy = null;
    this.#tasks.release(task);
  }

  #releaseOperation(operation: WriteOperation): void {
    operation.call = null;
    operation.operations = [];
    operation.results = null;
    operation.error = null;
    this.#operations.release(operation);
  }
}
