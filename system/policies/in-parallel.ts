import type { Context } from '../ports/context.ts';
import { branchOf, RecordingTrace } from './branch.ts';

/** Draws of the branches must differ; retries of one branch count up from its own number, below the next one's. */
const ATTEMPTS_PER_BRANCH = 16;

/**
 * Does `work` for every item at the same time; the answers come in the order of the items. The first failure is the
 * answer and cancels the rest. The request is booked the time of the branch that ended last (or failed): the sum over
 * all would be more than the request took.
 */
export async function inParallel<Item, T>(
  context: Context,
  items: readonly Item[],
  work: (context: Context, item: Item) => Promise<T>,
): Promise<T[]> {
  if (context.cancelled !== null) throw context.cancelled;
  let deciding: RecordingTrace | null = null;
  const branches = items.map((item, i) => {
    const trace = new RecordingTrace(context.trace);
    const branch = branchOf(context, trace, context.attempt + i * ATTEMPTS_PER_BRANCH);
    const run = async () => {
      try {
        return await work(branch, item);
      } finally {
        // What is cancelled after the first failure ends later, when its time has been booked.
        deciding = trace;
        branch.close();
      }
    };
    return { branch, answer: run() };
  });
  try {
    return await Promise.all(branches.map(({ answer }) => answer));
  } catch (error) {
    const reason = error instanceof Error ? error : new Error(String(error));
    for (const { branch } of branches) branch.cancel(reason);
    throw error;
  } finally {
    (deciding as RecordingTrace | null)?.replay(context.trace);
  }
}
