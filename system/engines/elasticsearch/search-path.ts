/**
 * What happens to a search: the coordinator asks one copy of every shard (`replica-selection.ts` says which), each needs a
 * search thread and CPU by the postings it reads, and the coordinator merges when the last has answered.
 *
 *   client ─▶ coordinator ─┬─▶ shard copy: search thread, CPU ─┬─▶ merge ─▶ client
 *                          └─▶ shard copy: search thread, CPU ─┘
 *
 * A copy that refuses (its queue is full) or dies is followed by the next one of its shard, each tried once; the search
 * fails when a shard has none left (AbstractSearchAsyncAction.onShardFailure). A client that goes away cancels its search:
 * parts that still wait for a thread are dropped. The matches are computed when the last shard has answered, over what is
 * searchable then.
 */
import { PortError } from '../../ports/errors.ts';
import type { SearchRequest, SearchResponse } from '../../ports/search-index.ts';
import type { HandlerId, PendingCall } from '../../runtime/kernel/index.ts';
import { analyze } from './analyzer.ts';
import type { Cluster, DataNode, Index, Shard, ShardCopy } from './cluster.ts';
import { REQUEST_NS } from './cost.ts';
import { averageServiceNs, type ReplicaSelection } from './replica-selection.ts';
import { queryNs, Searcher } from './searcher.ts';
import { InFlight, Slots } from './slots.ts';

const TRAVELLING = 1;
const COORDINATING = 2;
const ON_POOL = 3;
const RETURNING = 4;

const TO_COORDINATOR = 1;
const COORDINATE = 2;
const TO_CLIENT = 3;
/** Kinds of the steps at a shard: four for each. */
const SHARD_KINDS = 4;
/** Apart from the kinds of other calls. */
const SEARCH_KEY = 0x5ea2c4;

class SearchOperation extends InFlight {
  call: PendingCall<SearchResponse> | null = null;
  from = 0;
  coordinator: DataNode | null = null;
  index: Index | null = null;
  request: SearchRequest | null = null;
  readonly words: string[] = [];
  error: PortError | null = null;
  response: SearchResponse | null = null;
  open = 0;
}

class SearchTask extends InFlight {
  operation = 0;
  shard: Shard | null = null;
  /** The copies in the order in which they are tried, and how many have been. */
  readonly copies: ShardCopy[] = [];
  tried = 0;
  copy: ShardCopy | null = null;
  /** What its coordinator knew of the nodes when it was sent: it is told of the end. */
  selection: ReplicaSelection | null = null;
  sentNs = 0;
  startedNs = 0;
  /** What the answer says of its node: the length of its queue, and how long searches take there. */
  queue = 0;
  serviceNs = 0;
  /** The copy on its way back has refused. */
  refused = false;
  /** The last one that refused: it has a queue that is full, which says more than a copy that is not there. */
  full: DataNode | null = null;
}

