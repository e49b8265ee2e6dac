/**
 * Memtables, flushes and compactions of all nodes. Writes fill memtables; a node whose memtables reach their limit
 * flushes the largest into an SSTable; similar SSTables are compacted. Both take the CPU in slices of 10 ms (between
 * which requests get their turn) and the disk for their bytes; compactions of a node share one throttle. Where the disk
 * cannot follow, memtables that wait for it use up their space, and writes wait (`holdsWrites`).
 *
 *   write ▸ memtable ──full──▶ flush ▸ SSTable ──four of a size──▶ compaction ▸ SSTable
 */
import type { HandlerId, Simulation } from '../../runtime/kernel/index.ts';
import {
  BACKGROUND_GARBAGE_PER_BYTE,
  BACKGROUND_NS_PER_BYTE,
  BACKGROUND_SLICE_NS,
  COMPACTION_GARBAGE_PER_BYTE,
  compactionNsPerByte,
  FLUSH_NS_PER_BYTE,
} from './cost.ts';
import type { CassandraKnobs } from './knobs.ts';
import type { ClusterNode, TableStorage } from './node.ts';
import type { Partition } from './partition.ts';
import { Pool, type Pooled } from './pools.ts';
import { type CompactionPlan, mergeInto, planCompaction, SsTable } from './sstables.ts';

/** Other tenants' writes arrive in portions: short enough to leave the CPU to others in between. */
const BACKGROUND_TICK_NS = 25_000_000;
/** The operating system writes the commit log back about once a second (fsync every 10 s: commitlog_sync_period). */
const COMMIT_LOG_NS = 1_000_000_000;
/** cassandra.yaml: periodic_commitlog_sync_lag_block: writes wait once a sync is late by half of commitlog_sync_period (10 s). */
const COMMIT_LOG_LAG_NS = 15_000_000_000;
/** cassandra.yaml: memtable_cleanup_threshold 1/3: a flush begins when a third of the memtable space is used. */
const MEMTABLE_SPACE = 3;

class Job implements Pooled {
  slot = 0;
  id = 0;
  inUse = false;
  node!: ClusterNode;
  storage!: TableStorage;
  /** Null: a flush. */
  plan: CompactionPlan | null = null;
  outputBytes = 0;
  remainingBytes = 0;
  nsPerByte = 0;
  sliceBytes = 0;
  sliceStartNs = 0;
  diskBusy = false;
  /** A slice is computed but the disk still has the one before. */
  parked = false;
  flushing: Partition[] = [];
  flushingBytes: number[] = [];
}

export class Storage {
  readonly #simulation: Simulation;
  readonly #knobs: CassandraKnobs;
  readonly #nodes: readonly ClusterNode[];
  readonly #jobs = new Pool<Job>(() => new Job());
  readonly #sliceHandler: HandlerId;
  readonly #computedHandler: HandlerId;
  readonly #writtenHandler: HandlerId;
  readonly #commitLogHandler: HandlerId;
  readonly #syncedHandler: HandlerId;
  readonly #tickHandler: HandlerId;
  readonly #ignoreHandler: HandlerId;
  readonly #flushBytes: number;
  readonly #diskNsPerByte: number;
  readonly #throttleNsPerByte: number;
  /** Called when a node that held writes back takes them again. */
  onWritable: (node: ClusterNode) => void = () => {};
  #stopped = false;

