/**
 * What replicas do for coordinators: a message arrives, waits for a place in the read or write stage, takes the CPU, and
 * the answer goes back. Messages older than their timeout are dropped when their turn comes: nobody waits for them.
 *
 *   coordinator ──▶ [stage queue ▸ disk, for what no memory holds ▸ CPU] ──▶ coordinator
 */

import { normalQuantile } from '../../runtime/kernel/distribution.ts';
import type { HandlerId, KeyedRandom, Network, Simulation } from '../../runtime/kernel/index.ts';
import { Distribution } from '../../runtime/kernel/index.ts';
import type { Acceptors } from './acceptors.ts';
import type { BaseRows } from './base-layer.ts';
import {
  paxosNs,
  readChunkBytes,
  readGarbageBytes,
  readNs,
  readPieces,
  WRITE_GARBAGE_BYTES,
  writeNs,
} from './cost.ts';
import type { CassandraKnobs } from './knobs.ts';
import type { Mutation } from './mutation.ts';
import type { ClusterNode } from './node.ts';
import type { Operation } from './operation.ts';
import { Pool } from './pools.ts';
import { baseSlice, type ReadCommand } from './slice.ts';
import type { Storage } from './storage.ts';
import { FETCHING, QUEUED, READ, RETURNING, RUNNING, Task, TRAVELLING, WRITE } from './task.ts';

export interface TaskEvents {
  /** A replica's answer has reached the coordinator. */
  replied(task: Task): void;
  /** A write without a coordinator (a hint) was lost on its way. */
  hintLost(node: ClusterNode, mutation: Mutation): void;
  /** Whether the client of this operation still waits. */
  isWaiting(operation: number): boolean;
}

export class Tasks {
  readonly pool = new Pool<Task>(() => new Task());
  events!: TaskEvents;
  readonly #simulation: Simulation;
  readonly #network: Network;
  readonly #knobs: CassandraKnobs;
  readonly #base: BaseRows;
  readonly #storage: Storage;
  readonly #acceptors: Acceptors;
  readonly #random: KeyedRandom;
  readonly #spread: Distribution;
  readonly #readTimeoutNs: number;
  readonly #writeTimeoutNs: number;
  readonly #arrivedHandler: HandlerId;
  readonly #doneHandler: HandlerId;
  readonly #repliedHandler: HandlerId;
  readonly #fetchedHandler: HandlerId;
  readonly #pageCache: KeyedRandom;
  readonly #diskNsPerByte: number;
  readonly #diskReadNs: number;

