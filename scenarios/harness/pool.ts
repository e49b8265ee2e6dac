/** Worker threads that run tasks in order. Which worker takes which task changes nothing in any result. */
import { Worker } from 'node:worker_threads';
import type { Drain } from '../../system/runtime/drive.ts';
import { ScenarioError } from './scenario.ts';
import type { Answer, Finished, Task, WorkerData } from './worker.ts';

export interface PoolOptions {
  readonly workers: number;
  readonly drain: Drain;
  readonly plays: unknown;
  readonly signal: AbortSignal;
  readonly onStarted: (task: Task) => void;
  /** What it throws ends all, as a task that fails does. */
  readonly onFinished: (finished: Finished) => void;
}

/** Megabytes for short-lived objects: most promises and contexts die young, and a larger nursery copies fewer of them. */
const YOUNG_GENERATION_MB = 48;

/** A stopped run answers within a few thousand events. One that does not is stuck in a single event and is ended. */
const STOP_GRACE_MS = 5_000;

/** Runs every task; after an abort it stops the running ones and resolves with what was finished. */
export async function runTasks(tasks: readonly Task[], options: PoolOptions): Promise<void> {
  const stop = new SharedArrayBuffer(4);
  const onAbort = () => Atomics.store(new Int32Array(stop), 0, 1);
  options.signal.addEventListener('abort', onAbort);
  if (options.signal.aborted) onAbort();
  const data: WorkerData = { stop, drain: options.drain, plays: options.plays };
  const queue = tasks.slice();
  let hasFailed = false;
  const told: PoolOptions = {
    ...options,
    // What others had done of their runs when one failed is no result.
    onFinished: (finished) => {
      if (!hasFailed) options.onFinished(finished);
    },
  };
  const threads = Array.from({ length: Math.min(options.workers, tasks.length) }, () =>
    runThread(queue, data, told).catch((error: unknown) => {
      hasFailed = true;
      onAbort();
      throw error;
    }),
  );
  try {
    await Promise.all(threads);
  } catch (error) {
    await Promise.allSettled(threads);
    throw error;
  } finally {
    options.signal.removeEventListener('abort', onAbort);
  }
}

function runThread(queue: Task[], data: WorkerData, options: PoolOptions): Promise<void> {
  const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js';
  const worker = new Worker(new URL(file, import.meta.url), {
    workerData: data,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  });
  let grace: NodeJS.Timeout | undefined;
  let end = () => {};
  const onAbort = () => {
    grace = setTimeout(() => end(), STOP_GRACE_MS);
  };
  const running = new Promise<void>((resolve, reject) => {
    end = () => {
      void worker.terminate().then(() => resolve());
    };
    const next = () => {
      const task = options.signal.aborted ? undefined : queue.shift();
      if (task === undefined) {
        end();
        return;
      }
      options.onStarted(task);
      worker.postMessage(task);
    };
    const fail = (error: unknown) => {
      queue.length = 0;
      void worker.terminate();
      reject(error);
    };
    worker.on('message', (answer: Answer) => {
      if ('failed' in answer) {
        const { message, stack, scenario } = answer.failed;
        const error = scenario ? new ScenarioError(message) : new Error(message);
        fail(Object.assign(error, { stack }));
        return;
      }
      try {
        options.onFinished(answer.ok);
        next();
      } catch (error) {
        fail(error);
      }
    });
    worker.on('error', fail);
    options.signal.addEventListener('abort', onAbort);
    next();
  });
  return running.finally(() => {
    clearTimeout(grace);
    options.signal.removeEventListener('abort', onAbort);
  });
}