  constructor(simulation: Simulation, knobs: CassandraKnobs, nodes: readonly ClusterNode[]) {
    this.#simulation = simulation;
    this.#knobs = knobs;
    this.#nodes = nodes;
    this.#flushBytes = knobs.memtableFlushMB * 1e6;
    this.#diskNsPerByte = 1e3 / knobs.diskMBps;
    this.#throttleNsPerByte = knobs.compactionThroughputMBps > 0 ? 1e3 / knobs.compactionThroughputMBps : 0;
    this.#sliceHandler = simulation.register((id) => this.#slice(id));
    this.#computedHandler = simulation.register((id) => this.#computed(id));
    this.#writtenHandler = simulation.register((id) => this.#written(id));
    this.#commitLogHandler = simulation.register((node) => this.#writeCommitLog(this.#nodes[node]!));
    this.#syncedHandler = simulation.register((node) => this.#synced(this.#nodes[node]!));
    this.#tickHandler = simulation.register((node) => this.#tick(this.#nodes[node]!));
    this.#ignoreHandler = simulation.register(() => {});
    for (const node of nodes) {
      node.machine.onCrash(() => this.#crashed(node));
      if (knobs.backgroundWriteBytesPerSecond > 0) {
        const phase = simulation.random('cassandra background').uniform(node.index);
        simulation.schedule(Math.round(phase * BACKGROUND_TICK_NS), this.#tickHandler, node.index);
      }
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  /** A write of the run has reached a replica's memtable and commit log. */
  wrote(node: ClusterNode, partition: Partition, bytes: number): void {
    const storage = node.tables[partition.table.index]!;
    if (partition.memtableBytes === 0) storage.dirty.push(partition);
    // A mutation of no size (a repair with a base row) still makes the partition dirty.
    partition.memtableBytes += Math.max(1, bytes);
    storage.memtableBytes += bytes;
    node.wroteToMemtable(bytes);
    if (partition.bytes > node.largestBytes) node.largestBytes = partition.bytes;
    this.#log(node, bytes);
    if (node.memtableBytes >= this.#flushBytes) this.#flushLargest(node);
  }

  /** Whether writes of this node have to wait: its memtables have no space left, or its commit log is not written in time. */
  holdsWrites(node: ClusterNode): boolean {
    if (node.memtableBytes + node.flushingBytes >= MEMTABLE_SPACE * this.#flushBytes) {
      // A restart may have left more than a flush behind, and nobody writes now who would begin one.
      if (node.flushingBytes === 0) this.#flushLargest(node);
      return true;
    }
    const oldestNs = node.commitLogSyncs[0];
    return oldestNs !== undefined && this.#simulation.nowNs - oldestNs > COMMIT_LOG_LAG_NS;
  }

  /** What a restarting node has to read again before it serves. */
  replayNs(node: ClusterNode): number {
    return (node.memtableBytes * 1e3) / this.#knobs.commitLogReplayMBps;
  }

  /** Starts what the strategy wants, as far as compactors are free. */
  compact(node: ClusterNode): void {
    for (const storage of node.tables) {
      while (node.activeCompactions < this.#knobs.concurrentCompactors) {
        const plan = planCompaction(storage.sstables, storage.table.leveled, this.#knobs);
        if (plan === null) break;
        this.#startCompaction(node, storage, plan);
      }
    }
  }

  #startCompaction(node: ClusterNode, storage: TableStorage, plan: CompactionPlan): void {
    let wideBytes = 0;
    for (const input of plan.inputs) {
      input.compacting = true;
      for (const partition of input.partitions)
        wideBytes += partition.heldBytes[partition.holdings.indexOf(input)] ?? 0;
    }
    node.activeCompactions++;
    const job = this.#jobs.acquire();
    job.plan = plan;
    job.nsPerByte = compactionNsPerByte(plan.workBytes, wideBytes);
    this.#begin(job, node, storage, plan.workBytes, plan.outputBytes);
  }

  /** Memtables of a node are flushed one by one, the largest first. */
  #flushLargest(node: ClusterNode): void {
    let largest = node.tables[0]!;
    for (const storage of node.tables) if (storage.memtableBytes > largest.memtableBytes) largest = storage;
    const job = this.#jobs.acquire();
    job.plan = null;
    job.nsPerByte = FLUSH_NS_PER_BYTE;
    for (const partition of largest.dirty) {
      job.flushing.push(partition);
      job.flushingBytes.push(partition.memtableBytes);
      partition.memtableBytes = 0;
    }
    largest.dirty.length = 0;
    const bytes = largest.memtableBytes;
    largest.memtableBytes = 0;
    node.memtableBytes -= bytes;
    node.flushingBytes += bytes;
    this.#begin(job, node, largest, bytes, bytes);
  }

  #begin(job: Job, node: ClusterNode, storage: TableStorage, work: number, output: number): void {
    job.node = node;
    job.storage = storage;
    job.remainingBytes = work;
    job.outputBytes = output;
    job.diskBusy = false;
    job.parked = false;
    this.#slice(job.id);
  }

  #slice(id: number): void {
    const job = this.#jobs.find(id);
    if (job === null) return;
    const bytes = Math.min(job.remainingBytes, Math.ceil(BACKGROUND_SLICE_NS / job.nsPerByte));
    job.sliceBytes = bytes;
    job.sliceStartNs = this.#simulation.nowNs;
    job.node.cpu.enter(this.#computedHandler, id, Math.round(bytes * job.nsPerByte));
  }

  #computed(id: number): void {
    const job = this.#jobs.find(id);
    if (job === null) return;
    job.remainingBytes -= job.sliceBytes;
    job.node.allocate(job.sliceBytes * COMPACTION_GARBAGE_PER_BYTE);
    if (job.diskBusy) job.parked = true;
    else this.#toDisk(job);
  }

  /** Hands the slice to the disk and lets the next one begin: the disk works ahead by one slice. */
  #toDisk(job: Job): void {
    const { node } = job;
    job.diskBusy = true;
    // A compaction reads what it writes; a flush comes from memory.
    const diskBytes = job.plan === null ? job.sliceBytes : 2 * job.sliceBytes;
    node.disk.enter(this.#writtenHandler, job.id, Math.round(diskBytes * this.#diskNsPerByte));
    if (job.remainingBytes <= 0) return;
    if (job.plan === null) {
      this.#slice(job.id);
      return;
    }
    const fromNs = Math.max(node.compactionAtNs, job.sliceStartNs);
    node.compactionAtNs = fromNs + Math.round(job.sliceBytes * this.#throttleNsPerByte);
    const waitNs = node.compactionAtNs - this.#simulation.nowNs;
    if (waitNs > 0) this.#simulation.schedule(waitNs, this.#sliceHandler, job.id);
    else this.#slice(job.id);
  }

  #written(id: number): void {
    const job = this.#jobs.find(id);
    if (job === null) return;
    job.diskBusy = false;
    if (job.parked) {
      job.parked = false;
      this.#toDisk(job);
    } else if (job.remainingBytes <= 0) this.#finish(job);
  }

  #finish(job: Job): void {
    const { node, storage, plan } = job;
    if (plan === null) {
      const sstable = new SsTable(job.outputBytes);
      job.flushing.forEach((partition, i) => {
        sstable.hold(partition, job.flushingBytes[i]!);
      });
      storage.sstables.push(sstable);
      node.flushingBytes -= job.outputBytes;
      node.finishedFlushes++;
    } else {
      const output = new SsTable(plan.outputBytes, plan.outputLevel);
      const purgeable = this.#knobs.dropExpired ? partitionsOnlyIn(plan.inputs) : [];
      mergeInto(output, plan.inputs);
      storage.sstables = storage.sstables.filter((sstable) => !plan.inputs.includes(sstable));
      storage.sstables.push(output);
      for (const partition of purgeable) partition.purge(this.#simulation.nowNs);
      node.activeCompactions--;
      node.finishedCompactions++;
    }
    node.measureStored();
    this.#release(job);
    this.compact(node);
    if (plan === null) this.onWritable(node);
  }

  #release(job: Job): void {
    job.plan = null;
    job.flushing = [];
    job.flushingBytes = [];
    this.#jobs.release(job);
  }

  /** Unfinished outputs are deleted at the next start; what was being flushed is in the commit log. */
  #crashed(node: ClusterNode): void {
    for (const job of this.#jobs.items) {
      if (!job.inUse || job.node !== node) continue;
      if (job.plan !== null) {
        for (const input of job.plan.inputs) input.compacting = false;
        node.activeCompactions--;
      } else {
        const { storage } = job;
        job.flushing.forEach((partition, i) => {
          if (partition.memtableBytes === 0) storage.dirty.push(partition);
          partition.memtableBytes += job.flushingBytes[i]!;
        });
        storage.memtableBytes += job.outputBytes;
        node.memtableBytes += job.outputBytes;
      }
      this.#release(job);
    }
    node.flushingBytes = 0;
    node.commitLogBytes = 0;
    node.commitLogSyncs = [];
  }

