import type { Clock, Timer } from '../ports/clock.ts';
import type { ChildContext, Context } from '../ports/context.ts';
import { PortError } from '../ports/errors.ts';

/**
 * Gives `work` at most `timeoutNs`, and less where the caller's own deadline comes first: a deadline is narrowed, never
 * extended. On expiry the context handed to `work` is cancelled with `deadline-exceeded`, so that the call it waits for
 * rejects and engines stop; whatever `work` awaits has to be given that context.
 * Nearly every request passes here: one timer (equal delays share a lane of the clock), one child, one promise. Rejects with
 * `deadline-exceeded`, which is `definite` only if the deadline had passed before `work` began.
 *
 * @param timeoutNs nanoseconds; use a constant, so that timers of one length queue cheaply
 * @param told what the caller is told in place of an error, its own expiry too
 */
export function withTimeout<T>(
  clock: Clock,
  context: Context,
  timeoutNs: number,
  operation: string,
  work: (context: Context) => Promise<T>,
  told: Told = asItIs,
): Promise<T> {
  if (context.cancelled !== null) return Promise.reject(told(operation, context.cancelled));
  const nowNs = clock.now();
  const leftNs = context.deadlineNs - nowNs;
  if (leftNs <= 0)
    return Promise.reject(told(operation, new PortError('deadline-exceeded', operation, true)));
  const delayNs = leftNs < timeoutNs ? leftNs : timeoutNs;
  const child = context.child({ deadlineNs: nowNs + delayNs });
  const limit = spare.pop() ?? new Limit();
  limit.begin(clock, child, delayNs, operation, told);
  let working: Promise<T>;
  try {
    working = work(child);
  } catch (error) {
    return Promise.reject(limit.end(error));
  }
  return working.then(limit.onAnswer as (answer: T) => T, limit.onError);
}

type Told = (operation: string, error: unknown) => unknown;

const asItIs: Told = (_operation, error) => error;

/** Those that no work is under. */
const spare: Limit[] = [];

/** Work under way and its timer. It keeps its callbacks, and is used again once the work has ended. */
class Limit {
  #clock: Clock | null = null;
  #child: ChildContext | null = null;
  #timer: Timer = -1;
  #operation = '';
  #told: Told = asItIs;
  readonly onAnswer: (answer: unknown) => unknown;
  readonly onError: (error: unknown) => never;
  readonly #onExpiry: () => void;

  constructor() {
    this.onAnswer = (answer) => {
      this.end(null);
      return answer;
    };
    this.onError = (error) => {
      throw this.end(error);
    };
    this.#onExpiry = () => this.#child!.cancel(new PortError('deadline-exceeded', this.#operation, false));
  }

  begin(clock: Clock, child: ChildContext, delayNs: number, operation: string, told: Told): void {
    this.#clock = clock;
    this.#child = child;
    this.#operation = operation;
    this.#told = told;
    this.#timer = clock.after(delayNs, this.#onExpiry);
  }

  /** Returns what the caller is told of an error. */
  end(error: unknown): unknown {
    const told = error === null ? null : this.#told(this.#operation, error);
    this.#clock!.cancel(this.#timer);
    this.#child!.close();
    this.#clock = null;
    this.#child = null;
    spare.push(this);
    return told;
  }
}
