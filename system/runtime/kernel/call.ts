import type { Context } from '../../ports/context.ts';
import { CallContext } from './context.ts';

type Resolve = (value: never) => void;
type Reject = (reason: Error) => void;

// The executor runs synchronously inside `new Promise`: two variables of the module save a closure per call.
let capturedResolve: Resolve;
let capturedReject: Reject;
const capture = (resolve: Resolve, reject: Reject) => {
  capturedResolve = resolve;
  capturedReject = reject;
};

interface Settling {
  markSettled(): void;
}

interface PendingList {
  first: PendingCall<unknown> | null;
}

/**
 * One port call in flight: the promise that a service waits on, and what an engine needs to answer it. It settles once;
 * whatever comes later is ignored. After the caller's process has crashed it never settles. When the caller's context is
 * cancelled it rejects with the reason and tells the engine through `onCancel`.
 */
export class PendingCall<T> {
  readonly promise: Promise<T>;
  readonly context: Context;
  readonly operation: string;
  settled = false;
  /** Called when the caller has given up: free what the call holds, or let the work burn on (the engine decides). */
  onCancel: ((argument: number) => void) | null = null;
  cancelArgument = 0;
  next: PendingCall<unknown> | null;
  previous: PendingCall<unknown> | null = null;
  /** Neighbours among the calls of the same context. */
  nextInContext: PendingCall<unknown> | null = null;
  previousInContext: PendingCall<unknown> | null = null;
  readonly #simulation: Settling;
  readonly #list: PendingList;
  readonly #resolve: Resolve;
  readonly #reject: Reject;

  constructor(simulation: Settling, list: PendingList, context: Context, operation: string) {
    this.promise = new Promise<T>(capture as never);
    this.#resolve = capturedResolve;
    this.#reject = capturedReject;
    this.#simulation = simulation;
    this.#list = list;
    this.context = context;
    this.operation = operation;
    const self = this as PendingCall<unknown>;
    this.next = list.first;
    if (list.first !== null) list.first.previous = self;
    list.first = self;
    if (context instanceof CallContext) context.attach(self);
    if (context.cancelled !== null) this.reject(context.cancelled);
  }

  resolve(value: T): void {
    if (this.settled) return;
    this.#leave();
    if (!this.context.incarnation.alive) return;
    this.#simulation.markSettled();
    this.#resolve(value as never);
  }

  reject(reason: Error): void {
    if (this.settled) return;
    this.#leave();
    if (!this.context.incarnation.alive) return;
    this.#simulation.markSettled();
    this.#reject(reason);
  }

  /** The caller gave up: it sees `reason`, the engine is told. */
  abandon(reason: Error): void {
    if (this.settled) return;
    const onCancel = this.onCancel;
    this.reject(reason);
    onCancel?.(this.cancelArgument);
  }

  #leave(): void {
    this.settled = true;
    const self = this as PendingCall<unknown>;
    if (this.next !== null) this.next.previous = this.previous;
    if (this.previous !== null) this.previous.next = this.next;
    else this.#list.first = this.next;
    // A settled call that still pointed at younger ones would keep them alive until the next full collection.
    this.next = null;
    this.previous = null;
    if (this.context instanceof CallContext) this.context.detach(self);
  }
}
