/**
 * Makes what was written searchable: every refresh interval of an index, its shards with something in the buffer turn
 * it into a segment. Primary and replicas all pay; searches see it when the primary has done it. Merging follows as
 * background work, one slice at a time. An index without writes schedules nothing.
 */
import { PortError } from '../../ports/errors.ts';
import type { HandlerId, PendingCall } from '../../runtime/kernel/index.ts';
import type { Cluster, DataNode, Index, Shard } from './cluster.ts';
import { MERGE_DOCUMENT_NS, REFRESH_DOCUMENT_NS, REFRESH_NS, REQUEST_NS } from './cost.ts';
import { InFlight, Slots } from './slots.ts';

const TRAVELLING = 1;
const COORDINATING = 2;
const REFRESHING = 3;
const RETURNING = 4;

const TO_COORDINATOR = 1;
const COORDINATE = 2;
const TO_CLIENT = 3;
/** Apart from the kinds of other calls. */
const REFRESH_KEY = 0x5ef5e5;
/** A merge gives way to others after this much work. estimate: a scheduler's slice of some 20 ms. */
const MERGE_SLICE_NS = 20_000_000;

class RefreshOperation extends InFlight {
  call: PendingCall<void> | null = null;
  from = 0;
  coordinator: DataNode | null = null;
  index: Index | null = null;
  open = 0;
}

