/**
 * Who hears whom. Each node sends heartbeats, and passes on those of others: so a node is silent to another only where no
 * way leads from one to the other, over whatever nodes. One link that is cut convicts nobody; a rack that is cut off
 * convicts all others, and they convict it. (Nodes that are down count as if they passed heartbeats on.)
 */
import type { Network, Simulation } from '../../runtime/kernel/index.ts';
import type { CassandraKnobs } from './knobs.ts';
import type { ClusterNode } from './node.ts';

export class Gossip {
  readonly #simulation: Simulation;
  readonly #network: Network;
  readonly #nodes: readonly ClusterNode[];
  readonly #detectionNs: number;
  /** When a link between nodes was cut or healed that the sides below do not know of yet; -1: none. */
  #changedAtNs = -1;
  /** Of each node, the number of its side: the nodes that hear each other. Null: there is one side, as nearly always. */
  #sides: Int32Array | null = null;
  /** Since when two nodes have been on different sides, by node * nodes + other; Infinity: they are not. */
  #apartSinceNs = new Float64Array(0);

  constructor(
    simulation: Simulation,
    network: Network,
    knobs: CassandraKnobs,
    nodes: readonly ClusterNode[],
  ) {
    this.#simulation = simulation;
    this.#network = network;
    this.#nodes = nodes;
    this.#detectionNs = knobs.failureDetectionMs * 1e6;
    const machines = new Set(nodes.map(({ machine }) => machine.id));
    network.onFault((from, to) => {
      if (machines.has(from) && machines.has(to)) this.#changed();
    });
  }

  /** Whether one node takes another to be alive. */
  believesUp(by: ClusterNode, node: ClusterNode): boolean {
    const { nowNs } = this.#simulation;
    if (!node.believedUp(nowNs)) return false;
    if (!this.#isSplit() || by === node) return true;
    return nowNs - this.#apartSinceNs[by.index * this.#nodes.length + node.index]! < this.#detectionNs;
  }

  /** Whether some node does not hear it now. */
  isCutOff(node: ClusterNode): boolean {
    if (!this.#isSplit()) return false;
    const sides = this.#sides!;
    return sides.some((side) => side !== sides[node.index]);
  }

  /**
   * Whether a driver on this machine is told that the node is up: by the node to which it keeps its control connection,
   * one that it reaches, on the side with the most nodes (estimate: any may have been the first).
   */
  toldUp(client: number, node: ClusterNode): boolean {
    if (!this.#isSplit()) return node.believedUp(this.#simulation.nowNs);
    const control = this.#controlOf(client);
    return control === null ? node.believedUp(this.#simulation.nowNs) : this.believesUp(control, node);
  }

  #controlOf(client: number): ClusterNode | null {
    const sides = this.#sides!;
    const sizes = new Map<number, number>();
    for (const side of sides) sizes.set(side, (sizes.get(side) ?? 0) + 1);
    let best: ClusterNode | null = null;
    let most = 0;
    for (const node of this.#nodes) {
      const size = sizes.get(sides[node.index]!)!;
      if (size <= most || !node.serving || this.#isCut(client, node.machine.id)) continue;
      best = node;
      most = size;
    }
    return best;
  }

  /** Several links that are cut at the same time are one change. */
  #changed(): void {
    const { nowNs } = this.#simulation;
    if (this.#changedAtNs >= 0 && this.#changedAtNs < nowNs) this.#settle();
    this.#changedAtNs = nowNs;
  }

  #isSplit(): boolean {
    if (this.#changedAtNs >= 0) this.#settle();
    return this.#sides !== null;
  }

  #settle(): void {
    const count = this.#nodes.length;
    const sides = this.#findSides();
    const since = new Float64Array(count * count).fill(Number.POSITIVE_INFINITY);
    for (let a = 0; a < count; a++) {
      for (let b = 0; b < count; b++) {
        if (sides[a] === sides[b]) continue;
        const before = this.#sides === null ? Number.POSITIVE_INFINITY : this.#apartSinceNs[a * count + b]!;
        since[a * count + b] = Math.min(before, this.#changedAtNs);
      }
    }
    this.#sides = sides.every((side) => side === 0) ? null : sides;
    this.#apartSinceNs = since;
    this.#changedAtNs = -1;
  }

  #findSides(): Int32Array {
    const nodes = this.#nodes;
    const sides = new Int32Array(nodes.length).fill(-1);
    for (let first = 0; first < nodes.length; first++) {
      if (sides[first] !== -1) continue;
      sides[first] = first;
      const reached = [nodes[first]!];
      for (const node of reached) {
        for (const other of nodes) {
          if (sides[other.index] !== -1 || this.#isCut(node.machine.id, other.machine.id)) continue;
          sides[other.index] = first;
          reached.push(other);
        }
      }
    }
    return sides;
  }

  /** A connection needs both directions. */
  #isCut(one: number, other: number): boolean {
    return this.#network.isPartitioned(one, other) || this.#network.isPartitioned(other, one);
  }
}
