/**
 * A journal of what happened to the system, so that a process that is killed loses nothing that it had acknowledged.
 * Changes are collected while the disk is busy and written together: one sync acknowledges all of them.
 *
 *   append ──▶ pending ──a batch at a time──▶ thread: insert, sync ──▶ settle: everybody who waited for the batch
 */
import { decodeEntries, type Entry, encodeEntries } from './batch.ts';
import { JournalError } from './journal-error.ts';
import type { Found, Identity, JournalFileOptions } from './journal-file.ts';
import { JournalThread } from './journal-thread.ts';

export type { Entry, Found, Identity };

export interface JournalOptions extends JournalFileOptions {
  /** Changes that wait for the disk; whoever wants to write beyond them waits. */
  readonly maxUnwritten?: number;
}

/** The run that the journal is of. */
export interface JournalledRun {
  /** Model time. */
  nowNs(): number;
  /** Calls back when services may go on: see `RealTime.settle`. */
  settle(answer: () => void): void;
  /** Called once: nothing is written from now on. */
  onFailure(error: JournalError): void;
}

export interface JournalStatistics {
  /** Changes and batches written by this process. */
  readonly changes: number;
  readonly batches: number;
  /** Changes that wait for the disk. */
  readonly unwritten: number;
  /** On disk. */
  readonly bytes: number;
  /** How long the last batch took, from its hand-over to the thread to the answer. */
  readonly writeMs: number;
}

/** Told when its turn has come, or why it never will. */
export type Waiter = (failure: JournalError | null) => void;

/** estimate: a second's worth of a busy laptop's writes. */
const MAX_UNWRITTEN = 10_000;
/** A batch is not larger: encoding it takes a few milliseconds of the system's thread. */
const MAX_BATCH = 2_000;
/** A run goes on this much later than the last thing written: numbers that were handed out ahead of the clock stay behind. */
const RESTART_NS = 1_000_000_000;
/** Nanoseconds are exact up to 104 days: a journal whose clock could go beyond within four is not continued. */
const LATEST_NS = 100 * 86_400e9;

export class Journal {
  readonly found: Found;
  /** Model time at which the run goes on: what time it is, or soon after the last thing written. */
  readonly startNs: number;
  readonly #directory: string;
  readonly #thread: JournalThread;
  readonly #maxUnwritten: number;
  #run: JournalledRun | null = null;
  #failure: JournalError | null = null;
  #pending: Entry[] = [];
  /** Changes of the batch that is being written. */
  #writing = 0;
  #scheduled = false;
  /** Counts of changes ever appended and ever written: who waits for the first n waits for written ≥ n. */
  #appended = 0;
  #written = 0;
  readonly #waiting: { readonly upTo: number; readonly then: Waiter }[] = [];
  /** Who wants to write and was not let in, and how many were since the last batch. */
  readonly #outside: Waiter[] = [];
  #admitted = 0;
  #batches = 0;
  #bytes: number;
  #writeMs = 0;
  #whenIdle: (() => void) | null = null;

  /** Rejects with a `JournalError`, whose message is for whoever started the system. */
  static async open({ maxUnwritten, ...options }: JournalOptions): Promise<Journal> {
    let journal: Journal | null = null;
    const thread = await JournalThread.open(options, (error) => journal?.fail(error));
    journal = new Journal(thread, options.directory, maxUnwritten ?? MAX_UNWRITTEN);
    if (journal.startNs <= LATEST_NS) return journal;
    await journal.close();
    throw new JournalError(
      'unusable',
      'the journal has reached its end',
      `The journal in '${options.directory}' covers ${Math.floor(journal.startNs / 86_400e9)} days, as many as the clock holds: start anew in another directory.`,
    );
  }

  private constructor(thread: JournalThread, directory: string, maxUnwritten: number) {
    this.#thread = thread;
    this.#directory = directory;
    this.#maxUnwritten = maxUnwritten;
    this.found = thread.found;
    const { lastNs, epochMs } = thread.found;
    const nowNs = epochMs === null ? 0 : (Date.now() - epochMs) * 1e6;
    this.startNs = Math.max(nowNs, lastNs < 0 ? 0 : lastNs + RESTART_NS);
    this.#bytes = thread.found.bytes;
  }

  /** Why nothing is written any more. */
  get failure(): JournalError | null {
    return this.#failure;
  }

  get statistics(): JournalStatistics {
    return {
      changes: this.#written,
      batches: this.#batches,
      unwritten: this.#unwritten,
      bytes: this.#bytes,
      writeMs: this.#writeMs,
    };
  }

