/** One figure of the benchmark: how it is obtained, and what is asked of it. */
export interface BenchMeasure {
  /** Key in the JSON: 'callbackEventsPerCpuSecond'. */
  readonly name: string;
  /** 'events/CPU-s', 'bytes', 'ns' */
  readonly unit: string;
  /** What was run, in words: a rate without its model means nothing. */
  readonly model: string;
  readonly better: 'higher' | 'lower';
  /** What the project asks for; null where it asks for nothing. */
  readonly target: number | null;
  /** What a reader of the figure should know of each sample so far, in words. */
  notes?(): readonly string[];
  /** Samples that are thrown away first; default 1. */
  readonly warmUps?: number;
  sample(): number | Promise<number>;
}

export interface BenchFigure {
  readonly name: string;
  /** Median of the samples. */
  readonly value: number;
  readonly samples: readonly number[];
  readonly unit: string;
  readonly model: string;
  readonly target: number | null;
  /** Null where there is no target. */
  readonly met: boolean | null;
  /** What a reader should know of each sample; left out where there is nothing to say. */
  readonly notes?: readonly string[];
}

/**
 * CPU seconds that `work` takes, user and system, of the whole process: collector and compiler threads included,
 * because they are part of the price. Wall time would depend on who else uses the machine.
 */
export async function cpuSeconds(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
