/**
 * Loads the file of a scenario of the user's in a thread of its own, which can be ended, before any other does: in the main
 * thread a loop without end at its top would hang for ever, and an end of the process or an await of what never comes
 * would leave with exit code 0, as if all were confirmed.
 */
import { Worker } from 'node:worker_threads';
import { ScenarioError } from './scenario.ts';

/** estimate: modules load within a second, and a file may compute its figures; each run loads it anew. */
const LOAD_MS = 30_000;

/**
 * Resolves when the module at the URL has loaded, or failed to: whoever loads it next meets the same mistake and tells it.
 * Throws `ScenarioError` when it never does.
 */
export async function loadOnceApart(module: string, limitMs = LOAD_MS): Promise<void> {
  const file = import.meta.url.endsWith('.ts') ? './first-load.worker.ts' : './first-load.worker.js';
  // What it writes is written by every other that loads it, too.
  const worker = new Worker(new URL(file, import.meta.url), {
    workerData: module,
    stdout: true,
    stderr: true,
  });
  let limit: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      const fail = (sentence: string) => reject(new ScenarioError(`${module} ${sentence}`));
      worker.once('message', () => resolve());
      worker.once('error', (error) => fail(`cannot be loaded: ${error.message}`));
      worker.once('exit', () =>
        fail('is never loaded: at its top it ends its thread, or waits for what never comes.'),
      );
      limit = setTimeout(
        () =>
          fail(
            `is not loaded after ${limitMs / 1_000} s. Is there a loop without end at its top, or an await of what comes late?`,
          ),
        limitMs,
      );
    });
  } finally {
    clearTimeout(limit);
    await worker.terminate();
  }
}
