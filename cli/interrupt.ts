/** Ctrl-C: the first stops the work and keeps what is finished, the second ends the process at once. */
import { EXIT } from './errors.ts';

/**
 * One press may arrive twice: from the terminal, and passed on by npm or by the launcher. Whoever means it presses
 * again later than this.
 */
const SAME_PRESS_MS = 400;

export interface Interrupt {
  readonly signal: AbortSignal;
  /** Gives the signals back. */
  release(): void;
}

export function onInterrupt(tell: (sentence: string) => void): Interrupt {
  const controller = new AbortController();
  let firstMs = 0;
  const stop = () => {
    const nowMs = performance.now();
    if (!controller.signal.aborted) {
      firstMs = nowMs;
      controller.abort();
      tell('Stopping: what is finished will be written. Press Ctrl-C again to end at once.');
      return;
    }
    if (nowMs - firstMs > SAME_PRESS_MS) process.exit(EXIT.interrupted);
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.on(signal, stop);
  return {
    signal: controller.signal,
    release() {
      for (const signal of signals) process.off(signal, stop);
    },
  };
}
