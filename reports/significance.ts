/** Whether paired differences could be chance: the sign test and a bootstrap interval, both without any assumption of a shape. */

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/**
 * One-sided sign test: the chance that at least `more` of `more + fewer` pairs change in one direction when both are
 * equally likely. Pairs without a difference are left out by the caller. One-sided, because the question is whether it
 * became worse (or better) in the direction that was seen.
 */
export function signTest(more: number, fewer: number): number {
  const pairs = more + fewer;
  let sum = 0;
  let ways = 1;
  for (let k = 0; k <= fewer; k++) {
    sum += ways;
    ways = (ways * (pairs - k)) / (k + 1);
  }
  return Math.min(1, sum / 2 ** pairs);
}

/** Resamples: 2,000 put the 2.5 % ends on fifty samples each, and stay below a millisecond for a metric. */
const RESAMPLES = 2_000;

/** Percentile bootstrap of the mean, 95 %. Draws are from a fixed stream: the same differences, the same interval. */
export function bootstrapInterval(differences: readonly number[]): Interval {
  let state = 0x9e3779b9;
  // xorshift32 (Marsaglia 2003): enough for resampling, and the same on every machine.
  const below = (n: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return Math.floor(((state >>> 0) / 2 ** 32) * n);
  };
  const means = new Float64Array(RESAMPLES);
  for (let sample = 0; sample < RESAMPLES; sample++) {
    let sum = 0;
    for (let i = 0; i < differences.length; i++) sum += differences[below(differences.length)]!;
    means[sample] = sum / differences.length;
  }
  means.sort();
  return { low: means[Math.floor(0.025 * RESAMPLES)]!, high: means[Math.ceil(0.975 * RESAMPLES) - 1]! };
}
