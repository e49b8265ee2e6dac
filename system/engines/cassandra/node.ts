/**
 * One Cassandra node: its machine with CPU and disk, what it holds, and its heap. Requests, flushes and compactions
 * share the CPU without priorities; whatever allocates fills the young generation, and a full one stops the node for a
 * collection whose length grows with what survives. Nothing pauses by schedule.
 */
import type { ColumnValue } from '../../ports/wide-column-store.ts';
import { type Machine, type Simulation, Station } from '../../runtime/kernel/index.ts';
import type { BaseRows } from './base-layer.ts';
import { COMPACTION_LIVE_BYTES, collectionNs, MEMTABLE_HEAP_PER_BYTE } from './cost.ts';
import type { CassandraKnobs } from './knobs.ts';
import { Partition } from './partition.ts';
import type { Table } from './schema.ts';
import type { SsTable } from './sstables.ts';
import { Stage } from './stage.ts';

/** Timestamps are microseconds since this long before the run, so that a slow clock still writes after the base layer. */
const EPOCH_MICROS = 1e12;

/** The timestamp of what is written at this time. */
export const timestampOf = (ns: number): number => EPOCH_MICROS + Math.floor(ns / 1000);

/** 4,096 classes of hashes: half a kilobyte a table, which stays in the processor's cache. */
const HASH_MASK = 0xfff;

export class TableStorage {
  readonly table: Table;
  sstables: SsTable[] = [];
  memtableBytes = 0;
  /** Partitions with rows in the memtable. */
  dirty: Partition[] = [];
  /** Share of other tenants' writes that goes to this table. */
  backgroundShare = 0;

  constructor(table: Table) {
    this.table = table;
  }
}

export class ClusterNode {
  readonly index: number;
  readonly machine: Machine;
  readonly cpu: Station;
  readonly disk: Station;
  readonly tables: readonly TableStorage[];
  readonly readStage: Stage;
  readonly writeStage: Stage;
  /** Takes requests: up, and done with its commit log. */
  serving = true;
  crashedAtNs = Number.NEGATIVE_INFINITY;
  readsServed = 0;
  writesServed = 0;
  readsDropped = 0;
  writesDropped = 0;
  collections = 0;
  collectedNs = 0;
  activeCompactions = 0;
  finishedCompactions = 0;
  finishedFlushes = 0;
  /** When the throttle lets the next slice of a compaction begin. */
  compactionAtNs = 0;
  commitLogBytes = 0;
  commitLogWaiting = false;
  /** When the parts of the commit log that the disk has not written yet were handed to it. */
  commitLogSyncs: number[] = [];
  memtableBytes = 0;
  /** Memtables that are being flushed: in memory until that is done. */
  flushingBytes = 0;
  /** Share of what its SSTables hold that is not in the page cache. */
  missShare = 0;
  largestBytes = 0;
  /** Garbage of the reads that are being executed. */
  readingBytes = 0;
  readonly #partitions: Map<string, Partition>[];
  /** By table a bit for each class of hashes that a partition of it has. */
  readonly #hashes: Uint32Array[];
  readonly #base: BaseRows;
  readonly #simulation: Simulation;
  readonly #knobs: CassandraKnobs;
  readonly #youngBytes: number;
  readonly #detectionNs: number;
  #allocatedBytes = 0;
  #memtableSinceCollection = 0;
  #lastTimestamp = 0;

  constructor(
    simulation: Simulation,
    machine: Machine,
    index: number,
    knobs: CassandraKnobs,
    tables: readonly Table[],
    base: BaseRows,
  ) {
    this.index = index;
    this.machine = machine;
    this.cpu = new Station(simulation, { name: `${machine.name} cpu`, servers: knobs.coresPerNode });
    this.disk = new Station(simulation, { name: `${machine.name} disk`, servers: 1 });
    machine.attach(this.cpu);
    machine.attach(this.disk);
    this.tables = tables.map((table) => new TableStorage(table));
    this.readStage = new Stage(knobs.readConcurrency);
    this.writeStage = new Stage(knobs.writeConcurrency);
    this.#partitions = tables.map(() => new Map());
    this.#hashes = tables.map(() => new Uint32Array((HASH_MASK + 1) / 32));
    this.#base = base;
    this.#simulation = simulation;
    this.#knobs = knobs;
    this.#detectionNs = knobs.failureDetectionMs * 1e6;
    this.#youngBytes = knobs.garbageCollection ? knobs.youngGenerationMB * 1e6 : Number.POSITIVE_INFINITY;
  }

