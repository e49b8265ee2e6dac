/**
 * What a coordinating node knows of the nodes that it asks, and which copy of a shard it therefore asks first: adaptive
 * replica selection, Elasticsearch's default since 7.0 (ResponseCollectorService, IndexShardRoutingTable), after C3
 * (Suresh et al., "C3: Cutting Tail Latency in Cloud Data Stores via Adaptive Replica Selection", NSDI 2015). The copy
 * with the lowest rank comes first:
 *
 *   rank = response − service + (1 + outstanding · nodes + queue)³ · service
 *
 * in milliseconds: response time as seen here and queue length as answers report it, both as moving averages; service
 * time as the node reports it; requests from here without an answer, times the nodes known, for as many others ask too.
 */
import type { ShardCopy } from './cluster.ts';

/** ResponseCollectorService.ALPHA, and the same for the time that a search takes on its thread (ThreadPool). */
const ALPHA = 0.3;
const MILLISECONDS = 1e-6;

/** A moving average of the time that searches take on a thread of a node; 0: there has been none. */
export function averageServiceNs(averageNs: number, ns: number): number {
  return ALPHA * ns + (1 - ALPHA) * averageNs;
}

/** One coordinator's view; its size is the number of nodes, whatever it is asked. */
export class ReplicaSelection {
  /** By node. A service time of 0: nothing is known. */
  readonly #queues: Float64Array;
  readonly #responseNs: Float64Array;
  readonly #serviceNs: Float64Array;
  readonly #outstanding: Int32Array;
  #known = 0;

  constructor(nodes: number) {
    this.#queues = new Float64Array(nodes);
    this.#responseNs = new Float64Array(nodes);
    this.#serviceNs = new Float64Array(nodes);
    this.#outstanding = new Int32Array(nodes);
  }

  /** A request goes to a node. */
  sent(node: number): void {
    this.#outstanding[node]!++;
  }

  /** It is over, however it ended. */
  ended(node: number): void {
    this.#outstanding[node]!--;
  }

  /** A node has answered a search and says how long its queue is and how long searches take there (0: it cannot say yet). */
  answered(node: number, queue: number, responseNs: number, serviceNs: number): void {
    if (serviceNs === 0) return;
    if (this.#serviceNs[node] === 0) {
      this.#known++;
      this.#queues[node] = queue;
      this.#responseNs[node] = responseNs;
    } else {
      this.#queues[node]! += ALPHA * (queue - this.#queues[node]!);
      this.#responseNs[node]! += ALPHA * (responseNs - this.#responseNs[node]!);
    }
    this.#serviceNs[node] = serviceNs;
  }

  /** A node has left the cluster. */
  forget(node: number): void {
    if (this.#serviceNs[node] === 0) return;
    this.#known--;
    this.#serviceNs[node] = 0;
  }

  /** Lower is better; a node of which nothing is known comes before all others. */
  rank(node: number): number {
    const serviceNs = this.#serviceNs[node]!;
    if (serviceNs === 0) return Number.NEGATIVE_INFINITY;
    // A request that is about to be sent counts: with none outstanding, Elasticsearch takes one.
    const outstanding = Math.max(1, this.#outstanding[node]!);
    const queue = 1 + outstanding * this.#known + Math.floor(this.#queues[node]!);
    return (this.#responseNs[node]! - serviceNs + queue * queue * queue * serviceNs) * MILLISECONDS;
  }

  /**
   * Sorts the copies of a shard, best first; equal ones stay in turn. The others are then taken half-way for the best one:
   * a node that nobody asks has no new answers, and would never be asked again.
   */
  sort(copies: ShardCopy[]): void {
    if (copies.length < 2) return;
    for (let i = 1; i < copies.length; i++) {
      const copy = copies[i]!;
      const rank = this.rank(copy.node.number);
      let at = i;
      while (at > 0 && this.rank(copies[at - 1]!.node.number) > rank) {
        copies[at] = copies[at - 1]!;
        at--;
      }
      copies[at] = copy;
    }
    const best = copies[0]!.node.number;
    if (this.#serviceNs[best] === 0) return;
    for (let i = 1; i < copies.length; i++) this.#approach(copies[i]!.node.number, best);
  }

  #approach(node: number, best: number): void {
    if (this.#serviceNs[node] === 0) return;
    const queue = Math.floor((Math.floor(this.#queues[best]!) + Math.floor(this.#queues[node]!)) / 2);
    const responseNs = (this.#responseNs[best]! + this.#responseNs[node]!) / 2;
    this.answered(node, queue, responseNs, (this.#serviceNs[best]! + this.#serviceNs[node]!) / 2);
  }
}
