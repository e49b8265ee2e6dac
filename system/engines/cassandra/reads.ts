/**
 * Reads: exactly as many replicas as the consistency level wants are asked, the coordinator's own first. If their digests
 * differ, all of them send their data, the newest cells win, and the replicas that lagged are written to before the
 * client gets its answer (blocking read repair, the default since 4.0).
 */
import type { Row } from '../../ports/wide-column-store.ts';
import type { KeyedRandom, Simulation } from '../../runtime/kernel/index.ts';
import type { Coordinator } from './coordinator.ts';
import type { ClusterNode } from './node.ts';
import { DATA_READ, DIGEST_READ, type Operation, REPAIR } from './operation.ts';
import { reconcile } from './reconcile.ts';
import type { Slice } from './slice.ts';
import { READ, WRITE } from './task.ts';

export class Reads {
  /** Called for each read that a coordinator starts. */
  onRead: ((table: string, partitionKey: string) => void) | undefined;
  readonly #coordinator: Coordinator;
  readonly #random: KeyedRandom;

  constructor(simulation: Simulation, coordinator: Coordinator) {
    this.#coordinator = coordinator;
    this.#random = simulation.random('cassandra read replicas');
  }

  begin(operation: Operation): void {
    if (this.onRead !== undefined) this.onRead(operation.table.name, operation.key);
    operation.replicaLimit = operation.command.limit;
    this.read(operation, DIGEST_READ, operation.needed);
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
        operation.rows = answerOf(operation, slices[0]!);
        this.#coordinator.finish(operation);
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

  /** The same replicas send their data. */
  #readAgain(operation: Operation): void {
    const nodes = operation.asked.slice();
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
      this.#coordinator.finish(operation);
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

function sameDigests(slices: readonly (Slice | null)[]): boolean {
  const digest = slices[0]!.digest;
  for (let i = 1; i < slices.length; i++) if (slices[i]!.digest !== digest) return false;
  return true;
}
