/**
 * Hinted handoff: writes that a replica missed are kept for it and replayed, throttled, once it is back. They are kept
 * per target; that they sit on the disks of several coordinators is left out: those for a node that some do not hear wait
 * until all do.
 */
import type { HandlerId, Simulation } from '../../runtime/kernel/index.ts';
import type { Gossip } from './gossip.ts';
import type { CassandraKnobs } from './knobs.ts';
import type { Mutation } from './mutation.ts';
import type { ClusterNode } from './node.ts';
import type { Tasks } from './tasks.ts';

/** Portions in which hints are sent: often enough to look continuous. */
const PORTION_NS = 100_000_000;

export class Hints {
  readonly #simulation: Simulation;
  readonly #nodes: readonly ClusterNode[];
  readonly #tasks: Tasks;
  readonly #gossip: Gossip;
  readonly #pending: Mutation[][];
  readonly #replaying: boolean[];
  readonly #handler: HandlerId;
  readonly #delayNs: number;
  readonly #windowNs: number;
  readonly #portionBytes: number;
  #sent = 0;

  constructor(
    simulation: Simulation,
    knobs: CassandraKnobs,
    nodes: readonly ClusterNode[],
    tasks: Tasks,
    gossip: Gossip,
  ) {
    this.#simulation = simulation;
    this.#nodes = nodes;
    this.#tasks = tasks;
    this.#gossip = gossip;
    this.#pending = nodes.map(() => []);
    this.#replaying = nodes.map(() => false);
    this.#handler = simulation.register((node) => this.#replay(node));
    this.#delayNs = knobs.hintDelayMs * 1e6;
    this.#windowNs = knobs.hintWindowMs * 1e6;
    this.#portionBytes = (knobs.hintThrottleKBps * 1024 * PORTION_NS) / 1e9;
  }

  /** Keeps a write for a node; not for one that has been silent longer than the hint window. */
  store(node: ClusterNode, mutation: Mutation): void {
    const { nowNs } = this.#simulation;
    if (nowNs - node.silentSinceNs(nowNs) > this.#windowNs) return;
    this.#pending[node.index]!.push(mutation);
    if (node.serving) this.#schedule(node);
  }

  /** The node is back. */
  returned(node: ClusterNode): void {
    if (this.#pending[node.index]!.length > 0) this.#schedule(node);
  }

  waiting(node: number): number {
    return this.#pending[node]!.length;
  }

  #schedule(node: ClusterNode): void {
    if (this.#replaying[node.index]) return;
    this.#replaying[node.index] = true;
    // Those of a node that stands still wait until it is back.
    const heldNs = Math.max(0, node.machine.pausedUntilNs - this.#simulation.nowNs);
    this.#simulation.schedule(heldNs + this.#delayNs, this.#handler, node.index);
  }

  #replay(index: number): void {
    const node = this.#nodes[index]!;
    const pending = this.#pending[index]!;
    this.#replaying[index] = false;
    if (!node.serving) return;
    if (!node.believedUp(this.#simulation.nowNs) || this.#gossip.isCutOff(node)) {
      this.#schedule(node);
      return;
    }
    let bytes = 0;
    let count = 0;
    while (count < pending.length && bytes < this.#portionBytes) bytes += pending[count++]!.bytes + 1;
    for (const mutation of pending.splice(0, count)) this.#tasks.hint(node, mutation, ++this.#sent);
    if (pending.length === 0) return;
    this.#replaying[index] = true;
    this.#simulation.schedule(PORTION_NS, this.#handler, index);
  }
}
