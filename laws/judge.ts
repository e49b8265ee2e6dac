/**
 * When a law passes. Three conditions, because each alone can be met by a measurement that shows nothing:
 *
 * 1. the measured mean is within the tolerance of the law's value: the kernel is accurate enough to be of use;
 * 2. the interval, widened by the stated bias, holds the law's value: what is left is chance and the known limits of the
 *    law, not a small error that the tolerance would hide;
 * 3. the interval stays within twice the tolerance of the law's value: a measurement so noisy that its mean could be
 *    anything does not pass by luck.
 *
 * The interval holds the true mean with a probability of 99.9 %: some seventy laws are judged together, and at 95 % three
 * or four of them would fail in every run of a faultless kernel; so it is one run in fifteen, and for given seeds always
 * the same.
 */
import type { Law, LawResult } from './law.ts';
import { estimate } from './statistics.ts';

export const CONFIDENCE = 0.999;

/** Judges a law by its figure at each seed. */
export function judge(law: Law, samples: readonly number[]): LawResult {
  const { mean, lo, hi } = estimate(samples, CONFIDENCE);
  const reason = reasonToFail(law, mean, lo, hi);
  const { name, expected, tolerance, bias = 0, unit, source } = law;
  const verdict = reason === null ? 'pass' : 'fail';
  return {
    name,
    expected,
    measured: mean,
    interval: [lo, hi],
    tolerance,
    bias,
    unit,
    source,
    verdict,
    reason,
  };
}

function reasonToFail(law: Law, mean: number, lo: number, hi: number): string | null {
  const { expected, tolerance } = law;
  if (!Number.isFinite(mean)) return 'nothing was measured';
  if (!(Math.abs(mean - expected) <= tolerance)) return 'the mean is outside the tolerance';
  // Sums of a few thousand doubles are exact to about 1e-12 of their size.
  const slack = (law.bias ?? 0) + 1e-9 * Math.abs(expected);
  if (expected < lo - slack || expected > hi + slack) return 'the interval does not hold the expected value';
  if (expected - lo > 2 * tolerance || hi - expected > 2 * tolerance)
    return 'the interval is too wide to tell: run longer or with more seeds';
  return null;
}
