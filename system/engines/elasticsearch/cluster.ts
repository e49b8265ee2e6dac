/**
 * The nodes, indices and shards of the modelled cluster, and what all paths through it share: machines, cores, disks,
 * thread pools, random service times, the hops on which time is booked, and which copy of a shard is its primary.
 */
import type { Context, Hop } from '../../ports/context.ts';
import type { IndexDefinition, IndexDocument } from '../../ports/search-index.ts';
import {
  type Distribution,
  type HandlerId,
  type KeyedRandom,
  lognormal,
  type Machine,
  MILLISECOND,
  type Simulation,
  Station,
} from '../../runtime/kernel/index.ts';
import type { EngineEnvironment } from '../engine.ts';
import { CPU_SPREAD, concurrentSyncs, fsyncTime, searchThreads } from './cost.ts';
import type { ElasticsearchKnobs } from './knobs.ts';
import { Dictionary } from './postings.ts';
import { ReplicaSelection } from './replica-selection.ts';
import { routingShards, shardOf } from './routing.ts';
import { isText, prefixFieldOf, ShardIndex } from './shard-index.ts';
import type { InFlight } from './slots.ts';
import { ThreadPool } from './thread-pool.ts';

export class DataNode {
  readonly number: number;
  readonly machine: Machine;
  readonly cpu: Station;
  readonly disk: Station;
  readonly writePool: ThreadPool;
  readonly searchPool: ThreadPool;
  readonly copies: ShardCopy[] = [];
  requests = 0;
  /** After a restart: when its shards serve again. */
  recoveredAtNs = 0;
  /** How long searches take on a thread here, a moving average; 0: there has been none. */
  searchNs = 0;
  /** What it knows of the others as a coordinator; null: it asks each in turn. */
  selection: ReplicaSelection | null;
  readonly #knobs: ElasticsearchKnobs;

  constructor(number: number, machine: Machine, cluster: Cluster, knobs: ElasticsearchKnobs) {
    const { simulation } = cluster;
    const cores = knobs.coresPerNode;
    this.number = number;
    this.machine = machine;
    this.cpu = new Station(simulation, {
      name: `${machine.name} cpu`,
      servers: cores,
      discipline: 'priority',
    });
    this.disk = new Station(simulation, { name: `${machine.name} disk`, servers: concurrentSyncs(cores) });
    machine.attach(this.cpu);
    machine.attach(this.disk);
    this.writePool = new ThreadPool(cores, knobs.writeQueueSize, (task) => cluster.startWrite(task));
    const threads = searchThreads(cores);
    this.searchPool = new ThreadPool(threads, knobs.searchQueueSize, (task) => cluster.startSearch(task));
    this.#knobs = knobs;
    this.selection = this.#newSelection();
  }

  /** The process died, and with it what it knew. */
  forget(): void {
    this.writePool.clear();
    this.searchPool.clear();
    this.searchNs = 0;
    this.selection = this.#newSelection();
  }

  #newSelection(): ReplicaSelection | null {
    const { replicaSelection, nodes } = this.#knobs;
    return replicaSelection === 'adaptive' ? new ReplicaSelection(nodes) : null;
  }
}

/** A shard on a node, and who waits for its transaction log to be synced. */
export class ShardCopy {
  readonly number: number;
  readonly node: DataNode;
  readonly shard: Shard;
  /** It has everything that was acknowledged and may serve. */
  inSync = true;
  syncing = false;
  /** Tasks that the running sync is for, and those that the next one will be for. */
  batch: number[] = [];
  joined: number[] = [];

  constructor(number: number, node: DataNode, shard: Shard) {
    this.number = number;
    this.node = node;
    this.shard = shard;
  }

  /** It can answer a search. */
  get serves(): boolean {
    return this.inSync && this.node.machine.up;
  }
}

export class Shard {
  /** Among all shards of the cluster. */
  readonly number: number;
  readonly index: Index;
  readonly data: ShardIndex;
  readonly copies: ShardCopy[] = [];
  primary: ShardCopy | null = null;
  /** Write tasks that wait for a primary. */
  waiting: number[] = [];
  refreshing = false;
  refreshAgain = false;
  /** Refresh calls that wait for the running refresh, and for the one after it. */
  refreshWaiters: number[] = [];
  nextRefreshWaiters: number[] = [];
  #turn = 0;

  constructor(number: number, index: Index) {
    this.number = number;
    this.index = index;
    this.data = new ShardIndex(index.definition, index.dictionaries);
  }

