/**
 * Whether the warm-up was long enough: before the trigger nothing may still be on its way up or down. The Mann–Kendall
 * test says whether values have a trend, the Theil–Sen slope how large it is; both must speak for one, because with
 * enough values the smallest drift becomes significant.
 */

/** Standard deviations of the Mann–Kendall statistic: about one false alarm in 16,000. */
const Z_LIMIT = 4;
/** Change over the whole stretch, relative to the median, that matters. */
const CHANGE_LIMIT = 0.2;

export interface Trend {
  /** Standard normal under the hypothesis that there is none (Mann 1945, Kendall 1975; ties are neglected). */
  readonly z: number;
  /** Change from the first to the last value by the Theil–Sen slope, relative to the median. */
  readonly change: number;
  readonly found: boolean;
}

/** `values` in order, at even distances. Fewer than ten have no trend that could be told from chance. */
export function trendOf(values: readonly number[]): Trend {
  const n = values.length;
  if (n < 10) return { z: 0, change: 0, found: false };
  let s = 0;
  const slopes: number[] = [];
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const difference = values[j]! - values[i]!;
      s += Math.sign(difference);
      slopes.push(difference / (j - i));
    }
  }
  const deviation = Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const z = s === 0 ? 0 : (s - Math.sign(s)) / deviation;
  const middle = median(values);
  const change = middle === 0 ? 0 : (median(slopes) * (n - 1)) / middle;
  return { z, change, found: Math.abs(z) > Z_LIMIT && Math.abs(change) > CHANGE_LIMIT };
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
