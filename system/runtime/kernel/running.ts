import type { CallContext } from './context.ts';

type Ended = (argument: number, result: unknown, error: Error | null) => void;

/** Handlers that work on calls. Callbacks are used again; those of a handler that never ends stay with it. */
export class Running {
  readonly #ended: Ended;
  readonly #spare: Callbacks[] = [];

  /** `ended` is told of each end, once the handler's context is closed. */
  constructor(ended: Ended) {
    this.#ended = ended;
  }

  begin(argument: number, context: CallContext, work: Promise<unknown>): void {
    const callbacks = this.#spare.pop() ?? new Callbacks(this.#end);
    callbacks.argument = argument;
    callbacks.context = context;
    work.then(callbacks.onResult, callbacks.onError);
  }

  readonly #end = (callbacks: Callbacks, result: unknown, error: Error | null): void => {
    const { argument } = callbacks;
    callbacks.context!.close();
    callbacks.context = null;
    this.#spare.push(callbacks);
    this.#ended(argument, result, error);
  };
}

class Callbacks {
  argument = 0;
  context: CallContext | null = null;
  readonly onResult: (result: unknown) => void;
  readonly onError: (thrown: unknown) => void;

  constructor(end: (callbacks: Callbacks, result: unknown, error: Error | null) => void) {
    this.onResult = (result) => end(this, result, null);
    this.onError = (thrown) => end(this, undefined, errorOf(thrown));
  }
}

function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
