/**
 * The journal on disk: batches in the order in which they were written, in a database of SQLite with a write-ahead log
 * that is synced once a batch. SQLite contributes atomic batches, recovery after a kill at any moment, and a lock that
 * the system gives up with the process; the checksums of the batches, which find what has changed since, are ours.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { checksumOf, type StoredBatch } from './batch.ts';
import { damaged, JournalError, journalErrorOf } from './journal-error.ts';
import { transactionsBehindBreak } from './log-check.ts';

/** Of what the batches hold and how; another number is refused. */
export const FORMAT = 1;
const FILE_NAME = 'journal.sqlite';
/** Marks the file as ours: 'RHRS'. */
const APPLICATION_ID = 0x52485253;
/** Header of a write-ahead log, and of each page in it (SQLite's file format). */
const LOG_HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** Bytes after which the write-ahead log is folded into the database. estimate: some thousand batches. */
const FOLD_BYTES = 8e6;

/** What a run has to have in common with the one that wrote the journal: names as one would type them. */
export type Identity = Readonly<Record<string, string>>;

export interface JournalFileOptions {
  /** It exists. */
  readonly directory: string;
  readonly identity: Identity;
  /** Unix time, in ms, at which the clock of a new journal stands at 0; default: its clock has nothing to do with it. */
  readonly epochMs?: number;
  /** A limit beside the disk's own; default: none. */
  readonly maxBytes?: number;
}

/** What was found when the journal was opened. */
export interface Found {
  readonly batches: number;
  readonly changes: number;
  readonly bytes: number;
  /** Model time of the newest batch; -1: nothing was ever written. */
  readonly lastNs: number;
  /** Unix time, in ms, at which the journal's clock stands at 0; null: nobody has said so. */
  readonly epochMs: number | null;
  /** Batches at the end that do not fit their checksums and are left out. */
  readonly droppedBatches: number;
  /** Bytes after the last whole batch: it was being written when the process ended, or has changed since. */
  readonly tornBytes: number;
}

interface Row {
  readonly number: number;
  readonly now_ns: number;
  readonly changes: number;
  readonly checksum: number;
  readonly body: Uint8Array;
}

export class JournalFile {
  readonly found: Found;
  readonly #directory: string;
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  /** Number of the newest batch. */
  #last = 0;
  #unfoldedBytes = 0;
  #replacing = false;

  /** Throws a `JournalError`. */
  constructor({ directory, identity, epochMs, maxBytes }: JournalFileOptions) {
    this.#directory = directory;
    this.#path = join(directory, FILE_NAME);
    this.#refuseDamagedLog();
    const logBytes = sizeOf(`${this.#path}-wal`);
    this.#database = this.#tried(() => new DatabaseSync(this.#path));
    try {
      this.#tried(() => this.#lock());
      this.#prepare(identity);
      const pageBytes = this.#pragma('page_size');
      if (maxBytes !== undefined)
        this.#pragma(`max_page_count = ${Math.max(1, Math.ceil(maxBytes / pageBytes))}`);
      const validBytes = this.#validLogBytes(pageBytes);
      const found = this.#verify(Math.max(0, logBytes - validBytes));
      this.found = { ...found, epochMs: this.#epoch(found.lastNs, epochMs) };
      this.#insert = this.#database.prepare(
        'INSERT INTO batches (number, now_ns, changes, checksum, body) VALUES (?, ?, ?, ?, ?)',
      );
    } catch (error) {
      this.#database.close();
      throw journalErrorOf(error, directory);
    }
  }

  /** Bytes on disk. */
  get bytes(): number {
    return sizeOf(this.#path) + sizeOf(`${this.#path}-wal`);
  }

  /** Everything from the first batch on. */
  *read(): Generator<StoredBatch> {
    for (const row of this.#rows()) yield batchOf(row);
  }

  /** On disk when it returns. Throws a `JournalError`; then nothing of the batch is there. */
  write({ nowNs, changes, body }: Omit<StoredBatch, 'number'>): void {
    this.#tried(() => {
      const number = this.#last + 1;
      const checksum = checksumOf({ number, nowNs, changes, body });
      this.#insert.run(number, nowNs, changes, checksum, body);
      this.#last = number;
      this.#unfoldedBytes += body.length;
    });
  }

