/**
 * Speculative retry: how long a coordinator waits for a read before it asks one replica more. That is what 99 of 100 of
 * its reads of the table took, as it knew when it looked last: it looks once in a read timeout (ColumnFamilyStore), and
 * before the first time it waits half of one. Of what it looks at: the reads since it looked before (estimate: the real
 * one's histogram forgets within minutes).
 */
import { Histogram } from '../../runtime/kernel/index.ts';
import type { CassandraKnobs } from './knobs.ts';
import type { Operation } from './operation.ts';

/** Fewer reads have no 99th percentile. */
const FEWEST_READS = 100;

interface Known {
  readonly latencies: Histogram;
  count: number;
  thresholdNs: number;
  nextLookNs: number;
}

export class Speculation {
  readonly #everyNs: number;
  /** By table, of each coordinator. */
  readonly #known = new Map<number, Known[]>();

  constructor(knobs: CassandraKnobs) {
    this.#everyNs = knobs.readTimeoutMs * 1e6;
  }

  /** How long this read is waited for, in ns. */
  thresholdNs(operation: Operation, nowNs: number): number {
    const known = this.#of(operation, nowNs);
    if (nowNs >= known.nextLookNs && known.count >= FEWEST_READS) {
      known.thresholdNs = Math.round(known.latencies.quantile(0.99) * 1e6);
      known.latencies.clear();
      known.count = 0;
      known.nextLookNs = nowNs + this.#everyNs;
    }
    return known.thresholdNs;
  }

  /** A read is answered. */
  record(operation: Operation, nowNs: number): void {
    const known = this.#of(operation, nowNs);
    known.latencies.record((nowNs - operation.arrivedNs) / 1e6);
    known.count++;
  }

  #of({ table, coordinator }: Operation, nowNs: number): Known {
    let tables = this.#known.get(coordinator.index);
    if (tables === undefined) {
      tables = [];
      this.#known.set(coordinator.index, tables);
    }
    tables[table.index] ??= {
      latencies: new Histogram(),
      count: 0,
      thresholdNs: this.#everyNs / 2,
      nextLookNs: nowNs + this.#everyNs,
    };
    return tables[table.index]!;
  }
}
