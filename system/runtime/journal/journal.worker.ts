/** The thread that has the journal's file: a sync takes milliseconds, during which the system's own thread goes on. */
import { parentPort, workerData } from 'node:worker_threads';
import type { StoredBatch } from './batch.ts';
import { JournalError, type JournalProblem } from './journal-error.ts';
import { type Found, JournalFile, type JournalFileOptions } from './journal-file.ts';

/** Answered in the order in which they come. */
export type Request =
  /** The next batches, from the first on; none: that was all. */
  | { readonly kind: 'read' }
  | { readonly kind: 'write'; readonly batch: Omit<StoredBatch, 'number'> }
  | { readonly kind: 'begin replacement'; readonly nowNs: number }
  | { readonly kind: 'end replacement' }
  | { readonly kind: 'abandon replacement' }
  | { readonly kind: 'close' };

export type Reply =
  /** The first reply, to nobody's question. */
  | { readonly found: Found }
  | { readonly batches: readonly StoredBatch[] }
  /** Done; `bytes` on disk. */
  | { readonly bytes: number }
  | {
      readonly failed: {
        readonly problem: JournalProblem;
        readonly reason: string;
        readonly message: string;
      };
    };

/** Bytes of batches that travel together. */
const PORTION_BYTES = 4e6;

const port = parentPort!;
const reply = (message: Reply) => port.postMessage(message);

function attempt(work: () => Reply): Reply {
  try {
    return work();
  } catch (error) {
    const { problem, reason, message } =
      error instanceof JournalError
        ? error
        : new JournalError('failed', 'the journal has failed', String((error as Error).stack));
    return { failed: { problem, reason, message } };
  }
}

function serve(file: JournalFile): void {
  let unread: Iterator<StoredBatch> | null = null;

  const portion = (): Reply => {
    unread ??= file.read();
    const batches: StoredBatch[] = [];
    for (let bytes = 0; bytes < PORTION_BYTES; ) {
      const next = unread.next();
      if (next.done === true) break;
      batches.push(next.value);
      bytes += next.value.body.length;
    }
    return { batches };
  };

  const answer = (request: Request): Reply => {
    switch (request.kind) {
      case 'read':
        return portion();
      case 'write':
        file.write(request.batch);
        break;
      case 'begin replacement':
        file.beginReplacement(request.nowNs);
        break;
      case 'end replacement':
        file.endReplacement();
        break;
      case 'abandon replacement':
        file.abandonReplacement();
        break;
      case 'close':
        file.close();
    }
    return { bytes: request.kind === 'close' ? 0 : file.bytes };
  };

  port.on('message', (request: Request) => {
    reply(attempt(() => answer(request)));
    if (request.kind === 'close') port.close();
    if (request.kind !== 'write') return;
    // Nobody waits for it any more.
    const trouble = attempt(() => {
      file.tidy();
      return { bytes: 0 };
    });
    if ('failed' in trouble) reply(trouble);
  });
}

reply(
  attempt(() => {
    const file = new JournalFile(workerData as JournalFileOptions);
    serve(file);
    return { found: file.found };
  }),
);
