/**
 * The laws that the kernel has to obey, and their measurement. `rehearse validate` prints them; the tests run them with
 * fewer seeds. Everything is measured through the kernel's public interface and the policies that services use.
 */
import { choiceLaws } from './choices.ts';
import { fanOutLaws } from './fan-out.ts';
import { judge } from './judge.ts';
import type { Experiment, Law, LawResult } from './law.ts';
import { lruLaws } from './lru.ts';
import { metastableLaws } from './metastable.ts';
import { queueingLaws } from './queueing.ts';
import { retryLaws } from './retries.ts';
import { throttlingLaws } from './throttling.ts';

export type { Experiment, Law, LawResult, LawVerdict } from './law.ts';

export const laws: readonly Law[] = [
  ...queueingLaws,
  ...fanOutLaws,
  ...choiceLaws,
  ...lruLaws,
  ...retryLaws,
  ...throttlingLaws,
  ...metastableLaws,
];

/**
 * Many short runs: at equal cost, 16 of them give an interval a quarter narrower than eight of twice the length
 * (Student's t).
 */
export const DEFAULT_SEEDS: readonly number[] = Array.from({ length: 16 }, (_, i) => i + 1);

export interface LawProgress {
  /** Experiments that are finished. */
  readonly done: number;
  readonly total: number;
  readonly running: string;
}

export interface RunLawsOptions {
  readonly seeds: readonly number[];
  readonly filter?: (law: Law) => boolean;
  readonly onProgress?: (progress: LawProgress) => void;
  /** Strain on each experiment, for tests of the checks; see `Experiment`. Default: 1, none. */
  readonly strainOf?: (law: Law) => number;
}

/** Measures the laws, each experiment once a seed (and once a strain), and judges them. In the order of `laws`. */
export async function runLaws(options: RunLawsOptions): Promise<LawResult[]> {
  const { seeds, filter = () => true, onProgress, strainOf = () => 1 } = options;
  const wanted = laws.filter(filter);
  const experiments = new Map<Experiment, Map<number, Law[]>>();
  for (const law of wanted) {
    const byStrain = experiments.get(law.experiment) ?? new Map<number, Law[]>();
    experiments.set(law.experiment, byStrain);
    byStrain.set(strainOf(law), [...(byStrain.get(strainOf(law)) ?? []), law]);
  }
  const results = new Map<Law, LawResult>();
  // Failed calls are outcomes here, by the hundred thousand: their stack traces took half of the time of some laws.
  const stackTraceLimit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    await measure(experiments, seeds, onProgress, results);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
  return wanted.map((law) => results.get(law)!);
}

async function measure(
  experiments: ReadonlyMap<Experiment, ReadonlyMap<number, readonly Law[]>>,
  seeds: readonly number[],
  onProgress: RunLawsOptions['onProgress'],
  results: Map<Law, LawResult>,
): Promise<void> {
  let done = 0;
  for (const [experiment, byStrain] of experiments) {
    onProgress?.({ done, total: experiments.size, running: experiment.name });
    for (const [strain, measured] of byStrain) {
      const samples = measured.map((): number[] => []);
      for (const seed of seeds) {
        const figures = await experiment.run(seed, strain);
        measured.forEach((law, i) => {
          samples[i]!.push(figures[law.figure] ?? Number.NaN);
        });
      }
      measured.forEach((law, i) => {
        results.set(law, judge(law, samples[i]!));
      });
    }
    done++;
  }
  onProgress?.({ done, total: experiments.size, running: '' });
}
