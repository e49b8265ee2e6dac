/** Questions to the thread that has the journal's file, answered in their order. */
import { Worker } from 'node:worker_threads';
import type { Reply, Request } from './journal.worker.ts';
import { JournalError } from './journal-error.ts';
import type { Found, JournalFileOptions } from './journal-file.ts';

type Failed = Extract<Reply, { failed: unknown }>;
export type Answer = Exclude<Reply, Failed>;
type Then = (answer: Answer | JournalError) => void;

export class JournalThread {
  readonly found: Found;
  readonly #worker: Worker;
  readonly #waiting: Then[] = [];
  readonly #onTrouble: (error: JournalError) => void;
  #ended: JournalError | null = null;

  /** Rejects with a `JournalError` when the journal cannot be used. `onTrouble`: something failed that nobody had asked for. */
  static open(options: JournalFileOptions, onTrouble: (error: JournalError) => void): Promise<JournalThread> {
    const file = import.meta.url.endsWith('.ts') ? './journal.worker.ts' : './journal.worker.js';
    const worker = new Worker(new URL(file, import.meta.url), { workerData: options });
    return new Promise((resolve, reject) => {
      const onError = (error: Error) => reject(threadError(options.directory, error.message));
      worker.once('error', onError);
      worker.once('message', (reply: Reply) => {
        worker.off('error', onError);
        if ('found' in reply) resolve(new JournalThread(worker, options.directory, reply.found, onTrouble));
        else reject(errorOf(reply as Failed));
      });
    });
  }

  private constructor(
    worker: Worker,
    directory: string,
    found: Found,
    onTrouble: (error: JournalError) => void,
  ) {
    this.#worker = worker;
    this.found = found;
    this.#onTrouble = onTrouble;
    worker.on('message', (reply: Reply) => this.#answered('failed' in reply ? errorOf(reply) : reply));
    worker.on('error', (error) => this.#end(threadError(directory, error.message)));
    worker.on('exit', () => this.#end(threadError(directory, 'its thread has ended')));
  }

  /** Calls back with the answer, or with what went wrong. */
  ask(request: Request, then: Then): void {
    if (this.#ended !== null) {
      then(this.#ended);
      return;
    }
    this.#waiting.push(then);
    const transfer = request.kind === 'write' ? [request.batch.body.buffer as ArrayBuffer] : [];
    this.#worker.postMessage(request, transfer);
  }

  /** As `ask`, as a promise: for what is done before and after the run. */
  request(request: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.ask(request, (answer) => {
        if (answer instanceof JournalError) reject(answer);
        else resolve(answer);
      });
    });
  }

  #answered(answer: Answer | JournalError): void {
    const then = this.#waiting.shift();
    if (then !== undefined) then(answer);
    else if (answer instanceof JournalError) this.#onTrouble(answer);
  }

  #end(error: JournalError): void {
    if (this.#ended !== null) return;
    this.#ended = error;
    for (const then of this.#waiting.splice(0)) then(error);
  }
}

function errorOf({ failed: { problem, reason, message } }: Failed): JournalError {
  return new JournalError(problem, reason, message);
}

function threadError(directory: string, detail: string): JournalError {
  return new JournalError(
    'failed',
    'the journal has failed',
    `The journal in '${directory}' has failed: ${detail}.`,
  );
}