  /** Folds the write-ahead log into the database when it has grown long. Does not change what is there. */
  tidy(): void {
    if (this.#unfoldedBytes >= FOLD_BYTES && !this.#replacing) this.#tried(() => this.#fold());
  }

  /**
   * From here on to `endReplacement` batches are written that stand for all earlier ones, as of `nowNs`: all of it counts,
   * or nothing.
   */
  beginReplacement(nowNs: number): void {
    this.#tried(() => {
      this.#database.exec('BEGIN IMMEDIATE; DELETE FROM batches');
      this.#setMeta('first', this.#last + 1);
      this.#setMeta('replaced_ns', nowNs);
      this.#replacing = true;
    });
  }

  endReplacement(): void {
    this.#tried(() => {
      this.#setMeta('replaced', this.#last);
      this.#database.exec('COMMIT');
      this.#replacing = false;
      this.#database.exec('PRAGMA incremental_vacuum');
      this.#fold();
    });
  }

  /** As it was before `beginReplacement`. */
  abandonReplacement(): void {
    this.#replacing = false;
    // A failed statement may have ended the transaction already.
    if (this.#database.isTransaction) this.#tried(() => this.#database.exec('ROLLBACK'));
    this.#last = this.#lastNumber();
  }

  close(): void {
    this.#tried(() => this.#database.close());
  }

  #tried<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw journalErrorOf(error, this.#directory);
    }
  }

  /** Before SQLite opens the log for writing, which would cut it off where it is damaged. */
  #refuseDamagedLog(): void {
    const path = `${this.#path}-wal`;
    if (transactionsBehindBreak(path) === 0) return;
    // Whoever writes it now may have been in the middle of something.
    this.#tried(() => expectFree(this.#path));
    const behind = transactionsBehindBreak(path);
    if (behind > 0)
      throw damaged(
        this.#directory,
        `its log does not fit its checksums, and ${behind} whole ${behind === 1 ? 'batch follows' : 'batches follow'}`,
      );
  }

  #lock(): void {
    // Held until the process ends, however it ends. Without it SQLite would also need memory shared between processes.
    this.#database.exec('PRAGMA locking_mode = EXCLUSIVE');
    // Before there is anything; later it would write.
    if (sizeOf(this.#path) === 0) this.#database.exec('PRAGMA auto_vacuum = INCREMENTAL');
    this.#database.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0',
    );
    this.#database.exec('BEGIN EXCLUSIVE; COMMIT');
  }

  #prepare(identity: Identity): void {
    const directory = this.#directory;
    const application = this.#pragma('application_id');
    const empty = this.#database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()!.count === 0;
    if (application === 0 && empty) {
      this.#create(identity);
      return;
    }
    const format = this.#pragma('user_version');
    if (application !== APPLICATION_ID)
      throw new JournalError(
        'unusable',
        'there is no journal',
        `'${directory}' has a database of the journal's name that is none: take another directory.`,
      );
    if (format !== FORMAT)
      throw new JournalError(
        'other-format',
        'the journal has another format',
        `The journal in '${directory}' has format ${format} and this version writes format ${FORMAT}: use the version that wrote it, or take another directory.`,
      );
    const written = JSON.parse(String(this.#meta('identity'))) as Identity;
    const names = [...new Set([...Object.keys(written), ...Object.keys(identity)])].filter(
      (name) => written[name] !== identity[name],
    );
    if (names.length === 0) return;
    // All at once: whoever starts it as it was is not refused a second time.
    throw new JournalError(
      'other-run',
      'the journal belongs to another run',
      [
        `The journal in '${directory}' was written with other settings than this run has:`,
        ...names.map((name) => `  ${setting(name, written)}, here ${setting(name, identity)}`),
        'Start it as it was, or take another directory.',
      ].join('\n'),
    );
  }

  #create(identity: Identity): void {
    this.#database.exec(`
      BEGIN;
      CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY) STRICT;
      CREATE TABLE batches (
        number INTEGER PRIMARY KEY,
        now_ns INTEGER NOT NULL,
        changes INTEGER NOT NULL,
        checksum INTEGER NOT NULL,
        body BLOB NOT NULL
      ) STRICT;
      PRAGMA application_id = ${APPLICATION_ID};
      PRAGMA user_version = ${FORMAT};
    `);
    this.#setMeta('identity', JSON.stringify(identity));
    this.#setMeta('first', 1);
    this.#setMeta('replaced', 0);
    this.#setMeta('replaced_ns', -1);
    this.#database.exec('COMMIT');
  }

  /** The log's length as far as it is whole, as SQLite has found when it opened it; the log is empty afterwards. */
  #validLogBytes(pageBytes: number): number {
    const { log } = this.#fold();
    return log > 0 ? LOG_HEADER_BYTES + log * (FRAME_HEADER_BYTES + pageBytes) : 0;
  }

  #fold(): { readonly log: number } {
    this.#unfoldedBytes = 0;
    const [before] = this.#database.prepare('PRAGMA wal_checkpoint(PASSIVE)').all();
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return before as { log: number };
  }

  /** Checks all batches; those at the end that do not fit are deleted, one before the end is an error. */
  #verify(tornBytes: number): Omit<Found, 'epochMs'> {
    const first = Number(this.#meta('first'));
    const replaced = Number(this.#meta('replaced'));
    let expected = first;
    let good = { batches: 0, changes: 0, lastNs: Number(this.#meta('replaced_ns')) };
    let bad = 0;
    for (const row of this.#rows()) {
      if (row.number !== expected) throw damaged(this.#directory, `batch ${expected} is missing`);
      expected++;
      const batch = batchOf(row);
      if (checksumOf(batch) !== row.checksum) bad++;
      else if (bad > 0) throw damaged(this.#directory, `batch ${row.number - 1} does not fit its checksum`);
      else {
        const { batches, changes, lastNs } = good;
        good = {
          batches: batches + 1,
          changes: changes + batch.changes,
          lastNs: Math.max(lastNs, batch.nowNs),
        };
      }
    }
    this.#last = expected - 1 - bad;
    // What stands for everything before it was not the newest thing written when it was whole.
    if (this.#last < replaced)
      throw damaged(this.#directory, `batch ${this.#last + 1} does not fit its checksum`);
    if (bad > 0) this.#database.exec(`DELETE FROM batches WHERE number > ${this.#last}`);
    return { ...good, bytes: this.bytes, droppedBatches: bad, tornBytes };
  }

  /** Said once: what was written before keeps its time. A journal from before there was one went on until now. */
  #epoch(lastNs: number, ofNew: number | undefined): number | null {
    const row = this.#database.prepare("SELECT value FROM meta WHERE name = 'epoch_ms'").get();
    if (row !== undefined) return Number(row.value);
    if (ofNew === undefined) return null;
    const epochMs = lastNs < 0 ? ofNew : Date.now() - Math.ceil(lastNs / 1e6);
    this.#setMeta('epoch_ms', epochMs);
    return epochMs;
  }

  *#rows(): Generator<Row> {
    const rows = this.#database.prepare('SELECT * FROM batches ORDER BY number').iterate();
    try {
      for (const row of rows) yield row as unknown as Row;
    } catch (error) {
      throw journalErrorOf(error, this.#directory);
    }
  }

  #lastNumber(): number {
    const { last } = this.#database.prepare('SELECT coalesce(max(number), 0) AS last FROM batches').get()!;
    return Number(last);
  }

  #pragma(name: string): number {
    const row = this.#database.prepare(`PRAGMA ${name}`).get();
    return row === undefined ? 0 : Number(Object.values(row)[0]);
  }

  #meta(name: string): unknown {
    const row = this.#database.prepare('SELECT value FROM meta WHERE name = ?').get(name);
    if (row === undefined) throw damaged(this.#directory, `it does not say its ${name}`);
    return row.value;
  }

  #setMeta(name: string, value: string | number): void {
    this.#database.prepare('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)').run(name, value);
  }
}

/** Throws what SQLite says where another process has the database. A reader changes nothing, also where nobody has it. */
function expectFree(path: string): void {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
  } finally {
    database.close();
  }
}

function batchOf({ number, now_ns, changes, body }: Row): StoredBatch {
  return { number, nowNs: now_ns, changes, body };
}

function setting(name: string, identity: Identity): string {
  const value = identity[name];
  return value === undefined ? `${name.trimEnd().replace(/[=:]$/, '')} not set` : `${name}${value}`;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
