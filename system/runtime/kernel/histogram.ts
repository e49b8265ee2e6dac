/**
 * Latencies with a bounded relative error: log-linear buckets taken from the bits of the float, 128 an octave, so a
 * bucket's middle is within 0.4 % of every value in it. Recording allocates nothing; histograms of the same layout add.
 */
const BUCKET_BITS = 7;
const SHIFT = 20 - BUCKET_BITS;
/** 2^-10 ms ≈ 1 µs is the smallest value told apart; 2^23 ms ≈ 2.3 h the largest. */
const LOWEST_EXPONENT = -10;
const OCTAVES = 33;
const OFFSET = (LOWEST_EXPONENT + 1023) << BUCKET_BITS;
const BUCKETS = OCTAVES << BUCKET_BITS;

const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);
/** Index of the word with sign and exponent: 1 on little-endian hosts. */
const HIGH = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1 ? 1 : 0;

export interface HistogramSnapshot {
  count: number;
  sumMs: number;
  maxMs: number;
  buckets: [number, number][];
}

export class Histogram {
  readonly #counts = new Uint32Array(BUCKETS);
  count = 0;
  sumMs = 0;
  maxMs = 0;

  /** Records a value in milliseconds, zero or more; returns its bucket. */
  record(valueMs: number): number {
    if (!(valueMs >= 0)) throw new RangeError(`A latency cannot be ${valueMs} ms.`);
    float[0] = valueMs;
    let bucket = (words[HIGH]! >>> SHIFT) - OFFSET;
    if (bucket < 0) bucket = 0;
    else if (bucket >= BUCKETS) bucket = BUCKETS - 1;
    this.#counts[bucket]!++;
    this.count++;
    this.sumMs += valueMs;
    if (valueMs > this.maxMs) this.maxMs = valueMs;
    return bucket;
  }

  /** Bucket that holds the quantile `q` in (0, 1]. */
  bucketAt(q: number): number {
    const target = Math.ceil(q * this.count);
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#counts[bucket]!;
      if (seen >= target) return bucket;
    }
    return BUCKETS - 1;
  }

  /** Quantile in milliseconds; 0 when empty. */
  quantile(q: number): number {
    if (this.count === 0) return 0;
    return Math.min(bucketMiddle(this.bucketAt(q)), this.maxMs);
  }

  get mean(): number {
    return this.count === 0 ? 0 : this.sumMs / this.count;
  }

  add(other: Histogram): void {
    for (let bucket = 0; bucket < BUCKETS; bucket++) this.#counts[bucket]! += other.#counts[bucket]!;
    this.count += other.count;
    this.sumMs += other.sumMs;
    this.maxMs = Math.max(this.maxMs, other.maxMs);
  }

  clear(): void {
    this.#counts.fill(0);
    this.count = 0;
    this.sumMs = 0;
    this.maxMs = 0;
  }

  /**
   * Without a loop of its own: V8 13.6 compiles a function with a long loop after its first few calls, and a literal
   * with doubles that was new then has come out sharing its numbers with the next ones (docs/decisions/0014).
   */
  snapshot(): HistogramSnapshot {
    return { count: this.count, sumMs: this.sumMs, maxMs: this.maxMs, buckets: this.#filled() };
  }

  #filled(): [number, number][] {
    const buckets: [number, number][] = [];
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      const count = this.#counts[bucket]!;
      if (count > 0) buckets.push([bucket, count]);
    }
    return buckets;
  }
}

function lowerEdge(bucket: number): number {
  words[HIGH] = (bucket + OFFSET) << SHIFT;
  words[1 - HIGH] = 0;
  return float[0]!;
}

export function bucketMiddle(bucket: number): number {
  return (lowerEdge(bucket) + lowerEdge(bucket + 1)) / 2;
}