  constructor(
    simulation: Simulation,
    network: Network,
    knobs: CassandraKnobs,
    base: BaseRows,
    storage: Storage,
    acceptors: Acceptors,
    nodes: readonly ClusterNode[],
  ) {
    this.#simulation = simulation;
    this.#network = network;
    this.#knobs = knobs;
    this.#base = base;
    this.#storage = storage;
    this.#acceptors = acceptors;
    this.#random = simulation.random('cassandra service time');
    this.#spread = spreadOf(knobs.serviceTimeP99);
    this.#readTimeoutNs = knobs.readTimeoutMs * 1e6;
    this.#writeTimeoutNs = knobs.writeTimeoutMs * 1e6;
    this.#arrivedHandler = simulation.register((id) => this.#arrived(id));
    this.#doneHandler = simulation.register((id) => this.#done(id));
    this.#repliedHandler = simulation.register((id) => this.#replied(id));
    this.#fetchedHandler = simulation.register((id) => this.#fetched(id));
    this.#pageCache = simulation.random('cassandra page cache');
    this.#diskNsPerByte = 1e3 / knobs.diskMBps;
    this.#diskReadNs = knobs.diskReadMicros * 1e3;
    storage.onWritable = (node) => this.#next(node, WRITE);
    for (const node of nodes) node.machine.onCrash(() => this.#crashed(node));
  }

  /** A keyed factor around 1 for a service time. */
  factor(node: number, request: number, salt: number): number {
    return this.#spread.at(this.#random.uniform(node, request, salt));
  }

  /** Sends a task of an operation's present round; a write of a transaction says what was decided under that ballot. */
  send(
    operation: Operation,
    node: ClusterNode,
    place: number,
    kind: number,
    command: ReadCommand | null,
    mutation: Mutation | null,
    ballot = operation.ballot,
  ): void {
    const task = this.pool.acquire();
    task.kind = kind;
    task.node = node;
    task.coordinator = operation.coordinator;
    task.operation = operation.id;
    task.round = operation.round;
    task.place = place;
    task.table = operation.table;
    task.key = operation.key;
    task.partition = operation.partition;
    task.hash = operation.hash;
    task.command = command;
    task.mutation = mutation;
    task.slice = null;
    task.ballot = ballot;
    task.request = operation.request;
    task.salt = operation.salt + ((operation.round & 15) << 2);
    task.createdNs = this.#simulation.nowNs;
    task.networkNs = 0;
    task.state = TRAVELLING;
    if (node === operation.coordinator) {
      this.#arrived(task.id);
      return;
    }
    const from = operation.coordinator.machine.id;
    const to = node.machine.id;
    const ns = this.#network.send(from, to, task.request, task.salt, this.#arrivedHandler, task.id);
    if (ns < 0) this.#release(task);
    else task.networkNs = ns;
  }

  /** A write that a node replays from its hints: queued at the target like any other. */
  hint(node: ClusterNode, mutation: Mutation, number: number): void {
    const task = this.pool.acquire();
    task.kind = WRITE;
    task.node = node;
    task.coordinator = node;
    task.operation = -1;
    task.table = mutation.table;
    task.key = mutation.key;
    task.partition = mutation.partition;
    task.hash = mutation.hash;
    task.command = null;
    task.mutation = mutation;
    task.ballot = 0;
    task.request = number;
    task.salt = 1 << 20;
    task.createdNs = this.#simulation.nowNs;
    task.networkNs = 0;
    task.state = TRAVELLING;
    this.#arrived(task.id);
  }

  release(task: Task): void {
    this.#release(task);
  }

  #arrived(id: number): void {
    const task = this.pool.find(id);
    if (task === null || task.state !== TRAVELLING) return;
    const { node } = task;
    if (!node.serving) {
      this.#lose(task);
      return;
    }
    task.state = QUEUED;
    task.arrivedNs = this.#simulation.nowNs;
    task.diskNs = 0;
    const stage = task.kind === READ ? node.readStage : node.writeStage;
    if (stage.hasRoom && stage.waiting === 0 && (task.kind === READ || !this.#storage.holdsWrites(node)))
      this.#start(task);
    else stage.push(id);
  }

  #start(task: Task): void {
    const { node } = task;
    task.state = RUNNING;
    let ns: number;
    if (task.kind === READ) {
      node.readStage.running++;
      ns = this.#read(task);
    } else {
      node.writeStage.running++;
      ns = task.kind === WRITE ? writeNs(task.mutation!.bytes) : paxosNs();
      task.garbageBytes = WRITE_GARBAGE_BYTES;
    }
    task.serviceNs = Math.round(ns * this.factor(node.index, task.request, task.salt));
    node.readingBytes += task.garbageBytes;
    const missing = task.kind === READ && node.missShare > 0 ? this.#missing(task) : 0;
    if (missing === 0) {
      node.cpu.enter(this.#doneHandler, task.id, task.serviceNs);
      return;
    }
    task.state = FETCHING;
    const bytes = (readChunkBytes * missing) / readPieces;
    const diskNs = missing * this.#diskReadNs + bytes * this.#diskNsPerByte;
    node.disk.enter(this.#fetchedHandler, task.id, Math.round(diskNs));
  }

  /** How many of the SSTables that `readNs` was asked for last have to be read from the disk. */
  #missing({ node, request, salt }: Task): number {
    let missing = 0;
    for (let piece = 0; piece < readPieces; piece++)
      if (this.#pageCache.uniform(node.index * 64 + piece, request, salt) < node.missShare) missing++;
    return missing;
  }

  #fetched(id: number): void {
    const task = this.pool.find(id)!;
    const { cpu, disk } = task.node;
    task.state = RUNNING;
    task.diskNs = disk.lastWaitNs + disk.lastServiceNs;
    cpu.enter(this.#doneHandler, id, task.serviceNs);
  }

  /** Takes the snapshot that the read will return; returns its cost. */
  #read(task: Task): number {
    const { node, table } = task;
    const command = task.command!;
    const nowNs = this.#simulation.nowNs;
    const partition = node.mayHold(table, task.hash) ? node.partition(table, task.key) : undefined;
    const each = this.#knobs.sstablesPerPartition;
    let ns: number;
    if (partition === undefined) {
      const window = this.#base.window(table, task.partition, task.key, command.prefix, task.hash);
      const slice = baseSlice(table, window, command);
      const { partitionBytes, partitionRows } = window;
      const pieces = partitionRows > 0 ? each : 0;
      const size = partitionRows > 0 ? partitionBytes / partitionRows : 0;
      ns = readNs(slice, command.staticOnly, null, pieces, partitionBytes / each, size);
      task.slice = slice;
    } else {
      const slice = partition.read(command, nowNs);
      const pieces = partition.placed || partition.baseRows === 0 ? 0 : each;
      const rows = partition.baseRows + partition.versions.length;
      const size = rows > 0 ? partition.bytes / rows : 0;
      const { heldBytes, baseBytes } = partition;
      ns = readNs(slice, command.staticOnly, heldBytes, pieces, baseBytes / each, size);
      task.slice = slice;
    }
    task.garbageBytes = readGarbageBytes;
    return ns;
  }

  #done(id: number): void {
    const task = this.pool.find(id)!;
    const { node } = task;
    const station = node.cpu;
    const servedNs = station.lastServiceNs;
    const nowNs = this.#simulation.nowNs;
    task.workNs = task.serviceNs < servedNs ? task.serviceNs : servedNs;
    task.pauseNs = servedNs - task.workNs;
    task.queueNs = nowNs - servedNs - task.diskNs - task.arrivedNs;
    node.readingBytes -= task.garbageBytes;
    if (task.kind === READ) {
      node.readStage.running--;
      node.readsServed++;
      this.#next(node, READ);
    } else {
      node.writeStage.running--;
      node.writesServed++;
      if (task.kind === WRITE) this.#apply(node, task.mutation!);
      if (task.ballot > 0) this.#acceptors.handle(task);
      this.#next(node, WRITE);
    }
    node.allocate(task.garbageBytes);
    this.#reply(task);
  }

  #apply(node: ClusterNode, mutation: Mutation): void {
    const { table, key, partition: values, hash } = mutation;
    const partition = node.makePartition(table, key, values, hash);
    partition.apply(mutation);
    this.#storage.wrote(node, partition, mutation.bytes);
  }

