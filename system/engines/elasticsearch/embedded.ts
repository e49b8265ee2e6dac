/**
 * Elasticsearch as the scenarios need it: documents become searchable at the next refresh, single-document requests pay
 * request and sync each time while bulk requests share them, full queues answer HTTP 429, and a lost node costs neither
 * acknowledged writes nor, with replicas, availability. The promise is only at the port; all else is events on slots.
 */
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type {
  IndexDefinition,
  IndexDocument,
  IndexOperation,
  PortFailure,
  SearchIndex,
  SearchIndexAdmin,
  SearchRequest,
  SearchResponse,
} from '../../ports/search-index.ts';
import { type HandlerId, type Machine, MILLISECOND, type PendingCall } from '../../runtime/kernel/index.ts';
import type { Durable, EmbeddedEngine, EngineEnvironment, EngineNode, Gauge } from '../engine.ts';
import { Admin } from './admin.ts';
import { AdminPath } from './admin-path.ts';
import { Cluster, type DataNode, type Index } from './cluster.ts';
import { DurableDocuments } from './durable.ts';
import { type ElasticsearchKnobs, resolveKnobs } from './knobs.ts';
import { RefreshCycle } from './refresh-cycle.ts';
import { hashId } from './routing.ts';
import { SearchPath } from './search-path.ts';
import { isText, type ShardIndex } from './shard-index.ts';
import { WritePath } from './write-path.ts';

export interface ElasticsearchOptions {
  readonly indices: readonly IndexDefinition[];
  readonly knobs?: Partial<ElasticsearchKnobs>;
}

export interface EmbeddedElasticsearch extends EmbeddedEngine {
  /** The port as a client on this machine sees it. */
  connect(client: Machine): SearchIndex;
  /** What an operator on this machine can do. */
  admin(client: Machine): SearchIndexAdmin;
  /** Preloads documents outside time: stored and searchable at once. */
  load(index: string, documents: Iterable<{ id: string; document: IndexDocument }>): void;
  /** Outside time, for invariants: would a search find the id now? */
  isSearchable(index: string, id: string): boolean;
  /** Outside time, for invariants: is the id stored? True for whatever was acknowledged and not deleted since. */
  has(index: string, id: string): boolean;
  count(index: string): { searchable: number; stored: number };
  /** Called when writes of a shard have become searchable. */
  onRefresh?: (index: string, shard: number) => void;
}

export function createElasticsearch(
  environment: EngineEnvironment,
  options: ElasticsearchOptions,
): EmbeddedElasticsearch {
  return new Engine(environment, options);
}

class Engine implements EmbeddedElasticsearch {
  readonly name = 'elasticsearch';
  readonly nodes: readonly EngineNode[];
  readonly gauges: readonly Gauge[];
  readonly durable: Durable;
  onRefresh?: (index: string, shard: number) => void;
  readonly #cluster: Cluster;
  readonly #refreshes: RefreshCycle;
  readonly #writes: WritePath;
  readonly #searches: SearchPath;
  readonly #admin: AdminPath;
  readonly #promote: HandlerId;
  readonly #recover: HandlerId;

