/** What the tests of this folder share: a real simulation, and a port call that takes time and may fail. */
import type { Context } from '../ports/context.ts';
import { type ErrorKind, PortError } from '../ports/errors.ts';
import { drive } from '../runtime/drive.ts';
import { CallContext, MILLISECOND, ProcessLife, Simulation, type untraced } from '../runtime/kernel/index.ts';

export function createBench() {
  const simulation = new Simulation({ seed: 1 });
  const life = new ProcessLife('caller');
  const bench = {
    simulation,
    life,
    /** Calls that an engine would still be working on. */
    inService: 0,
    context(request = 0, trace?: typeof untraced, deadlineNs?: number): CallContext {
      return new CallContext(request, life, trace, deadlineNs);
    },
    /** A call to an engine that answers after `ms`: with `value`, or with an error of a kind. */
    async call<T>(context: Context, ms: number, value: T): Promise<T> {
      bench.inService++;
      const call = simulation.open<T>(context, 'engine');
      const timer = simulation.after(ms * MILLISECOND, () => {
        bench.inService--;
        call.resolve(value);
      });
      const stop = () => {
        simulation.cancel(timer);
        bench.inService--;
      };
      if (call.settled) stop();
      else call.onCancel = stop;
      return call.promise;
    },
    async fail(context: Context, ms: number, kind: ErrorKind, definite = true, retryAfterMs?: number) {
      await bench.call(context, ms, null);
      throw new PortError(kind, 'engine', definite, '', retryAfterMs);
    },
    /** Resolves with 'ok:value' or 'kind' and the millisecond at which it did. */
    async outcome(promise: Promise<unknown>): Promise<string> {
      const text = await promise.then(
        (value) => `ok:${value}`,
        (error) => (error instanceof PortError ? error.kind : String(error)),
      );
      return `${text}@${simulation.nowNs / MILLISECOND}`;
    },
    run(untilMs = 10_000_000) {
      return drive(simulation, { untilNs: untilMs * MILLISECOND });
    },
    at(ms: number, action: () => void) {
      simulation.schedule(ms * MILLISECOND, simulation.registerEntry(action));
    },
  };
  return bench;
}
