/** Takes samples where `rehearse run` has its runs: in a thread with their share of memory for what dies young. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { RUN_LIMITS } from '../scenarios/harness/pool.ts';
import type { BenchMeasure } from './measure.ts';

const FILE = import.meta.url.endsWith('.ts') ? './runs.worker.ts' : './runs.worker.js';

/** What a sample came to, or what ended it. */
export type SampleAnswer = { readonly value: number } | { readonly failed: string };

/** The same measures, all of them sampled in one thread, which knows them by name: `runs.worker.ts`. */
export function inThread(measures: readonly BenchMeasure[]): BenchMeasure[] {
  let started: Worker | undefined;
  const sample = async (name: string) => {
    started ??= new Worker(new URL(FILE, import.meta.url), { resourceLimits: RUN_LIMITS });
    const worker = started;
    worker.ref();
    worker.postMessage(name);
    const [answer] = (await once(worker, 'message')) as [SampleAnswer];
    // Between samples it keeps nobody from leaving.
    worker.unref();
    if ('failed' in answer) throw new Error(`${name}: ${answer.failed}`);
    return answer.value;
  };
  return measures.map((measure) => ({ ...measure, sample: () => sample(measure.name) }));
}
