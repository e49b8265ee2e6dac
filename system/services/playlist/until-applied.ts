/** Edits that hold only for what they have read: who comes too late reads again, after a little while. */
import { MILLISECOND } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import { hashOf } from '../hash.ts';
import type { TrackOrderDependencies } from './track-order.ts';

/** estimate: about one transaction; doubled with every refusal up to the longest, so that many editors come through. */
const FIRST_PAUSE_NS = 5 * MILLISECOND;
const LONGEST_PAUSE_NS = 80 * MILLISECOND;

/** Calls `tryOnce` until it is not refused, which is null; ends with the context. */
export async function untilApplied<T>(
  context: Context,
  { clock, random }: Pick<TrackOrderDependencies, 'clock' | 'random'>,
  playlistId: string,
  tryOnce: (context: Context) => Promise<T | null>,
): Promise<T> {
  let pauseNs = FIRST_PAUSE_NS;
  for (let attempt = 0; ; attempt++) {
    // Each attempt draws times of its own.
    const child = context.child({ attempt: context.attempt + attempt });
    try {
      const applied = await tryOnce(child);
      if (applied !== null) return applied;
    } finally {
      child.close();
    }
    const share = random.uniform(hashOf(playlistId), context.request, attempt);
    await clock.sleep(context, Math.ceil(share * pauseNs));
    pauseNs = Math.min(2 * pauseNs, LONGEST_PAUSE_NS);
  }
}