  #reply(task: Task): void {
    if (task.operation < 0) {
      this.#release(task);
      return;
    }
    task.state = RETURNING;
    if (task.node === task.coordinator) {
      this.#replied(task.id);
      return;
    }
    const from = task.node.machine.id;
    const to = task.coordinator.machine.id;
    const ns = this.#network.send(from, to, task.request, task.salt | 1, this.#repliedHandler, task.id);
    if (ns < 0) this.#release(task);
    else task.networkNs += ns;
  }

  #replied(id: number): void {
    const task = this.pool.find(id);
    if (task === null || task.state !== RETURNING) return;
    this.events.replied(task);
    this.#release(task);
  }

  /** The stage has room again: the next message that is not too old starts. */
  #next(node: ClusterNode, kind: number): void {
    const stage = kind === READ ? node.readStage : node.writeStage;
    const timeoutNs = kind === READ ? this.#readTimeoutNs : this.#writeTimeoutNs;
    const nowNs = this.#simulation.nowNs;
    while (stage.waiting > 0 && stage.hasRoom) {
      if (kind !== READ && this.#storage.holdsWrites(node)) return;
      const task = this.pool.find(stage.shift());
      if (task === null) continue;
      if (nowNs - task.createdNs > timeoutNs) {
        if (kind === READ) node.readsDropped++;
        else node.writesDropped++;
        this.#lose(task);
      } else if (kind === READ && this.#knobs.cancelAbandonedReads && !this.events.isWaiting(task.operation))
        this.#release(task);
      else this.#start(task);
    }
  }

  #lose(task: Task): void {
    if (task.operation < 0 && task.mutation !== null) this.events.hintLost(task.node, task.mutation);
    this.#release(task);
  }

  /** What a crashed node had in its queues and on its CPU is gone (its stations are empty already). */
  #crashed(node: ClusterNode): void {
    node.readStage.clear();
    node.writeStage.clear();
    node.readingBytes = 0;
    for (const task of this.pool.items) {
      if (
        task.inUse &&
        task.node === node &&
        (task.state === QUEUED || task.state === RUNNING || task.state === FETCHING)
      )
        this.#lose(task);
    }
  }

  #release(task: Task): void {
    task.slice = null;
    task.mutation = null;
    task.command = null;
    task.promise = null;
    task.refused = false;
    this.pool.release(task);
  }
}

/** Lognormal with mean 1 and this ratio of the 99th percentile to the median. */
function spreadOf(p99: number): Distribution {
  const sigma = Math.log(p99) / 2.3263478740408408; // z(0.99)
  return new Distribution((u) => Math.exp(sigma * normalQuantile(u) - (sigma * sigma) / 2));
}
