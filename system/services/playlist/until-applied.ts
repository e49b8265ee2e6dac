/**
 * Edits that hold only for what they have read: who comes too late reads again, after a little while. So does whose edit
 * ended without a known outcome, as it may where several meet: the database has not heard enough of its replicas, and
 * what was proposed may come true yet. It must see what became of it before it tries again.
 */
import { MILLISECOND } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { WriteOutcome } from '../../ports/wide-column-store.ts';
import { hashOf } from '../hash.ts';
import type { TrackOrderDependencies } from './track-order.ts';

/** estimate: about one transaction; doubled with every refusal up to the longest, so that many editors come through. */
const FIRST_PAUSE_NS = 5 * MILLISECOND;
const LONGEST_PAUSE_NS = 80 * MILLISECOND;

/** What is known of the tries of an edit. */
export interface Tries {
  /** The error that leaves open whether one of them has come true. */
  unsure: PortError | null;
}

/**
 * Calls `tryOnce` until its result is not null; ends with the context. What is refused for certain while a try is open
 * may be refused because that one has come true: then its error is thrown.
 */
export async function untilApplied<T>(
  context: Context,
  { clock, random }: Pick<TrackOrderDependencies, 'clock' | 'random'>,
  playlistId: string,
  tryOnce: (context: Context, tries: Tries) => Promise<T | null>,
): Promise<T> {
  let pauseNs = FIRST_PAUSE_NS;
  const tries: Tries = { unsure: null };
  for (let attempt = 0; ; attempt++) {
    // Each attempt draws times of its own.
    const child = context.child({ attempt: context.attempt + attempt });
    try {
      const result = await tryOnce(child, tries);
      if (result !== null) return result;
    } catch (error) {
      throw tries.unsure !== null && error instanceof PortError && error.definite ? tries.unsure : error;
    } finally {
      child.close();
    }
    const share = random.uniform(hashOf(playlistId), context.request, attempt);
    await clock.sleep(context, Math.ceil(share * pauseNs));
    pauseNs = Math.min(2 * pauseNs, LONGEST_PAUSE_NS);
  }
}

/** Whether a conditional write was applied; null, and noted in `tries`: nobody knows. */
export async function isApplied(tries: Tries, written: Promise<WriteOutcome>): Promise<boolean | null> {
  try {
    return (await written).applied;
  } catch (error) {
    if (!(error instanceof PortError) || error.definite) throw error;
    tries.unsure = error;
    return null;
  }
}
