/**
 * What a cache of copies holds after a long time of requests whose popularity follows Zipf's law, so that a run can begin
 * with it.
 *
 * LRU holds what was asked for within the last T requests (Che, Tung & Wang, "Hierarchical Web Caching Systems", JSAC 2002):
 * T is such that as many objects are expected among them as find room. That is not the most popular ones: of the rarer
 * ones, which are many, some have just been asked for. With the edge's defaults those cost a tenth of all hits. A cache
 * behind caches is asked for what those do not hold, which is what was not asked for there within their T.
 *
 * W-TinyLFU admits by frequency, and comes near to the most popular ones.
 */
import type { EvictionPolicy } from './chunk-cache.ts';

export interface SteadyState {
  /** Whether the object of this rank is here. `u`: drawn for the object and this cache, 0 to 1, the same each time. */
  holds(rank: number, u: number): boolean;
  /** So many bytes came in, and the same have made room. */
  displace(bytes: number): void;
}

/** How often objects are asked for, by rank from 1 to `objects`: in proportion to rank^-exponent. */
export interface ZipfLaw {
  readonly objects: number;
  readonly exponent: number;
  readonly meanBytes: number;
}

/** Ranks of about the same popularity: so many, and the share of all requests that each of them gets. */
interface Group {
  readonly count: number;
  readonly share: number;
}

/** From a rank to the next group: two thousand groups for a hundred million ranks. */
const GROUP_WIDTH = 1.01;
/** More than are ever needed: near the root each step doubles the digits that are right. */
const MOST_STEPS = 100;

/** The state of each point of presence, and of a cache in front of the origin. Each call gives one of its own. */
export function createSteadyStates(
  law: ZipfLaw,
  policy: EvictionPolicy,
  siteBytes: number,
  shieldBytes: number,
): { readonly ofSite: () => SteadyState; readonly ofShield: () => SteadyState } {
  const [siteObjects, shieldObjects] = [siteBytes / law.meanBytes, shieldBytes / law.meanBytes];
  if (policy === 'w-tinylfu')
    return {
      ofSite: () => new MostPopular(0, siteObjects, law.meanBytes),
      // It never hears of what the points of presence hold.
      ofShield: () => new MostPopular(siteObjects, shieldObjects, law.meanBytes),
    };
  const groups = groupsOf(law);
  const shareOfFirst = groups[0]!.share;
  const shareOf = (rank: number) => shareOfFirst * rank ** -law.exponent;
  const site = new Characteristic(groups, siteObjects);
  const missed = groups.map(({ count, share }) => ({ count, share: site.missed(share) / site.missRatio }));
  const shield = new Characteristic(missed, shieldObjects);
  return {
    ofSite: () => new LastAsked(shareOf, site, law.meanBytes),
    ofShield: () =>
      new LastAsked((rank) => site.missed(shareOf(rank)) / site.missRatio, shield, law.meanBytes),
  };
}

function groupsOf({ objects, exponent }: ZipfLaw): Group[] {
  const weights: Group[] = [];
  let total = 0;
  for (let rank = 1; rank <= objects; ) {
    const next = Math.min(objects + 1, Math.max(rank + 1, Math.floor(rank * GROUP_WIDTH)));
    const count = next - rank;
    // Of a group of one its own, of a wide one that of its middle.
    const share = Math.sqrt(rank * (next - 1)) ** -exponent;
    weights.push({ count, share });
    total += count * share;
    rank = next;
  }
  return weights.map(({ count, share }) => ({ count, share: share / total }));
}

/** Che's characteristic time, in requests, of a cache that so many objects fit into. */
class Characteristic {
  readonly requests: number;
  readonly missRatio: number;

  constructor(groups: readonly Group[], capacity: number) {
    const all = groups.reduce((sum, { count, share }) => sum + (share > 0 ? count : 0), 0);
    this.requests = capacity >= all ? Number.POSITIVE_INFINITY : requestsFor(groups, capacity);
    this.missRatio = groups.reduce((sum, { count, share }) => sum + count * this.missed(share), 0);
  }

  /** The share of all requests that are for an object with this share of them, and find it gone. */
  missed(share: number): number {
    return share > 0 ? share * Math.exp(-share * this.requests) : 0;
  }
}

/**
 * After how many requests so many objects are expected among them, fewer than there are: by Newton's method. The number
 * of objects is concave in that of requests, and no larger, so steps that begin there never go past the root.
 */
function requestsFor(groups: readonly Group[], objects: number): number {
  let requests = objects;
  for (let step = 0; step < MOST_STEPS; step++) {
    let expected = 0;
    let slope = 0;
    for (const { count, share } of groups) {
      const askedFor = -Math.expm1(-share * requests);
      expected += count * askedFor;
      slope += count * share * (1 - askedFor);
    }
    const next = requests + (objects - expected) / slope;
    // Rounding alone is left.
    if (!(next > requests)) break;
    requests = next;
  }
  return requests;
}

class LastAsked implements SteadyState {
  readonly #shareOf: (rank: number) => number;
  readonly #requestsPerByte: number;
  /** What was asked for last so many requests before the run, or more, is not here any more. */
  #requests: number;

  constructor(shareOf: (rank: number) => number, { requests, missRatio }: Characteristic, meanBytes: number) {
    this.#shareOf = shareOf;
    this.#requests = requests;
    this.#requestsPerByte = missRatio > 0 ? 1 / (missRatio * meanBytes) : 0;
  }

  /** Requests since the last one for an object are distributed exponentially. */
  holds(rank: number, u: number): boolean {
    return -Math.log1p(-u) < this.#shareOf(rank) * this.#requests;
  }

  displace(bytes: number): void {
    this.#requests = Math.max(0, this.#requests - bytes * this.#requestsPerByte);
  }
}

class MostPopular implements SteadyState {
  readonly #first: number;
  readonly #meanBytes: number;
  #last: number;

  constructor(first: number, count: number, meanBytes: number) {
    this.#first = first;
    this.#last = first + count;
    this.#meanBytes = meanBytes;
  }

  holds(rank: number): boolean {
    return rank > this.#first && rank <= this.#last;
  }

  /** The least popular ones go first. */
  displace(bytes: number): void {
    this.#last -= bytes / this.#meanBytes;
  }
}
