import { forEachBounded } from '../../consume.ts';

/**
 * Does `work` for every item, at most `limit` at a time, and resolves when all of it is over: rejects with the first
 * failure, but not while something still works on what the caller is about to do again.
 */
export async function settleAll<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<unknown>,
  limit = items.length,
): Promise<void> {
  let failed = false;
  let failure: unknown;
  await forEachBounded(items, limit, async (item) => {
    try {
      await work(item);
    } catch (error) {
      if (!failed) failure = error;
      failed = true;
    }
  });
  if (failed) throw failure;
}
