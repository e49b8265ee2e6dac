/** Means over seeds with Student's t: seeds are few and independent, which is what the distribution is for. */
import { studentQuantile } from '../reports/student.ts';

export interface Estimate {
  readonly mean: number;
  readonly lo: number;
  readonly hi: number;
}

/** Mean of the samples and the interval that holds the true mean with `confidence`. At least two samples. */
export function estimate(samples: readonly number[], confidence: number): Estimate {
  const n = samples.length;
  if (n < 2) throw new RangeError(`An interval needs at least two seeds, not ${n}.`);
  const mean = samples.reduce((sum, x) => sum + x, 0) / n;
  const variance = samples.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1);
  const half = studentQuantile((1 + confidence) / 2, n - 1) * Math.sqrt(variance / n);
  return { mean, lo: mean - half, hi: mean + half };
}