export class SearchPath {
  readonly #cluster: Cluster;
  readonly #operations = new Slots(() => new SearchOperation());
  readonly #tasks = new Slots(() => new SearchTask());
  readonly #searcher = new Searcher();
  readonly #arrived: HandlerId;
  readonly #coordinated: HandlerId;
  readonly #returned: HandlerId;
  readonly #operationLost: HandlerId;
  readonly #taskArrived: HandlerId;
  readonly #executed: HandlerId;
  readonly #taskReturned: HandlerId;
  readonly #taskLost: HandlerId;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    const { simulation } = cluster;
    this.#arrived = simulation.register((argument) => this.#arrive(argument));
    this.#coordinated = simulation.register((argument) => this.#fanOut(argument));
    this.#returned = simulation.register((argument) => this.#answer(argument));
    this.#operationLost = simulation.register((argument) => this.#loseOperation(argument));
    this.#taskArrived = simulation.register((argument) => this.#arriveAtShard(argument));
    this.#executed = simulation.register((argument) => this.#execute(argument));
    this.#taskReturned = simulation.register((argument) => this.#collect(argument));
    this.#taskLost = simulation.register((argument) => this.#loseTask(argument));
    cluster.startSearch = (task) => this.#start(task);
  }

  begin(call: PendingCall<SearchResponse>, from: number, index: Index, request: SearchRequest): void {
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
    operation.request = request;
    operation.words.length = 0;
    analyze(request.text, operation.words);
    call.cancelArgument = operation.argument;
    call.onCancel = this.#abandon;
    const { context } = call;
    const salt = cluster.salt(SEARCH_KEY, TO_COORDINATOR, context);
    const lost = this.#operationLost;
    const { argument } = operation;
    cluster.send(from, coordinator.machine.id, context.request, salt, this.#arrived, lost, argument);
  }

  /** The client closed its connection; tasks of the search find nobody at their next step. */
  readonly #abandon = (argument: number): void => {
    const operation = this.#operations.alive(argument);
    if (operation !== null) this.#release(operation);
  };

  #arrive(argument: number): void {
    const operation = this.#operations.find(argument, TRAVELLING);
    if (operation === null) return;
    const cluster = this.#cluster;
    operation.travelled(cluster.simulation.nowNs);
    const call = operation.call!;
    const node = operation.coordinator!;
    if (!node.machine.up) {
      this.#settle(operation, new PortError('unavailable', call.operation, true, 'connection refused'));
      return;
    }
    node.requests++;
    operation.state = COORDINATING;
    const { context } = call;
    const salt = cluster.salt(SEARCH_KEY, COORDINATE, context);
    node.cpu.enter(this.#coordinated, argument, cluster.serviceNs(REQUEST_NS, node, context.request, salt));
  }

  #fanOut(argument: number): void {
    const operation = this.#operations.find(argument, COORDINATING);
    if (operation === null) return;
    const nowNs = this.#cluster.simulation.nowNs;
    operation.served(nowNs, operation.coordinator!.cpu.lastServiceNs);
    const { shards, deleted, definition } = operation.index!;
    if (deleted) {
      const { operation: name } = operation.call!;
      operation.error = new PortError('not-found', name, true, `index '${definition.name}' is gone`);
      this.#reply(operation);
      return;
    }
    operation.open = shards.length;
    for (const shard of shards) {
      const task = this.#tasks.take();
      task.begin(nowNs);
      task.operation = argument;
      task.shard = shard;
      shard.inTurn(task.copies);
      task.selection = operation.coordinator!.selection;
      task.selection?.sort(task.copies);
      task.tried = 0;
      if (!this.#dispatch(task, operation)) return;
    }
  }

  /** To the next copy. False: the search has failed. */
  #dispatch(task: SearchTask, operation: SearchOperation): boolean {
    leave(task);
    while (task.tried < task.copies.length) {
      const copy = task.copies[task.tried++]!;
      if (!copy.serves) continue;
      task.state = TRAVELLING;
      task.copy = copy;
      task.selection?.sent(copy.node.number);
      task.sentNs = this.#cluster.simulation.nowNs;
      this.#send(task, operation, operation.coordinator!, copy.node, 0, this.#taskArrived);
      return operation.state === COORDINATING;
    }
    this.#failFrom(task, operation, noneLeft(task, operation.call!.operation));
    return false;
  }

  #send(
    task: SearchTask,
    operation: SearchOperation,
    from: DataNode,
    to: DataNode,
    step: number,
    handler: HandlerId,
  ): void {
    const cluster = this.#cluster;
    const { context } = operation.call!;
    const salt = cluster.salt(SEARCH_KEY, (task.shard!.number + 1) * SHARD_KINDS + step, context);
    const { argument } = task;
    cluster.send(from.machine.id, to.machine.id, context.request, salt, handler, this.#taskLost, argument);
  }

  #arriveAtShard(argument: number): void {
    const task = this.#tasks.find(argument, TRAVELLING);
    if (task === null) return;
    const operation = this.#operations.find(task.operation, COORDINATING);
    if (operation === null) {
      this.#releaseTask(task);
      return;
    }
    task.travelled(this.#cluster.simulation.nowNs);
    const { node } = task.copy!;
    if (!task.copy!.serves) {
      this.#dispatch(task, operation);
      return;
    }
    task.state = ON_POOL;
    task.refused = !node.searchPool.submit(argument, false);
    if (!task.refused) return;
    task.full = node;
    task.state = RETURNING;
    this.#send(task, operation, node, operation.coordinator!, 2, this.#taskReturned);
  }

  #start(argument: number): boolean {
    const task = this.#tasks.find(argument, ON_POOL);
    if (task === null) return false;
    const operation = this.#operations.find(task.operation, COORDINATING);
    if (operation === null) {
      this.#releaseTask(task);
      return false;
    }
    const cluster = this.#cluster;
    const { node } = task.copy!;
    node.requests++;
    task.startedNs = cluster.simulation.nowNs;
    const meanNs = queryNs(task.shard!.data, operation.request!, operation.words);
    const { context } = operation.call!;
    const salt = cluster.salt(SEARCH_KEY, (task.shard!.number + 1) * SHARD_KINDS + 1, context);
    node.cpu.enter(this.#executed, argument, cluster.serviceNs(meanNs, node, context.request, salt));
    return true;
  }

  #execute(argument: number): void {
    const task = this.#tasks.find(argument, ON_POOL);
    if (task === null) return;
    const { node } = task.copy!;
    const { lastServiceNs } = node.cpu;
    const { nowNs } = this.#cluster.simulation;
    // The answer is written before its own time is known.
    task.queue = node.searchPool.queued;
    task.serviceNs = node.searchNs;
    node.searchNs = averageServiceNs(node.searchNs, nowNs - task.startedNs);
    node.searchPool.release();
    const operation = this.#operations.find(task.operation, COORDINATING);
    if (operation === null) {
      this.#releaseTask(task);
      return;
    }
    task.served(nowNs, lastServiceNs);
    task.state = RETURNING;
    this.#send(task, operation, node, operation.coordinator!, 2, this.#taskReturned);
  }

  #collect(argument: number): void {
    const task = this.#tasks.find(argument, RETURNING);
    if (task === null) return;
    const operation = this.#operations.find(task.operation, COORDINATING);
    if (operation !== null && task.refused) {
      task.travelled(this.#cluster.simulation.nowNs);
      this.#dispatch(task, operation);
      return;
    }
    const { nowNs } = this.#cluster.simulation;
    if (!task.refused)
      task.selection?.answered(task.copy!.node.number, task.queue, nowNs - task.sentNs, task.serviceNs);
    if (operation !== null && --operation.open === 0) {
      task.travelled(nowNs);
      task.addTo(operation);
      const { data } = operation.index!;
      operation.response = this.#searcher.search(data, operation.request!, operation.words);
      this.#reply(operation);
    }
    this.#releaseTask(task);
  }

  /** One shard failed, and with it the search: its time up to here is the search's. */
  #failFrom(task: SearchTask, operation: SearchOperation, error: PortError): void {
    task.addTo(operation);
    operation.error = error;
    this.#releaseTask(task);
    this.#reply(operation);
  }

  #reply(operation: SearchOperation): void {
    const cluster = this.#cluster;
    operation.state = RETURNING;
    const { context } = operation.call!;
    const salt = cluster.salt(SEARCH_KEY, TO_CLIENT, context);
    const from = operation.coordinator!.machine.id;
    const lost = this.#operationLost;
    const { argument } = operation;
    cluster.send(from, operation.from, context.request, salt, this.#returned, lost, argument);
  }

  #answer(argument: number): void {
    const operation = this.#operations.find(argument, RETURNING);
    if (operation === null) return;
    operation.travelled(this.#cluster.simulation.nowNs);
    this.#cluster.book(operation.call!.context, operation);
    this.#settle(operation, operation.error);
  }

  /** The record is free before the caller hears of it. */
  #settle(operation: SearchOperation, error: PortError | null): void {
    const call = operation.call!;
    const { response } = operation;
    this.#release(operation);
    if (error !== null) call.reject(error);
    else call.resolve(response!);
  }

  #loseOperation(argument: number): void {
    const operation = this.#operations.alive(argument);
    if (operation !== null)
      this.#settle(operation, new PortError('timeout', operation.call!.operation, false, 'no answer'));
  }

  #loseTask(argument: number): void {
    const task = this.#tasks.alive(argument);
    if (task === null) return;
    const { operation } = task;
    this.#releaseTask(task);
    this.#loseOperation(operation);
  }

  /** A node died: searches that it coordinated are reset, shard queries on it go to another copy. */
  crashed(node: DataNode): void {
    for (const { selection } of this.#cluster.nodes) selection?.forget(node.number);
    for (const operation of this.#operations.all) {
      if (operation.state !== COORDINATING || operation.coordinator !== node) continue;
      this.#settle(operation, new PortError('reset', operation.call!.operation, false));
    }
    for (const task of this.#tasks.all) {
      if (task.state !== ON_POOL || task.copy!.node !== node) continue;
      const operation = this.#operations.find(task.operation, COORDINATING);
      if (operation === null) {
        this.#releaseTask(task);
        continue;
      }
      task.waited(this.#cluster.simulation.nowNs);
      this.#dispatch(task, operation);
    }
  }

  #releaseTask(task: SearchTask): void {
    leave(task);
    task.selection = null;
    task.full = null;
    this.#tasks.release(task);
  }

  #release(operation: SearchOperation): void {
    operation.call = null;
    operation.request = null;
    operation.error = null;
    operation.response = null;
    this.#operations.release(operation);
  }
}

/** It is with no node any more. */
function leave(task: SearchTask): void {
  if (task.copy === null) return;
  task.selection?.ended(task.copy.node.number);
  task.copy = null;
}

/** Why a shard cannot be searched: what a full queue says is not covered by a copy that is not there. */
function noneLeft({ full, shard }: SearchTask, operation: string): PortError {
  if (full === null) {
    const detail = `shard ${shard!.number} has no copy that serves`;
    return new PortError('unavailable', operation, true, detail);
  }
  const detail = `es_rejected_execution_exception: the search queue of ${full.machine.name} is full`;
  return new PortError('overloaded', operation, true, detail);
}
