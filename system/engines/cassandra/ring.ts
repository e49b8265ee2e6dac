/**
 * The token ring: which nodes hold a partition. Each node owns several tokens (virtual nodes); a partition belongs to the
 * owner of the first token at or after its own, and to the next distinct nodes clockwise (SimpleStrategy).
 */
import type { KeyedRandom } from '../../runtime/kernel/index.ts';

/** How far a token is moved from its evenly spaced place, as a share of the spacing. */
const JITTER = 0.3;
const TWO_TO_32 = 4294967296;

export class TokenRing {
  readonly #high: Int32Array;
  readonly #low: Uint32Array;
  readonly #owner: Int32Array;
  /** Replicas of the range that ends at each token: one shared array a range. */
  readonly #replicas: (readonly number[])[];

  /**
   * Tokens are what `allocate_tokens_for_local_replication_factor: 3` (the default since 4.0) aims at: ownership within a
   * few percent. Every stretch of `nodes` consecutive tokens has one of each node, in a drawn order, at jittered places.
   */
  constructor(nodes: number, tokensPerNode: number, replicationFactor: number, random: KeyedRandom) {
    const count = nodes * tokensPerNode;
    this.#high = new Int32Array(count);
    this.#low = new Uint32Array(count);
    this.#owner = new Int32Array(count);
    const spacing = TWO_TO_32 / count;
    for (let round = 0; round < tokensPerNode; round++) {
      const order = shuffled(nodes, random, round);
      for (let k = 0; k < nodes; k++) {
        const i = round * nodes + k;
        const place = (i + 0.5 + (random.uniform(i, 1) - 0.5) * JITTER) * spacing;
        this.#high[i] = Math.floor(place) - TWO_TO_32 / 2;
        this.#low[i] = random.bits(i, 2);
        this.#owner[i] = order[k]!;
      }
    }
    this.#replicas = Array.from({ length: count }, (_, i) => this.#clockwise(i, replicationFactor, nodes));
  }

  /** The replicas of a token, primary first. The array is shared: do not change it. */
  replicas(tokenHigh: number, tokenLow: number): readonly number[] {
    const high = this.#high;
    let from = 0;
    let to = high.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      const h = high[middle]!;
      if (h < tokenHigh || (h === tokenHigh && this.#low[middle]! < tokenLow)) from = middle + 1;
      else to = middle;
    }
    return this.#replicas[from === high.length ? 0 : from]!;
  }

  /** Share of the token space whose primary is this node. */
  ownership(node: number): number {
    let sum = 0;
    for (let i = 0; i < this.#owner.length; i++) {
      if (this.#owner[i] !== node) continue;
      const previous = i === 0 ? this.#high[this.#high.length - 1]! - TWO_TO_32 : this.#high[i - 1]!;
      sum += this.#high[i]! - previous;
    }
    return sum / TWO_TO_32;
  }

  #clockwise(from: number, replicationFactor: number, nodes: number): readonly number[] {
    const wanted = Math.min(replicationFactor, nodes);
    const found: number[] = [];
    for (let step = 0; found.length < wanted; step++) {
      const owner = this.#owner[(from + step) % this.#owner.length]!;
      if (!found.includes(owner)) found.push(owner);
    }
    return found;
  }
}

function shuffled(n: number, random: KeyedRandom, round: number): number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = random.integer(i + 1, i, 3, round);
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
