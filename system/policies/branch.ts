import type { ChildContext, Context, Hop, Trace } from '../ports/context.ts';
import { CallContext } from '../runtime/kernel/context.ts';

/**
 * Books the time of one of several attempts that run side by side. Only the winner's bookings reach the request
 * (`replay`): those of both would add up to more than the request took.
 */
export class RecordingTrace implements Trace {
  readonly #hops: Hop[] = [];
  readonly #ns: number[] = [];
  readonly origin: Trace;

  constructor(of: Trace) {
    this.origin = of.origin ?? of;
  }

  get correlationId(): string | undefined {
    return this.origin.correlationId;
  }

  get traceparent(): string | undefined {
    return this.origin.traceparent;
  }

  add(hop: Hop, ns: number): void {
    this.#hops.push(hop);
    this.#ns.push(ns);
  }

  replay(onto: Trace): void {
    for (let i = 0; i < this.#hops.length; i++) onto.add(this.#hops[i]!, this.#ns[i]!);
  }
}

/** A child that books on a trace of its own. A context of another make keeps its own trace. */
export function branchOf(context: Context, trace: Trace, attempt: number): ChildContext {
  if (!(context instanceof CallContext)) return context.child({ attempt });
  const { request, incarnation, deadlineNs } = context;
  return new CallContext(request, incarnation, trace, deadlineNs, attempt, context);
}

/** A context that outlives its first caller: the same keys for randomness, no deadline, no parent. */
export function detachedFrom(context: Context, trace: Trace): ChildContext {
  const { request, incarnation, attempt } = context;
  return new CallContext(request, incarnation, trace, Number.POSITIVE_INFINITY, attempt, null);
}
