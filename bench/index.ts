/**
 * What the kernel costs on this machine, in CPU time: each figure after a warm-up, as the median of several samples, with
 * the model that was run. `rehearse bench` prints it; figures of the whole system (plays) come in through `extra`.
 */
import { callbackMeasures } from './callbacks.ts';
import { type BenchFigure, type BenchMeasure, median } from './measure.ts';
import { serviceMeasures } from './services.ts';

export type { BenchFigure, BenchMeasure } from './measure.ts';

export interface BenchOptions {
  /** Samples of each measure after the warm-up; default 5. */
  readonly samples?: number;
  /** Measures beyond those of the kernel. */
  readonly extra?: readonly BenchMeasure[];
  readonly filter?: (measure: BenchMeasure) => boolean;
}

export interface BenchProgress {
  readonly done: number;
  readonly total: number;
  readonly running: string;
}

export const kernelMeasures: readonly BenchMeasure[] = [...callbackMeasures, ...serviceMeasures];

export async function runBench(
  options: BenchOptions = {},
  onProgress?: (progress: BenchProgress) => void,
): Promise<BenchFigure[]> {
  const { samples: count = 5, extra = [], filter = () => true } = options;
  const measures = [...kernelMeasures, ...extra].filter(filter);
  const figures: BenchFigure[] = [];
  for (const [done, measure] of measures.entries()) {
    onProgress?.({ done, total: measures.length, running: measure.name });
    for (let i = 0; i < (measure.warmUps ?? 1); i++) await measure.sample();
    const samples: number[] = [];
    while (samples.length < count) samples.push(await measure.sample());
    const { name, unit, model, target } = measure;
    const value = median(samples);
    // The warm-up's are thrown away with its sample.
    const notes = measure.notes?.().slice(-count);
    figures.push({
      name,
      value,
      samples,
      unit,
      model,
      target,
      met: isMet(measure, value),
      ...(notes === undefined ? {} : { notes }),
    });
  }
  onProgress?.({ done: measures.length, total: measures.length, running: '' });
  return figures;
}

function isMet({ target, better }: BenchMeasure, value: number): boolean | null {
  if (target === null) return null;
  return better === 'higher' ? value >= target : value <= target;
}
