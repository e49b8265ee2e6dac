/** Whether paired differences could be chance: Student's paired test, and that most pairs agree. */
import { studentProbability, studentQuantile } from './student.ts';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface PairedTest {
  /** Two-sided: the chance of a mean at least this far from zero, either way, if nothing differed. */
  readonly pValue: number;
  /** Holds the mean difference with a probability of 95 %. */
  readonly interval: Interval;
  /** p at most 5 %, and at least two of three pairs that differ agree: a few pairs far off decide nothing. */
  readonly significant: boolean;
}

const ALPHA = 0.05;
/** Four of five would cost half of the power at twenty pairs, where a real change of the mean leaves many pairs behind. */
const AGREEING_SHARE = 2 / 3;

/**
 * The paired t-test (Student 1908) of differences of at least two pairs. It supposes that differences over seeds are
 * about normal. Tests without that assumption (signs, permutations) cannot reach 5 % with five pairs: two of their 32
 * outcomes are as extreme as the most extreme one, which is 6 %.
 */
export function pairedTest(differences: readonly number[]): PairedTest {
  const n = differences.length;
  const mean = differences.reduce((sum, x) => sum + x, 0) / n;
  const variance = differences.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1);
  const error = Math.sqrt(variance / n);
  const half = error === 0 ? 0 : studentQuantile(1 - ALPHA / 2, n - 1) * error;
  const pValue =
    error === 0 ? (mean === 0 ? 1 : 0) : 2 * (1 - studentProbability(Math.abs(mean) / error, n - 1));
  const differing = differences.filter((x) => x !== 0);
  const agreeing = differing.filter((x) => x > 0 === mean > 0).length;
  return {
    pValue,
    interval: { low: mean - half, high: mean + half },
    significant: pValue <= ALPHA && agreeing >= AGREEING_SHARE * differing.length,
  };
}
