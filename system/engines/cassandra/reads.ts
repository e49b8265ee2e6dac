/**
 * Reads: exactly as many replicas as the consistency level wants are asked, the coordinator's own first. If their digests
 * differ, all of them send their data, the newest cells win, and the replicas that lagged are written to before the
 * client gets its answer (blocking read repair, the default since 4.0).
 */
import type { Row } from '../../ports/wide-column-store.ts';
import type { HandlerId, KeyedRandom, Simulation } from '../../runtime/kernel/index.ts';
import type { Coordinator } from './coordinator.ts';
import type { CassandraKnobs } from './knobs.ts';
import type { ClusterNode } from './node.ts';
import { DATA_READ, DIGEST_READ, type Operation, REPAIR } from './operation.ts';
import { reconcile } from './reconcile.ts';
import type { Slice } from './slice.ts';
import { Speculation } from './speculation.ts';
import { READ, WRITE } from './task.ts';

export class Reads {
  /** Called for each read that a coordinator starts. */
  onRead: ((table: string, partitionKey: string) => void) | undefined;
  readonly #coordinator: Coordinator;
  readonly #random: KeyedRandom;
  readonly #simulation: Simulation;
  readonly #speculation: Speculation | null;
  readonly #speculateHandler: HandlerId;

  constructor(simulation: Simulation, knobs: CassandraKnobs, coordinator: Coordinator) {
    this.#simulation = simulation;
    this.#coordinator = coordinator;
    this.#random = simulation.random('cassandra read replicas');
    this.#speculation = knobs.speculativeRetry === 'off' ? null : new Speculation(knobs);
    this.#speculateHandler = simulation.register((id) => this.#speculate(id));
  }

  begin(operation: Operation): void {
    if (this.onRead !== undefined) this.onRead(operation.table.name, operation.key);
    operation.replicaLimit = operation.command.limit;
    this.read(operation, DIGEST_READ, operation.needed);
    if (this.#speculation === null || operation.phase !== DIGEST_READ) return;
    const ns = this.#speculation.thresholdNs(operation, this.#coordinator.nowNs);
    this.#simulation.schedule(ns, this.#speculateHandler, operation.id);
  }

  /** Asks `wanted` replicas; fails the operation when too few are up. */
  read(operation: Operation, phase: number, wanted: number): void {
    const coordinator = this.#coordinator;
    const { nodes, gossip } = coordinator;
    const { replicas } = operation;
    const alive = coordinator.aliveReplicas(operation);
    if (alive < wanted) {
      coordinator.fail(operation, 'unavailable', true, `${alive} of ${wanted} replicas are up`);
      return;
    }
    coordinator.beginRound(operation, phase, wanted);
    const own = replicas.indexOf(operation.coordinator.index);
    if (own >= 0) this.#ask(operation, operation.coordinator);
    const first = this.#random.integer(replicas.length, operation.hash, operation.request, operation.salt);
    for (let k = 0; operation.asked.length < wanted; k++) {
      const place = (first + k) % replicas.length;
      const node = nodes[replicas[place]!]!;
      if (place !== own && gossip.believesUp(operation.coordinator, node)) this.#ask(operation, node);
    }
  }

  answered(operation: Operation): void {
    const { slices } = operation;
    if (operation.phase === DIGEST_READ) {
      if (sameDigests(slices)) {
        operation.rows = answerOf(operation, slices.find(isThere)!);
        this.#finish(operation);
      } else this.#readAgain(operation);
      return;
    }
    this.#merge(operation);
  }

  /** Merged rows of a round whose slices are all there. */
  merged(operation: Operation) {
    const replicas = operation.slices as Slice[];
    const { command, replicaLimit } = operation;
    for (const slice of replicas) operation.mergedRows += slice.rows.length;
    return reconcile(operation, replicas, command, replicaLimit, this.#coordinator.nowNs);
  }

  /** It has waited for long: the answers that come first count, whichever replicas they are of. */
  #speculate(id: number): void {
    const operation = this.#coordinator.pool.find(id);
    if (operation === null || operation.phase !== DIGEST_READ) return;
    const { coordinator, asked, replicas } = operation;
    const { nodes, gossip } = this.#coordinator;
    for (const replica of replicas) {
      const node = nodes[replica]!;
      if (asked.includes(node) || !gossip.believesUp(coordinator, node)) continue;
      this.#ask(operation, node);
      return;
    }
  }

  #finish(operation: Operation): void {
    this.#speculation?.record(operation, this.#coordinator.nowNs);
    this.#coordinator.finish(operation);
  }

  /** The replicas that have answered send their data. */
  #readAgain(operation: Operation): void {
    const { slices } = operation;
    const nodes = operation.asked.filter((_, place) => isThere(slices[place]));
    this.#coordinator.beginRound(operation, DATA_READ, nodes.length);
    for (const node of nodes) this.#ask(operation, node);
  }

  #merge(operation: Operation): void {
    const { slice, repairs, readMore } = this.merged(operation);
    if (readMore) {
      // Short read protection: rows deleted on one replica took places under the limit of another.
      operation.replicaLimit = operation.replicaLimit * 2 + 16;
      this.#readAgain(operation);
      return;
    }
    operation.rows = answerOf(operation, slice);
    const nodes = operation.asked.slice();
    const count = repairs.reduce((sum, repair) => sum + (repair === null ? 0 : 1), 0);
    if (count === 0) {
      this.#finish(operation);
      return;
    }
    this.#coordinator.beginRound(operation, REPAIR, count);
    repairs.forEach((repair, i) => {
      if (repair === null) return;
      operation.asked.push(nodes[i]!);
      this.#coordinator.tasks.send(operation, nodes[i]!, operation.asked.length - 1, WRITE, null, repair);
    });
  }

  #ask(operation: Operation, node: ClusterNode): void {
    operation.asked.push(node);
    const { command, replicaLimit } = operation;
    const asked = replicaLimit === command.limit ? command : { ...command, limit: replicaLimit };
    this.#coordinator.tasks.send(operation, node, operation.asked.length - 1, READ, asked, null);
  }
}

function answerOf({ command }: Operation, slice: Slice): readonly Row[] {
  return command.count === true ? [{ count: slice.rowCount }] : slice.rows;
}

/** Of more replicas than were waited for, some have not answered. */
function isThere(slice: Slice | null | undefined): slice is Slice {
  return slice !== null && slice !== undefined;
}

function sameDigests(slices: readonly (Slice | null)[]): boolean {
  const first = slices.find(isThere)!;
  for (const slice of slices) if (isThere(slice) && slice.digest !== first.digest) return false;
  return true;
}