  #log(node: ClusterNode, bytes: number): void {
    node.commitLogBytes += bytes;
    if (node.commitLogWaiting) return;
    node.commitLogWaiting = true;
    this.#simulation.schedule(COMMIT_LOG_NS, this.#commitLogHandler, node.index);
  }

  #writeCommitLog(node: ClusterNode): void {
    node.commitLogWaiting = false;
    if (node.commitLogBytes === 0 || !node.machine.up) return;
    node.commitLogSyncs.push(this.#simulation.nowNs);
    node.disk.enter(this.#syncedHandler, node.index, Math.round(node.commitLogBytes * this.#diskNsPerByte));
    node.commitLogBytes = 0;
  }

  #synced(node: ClusterNode): void {
    node.commitLogSyncs.shift();
    this.onWritable(node);
  }

  #tick(node: ClusterNode): void {
    if (this.#stopped) return;
    this.#simulation.schedule(BACKGROUND_TICK_NS, this.#tickHandler, node.index);
    // Other tenants wait as everybody does, and give up.
    if (!node.serving || this.holdsWrites(node)) return;
    const bytes = (this.#knobs.backgroundWriteBytesPerSecond * BACKGROUND_TICK_NS) / 1e9;
    let shares = 0;
    for (const storage of node.tables) shares += storage.backgroundShare;
    for (const storage of node.tables) {
      const share = shares > 0 ? storage.backgroundShare / shares : 1 / node.tables.length;
      storage.memtableBytes += bytes * share;
    }
    node.wroteToMemtable(bytes);
    node.cpu.enter(this.#ignoreHandler, 0, Math.round(bytes * BACKGROUND_NS_PER_BYTE));
    node.allocate(bytes * BACKGROUND_GARBAGE_PER_BYTE);
    this.#log(node, bytes);
    if (node.memtableBytes >= this.#flushBytes) this.#flushLargest(node);
  }
}

/** Cassandra purges a tombstone only if no other SSTable or memtable may hold something older that it hides. */
function partitionsOnlyIn(inputs: readonly SsTable[]): Partition[] {
  const found = new Set<Partition>();
  for (const input of inputs) {
    for (const partition of input.partitions) {
      if (partition.perishable > 0 && partition.memtableBytes === 0) found.add(partition);
    }
  }
  return [...found].filter((partition) => partition.holdings.every((sstable) => inputs.includes(sstable)));
}
