/**
 * The embedded arm of Cassandra: the semantics of the real one (ring, consistency levels, timestamps, tombstones, hints,
 * Paxos) on a model of what its work costs, in virtual time. This file puts the parts together.
 *
 *   driver ─▶ coordinator ─▶ tasks at replicas ─▶ partitions ─▶ memtable ─▶ SSTables ─▶ compaction
 */
import type { ColumnValue, Row, TableDefinition, WideColumnStore } from '../../ports/wide-column-store.ts';
import type { Machine } from '../../runtime/kernel/index.ts';
import type { Durable, EmbeddedEngine, EngineEnvironment, EngineNode, Gauge } from '../engine.ts';
import { Acceptors } from './acceptors.ts';
import { type BaseLayer, BaseRows } from './base-layer.ts';
import { Bookings } from './bookings.ts';
import { Coordinator } from './coordinator.ts';
import { Driver, type DriverDependencies } from './driver.ts';
import { DurableMutations } from './durable.ts';
import { Gossip } from './gossip.ts';
import { Hints } from './hints.ts';
import { type CassandraKnobs, resolveKnobs } from './knobs.ts';
import { tokenHigh, tokenLow } from './murmur3.ts';
import { ClusterNode } from './node.ts';
import { type Preload, preload } from './preload.ts';
import { Reads } from './reads.ts';
import { reconcile } from './reconcile.ts';
import { TokenRing } from './ring.ts';
import { partitionOverheadBytes, Table } from './schema.ts';
import { baseSlice, type Slice } from './slice.ts';
import { pendingCompactions } from './sstables.ts';
import { Storage } from './storage.ts';
import { Tasks } from './tasks.ts';
import { Transactions } from './transactions.ts';
import { Writes } from './writes.ts';

export interface CassandraOptions {
  readonly tables: readonly TableDefinition[];
  readonly knobs?: Partial<CassandraKnobs>;
  /** Rows that nobody wrote in the run. */
  readonly baseLayer?: BaseLayer;
}

/** Counters of a node since the start of the run. */
export interface NodeStatistics {
  readonly node: string;
  readonly readsServed: number;
  readonly writesServed: number;
  /** Messages that were too old when their turn came. */
  readonly readsDropped: number;
  readonly writesDropped: number;
  readonly collections: number;
  readonly collectedMs: number;
  readonly flushes: number;
  readonly compactions: number;
  readonly sstables: number;
  readonly hintsWaiting: number;
}

export interface EmbeddedCassandra extends EmbeddedEngine {
  readonly knobs: CassandraKnobs;
  /** A token-aware driver on that machine. */
  connect(client: Machine): WideColumnStore;
  /** The newest values over all replicas, memtables included, outside time. */
  inspect(table: string, partition: readonly ColumnValue[]): readonly Row[];
  inspectReplica(node: number, table: string, partition: readonly ColumnValue[]): readonly Row[];
  /** Puts the storage into the state of a cluster that has run for long; call it before time begins. */
  preload(options: Preload): void;
  /** Bytes of a partition as stored on one replica, base layer included. */
  partitionBytes(table: string, partition: readonly ColumnValue[]): number;
  replicasOf(table: string, partition: readonly ColumnValue[]): readonly number[];
  statistics(): readonly NodeStatistics[];
  /** Called for each read that a coordinator starts. */
  onRead: ((table: string, partitionKey: string) => void) | undefined;
}

export function createCassandra(
  environment: EngineEnvironment,
  options: CassandraOptions,
): EmbeddedCassandra {
  return new Cassandra(environment, options);
}

class Cassandra implements EmbeddedCassandra {
  readonly name = 'cassandra';
  readonly knobs: CassandraKnobs;
  readonly nodes: readonly EngineNode[];
  readonly gauges: readonly Gauge[];
  readonly durable: Durable;
  readonly #environment: EngineEnvironment;
  readonly #tables = new Map<string, Table>();
  readonly #base: BaseRows;
  readonly #ring: TokenRing;
  readonly #nodes: readonly ClusterNode[];
  readonly #storage: Storage;
  readonly #hints: Hints;
  readonly #reads: Reads;
  readonly #driver: DriverDependencies;

