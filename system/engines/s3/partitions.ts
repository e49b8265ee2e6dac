/**
 * The key space in partitions: ranges of keys, each with rate limits of its own. A partition that stays busy is split
 * between the keys that were asked for, so a load on many keys gets room after a while; a load on one key never does.
 *
 *   ''                  'audio/t5'              'audio/t7'
 *   ├───────────────────┼───────────────────────┼──────────▶ keys
 *    5,500 GET/s         5,500 GET/s             5,500 GET/s
 */
import { SECOND } from '../../ports/clock.ts';
import type { S3Knobs } from './knobs.ts';

export type RequestClass = 'get' | 'put';

/** Keys remembered of a partition, to find its middle. */
const SAMPLE = 64;

class Bucket {
  readonly #perSecond: number;
  #tokens: number;
  #updatedNs = 0;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
    this.#tokens = perSecond;
  }

  /** A second's worth may come at once. */
  take(nowNs: number): boolean {
    const refill = ((nowNs - this.#updatedNs) / SECOND) * this.#perSecond;
    this.#tokens = Math.min(this.#perSecond, this.#tokens + refill);
    this.#updatedNs = nowNs;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}

class Partition {
  readonly start: string;
  readonly gets: Bucket;
  readonly puts: Bucket;
  /** Requests by class in the present second. */
  second = 0;
  secondGets = 0;
  secondPuts = 0;
  /** Since when every second was busy; Infinity: the last one was not. */
  busySinceNs = Number.POSITIVE_INFINITY;
  readonly sample: string[] = [];
  seen = 0;

  constructor(start: string, knobs: S3Knobs) {
    this.start = start;
    this.gets = new Bucket(knobs.getsPerSecond);
    this.puts = new Bucket(knobs.putsPerSecond);
  }
}

export class Partitions {
  readonly #knobs: S3Knobs;
  /** In the order of their keys. */
  readonly #partitions: Partition[];

  /** `boundaries`: keys at which a store that has run for long is split already. */
  constructor(knobs: S3Knobs, boundaries: readonly string[] = []) {
    this.#knobs = knobs;
    const starts = new Set(['', ...boundaries]);
    this.#partitions = [...starts].sort().map((start) => new Partition(start, knobs));
  }

  get count(): number {
    return this.#partitions.length;
  }

  /** Where partitions begin, in order. */
  starts(): string[] {
    return this.#partitions.map(({ start }) => start);
  }

  /** Counts a request for the key; false: its partition's rate is exceeded. */
  admit(key: string, kind: RequestClass, nowNs: number): boolean {
    const index = this.#indexOf(key);
    const partition = this.#partitions[index]!;
    this.#observe(partition, key, kind, nowNs);
    const admitted = (kind === 'get' ? partition.gets : partition.puts).take(nowNs);
    if (nowNs - partition.busySinceNs >= this.#knobs.splitAfterS * SECOND) this.#split(index);
    return admitted;
  }

  #indexOf(key: string): number {
    let low = 0;
    let high = this.#partitions.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#partitions[middle]!.start <= key) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #observe(partition: Partition, key: string, kind: RequestClass, nowNs: number): void {
    const second = Math.floor(nowNs / SECOND);
    if (second !== partition.second) {
      const share = Math.max(
        partition.secondGets / this.#knobs.getsPerSecond,
        partition.secondPuts / this.#knobs.putsPerSecond,
      );
      const busy = share >= this.#knobs.splitAtShare && second === partition.second + 1;
      if (!busy) partition.busySinceNs = Number.POSITIVE_INFINITY;
      else if (partition.busySinceNs === Number.POSITIVE_INFINITY)
        partition.busySinceNs = partition.second * SECOND;
      partition.second = second;
      partition.secondGets = 0;
      partition.secondPuts = 0;
    }
    if (kind === 'get') partition.secondGets++;
    else partition.secondPuts++;
    partition.sample[partition.seen++ % SAMPLE] = key;
  }

  /** At the middle of the keys asked for last. All the same key: there is nothing to split. */
  #split(index: number): void {
    const partition = this.#partitions[index]!;
    partition.busySinceNs = Number.POSITIVE_INFINITY;
    const keys = partition.sample.toSorted();
    let middle = keys.length >> 1;
    while (middle < keys.length && keys[middle] === keys[0]) middle++;
    const boundary = keys[middle];
    if (boundary === undefined || boundary === partition.start) return;
    this.#partitions.splice(index + 1, 0, new Partition(boundary, this.#knobs));
    partition.sample.length = 0;
    partition.seen = 0;
  }
}
