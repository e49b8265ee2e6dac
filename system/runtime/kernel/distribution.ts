/**
 * Service times and latencies as quantile tables: one table look-up and one multiplication a draw, whatever the law.
 * The tail is cut at 1 − 1/8192; theory tests that need exact laws use `KeyedRandom.exponential` instead.
 */
const SIZE = 4096;

export class Distribution {
  readonly #table: Float64Array;
  readonly mean: number;

  /** `size`: equally likely values to tell apart. */
  constructor(quantile: (u: number) => number, size = SIZE) {
    this.#table = new Float64Array(size);
    let sum = 0;
    for (let i = 0; i < size; i++) {
      this.#table[i] = quantile((i + 0.5) / size);
      sum += this.#table[i]!;
    }
    this.mean = sum / size;
  }

  /** The value at `u` in (0, 1), in the table's unit. */
  at(u: number): number {
    return this.#table[(u * this.#table.length) | 0]!;
  }
}

export function constant(value: number): Distribution {
  return new Distribution(() => value, 1);
}

export function exponential(mean: number): Distribution {
  return new Distribution((u) => -Math.log(1 - u) * mean);
}

/** By its median and its 99th percentile: how latencies are usually published. */
export function lognormal(median: number, p99: number): Distribution {
  const sigma = Math.log(p99 / median) / 2.3263478740408408; // z(0.99)
  // The table's quantiles are the same for every one of them.
  normals ??= Float64Array.from({ length: SIZE }, (_, i) => normalQuantile((i + 0.5) / SIZE));
  const table = normals;
  return new Distribution((u) => median * Math.exp(sigma * table[(u * SIZE) | 0]!));
}

let normals: Float64Array | undefined;

/** Acklam's rational approximation, relative error below 1.15e-9. */
export function normalQuantile(p: number): number {
  const a = [
    -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
    2.506628277459239,
  ];
  const b = [
    -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572,
  ];
  const c = [
    -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783,
  ];
  const d = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416];
  const polynomial = (k: readonly number[], x: number) => k.reduce((sum, value) => sum * x + value, 0);
  const low = 0.02425;
  if (p < low) {
    const q = Math.sqrt(-2 * Math.log(p));
    return polynomial(c, q) / (polynomial(d, q) * q + 1);
  }
  if (p > 1 - low) return -normalQuantile(1 - p);
  const q = p - 0.5;
  const r = q * q;
  return (polynomial(a, r) * q) / (polynomial(b, r) * r + 1);
}