  constructor(environment: EngineEnvironment, options: CassandraOptions) {
    const { simulation, network } = environment;
    const knobs = resolveKnobs(options.knobs);
    this.knobs = knobs;
    this.#environment = environment;
    options.tables.forEach((definition, i) => {
      this.#tables.set(definition.name, new Table(definition, i));
    });
    const tables = [...this.#tables.values()];
    if (tables.length !== options.tables.length) throw new RangeError('Two tables have the same name.');
    this.#base = new BaseRows(options.baseLayer ?? null);
    const { nodes: count, tokensPerNode, replicationFactor } = knobs;
    this.#ring = new TokenRing(
      count,
      tokensPerNode,
      replicationFactor,
      simulation.random('cassandra tokens'),
    );
    this.#nodes = Array.from({ length: count }, (_, i) => {
      const machine = environment.createMachine(`cassandra-${i + 1}`);
      const node = new ClusterNode(simulation, machine, i, knobs, tables, this.#base);
      // Before all other listeners: what they do depends on it.
      machine.onCrash(() => this.#crashed(node));
      return node;
    });
    const storage = new Storage(simulation, knobs, this.#nodes);
    const acceptors = new Acceptors(count, tables.length);
    const tasks = new Tasks(simulation, network, knobs, this.#base, storage, acceptors, this.#nodes);
    const gossip = new Gossip(simulation, network, knobs, this.#nodes);
    const hints = new Hints(simulation, knobs, this.#nodes, tasks, gossip);
    const bookings = new Bookings((name) => environment.hop(name));
    const coordinator = new Coordinator(
      simulation,
      network,
      knobs,
      this.#nodes,
      tasks,
      hints,
      gossip,
      bookings,
    );
    const reads = new Reads(simulation, knobs, coordinator);
    const writes = new Writes(coordinator);
    const transactions = new Transactions(simulation, knobs, coordinator, reads, writes);
    coordinator.reads = reads;
    coordinator.writes = writes;
    coordinator.transactions = transactions;
    tasks.events = {
      replied: (task) => coordinator.replied(task),
      hintLost: (node, mutation) => hints.store(node, mutation),
      isWaiting: (id) => coordinator.isWaiting(id),
    };
    this.#storage = storage;
    this.#hints = hints;
    this.#reads = reads;
    this.#driver = {
      simulation,
      tables: this.#tables,
      ring: this.#ring,
      coordinator,
      random: simulation.random('cassandra coordinator'),
    };
    this.durable = new DurableMutations({
      tables: this.#tables,
      nodes: this.#nodes,
      ring: this.#ring,
      writes,
      transactions,
    });
    this.#watchRestarts();
    this.nodes = this.#nodes.map(engineNode);
    this.gauges = this.#nodes.flatMap((node) => nodeGauges(node, knobs));
  }

  get onRead() {
    return this.#reads.onRead;
  }

  set onRead(observer: ((table: string, partitionKey: string) => void) | undefined) {
    this.#reads.onRead = observer;
  }

  connect(client: Machine): WideColumnStore {
    return new Driver(client, this.#driver);
  }

  preload(options: Preload): void {
    preload(options, {
      nodes: this.#nodes,
      tables: this.#tables,
      ring: this.#ring,
      knobs: this.knobs,
      random: this.#environment.simulation.random('cassandra preload'),
    });
    for (const node of this.#nodes) {
      node.measureStored();
      this.#storage.compact(node);
    }
  }

  replicasOf(name: string, partition: readonly ColumnValue[]): readonly number[] {
    this.#table(name).computeToken(partition);
    return this.#ring.replicas(tokenHigh, tokenLow);
  }

  inspect(name: string, values: readonly ColumnValue[]): readonly Row[] {
    const table = this.#table(name);
    const replicas = this.replicasOf(name, values);
    const slices = replicas.map((node) => this.#wholeSlice(node, table, values));
    const command = { prefix: [], limit: Number.POSITIVE_INFINITY, staticOnly: false };
    const target = { table, key: table.keyOf(values), partition: values, hash: 0 };
    const nowNs = this.#environment.simulation.nowNs;
    return reconcile(target, slices, command, command.limit, nowNs).slice.rows;
  }

  inspectReplica(node: number, name: string, values: readonly ColumnValue[]): readonly Row[] {
    if (!this.replicasOf(name, values).includes(node)) return [];
    return this.#wholeSlice(node, this.#table(name), values).rows;
  }

  partitionBytes(name: string, values: readonly ColumnValue[]): number {
    const table = this.#table(name);
    const node = this.#nodes[this.replicasOf(name, values)[0]!]!;
    const held = node.partition(table, table.keyOf(values));
    const bytes = held === undefined ? (this.#base.size(table, values)?.bytes ?? 0) : held.bytes;
    return bytes === 0 ? 0 : bytes + partitionOverheadBytes(table.definition, values);
  }

  statistics(): readonly NodeStatistics[] {
    return this.#nodes.map((node) => ({
      node: node.machine.name,
      readsServed: node.readsServed,
      writesServed: node.writesServed,
      readsDropped: node.readsDropped,
      writesDropped: node.writesDropped,
      collections: node.collections,
      collectedMs: node.collectedNs / 1e6,
      flushes: node.finishedFlushes,
      compactions: node.finishedCompactions,
      sstables: node.tables.reduce((sum, storage) => sum + storage.sstables.length, 0),
      hintsWaiting: this.#hints.waiting(node.index),
    }));
  }

  stop(): void {
    this.#storage.stop();
  }

  #table(name: string): Table {
    const table = this.#tables.get(name);
    if (table === undefined) throw new RangeError(`Cassandra has no table '${name}'.`);
    return table;
  }

  #wholeSlice(node: number, table: Table, values: readonly ColumnValue[]): Slice {
    const key = table.keyOf(values);
    const held = this.#nodes[node]!.partition(table, key);
    const nowNs = this.#environment.simulation.nowNs;
    if (held !== undefined) return held.readAll(nowNs);
    const command = { prefix: [], limit: Number.POSITIVE_INFINITY, staticOnly: false };
    return baseSlice(table, this.#base.fresh(table, values, key), command);
  }

  #crashed(node: ClusterNode): void {
    node.serving = false;
    node.crashedAtNs = this.#environment.simulation.nowNs;
  }

  /** A restarted node reads its commit log, then serves; the others hear of it at once. */
  #watchRestarts(): void {
    const { simulation } = this.#environment;
    const readyAtNs = this.#nodes.map(() => 0);
    const ready = simulation.register((index) => {
      const node = this.#nodes[index]!;
      if (!node.machine.up || node.serving || simulation.nowNs < readyAtNs[index]!) return;
      node.serving = true;
      this.#hints.returned(node);
      this.#storage.compact(node);
    });
    for (const node of this.#nodes) {
      node.machine.onRestart(() => {
        const replayNs = Math.round(this.#storage.replayNs(node));
        readyAtNs[node.index] = simulation.nowNs + replayNs;
        simulation.schedule(replayNs, ready, node.index);
      });
    }
  }
}

function engineNode(node: ClusterNode): EngineNode {
  return {
    machine: node.machine,
    stations: [node.cpu, node.disk],
    requests: () => node.readsServed + node.writesServed,
    largestBytes: () => (node.largestBytes > 0 ? node.largestBytes : null),
  };
}

function nodeGauges(node: ClusterNode, knobs: CassandraKnobs): Gauge[] {
  const { name } = node.machine;
  const pending = () =>
    node.tables.reduce(
      (sum, { sstables, table }) => sum + pendingCompactions(sstables, table.leveled, knobs),
      0,
    );
  const queue = () => node.cpu.waiting + node.readStage.waiting + node.writeStage.waiting;
  return [
    { name: `${name} pending compactions`, unit: '1', group: 'load', read: pending },
    { name: `${name} active compactions`, unit: '1', group: 'load', read: () => node.activeCompactions },
    { name: `${name} cpu queue`, unit: '1', group: 'load', read: queue },
  ];
}
