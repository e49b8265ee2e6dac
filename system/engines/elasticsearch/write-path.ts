/**
 * What happens to a write:
 *
 *   client ─▶ coordinator ─▶ primary: write thread, CPU ─┬─▶ sync of the log (shared by those who wait) ─┬─▶ answer
 *                                                        └─▶ replicas: write thread, CPU, sync ──────────┘
 *
 * A bulk request is split by shard; each part is one shard request with one sync. A write is acknowledged when the
 * primary and every replica in sync have it on disk. Elasticsearch does not stop a write whose client has gone.
 */
import { PortError } from '../../ports/errors.ts';
import type { IndexOperation, PortFailure } from '../../ports/search-index.ts';
import type { HandlerId, PendingCall } from '../../runtime/kernel/index.ts';
import type { Cluster, DataNode, Index, Shard } from './cluster.ts';
import { BULK_LINE_NS, REQUEST_NS } from './cost.ts';
import type { RefreshCycle } from './refresh-cycle.ts';
import { hashId } from './routing.ts';
import { ShardWrites } from './shard-writes.ts';
import { InFlight, Slots } from './slots.ts';
import type { WriteOrigin, WriteTask } from './write-task.ts';

const TRAVELLING = 1;
const COORDINATING = 2;
const RETURNING = 3;

const TO_COORDINATOR = 1;
const COORDINATE = 2;
const TO_CLIENT = 3;

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

export class WritePath implements WriteOrigin {
  readonly #cluster: Cluster;
  readonly #shards: ShardWrites;
  readonly #operations = new Slots(() => new WriteOperation());
  /** By shard: place of its task in the bulk request that is being split. */
  #taskOfShard: Int32Array;
  readonly #arrived: HandlerId;
  readonly #coordinated: HandlerId;
  readonly #returned: HandlerId;
  readonly #lost: HandlerId;

  constructor(cluster: Cluster, refreshes: RefreshCycle) {
    this.#cluster = cluster;
    this.#shards = new ShardWrites(cluster, refreshes, this);
    this.#taskOfShard = new Int32Array(cluster.shards.length).fill(-1);
    const { simulation } = cluster;
    this.#arrived = simulation.register((argument) => this.#arrive(argument));
    this.#coordinated = simulation.register((argument) => this.#split(argument));
    this.#returned = simulation.register((argument) => this.#answer(argument));
    this.#lost = simulation.register((argument) => this.#lose(argument));
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
    const lost = this.#lost;
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
      this.#shards.dispatch(this.#createTask(operation, index.shardFor(operation.key)));
      return;
    }
    const { shards } = this.#cluster;
    if (this.#taskOfShard.length < shards.length)
      this.#taskOfShard = new Int32Array(2 * shards.length).fill(-1);
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
        const task = this.#createTask(operation, shard);
        task.positions = [];
        at = split.push(task) - 1;
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
      this.#shards.dispatch(task);
    }
  }

  #createTask(operation: WriteOperation, shard: Shard): WriteTask {
    const { argument, call, coordinator, operations, key } = operation;
    return this.#shards.create(argument, call!.context, coordinator!, shard, operations, key);
  }

  waitsFor(task: WriteTask): boolean {
    return this.#operations.find(task.operation, COORDINATING) !== null;
  }

  failed(task: WriteTask, kind: 'overloaded' | 'unavailable', reason: string, detail: string): void {
    const operation = this.#operations.find(task.operation, COORDINATING);
    if (operation === null) return;
    const { results, call } = operation;
    const definite = !task.uncertain;
    if (results === null)
      operation.error = new PortError(kind, call!.operation, definite, `${reason}: ${detail}`);
    else
      for (const i of task.positions!)
        results[i] = { id: task.operations[i]!.id, reason: `${reason}: ${detail}` };
  }

  /** The last shard's answer decides when the whole is over. */
  closed(task: WriteTask): void {
    const operation = this.#operations.find(task.operation, COORDINATING);
    if (operation === null || --operation.open > 0) return;
    task.addTo(operation);
    this.#reply(operation);
  }

  lost(task: WriteTask): void {
    this.#lose(task.operation);
  }

  #reply(operation: WriteOperation): void {
    const cluster = this.#cluster;
    if (operation.call!.settled) {
      this.#release(operation);
      return;
    }
    operation.state = RETURNING;
    const { context } = operation.call!;
    const salt = cluster.salt(operation.key, TO_CLIENT, context);
    const from = operation.coordinator!.machine.id;
    const lost = this.#lost;
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
    this.#release(operation);
  }

  #fail(operation: WriteOperation, error: PortError): void {
    operation.call!.reject(error);
    this.#release(operation);
  }

  #lose(argument: number): void {
    const operation = this.#operations.alive(argument);
    if (operation === null) return;
    this.#fail(operation, new PortError('timeout', operation.call!.operation, false, 'no answer'));
  }

  /** Shards have a primary again. */
  resume(shard: Shard): void {
    this.#shards.resume(shard);
  }

  /** A node died: clients of its coordinator see a reset. */
  crashed(node: DataNode): void {
    for (const operation of this.#operations.all) {
      if (operation.coordinator !== node || operation.state !== COORDINATING) continue;
      this.#fail(operation, new PortError('reset', operation.call!.operation, false));
    }
    this.#shards.crashed(node);
  }

  #release(operation: WriteOperation): void {
    operation.call = null;
    operation.operations = [];
    operation.results = null;
    operation.error = null;
    this.#operations.release(operation);
  }
}