export class RefreshCycle {
  onRefresh: ((index: string, shard: number) => void) | undefined;
  /** Refreshes of shards since the start of the run. */
  refreshes = 0;
  readonly #cluster: Cluster;
  readonly #operations = new Slots(() => new RefreshOperation());
  /** Merge work waiting, by node, in ns. */
  readonly #mergeNs: Float64Array;
  readonly #tick: HandlerId;
  readonly #refreshed: HandlerId;
  readonly #replicaRefreshed: HandlerId;
  readonly #merged: HandlerId;
  readonly #arrived: HandlerId;
  readonly #coordinated: HandlerId;
  readonly #returned: HandlerId;
  readonly #lost: HandlerId;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#mergeNs = new Float64Array(cluster.nodes.length);
    const { simulation } = cluster;
    this.#tick = simulation.register((index) => this.#onTick(cluster.numbered[index]!));
    this.#refreshed = simulation.register((shard) => this.#finish(cluster.shards[shard]!));
    this.#replicaRefreshed = simulation.register(() => {});
    this.#merged = simulation.register((node) => this.#merge(cluster.nodes[node]!));
    this.#arrived = simulation.register((argument) => this.#arrive(argument));
    this.#coordinated = simulation.register((argument) => this.#fanOut(argument));
    this.#returned = simulation.register((argument) => this.#answer(argument));
    this.#lost = simulation.register((argument) => this.#lose(argument));
  }

  /** Something was written: the next refresh of the index is at the next multiple of its interval. */
  schedule(index: Index): void {
    if (index.refreshScheduled || this.#cluster.stopped || !(index.refreshNs > 0)) return;
    index.refreshScheduled = true;
    const { simulation } = this.#cluster;
    const delayNs = index.refreshNs - (simulation.nowNs % index.refreshNs);
    simulation.schedule(delayNs, this.#tick, index.number);
  }

  #onTick(index: Index): void {
    index.refreshScheduled = false;
    if (this.#cluster.stopped || index.deleted) return;
    for (const shard of index.shards) {
      if (shard.data.buffered === 0) continue;
      // While a refresh runs, or no primary is there, the writes wait for the next tick.
      if (shard.refreshing || shard.primary === null) this.schedule(index);
      else this.#start(shard);
    }
  }

  #start(shard: Shard): void {
    shard.refreshing = true;
    const documents = shard.data.beginRefresh();
    const costNs = REFRESH_NS + documents * REFRESH_DOCUMENT_NS;
    for (const copy of shard.copies) {
      if (!copy.inSync) continue;
      const { node } = copy;
      const handler = copy === shard.primary ? this.#refreshed : this.#replicaRefreshed;
      node.cpu.enter(handler, shard.number, costNs);
      const waiting = this.#mergeNs[node.number]!;
      this.#mergeNs[node.number] = waiting + documents * MERGE_DOCUMENT_NS;
      if (waiting === 0) this.#merge(node);
    }
  }

  #finish(shard: Shard): void {
    shard.data.finishRefresh();
    shard.refreshing = false;
    this.refreshes++;
    this.onRefresh?.(shard.index.definition.name, shard.number - shard.index.shards[0]!.number);
    const waiters = shard.refreshWaiters;
    shard.refreshWaiters = shard.nextRefreshWaiters;
    shard.nextRefreshWaiters = [];
    for (const argument of waiters) this.#shardDone(argument);
    if (shard.refreshAgain) {
      shard.refreshAgain = false;
      this.#start(shard);
    }
  }

  /** Merges of a node run one after another, in slices that let requests pass. */
  #merge(node: DataNode): void {
    const leftNs = this.#mergeNs[node.number]!;
    if (leftNs === 0 || !node.machine.up) return;
    const sliceNs = Math.min(leftNs, MERGE_SLICE_NS);
    this.#mergeNs[node.number] = leftNs - sliceNs;
    node.cpu.enter(this.#merged, node.number, sliceNs);
  }

  /** The refresh API. */
  begin(call: PendingCall<void>, from: number, index: Index): void {
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
    const { context } = call;
    const salt = cluster.salt(REFRESH_KEY, TO_COORDINATOR, context);
    const { argument } = operation;
    cluster.send(from, coordinator.machine.id, context.request, salt, this.#arrived, this.#lost, argument);
  }

  #arrive(argument: number): void {
    const operation = this.#operations.find(argument, TRAVELLING);
    if (operation === null) return;
    const cluster = this.#cluster;
    operation.travelled(cluster.simulation.nowNs);
    const node = operation.coordinator!;
    const { context } = operation.call!;
    if (!node.machine.up) {
      this.#fail(operation, new PortError('unavailable', operation.call!.operation, true));
      return;
    }
    operation.state = COORDINATING;
    const salt = cluster.salt(REFRESH_KEY, COORDINATE, context);
    node.cpu.enter(this.#coordinated, argument, cluster.serviceNs(REQUEST_NS, node, context.request, salt));
  }

  #fanOut(argument: number): void {
    const operation = this.#operations.find(argument, COORDINATING);
    if (operation === null) return;
    operation.served(this.#cluster.simulation.nowNs, operation.coordinator!.cpu.lastServiceNs);
    operation.state = REFRESHING;
    operation.open = 1;
    for (const shard of operation.index!.shards) {
      const dirty = shard.data.buffered > 0;
      if (shard.primary === null || (!dirty && !shard.refreshing)) continue;
      operation.open++;
      if (!shard.refreshing) this.#start(shard);
      else if (dirty) {
        // What was written since the running refresh began needs one of its own.
        shard.refreshAgain = true;
        shard.nextRefreshWaiters.push(argument);
        continue;
      }
      shard.refreshWaiters.push(argument);
    }
    this.#shardDone(argument);
  }

  #shardDone(argument: number): void {
    const operation = this.#operations.find(argument, REFRESHING);
    if (operation === null || --operation.open > 0) return;
    const cluster = this.#cluster;
    operation.waited(cluster.simulation.nowNs);
    operation.state = RETURNING;
    const { context } = operation.call!;
    const salt = cluster.salt(REFRESH_KEY, TO_CLIENT, context);
    const from = operation.coordinator!.machine.id;
    cluster.send(from, operation.from, context.request, salt, this.#returned, this.#lost, argument);
  }

  #answer(argument: number): void {
    const operation = this.#operations.find(argument, RETURNING);
    if (operation === null) return;
    operation.travelled(this.#cluster.simulation.nowNs);
    const call = operation.call!;
    if (!call.settled) this.#cluster.book(call.context, operation);
    call.resolve();
    this.#release(operation);
  }

  #lose(argument: number): void {
    const operation = this.#operations.alive(argument);
    if (operation !== null)
      this.#fail(operation, new PortError('timeout', operation.call!.operation, false, 'no answer'));
  }

  #fail(operation: RefreshOperation, error: PortError): void {
    operation.call!.reject(error);
    this.#release(operation);
  }

  #release(operation: RefreshOperation): void {
    operation.call = null;
    this.#operations.release(operation);
  }

  /** A node died: refreshes that its primaries ran are undone; calls that it coordinated are reset. */
  crashed(node: DataNode): void {
    this.#mergeNs[node.number] = 0;
    for (const operation of this.#operations.all) {
      if (
        operation.coordinator !== node ||
        (operation.state !== COORDINATING && operation.state !== REFRESHING)
      )
        continue;
      this.#fail(operation, new PortError('reset', operation.call!.operation, false));
    }
    for (const { shard } of node.copies) {
      if (shard.primary?.node !== node || !shard.refreshing) continue;
      shard.refreshing = false;
      shard.refreshAgain = false;
      shard.data.abortRefresh();
    }
  }

  /** A shard has a primary again: what waited becomes searchable now. */
  resume(shard: Shard): void {
    if (shard.refreshing) return;
    const waiters = shard.refreshWaiters.concat(shard.nextRefreshWaiters);
    shard.nextRefreshWaiters = [];
    shard.refreshWaiters = waiters;
    if (waiters.length > 0 && !this.#cluster.stopped) this.#start(shard);
    else if (shard.data.buffered > 0) this.schedule(shard.index);
  }
}
