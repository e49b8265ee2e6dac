/**
 * Durations in the fixed buckets that Prometheus wants: the same in every process and mode, so that they can be added.
 * (The kernel's histogram has 4,000 buckets: right for percentiles of one run, too many for a time-series database.)
 */
import type { Labels, Sample } from './metric-family.ts';

/** Upper bounds in seconds. Thresholds of objectives are among them, so that a share under a threshold can be read off. */
export const BUCKETS_S = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const;

const BOUNDS_NS = BUCKETS_S.map((seconds) => seconds * 1e9);

export class DurationHistogram {
  readonly #counts = new Float64Array(BOUNDS_NS.length + 1);
  count = 0;
  sumNs = 0;

  record(durationNs: number): void {
    let bucket = 0;
    while (bucket < BOUNDS_NS.length && durationNs > BOUNDS_NS[bucket]!) bucket++;
    this.#counts[bucket]!++;
    this.count++;
    this.sumNs += durationNs;
  }

  samples(labels: Labels): Sample[] {
    const samples: Sample[] = [];
    let seen = 0;
    BUCKETS_S.forEach((bound, bucket) => {
      seen += this.#counts[bucket]!;
      samples.push({ suffix: '_bucket', labels: { ...labels, le: String(bound) }, value: seen });
    });
    samples.push({ suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: this.count });
    samples.push({ suffix: '_sum', labels, value: this.sumNs / 1e9 });
    samples.push({ suffix: '_count', labels, value: this.count });
    return samples;
  }
}