  /** Since when it has sent no heartbeat, in ns: it is down, or stands still; Infinity: it is heard. */
  silentSinceNs(nowNs: number): number {
    if (!this.serving) return this.crashedAtNs;
    const { pausedSinceNs, pausedUntilNs } = this.machine;
    return nowNs < pausedUntilNs ? pausedSinceNs : Number.POSITIVE_INFINITY;
  }

  /** Whether the other nodes take it to be alive: an accrual detector convicts whoever is silent, for whatever reason. */
  believedUp(nowNs: number): boolean {
    return nowNs - this.silentSinceNs(nowNs) < this.#detectionNs;
  }

  /** What it holds of a partition beyond the base layer; undefined: nothing. */
  partition(table: Table, key: string): Partition | undefined {
    return this.#partitions[table.index]!.get(key);
  }

  /**
   * False: it holds no partition of this hash (the low half of the token) beyond the base layer. Most reads are of base
   * rows alone, and as with a Bloom filter one bit saves them the search.
   */
  mayHold(table: Table, hash: number): boolean {
    return (this.#hashes[table.index]![(hash & HASH_MASK) >>> 5]! & (1 << (hash & 31))) !== 0;
  }

  partitionsOf(table: Table): IterableIterator<Partition> {
    return this.#partitions[table.index]!.values();
  }

  makePartition(table: Table, key: string, values: readonly ColumnValue[], hash: number): Partition {
    const partitions = this.#partitions[table.index]!;
    let partition = partitions.get(key);
    if (partition === undefined) {
      partition = new Partition(table, key, values, hash, this.#base);
      partitions.set(key, partition);
      this.#hashes[table.index]![(hash & HASH_MASK) >>> 5]! |= 1 << (hash & 31);
    }
    return partition;
  }

  /** The timestamp of a write coordinated here: microseconds of this machine's clock, never the same twice. */
  nextTimestamp(): number {
    const clock = timestampOf(this.#simulation.nowNs + this.machine.clockSkewNs);
    this.#lastTimestamp = clock > this.#lastTimestamp ? clock : this.#lastTimestamp + 1;
    return this.#lastTimestamp;
  }

  /** Later writes come after this time. */
  skipTimestamps(upTo: number): void {
    this.#lastTimestamp = Math.max(this.#lastTimestamp, upTo);
  }

  /** Its SSTables have changed: how much of them still fits into the page cache? */
  measureStored(): void {
    let bytes = 0;
    for (const { sstables } of this.tables) for (const sstable of sstables) bytes += sstable.bytes;
    this.missShare = Math.max(0, 1 - (this.#knobs.pageCacheGB * 1e9) / Math.max(1, bytes));
  }

  wroteToMemtable(bytes: number): void {
    this.memtableBytes += bytes;
    this.#memtableSinceCollection += bytes;
  }

  /** Objects were made that will be garbage soon. */
  allocate(bytes: number): void {
    this.#allocatedBytes += bytes;
    if (this.#allocatedBytes >= this.#youngBytes) this.#collect();
  }

  #collect(): void {
    const knobs = this.#knobs;
    // Reads in execution have made half of their garbage and still need it.
    const surviving =
      this.readingBytes / 2 +
      this.#memtableSinceCollection * MEMTABLE_HEAP_PER_BYTE +
      this.activeCompactions * COMPACTION_LIVE_BYTES;
    const pauseNs = Math.round(collectionNs(knobs.gcPauseBaseMs, surviving, knobs.gcCopyMBps));
    this.#allocatedBytes = 0;
    this.#memtableSinceCollection = 0;
    this.collections++;
    this.collectedNs += pauseNs;
    this.machine.pause(pauseNs);
  }
}
