import type { Clock } from '../ports/clock.ts';
import type { ChildContext, Context, Hop } from '../ports/context.ts';
import { PortError } from '../ports/errors.ts';
import { branchOf, RecordingTrace } from './branch.ts';
import type { AttemptBudget } from './budget.ts';

/**
 * A second attempt when the first takes long; the first answer wins and the other attempt is cancelled (Dean & Barroso,
 * "The Tail at Scale", 2013). Only for work that may be done twice. A budget keeps it from doubling the load when
 * everything is slow. A first attempt that fails before the delay is not hedged: that is a retry's business.
 */
export interface HedgeDependencies {
  readonly clock: Clock;
  /** When the second attempt starts; the paper's advice is the 95th percentile of the latency, for 5 % more requests. */
  readonly delayNs: number;
  readonly budget: AttemptBudget;
  /** Where the wait before a winning second attempt is booked. */
  readonly hop?: Hop;
}

export interface Hedge {
  /** Rejects with the first attempt's error when every attempt fails, with the caller's reason when it cancels. */
  run<T>(context: Context, work: (context: Context) => Promise<T>): Promise<T>;
  /** Second attempts since the start, and how many of them won. */
  readonly hedged: number;
  readonly won: number;
}

/** Nobody waits for the loser: one error serves them all. */
const LOST = new PortError('cancelled', 'hedge', false, 'the other attempt was faster');

export function createHedge(dependencies: HedgeDependencies): Hedge {
  const { clock, delayNs, budget, hop } = dependencies;
  const totals = { hedged: 0, won: 0 };

  const race = <T>(context: Context, work: (context: Context) => Promise<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const firstTrace = new RecordingTrace(context.trace);
      const first = branchOf(context, firstTrace, context.attempt * 2);
      let second: ChildContext | null = null;
      let running = 1;
      let firstError: unknown;
      const win = (value: T, trace: RecordingTrace, isSecond: boolean) => {
        if (running === 0) return;
        running = 0;
        clock.cancel(timer);
        if (isSecond) totals.won++;
        if (isSecond && hop !== undefined) context.trace.add(hop, delayNs);
        trace.replay(context.trace);
        (isSecond ? second! : first).close();
        (isSecond ? first : second)?.cancel(LOST);
        resolve(value);
      };
      const lose = (error: unknown, isSecond: boolean) => {
        if (running === 0) return;
        if (!isSecond) firstError = error;
        (isSecond ? second! : first).close();
        if (--running > 0) return;
        clock.cancel(timer);
        firstTrace.replay(context.trace);
        reject(firstError ?? error);
      };
      const timer = clock.after(delayNs, () => {
        if (running !== 1 || context.cancelled !== null || !context.incarnation.alive) return;
        if (!budget.withdraw()) return;
        totals.hedged++;
        running++;
        const trace = new RecordingTrace(context.trace);
        second = branchOf(context, trace, context.attempt * 2 + 1);
        work(second).then(
          (value) => win(value, trace, true),
          (error) => lose(error, true),
        );
      });
      work(first).then(
        (value) => win(value, firstTrace, false),
        (error) => lose(error, false),
      );
    });

  return {
    run(context, work) {
      budget.deposit();
      return race(context, work);
    },
    get hedged() {
      return totals.hedged;
    },
    get won() {
      return totals.won;
    },
  };
}
