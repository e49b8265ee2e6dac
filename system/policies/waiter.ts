import type { Clock } from '../ports/clock.ts';
import type { ChildContext, Context } from '../ports/context.ts';
import { PortError } from '../ports/errors.ts';

/** What a woken waiter's sleep is rejected with; compared by identity and never shown. */
const WOKEN = new PortError('cancelled', 'waiter', true, 'woken');

/**
 * The clock sleeps for a length; a waiter sleeps again until it is woken or out of time. One second: a wait is usually
 * over long before, and the clock keeps a cancelled timer no longer than that.
 */
const SLICE_NS = 1_000_000_000;

/**
 * Somebody who waits to be woken by another caller of the same policy, on nothing but the ports: it sleeps in a context
 * of its own, and waking it cancels that context. So it ends when its caller cancels or its deadline passes, and it
 * never ends after its process has crashed.
 */
export class Waiter {
  readonly #context: ChildContext;
  readonly #clock: Clock;

  constructor(clock: Clock, caller: Context) {
    this.#clock = clock;
    this.#context = caller.child();
  }

  /** Resolves true when woken, false when the deadline passed; rejects with the caller's reason when it cancels. */
  async wait(): Promise<boolean> {
    const context = this.#context;
    const clock = this.#clock;
    try {
      for (;;) {
        const leftNs = context.deadlineNs - clock.now();
        // Woken in the very moment in which its time is up: somebody counts on it.
        if (leftNs <= 0) return context.cancelled === WOKEN;
        await clock.sleep(context, leftNs < SLICE_NS ? leftNs : SLICE_NS);
      }
    } catch (error) {
      if (error !== WOKEN) throw error;
      return true;
    } finally {
      context.close();
    }
  }

  /** False where its caller has cancelled already: then it wakes to leave, and what it was woken for goes to another. */
  wake(): boolean {
    if (this.#context.cancelled !== null) return false;
    this.#context.cancel(WOKEN);
    return true;
  }
}