  /** Hands out everything that was written, in order. Before `begin`. */
  async replay(apply: (entry: Entry) => void): Promise<void> {
    for (;;) {
      const answer = await this.#thread.request({ kind: 'read' });
      if (!('batches' in answer) || answer.batches.length === 0) return;
      for (const { body } of answer.batches) for (const entry of this.#decoded(body)) apply(entry);
    }
  }

  /** Writes these changes in place of everything so far: all of it or, when it rejects, nothing. Before `begin`. */
  async replace(entries: Iterable<Entry>): Promise<void> {
    const nowNs = this.startNs;
    await this.#thread.request({ kind: 'begin replacement', nowNs });
    try {
      let some: Entry[] = [];
      const write = async () => {
        const batch = { nowNs, changes: some.length, body: encodeEntries(some) };
        some = [];
        await this.#thread.request({ kind: 'write', batch });
      };
      for (const entry of entries) {
        some.push(entry);
        if (some.length === MAX_BATCH) await write();
      }
      if (some.length > 0) await write();
      const answer = await this.#thread.request({ kind: 'end replacement' });
      if ('bytes' in answer) this.#bytes = answer.bytes;
    } catch (error) {
      await this.#thread.request({ kind: 'abandon replacement' });
      throw error;
    }
  }

  /** From now on changes are taken. */
  begin(run: JournalledRun): void {
    this.#run = run;
  }

  /** The change is written with the next batch. What it refers to must not be altered afterwards. */
  append(source: string, change: unknown): void {
    if (this.#failure !== null) return;
    this.#appended++;
    this.#pending.push({ source, change });
    if (this.#writing > 0 || this.#scheduled) return;
    this.#scheduled = true;
    // After the turn: one batch for all that it did.
    setImmediate(this.#flush);
  }

  /** Everything appended so far is on disk. */
  get allWritten(): boolean {
    return this.#failure === null && this.#unwritten === 0;
  }

  /** Calls back, in a turn, once everything appended so far is on disk. */
  whenWritten(then: Waiter): void {
    if (this.#failure === null) this.#waiting.push({ upTo: this.#appended, then });
    else this.#refuse(then, this.#failure);
    if (this.allWritten) this.#run?.settle(this.#answer);
  }

  /** Takes a place for another change; false: there is none now, see `whenRoom`. */
  tryEnter(): boolean {
    if (this.#failure !== null || this.#outside.length > 0 || this.#room <= 0) return false;
    this.#admitted++;
    return true;
  }

  /** Calls back, in a turn, once there is a place for another change, which is taken with that. */
  whenRoom(then: Waiter): void {
    if (this.#failure === null) this.#outside.push(then);
    else this.#refuse(then, this.#failure);
    if (this.allWritten) this.#run?.settle(this.#answer);
  }

  /** For the thread, and for whoever finds that something cannot be journalled: nothing is written from now on. */
  fail(error: JournalError): void {
    if (this.#failure !== null) return;
    this.#failure = error;
    this.#pending = [];
    const refused = [...this.#waiting.splice(0).map(({ then }) => then), ...this.#outside.splice(0)];
    this.#run?.settle(() => {
      for (const then of refused) then(error);
    });
    this.#run?.onFailure(error);
    this.#whenIdle?.();
  }

  /** Writes what is pending, and the time; then the file is closed. */
  async close(): Promise<void> {
    if (this.#run !== null && this.#failure === null) {
      if (this.#unwritten > 0)
        await new Promise<void>((resolve) => {
          this.#whenIdle = resolve;
        });
      await this.#writeTime(this.#run.nowNs());
    }
    try {
      await this.#thread.request({ kind: 'close' });
    } catch (error) {
      // It has been said already.
      if (this.#failure === null) throw error;
    }
  }

  get #room(): number {
    return this.#maxUnwritten - this.#unwritten - this.#admitted;
  }

  get #unwritten(): number {
    return this.#appended - this.#written;
  }

  #refuse(then: Waiter, failure: JournalError): void {
    this.#run?.settle(() => then(failure));
  }

  readonly #flush = (): void => {
    this.#scheduled = false;
    if (this.#writing > 0 || this.#pending.length === 0 || this.#failure !== null) return;
    const entries = this.#pending.splice(0, MAX_BATCH);
    const body = this.#encoded(entries);
    if (body === null) return;
    this.#writing = entries.length;
    const beganMs = performance.now();
    const batch = { nowNs: this.#run!.nowNs(), changes: entries.length, body };
    this.#thread.ask({ kind: 'write', batch }, (answer) => {
      this.#writing = 0;
      this.#writeMs = performance.now() - beganMs;
      if (answer instanceof JournalError) {
        this.fail(answer);
        return;
      }
      this.#written += entries.length;
      this.#batches++;
      if ('bytes' in answer) this.#bytes = answer.bytes;
      this.#flush();
      this.#run!.settle(this.#answer);
      if (this.#unwritten === 0) this.#whenIdle?.();
    });
  };

  readonly #answer = (): void => {
    const waiting = this.#waiting;
    let done = 0;
    while (done < waiting.length && waiting[done]!.upTo <= this.#written) done++;
    for (const { then } of waiting.splice(0, done)) then(null);
    this.#admitted = 0;
    const entering = this.#outside.splice(0, Math.max(0, this.#room));
    this.#admitted = entering.length;
    for (const then of entering) then(null);
    // Who was let in may have given up meanwhile and write nothing whose batch would let in the next.
    if (this.#outside.length > 0 && this.allWritten) this.#run!.settle(this.#answer);
  };

  #encoded(entries: readonly Entry[]): Uint8Array<ArrayBuffer> | null {
    try {
      return encodeEntries(entries);
    } catch (error) {
      const { message } = error as Error;
      this.fail(
        new JournalError('failed', 'the journal has failed', `A change cannot be journalled: ${message}`),
      );
      return null;
    }
  }

  #decoded(body: Uint8Array): Entry[] {
    try {
      return decodeEntries(body);
    } catch (error) {
      const { message } = error as Error;
      throw new JournalError(
        'other-format',
        'the journal has another format',
        `The journal in '${this.#directory}' cannot be read by this version of Node (${message}): use the one that wrote it, or take another directory.`,
      );
    }
  }

  async #writeTime(nowNs: number): Promise<void> {
    try {
      const batch = { nowNs, changes: 0, body: encodeEntries([]) };
      await this.#thread.request({ kind: 'write', batch });
    } catch (error) {
      // What was acknowledged is written; the clock goes on a little earlier.
      if (!(error instanceof JournalError)) throw error;
    }
  }
}