  constructor(environment: EngineEnvironment, options: ElasticsearchOptions) {
    const cluster = new Cluster(environment, resolveKnobs(options.knobs), options.indices);
    this.#cluster = cluster;
    this.durable = new DurableDocuments(cluster);
    this.#refreshes = new RefreshCycle(cluster);
    this.#refreshes.onRefresh = (index, shard) => this.onRefresh?.(index, shard);
    this.#writes = new WritePath(cluster, this.#refreshes);
    this.#searches = new SearchPath(cluster);
    this.#admin = new AdminPath(cluster);
    this.#promote = cluster.simulation.register((node) => this.#promoteReplicas(cluster.nodes[node]!));
    this.#recover = cluster.simulation.register((node) => this.#recoverShards(cluster.nodes[node]!));
    for (const node of cluster.nodes) {
      node.machine.onCrash(() => this.#crashed(node));
      node.machine.onRestart(() => {
        const delayNs = cluster.knobs.recoveryMs * MILLISECOND;
        node.recoveredAtNs = cluster.simulation.nowNs + delayNs;
        cluster.simulation.schedule(delayNs, this.#recover, node.number);
      });
    }
    this.nodes = cluster.nodes.map(describeNode);
    this.gauges = createGauges(cluster, this.#refreshes);
  }

  connect(client: Machine): SearchIndex {
    return new Client(this.#cluster, this.#writes, this.#searches, this.#refreshes, client.id);
  }

  admin(client: Machine): SearchIndexAdmin {
    return new Admin(this.#cluster, this.#admin, client.id);
  }

  load(index: string, documents: Iterable<{ id: string; document: IndexDocument }>): void {
    const state = this.#index(index);
    for (const { id, document } of documents) state.shardFor(hashId(id)).data.put(id, document);
    for (const shard of state.shards) {
      if (shard.refreshing) this.#refreshes.schedule(state);
      else {
        shard.data.beginRefresh();
        shard.data.finishRefresh();
      }
    }
  }

  isSearchable(index: string, id: string): boolean {
    return this.#index(index).shardFor(hashId(id)).data.isSearchable(id);
  }

  has(index: string, id: string): boolean {
    return this.#index(index).shardFor(hashId(id)).data.has(id);
  }

  count(index: string): { searchable: number; stored: number } {
    let searchable = 0;
    let stored = 0;
    for (const { data } of this.#index(index).shards) {
      searchable += data.searchable;
      stored += data.stored;
    }
    return { searchable, stored };
  }

  stop(): void {
    this.#cluster.stopped = true;
  }

  #index(name: string): Index {
    const index = this.#cluster.find(name);
    if (index === undefined) throw new RangeError(`There is no index '${name}'.`);
    return index;
  }

  #crashed(node: DataNode): void {
    node.forget();
    this.#refreshes.crashed(node);
    for (const copy of node.copies) {
      copy.inSync = false;
      if (copy.shard.primary === copy) copy.shard.primary = null;
    }
    this.#writes.crashed(node);
    this.#searches.crashed(node);
    this.#admin.crashed(node);
    const { simulation, knobs } = this.#cluster;
    simulation.schedule(knobs.failoverMs * MILLISECOND, this.#promote, node.number);
  }

  #promoteReplicas(node: DataNode): void {
    for (const { shard } of node.copies) {
      if (shard.primary !== null) continue;
      shard.primary = shard.copies.find((copy) => copy.inSync && copy.node.machine.up) ?? null;
      if (shard.primary === null) continue;
      this.#refreshes.resume(shard);
      this.#writes.resume(shard);
    }
  }

  /** What the node missed while it was away it takes from the primaries; without one, its log has all of it. */
  #recoverShards(node: DataNode): void {
    // A second crash and restart meanwhile begin anew.
    if (!node.machine.up || this.#cluster.simulation.nowNs < node.recoveredAtNs) return;
    for (const copy of node.copies) copy.inSync = true;
    this.#promoteReplicas(node);
  }
}

class Client implements SearchIndex {
  readonly #cluster: Cluster;
  readonly #writes: WritePath;
  readonly #searches: SearchPath;
  readonly #refreshes: RefreshCycle;
  readonly #machine: number;

  constructor(
    cluster: Cluster,
    writes: WritePath,
    searches: SearchPath,
    refreshes: RefreshCycle,
    machine: number,
  ) {
    this.#cluster = cluster;
    this.#writes = writes;
    this.#searches = searches;
    this.#refreshes = refreshes;
    this.#machine = machine;
  }

  index(context: Context, index: string, id: string, document: IndexDocument): Promise<void> {
    const call = this.#cluster.simulation.open<void>(context, 'elasticsearch.index');
    const state = this.#find(call, index);
    if (state !== undefined)
      this.#writes.begin(
        call as PendingCall<unknown>,
        this.#machine,
        state,
        [{ action: 'index', id, document }],
        null,
      );
    return call.promise;
  }

  bulk(
    context: Context,
    index: string,
    operations: readonly IndexOperation[],
  ): Promise<readonly (PortFailure | null)[]> {
    const call = this.#cluster.simulation.open<readonly (PortFailure | null)[]>(
      context,
      'elasticsearch.bulk',
    );
    const state = this.#find(call, index);
    if (state !== undefined) {
      const results = new Array<PortFailure | null>(operations.length).fill(null);
      this.#writes.begin(call as PendingCall<unknown>, this.#machine, state, operations, results);
    }
    return call.promise;
  }

  search(context: Context, request: SearchRequest): Promise<SearchResponse> {
    const call = this.#cluster.simulation.open<SearchResponse>(context, 'elasticsearch.search');
    const state = this.#find(call, request.index);
    if (state !== undefined) {
      const wrong = complaint(request, state.definition);
      if (wrong === null) this.#searches.begin(call, this.#machine, state, request);
      else call.reject(new PortError('invalid', call.operation, true, wrong));
    }
    return call.promise;
  }

  refresh(context: Context, index: string): Promise<void> {
    const call = this.#cluster.simulation.open<void>(context, 'elasticsearch.refresh');
    const state = this.#find(call, index);
    if (state !== undefined) this.#refreshes.begin(call, this.#machine, state);
    return call.promise;
  }

  /** Undefined: the call is already settled, with `not-found` where there is no such index. */
  #find<T>(call: PendingCall<T>, name: string): Index | undefined {
    if (call.settled) return undefined;
    const index = this.#cluster.find(name);
    if (index === undefined)
      call.reject(new PortError('not-found', call.operation, true, `there is no index '${name}'`));
    return index;
  }
}

