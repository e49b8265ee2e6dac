import type { ChildContext, Hop, Incarnation, Trace } from '../../ports/context.ts';
import type { PendingCall } from './call.ts';

/** The life of one process, from start to crash. */
export class ProcessLife implements Incarnation {
  readonly process: string;
  readonly number: number;
  alive = true;

  constructor(process: string, number = 1) {
    this.process = process;
    this.number = number;
  }
}

/** Critical-path time by hop, for one request. Hops are numbered by the composition root. */
export class RequestTrace implements Trace {
  readonly partsNs: number[];

  constructor(template: readonly number[]) {
    this.partsNs = template.slice();
  }

  add(hop: Hop, ns: number): void {
    this.partsNs[hop]! += ns;
  }
}

/** For work that nobody measures (background jobs, tests). */
export const untraced: Trace = { add() {} };

/** The contexts of a run: a tree in which cancelling a node stops everything below it. */
export class CallContext implements ChildContext {
  readonly deadlineNs: number;
  readonly request: number;
  readonly attempt: number;
  readonly incarnation: Incarnation;
  readonly trace: Trace;
  cancelled: Error | null = null;
  readonly #parent: CallContext | null;
  #firstCall: PendingCall<unknown> | null = null;
  #firstChild: CallContext | null = null;
  #nextSibling: CallContext | null = null;
  #previousSibling: CallContext | null = null;
  #attached = false;

  constructor(
    request: number,
    incarnation: Incarnation,
    trace: Trace = untraced,
    deadlineNs = Number.POSITIVE_INFINITY,
    attempt = 0,
    parent: CallContext | null = null,
  ) {
    this.request = request;
    this.incarnation = incarnation;
    this.trace = trace;
    this.deadlineNs = deadlineNs;
    this.attempt = attempt;
    this.#parent = parent;
    if (parent !== null) this.#attachTo(parent);
  }

  child(options: { deadlineNs?: number; attempt?: number; incarnation?: Incarnation } = {}): CallContext {
    const deadlineNs = options.deadlineNs ?? this.deadlineNs;
    return new CallContext(
      this.request,
      options.incarnation ?? this.incarnation,
      this.trace,
      deadlineNs < this.deadlineNs ? deadlineNs : this.deadlineNs,
      options.attempt ?? this.attempt,
      this,
    );
  }

  /** A context for work that outlives the request (a refresh in the background): same keys, no deadline, no parent. */
  detached(incarnation: Incarnation = this.incarnation): CallContext {
    return new CallContext(this.request, incarnation, untraced, Number.POSITIVE_INFINITY, this.attempt, null);
  }

  cancel(reason: Error): void {
    if (this.cancelled !== null) return;
    this.cancelled = reason;
    this.close();
    while (this.#firstCall !== null) this.#firstCall.abandon(reason);
    while (this.#firstChild !== null) this.#firstChild.cancel(reason);
  }

  close(): void {
    if (!this.#attached) return;
    this.#attached = false;
    const parent = this.#parent!;
    if (this.#nextSibling !== null) this.#nextSibling.#previousSibling = this.#previousSibling;
    if (this.#previousSibling !== null) this.#previousSibling.#nextSibling = this.#nextSibling;
    else parent.#firstChild = this.#nextSibling;
    this.#nextSibling = null;
    this.#previousSibling = null;
  }

  /** For PendingCall alone. */
  attach(call: PendingCall<unknown>): void {
    call.nextInContext = this.#firstCall;
    if (this.#firstCall !== null) this.#firstCall.previousInContext = call;
    this.#firstCall = call;
  }

  /** For PendingCall alone. */
  detach(call: PendingCall<unknown>): void {
    if (call.nextInContext !== null) call.nextInContext.previousInContext = call.previousInContext;
    if (call.previousInContext !== null) call.previousInContext.nextInContext = call.nextInContext;
    else this.#firstCall = call.nextInContext;
    call.nextInContext = null;
    call.previousInContext = null;
  }

  #attachTo(parent: CallContext): void {
    this.cancelled = parent.cancelled;
    if (parent.cancelled !== null) return;
    this.#attached = true;
    this.#nextSibling = parent.#firstChild;
    if (parent.#firstChild !== null) parent.#firstChild.#previousSibling = this;
    parent.#firstChild = this;
  }
}
