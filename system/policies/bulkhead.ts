import type { Clock } from '../ports/clock.ts';
import type { Context } from '../ports/context.ts';
import { PortError } from '../ports/errors.ts';
import { Waiter } from './waiter.ts';

/**
 * Keeps one slow callee from taking everything its callers have: at most `maxConcurrent` calls at once, at most
 * `maxQueue` that wait their turn (first come, first served), the rest refused. A caller that gives up leaves the queue.
 */
export interface BulkheadDependencies {
  readonly clock: Clock;
  /** Named in the error: 'catalogue'. */
  readonly operation: string;
  readonly maxConcurrent: number;
  readonly maxQueue: number;
}

export interface Bulkhead {
  /** Rejects with `overloaded` (definite) when calls and queue are full. */
  run<T>(context: Context, work: (context: Context) => Promise<T>): Promise<T>;
  readonly running: number;
  readonly waiting: number;
}

export function createBulkhead(dependencies: BulkheadDependencies): Bulkhead {
  const { clock, operation, maxConcurrent, maxQueue } = dependencies;
  /** In order of arrival: a Set keeps it and takes out the one that gave up in constant time. */
  const queue = new Set<Waiter>();
  let running = 0;

  const turn = async (context: Context): Promise<void> => {
    if (queue.size >= maxQueue) throw new PortError('overloaded', operation, true, 'bulkhead full');
    const waiter = new Waiter(clock, context);
    queue.add(waiter);
    try {
      if (!(await waiter.wait())) throw new PortError('deadline-exceeded', operation, true);
    } finally {
      queue.delete(waiter);
    }
  };

  /** The place goes straight to the next in the queue, so that a newcomer cannot slip in between. */
  const leave = () => {
    for (const next of queue) {
      queue.delete(next);
      if (next.wake()) return;
    }
    running--;
  };

  return {
    async run(context, work) {
      if (context.cancelled !== null) throw context.cancelled;
      if (running < maxConcurrent) running++;
      else await turn(context);
      try {
        return await work(context);
      } finally {
        leave();
      }
    },
    get running() {
      return running;
    },
    get waiting() {
      return queue.size;
    },
  };
}