function complaint(request: SearchRequest, { name, fields }: IndexDefinition): string | null {
  for (const field of request.fields)
    if (!isText(fields[field])) return `'${field}' is not a text field of '${name}'`;
  const type = request.boostBy === undefined ? 'long' : fields[request.boostBy];
  return type === 'long' || type === 'double' ? null : `'${request.boostBy}' is not a number of '${name}'`;
}

function describeNode(node: DataNode): EngineNode {
  return {
    machine: node.machine,
    stations: [node.cpu, node.disk],
    requests: () => node.requests,
    largestBytes: () => node.copies.reduce((most, { shard }) => Math.max(most, shard.data.bytes), 0),
  };
}

function createGauges(cluster: Cluster, refreshes: RefreshCycle): Gauge[] {
  const gauges: Gauge[] = [];
  for (const { machine, writePool, searchPool } of cluster.nodes) {
    const { name } = machine;
    gauges.push({ name: `${name} write queue`, unit: '1', group: 'load', read: () => writePool.queued });
    gauges.push({ name: `${name} search queue`, unit: '1', group: 'load', read: () => searchPool.queued });
  }
  for (const { definition } of cluster.indices.values()) {
    // By the name that readers use, whatever index that stands for.
    const name = definition.aliases?.[0] ?? definition.name;
    const sum = (read: (data: ShardIndex) => number) => () =>
      cluster.find(name)?.data.reduce((total, data) => total + read(data), 0) ?? null;
    const group = 'lag';
    gauges.push({
      name: `${name} searchable documents`,
      unit: '1',
      group: 'documents',
      read: sum((d) => d.searchable),
    });
    gauges.push({ name: `${name} writes before refresh`, unit: '1', group, read: sum((d) => d.buffered) });
  }
  gauges.push({
    name: 'elasticsearch refreshes',
    unit: '1',
    group: 'documents',
    read: () => refreshes.refreshes,
  });
  return gauges;
}
