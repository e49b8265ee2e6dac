/**
 * What a law is: a figure that theory fixes, and an experiment on the kernel that measures it. One experiment may
 * measure several laws; it runs once a seed.
 */

/** Figures of one run, by name. */
export type Figures = Readonly<Record<string, number>>;

export interface Experiment {
  readonly name: string;
  /**
   * `strain` is 1 in every real measurement. Another value makes one parameter of the model wrong by that factor
   * (service time, arrival rate, cache size; each experiment says which): tests use it to prove that each law's check
   * can fail.
   */
  run(seed: number, strain: number): Figures | Promise<Figures>;
}

export interface Law {
  /** 'M/M/4 at 0.8: mean wait' */
  readonly name: string;
  readonly experiment: Experiment;
  /** Which of the experiment's figures. */
  readonly figure: string;
  readonly expected: number;
  /** How far the measured mean may lie from `expected`, in `unit`. */
  readonly tolerance: number;
  /**
   * How far the model itself may lie from `expected`, because the law is a limit or an approximation (many queues,
   * Che's approximation, a finite run). Zero for exact laws.
   */
  readonly bias?: number;
  readonly unit: string;
  readonly source: string;
  /** A strain under which the law has to fail. */
  readonly wrong: number;
}

export type LawVerdict = 'pass' | 'fail';

export interface LawResult {
  readonly name: string;
  readonly expected: number;
  readonly measured: number;
  /** Confidence interval of the mean over seeds; see `judge.ts`. */
  readonly interval: readonly [lo: number, hi: number];
  readonly tolerance: number;
  /** That of the law: the interval may miss `expected` by as much. 0: the law is exact. */
  readonly bias: number;
  readonly unit: string;
  readonly source: string;
  readonly verdict: LawVerdict;
  /** What a failed law failed by; null when it passed. */
  readonly reason: string | null;
}