  /** A copy that can answer a search, in turn; null when there is none. */
  pick(): ShardCopy | null {
    const { copies } = this;
    for (let tries = 0; tries < copies.length; tries++) {
      this.#turn = this.#turn + 1 >= copies.length ? 0 : this.#turn + 1;
      const copy = copies[this.#turn]!;
      if (copy.serves) return copy;
    }
    return null;
  }

  /** All copies that can answer a search, from the one whose turn it is. */
  inTurn(into: ShardCopy[]): void {
    into.length = 0;
    const first = this.pick();
    if (first === null) return;
    into.push(first);
    const { copies } = this;
    for (let step = 1; step < copies.length; step++) {
      const copy = copies[(this.#turn + step) % copies.length]!;
      if (copy.serves) into.push(copy);
    }
  }
}

export class Index {
  readonly number: number;
  readonly definition: IndexDefinition;
  readonly shards: Shard[] = [];
  readonly dictionaries = new Map<string, Dictionary>();
  readonly refreshNs: number;
  refreshScheduled = false;
  /** No write passes its primaries. */
  blocked = false;
  deleted = false;
  /** Writes that its primaries have taken and not answered, and who waits for their end. */
  writing = 0;
  readonly idle: (() => void)[] = [];
  /** Of its shards, in order. */
  readonly data: ShardIndex[] = [];
  readonly #routing: number;

  constructor(number: number, definition: IndexDefinition) {
    if (!(Number.isInteger(definition.shards) && definition.shards >= 1))
      throw new RangeError(`Index '${definition.name}' needs at least one shard, not ${definition.shards}.`);
    this.number = number;
    this.definition = definition;
    this.refreshNs = definition.refreshIntervalMs * MILLISECOND;
    this.#routing = routingShards(definition.shards);
    for (const [name, type] of Object.entries(definition.fields)) {
      if (isText(type)) this.dictionaries.set(name, new Dictionary());
      if (type === 'search-as-you-type') this.dictionaries.set(prefixFieldOf(name), new Dictionary());
    }
  }

  get completes(): boolean {
    return Object.values(this.definition.fields).includes('search-as-you-type');
  }

  /** A primary has answered, or has died over it. */
  wrote(): void {
    this.writing--;
    if (this.writing === 0) for (const resume of this.idle.splice(0)) resume();
  }

  shardFor(hash: number): Shard {
    return this.shards[shardOf(hash, this.shards.length, this.#routing)]!;
  }
}

/** What happened to an index. */
export type AdminChange =
  | { readonly created: IndexDefinition }
  | { readonly deleted: string }
  | { readonly alias: string; readonly index: string }
  | { readonly index: string; readonly blocked: boolean };

/** Odd constants that spread small numbers over 32 bits (golden ratio, murmur3). */
const KIND_SPREAD = 0x9e3779b1;
const ATTEMPT_SPREAD = 0x85ebca6b;

export class Cluster {
  readonly simulation: Simulation;
  readonly environment: EngineEnvironment;
  readonly knobs: ElasticsearchKnobs;
  readonly nodes: DataNode[] = [];
  readonly indices = new Map<string, Index>();
  readonly aliases = new Map<string, Index>();
  /** Every index there has been, by its number. */
  readonly numbered: Index[] = [];
  readonly shards: Shard[] = [];
  readonly copies: ShardCopy[] = [];
  readonly networkHop: Hop;
  readonly queueHop: Hop;
  readonly cpuHop: Hop;
  readonly syncHop: Hop;
  /** Bound by the paths once they exist. */
  startWrite: (task: number) => boolean = () => false;
  startSearch: (task: number) => boolean = () => false;
  /** Told of every index made or deleted, alias moved, or index blocked after the start. */
  onAdmin: ((change: AdminChange) => void) | null = null;
  /** Told of each document that a primary has taken; null: deleted. */
  onWrite: ((index: string, id: string, document: IndexDocument | null) => void) | null = null;
  stopped = false;
  #turn = 0;
  readonly #random: KeyedRandom;
  readonly #spread: Distribution = lognormal(1, CPU_SPREAD);
  readonly #fsync: Distribution;

  constructor(
    environment: EngineEnvironment,
    knobs: ElasticsearchKnobs,
    definitions: readonly IndexDefinition[],
  ) {
    this.environment = environment;
    this.simulation = environment.simulation;
    this.knobs = knobs;
    this.networkHop = environment.hop('elasticsearch.network');
    this.queueHop = environment.hop('elasticsearch.queue');
    this.cpuHop = environment.hop('elasticsearch.cpu');
    this.syncHop = environment.hop('elasticsearch.fsync');
    this.#random = this.simulation.random('elasticsearch service');
    this.#fsync = fsyncTime(knobs.fsyncMs);
    for (let n = 0; n < knobs.nodes; n++) {
      const machine = environment.createMachine(`elasticsearch-${n + 1}`);
      this.nodes.push(new DataNode(n, machine, this, knobs));
    }
    for (const definition of definitions) this.createIndex(definition);
  }

  /** The index of a name or an alias. */
  find(name: string): Index | undefined {
    return this.indices.get(name) ?? this.aliases.get(name);
  }

  /** Shards go to the nodes in turn, the copies of a shard to different ones; what has no node of its own stays away. */
  createIndex(definition: IndexDefinition): void {
    const index = new Index(this.numbered.length, definition);
    this.numbered.push(index);
    this.onAdmin?.({ created: definition });
    this.indices.set(definition.name, index);
    for (const alias of definition.aliases ?? []) this.aliases.set(alias, index);
    const copies = Math.min(1 + definition.replicas, this.nodes.length);
    for (let s = 0; s < definition.shards; s++) {
      const shard = new Shard(this.shards.length, index);
      for (let c = 0; c < copies; c++) {
        const node = this.nodes[(shard.number + c) % this.nodes.length]!;
        const copy = new ShardCopy(this.copies.length, node, shard);
        copy.inSync = node.machine.up;
        this.copies.push(copy);
        node.copies.push(copy);
        shard.copies.push(copy);
      }
      shard.primary = shard.copies.find(({ inSync }) => inSync) ?? null;
      index.shards.push(shard);
      index.data.push(shard.data);
      this.shards.push(shard);
    }
  }

  /** From now on the alias stands for this index and no other. */
  pointAlias(alias: string, index: Index): void {
    this.aliases.set(alias, index);
    this.onAdmin?.({ alias, index: index.definition.name });
  }

  /** Whether its primaries turn writes away. */
  block(index: Index, blocked: boolean): void {
    // What is so already is no change.
    if (index.blocked === blocked) return;
    index.blocked = blocked;
    this.onAdmin?.({ index: index.definition.name, blocked });
  }

  deleteIndex(index: Index): void {
    index.deleted = true;
    index.blocked = true;
    this.indices.delete(index.definition.name);
    for (const [alias, named] of this.aliases) if (named === index) this.aliases.delete(alias);
    for (const { copies } of index.shards)
      for (const copy of copies) copy.node.copies.splice(copy.node.copies.indexOf(copy), 1);
    this.onAdmin?.({ deleted: index.definition.name });
  }

  /** The node that the client's connection pool turns to next; null when none is up. */
  coordinator(): DataNode | null {
    for (let tries = 0; tries < this.nodes.length; tries++) {
      this.#turn = this.#turn + 1 >= this.nodes.length ? 0 : this.#turn + 1;
      const node = this.nodes[this.#turn]!;
      if (node.machine.up) return node;
    }
    return null;
  }

  /** Keys the draws of one step (`kind`) of a request: `key` tells apart the calls that one request makes. */
  salt(key: number, kind: number, context: Context): number {
    return (key ^ Math.imul(kind, KIND_SPREAD) ^ Math.imul(context.attempt, ATTEMPT_SPREAD)) | 0;
  }

  serviceNs(meanNs: number, node: DataNode, request: number, salt: number): number {
    const spread = this.#spread;
    const u = this.#random.uniform(node.number, request, salt);
    return Math.round((meanNs * spread.at(u)) / spread.mean);
  }

  fsyncNs(copy: ShardCopy, request: number, salt: number): number {
    return Math.round(this.#fsync.at(this.#random.uniform(copy.number + 65_536, request, salt)));
  }

  /** A message; one that is lost comes back to `lost` when the client's patience ends. */
  send(
    from: number,
    to: number,
    request: number,
    salt: number,
    handler: HandlerId,
    lost: HandlerId,
    argument: number,
  ): void {
    if (from === to) this.simulation.call(handler, argument);
    else if (this.environment.network.send(from, to, request, salt, handler, argument) < 0)
      this.simulation.schedule(this.knobs.clientTimeoutMs * MILLISECOND, lost, argument);
  }

  /** Books the critical path of an answer. */
  book(context: Context, parts: InFlight): void {
    const { trace } = context;
    trace.add(this.networkHop, parts.networkNs);
    trace.add(this.queueHop, parts.queueNs);
    trace.add(this.cpuHop, parts.cpuNs);
    if (parts.syncNs > 0) trace.add(this.syncHop, parts.syncNs);
  }
}
