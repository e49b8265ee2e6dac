import type { Simulation } from './kernel/simulation.ts';

// Taken before the guard replaces them: the driver alone may use the host's queues.
const hostSetImmediate = setImmediate;
const hostQueueMicrotask = queueMicrotask;
const hostNextTick = process.nextTick.bind(process);

/**
 * Ways to let every continuation of settled promises run before time moves. All give the same result; a test holds
 * that. 'public' uses documented API only. 'tick' and 'checkpoint' empty the queues synchronously and are about twice as fast.
 */
export type Drain = 'public' | 'tick' | 'checkpoint';

export interface DriveOptions {
  readonly untilNs: number;
  readonly drain?: Drain;
  /** Polled every few thousand events: true ends the run early. */
  readonly shouldStop?: () => boolean;
}

/** Nothing is left to happen although calls are waiting for an answer: a lost wake-up, never a normal end. */
export class DeadlockError extends Error {
  constructor(unanswered: ReadonlyMap<string, number>, atNs: number) {
    const names = [...unanswered].map(([operation, count]) => `${operation} (${count})`).join(', ');
    super(
      `At ${atNs / 1e9} s of virtual time no event is left, but these calls still wait for an answer: ${names}.`,
    );
    this.name = 'DeadlockError';
  }
}

/** Runs a simulation to `untilNs`, services included. Resolves with the reason for the end. */
export function drive(simulation: Simulation, options: DriveOptions): Promise<'until' | 'empty' | 'stopped'> {
  const drainNow =
    options.drain === undefined || options.drain === 'public' ? null : synchronousDrain(options.drain);
  const shouldStop = options.shouldStop ?? null;
  return new Promise((resolve, reject) => {
    const step = () => {
      try {
        const pause = simulation.advance(options.untilNs, drainNow, shouldStop);
        if (pause === 'settled') {
          // nextTick callbacks run once the microtask queue is empty, however deep the continuations nest.
          hostQueueMicrotask(() => hostNextTick(step));
          return;
        }
        if (pause === 'empty') {
          const unanswered = simulation.unanswered();
          if (unanswered.size > 0) throw new DeadlockError(unanswered, simulation.nowNs);
        }
        resolve(pause);
      } catch (error) {
        reject(error);
      }
    };
    // From a macrotask: a top-level await would be part of the queue that is to be drained.
    hostSetImmediate(step);
  });
}

/** A function that runs all continuations at once; call it from a macrotask only. */
export function synchronousDrain(drain: 'tick' | 'checkpoint'): () => void {
  if (drain === 'tick') {
    const tick = (process as unknown as { _tickCallback?: () => void })._tickCallback;
    if (typeof tick !== 'function')
      throw new Error('This Node has no process._tickCallback: use --drain public.');
    return tick;
  }
  return performMicrotaskCheckpoint();
}

let checkpoint: (() => void) | undefined;

function performMicrotaskCheckpoint(): () => void {
  if (checkpoint === undefined) {
    // The native is only known to the parser while the flag is set, and V8 parses a function again after it has thrown
    // away the bytecode of one that rested: the flag stays on. 'public' is the documented way.
    process.getBuiltinModule('node:v8').setFlagsFromString('--allow-natives-syntax');
    checkpoint = new Function('%PerformMicrotaskCheckpoint();') as () => void;
  }
  return checkpoint;
}
