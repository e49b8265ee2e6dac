import type { Clock } from '../ports/clock.ts';
import type { Context } from '../ports/context.ts';
import { PortError } from '../ports/errors.ts';

/**
 * Gives `work` at most `timeoutNs`, and less where the caller's own deadline comes first: a deadline is narrowed, never
 * extended. On expiry the context handed to `work` is cancelled with `deadline-exceeded`, so that the call it waits for
 * rejects and engines stop; whatever `work` awaits has to be given that context.
 * Nearly every request passes here: one timer (equal delays share a lane of the clock), one child, one promise.
 *
 * @param timeoutNs nanoseconds; use a constant, so that timers of one length queue cheaply
 * @param told what the caller is told in place of an error, its own expiry too
 * @throws PortError `deadline-exceeded`: `definite` only if the deadline had passed before `work` began
 */
export async function withTimeout<T>(
  clock: Clock,
  context: Context,
  timeoutNs: number,
  operation: string,
  work: (context: Context) => Promise<T>,
  told: (operation: string, error: unknown) => unknown = asItIs,
): Promise<T> {
  if (context.cancelled !== null) throw told(operation, context.cancelled);
  const nowNs = clock.now();
  const leftNs = context.deadlineNs - nowNs;
  if (leftNs <= 0) throw told(operation, new PortError('deadline-exceeded', operation, true));
  const delayNs = leftNs < timeoutNs ? leftNs : timeoutNs;
  const child = context.child({ deadlineNs: nowNs + delayNs });
  const timer = clock.after(delayNs, () =>
    child.cancel(new PortError('deadline-exceeded', operation, false)),
  );
  try {
    return await work(child);
  } catch (error) {
    throw told(operation, error);
  } finally {
    clock.cancel(timer);
    child.close();
  }
}

const asItIs = (_operation: string, error: unknown) => error;
