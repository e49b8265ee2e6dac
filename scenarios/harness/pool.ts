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
  /** For how long a worker may do nothing; default: two minutes. */
  readonly stuckMs?: number;
  readonly onStarted: (task: Task) => void;
  /** What it throws ends all, as a task that fails does. */
  readonly onFinished: (finished: Finished) => void;
}

/**
 * Of a thread with runs. 96 megabytes for short-lived objects: most promises and contexts die young, and a larger nursery
 * copies fewer of them.
 */
export const RUN_LIMITS = { maxYoungGenerationSizeMb: 96 } as const;

/** A stopped run answers within a few thousand events. One that does not is stuck in a single event and is ended. */
const STOP_GRACE_MS = 5_000;

/**
 * A worker in which nothing happens for so long is in a loop without end: in what a scenario measures or says, or at the
 * top of its file. Events are a few milliseconds apart, and what is done before and after them takes seconds.
 */
const STUCK_MS = 120_000;

/** Runs every task; after an abort it stops the running ones and resolves with what was finished. */
export async function runTasks(tasks: readonly Task[], options: PoolOptions): Promise<void> {
  const stop = new SharedArrayBuffer(4);
  const onAbort = () => Atomics.store(new Int32Array(stop), 0, 1);
  options.signal.addEventListener('abort', onAbort);
  if (options.signal.aborted) onAbort();
  const data = { stop, drain: options.drain, plays: options.plays };
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

function runThread(queue: Task[], data: Omit<WorkerData, 'beats'>, options: PoolOptions): Promise<void> {
  const beats = new SharedArrayBuffer(4);
  const { stuckMs = STUCK_MS } = options;
  const file = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js';
  const worker = new Worker(new URL(file, import.meta.url), {
    workerData: { ...data, beats } satisfies WorkerData,
    resourceLimits: RUN_LIMITS,
  });
  let grace: NodeJS.Timeout | undefined;
  let watch: NodeJS.Timeout | undefined;
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
      clearInterval(watch);
      watch = whenStuck(beats, stuckMs, () => fail(stuckError(task, stuckMs)));
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
    clearInterval(watch);
    options.signal.removeEventListener('abort', onAbort);
  });
}

/** Calls `tell` once no event has happened in the worker for so long. */
function whenStuck(beats: SharedArrayBuffer, stuckMs: number, tell: () => void): NodeJS.Timeout {
  const beat = new Int32Array(beats);
  let before = Atomics.load(beat, 0);
  const looks = 4;
  let still = 0;
  return setInterval(() => {
    const now = Atomics.load(beat, 0);
    still = now === before ? still + 1 : 0;
    before = now;
    if (still === looks) tell();
  }, stuckMs / looks);
}

const stuckError = ({ scenario, case: testCase, arm, seed }: Task, stuckMs: number) =>
  new ScenarioError(
    `${scenario} / ${testCase} / ${arm} at seed ${seed}: nothing happened for ${stuckMs / 1_000} s. A loop without end, in what the scenario measures or says, or at the top of its file?`,
  );
