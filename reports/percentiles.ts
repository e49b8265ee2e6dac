import type { HistogramData } from './result.ts';

/** Buckets an octave: 2^7, so a bucket's width is at most 1/128 of its value and its middle within 0.4 %. */
const BUCKET_BITS = 7;
const SHIFT = 20 - BUCKET_BITS;
/** The lowest octave: 2^-10 ms, about a microsecond. */
const LOWEST_EXPONENT = -10;
const OFFSET = (LOWEST_EXPONENT + 1023) << BUCKET_BITS;

const scratch = new DataView(new ArrayBuffer(8));

function lowerEdgeMs(bucket: number): number {
  scratch.setUint32(0, (bucket + OFFSET) << SHIFT);
  scratch.setUint32(4, 0);
  return scratch.getFloat64(0);
}

/** Bucket of a value in milliseconds (the kernel's `Histogram` uses the same layout). */
export function bucketOf(valueMs: number): number {
  scratch.setFloat64(0, valueMs);
  return Math.max(0, (scratch.getUint32(0) >>> SHIFT) - OFFSET);
}

/** Middle of a bucket, in milliseconds. */
export function bucketMiddleMs(bucket: number): number {
  return (lowerEdgeMs(bucket) + lowerEdgeMs(bucket + 1)) / 2;
}

/** Quantile in milliseconds; `q` in (0, 1]. Zero for an empty histogram. Never above the recorded maximum. */
export function quantileMs(histogram: HistogramData, q: number): number {
  const target = Math.ceil(q * histogram.count);
  let seen = 0;
  for (const [bucket, count] of histogram.buckets) {
    seen += count;
    if (seen >= target) return Math.min(bucketMiddleMs(bucket), histogram.maxMs);
  }
  return histogram.maxMs;
}

/** Adds histograms: the result is what one histogram would have recorded. */
export function mergeHistograms(histograms: readonly HistogramData[]): HistogramData {
  const counts = new Map<number, number>();
  const merged: HistogramData = { count: 0, sumMs: 0, maxMs: 0, buckets: [] };
  for (const histogram of histograms) {
    merged.count += histogram.count;
    merged.sumMs += histogram.sumMs;
    merged.maxMs = Math.max(merged.maxMs, histogram.maxMs);
    for (const [bucket, count] of histogram.buckets) counts.set(bucket, (counts.get(bucket) ?? 0) + count);
  }
  merged.buckets = [...counts].sort((a, b) => a[0] - b[0]);
  return merged;
}
