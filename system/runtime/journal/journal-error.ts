/** Why a journal cannot be used: one sentence for whoever starts the system, and the exit code that goes with it. */
export type JournalProblem =
  | 'in-use' // another process has it
  | 'other-run' // written with another seed, population or layout of the data
  | 'other-format' // by another version of this program
  | 'unusable' // no directory, no permission, something else of that name
  | 'damaged' // something before the end cannot be read
  | 'full' // no space on the device, or the limit that was set
  | 'failed'; // the device, or the thread that writes

/** 2: what was asked for is wrong; 3: what was asked for is not available. The command line's numbers. */
const EXIT_CODES: Readonly<Record<JournalProblem, number>> = {
  'in-use': 3,
  'other-run': 2,
  'other-format': 2,
  unusable: 2,
  damaged: 3,
  full: 3,
  failed: 3,
};

export class JournalError extends Error {
  override readonly name = 'JournalError';
  readonly problem: JournalProblem;
  /** What is wrong, without saying where: fit for those who send requests. */
  readonly reason: string;
  readonly exitCode: number;

  constructor(problem: JournalProblem, reason: string, message = reason) {
    super(message);
    this.problem = problem;
    this.reason = reason;
    this.exitCode = EXIT_CODES[problem];
  }
}

// Primary result codes of SQLite (sqlite3.h).
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

/** What SQLite says, as an error of the journal in this directory. */
export function journalErrorOf(error: unknown, directory: string): JournalError {
  if (error instanceof JournalError) return error;
  const { errcode, message } = error as { errcode?: number; message: string };
  switch ((errcode ?? 0) & 0xff) {
    case BUSY:
    case LOCKED:
      return new JournalError(
        'in-use',
        'another process has the journal',
        `The journal in '${directory}' is in use by another process: stop that one, or take another directory.`,
      );
    case FULL:
      return new JournalError(
        'full',
        'the journal cannot be written: the disk is full',
        `The journal in '${directory}' cannot be written: the disk is full. Make room and start again.`,
      );
    case IOERR:
      return new JournalError(
        'failed',
        'the journal cannot be written: the disk fails',
        `The journal in '${directory}' cannot be read or written (${message}): look after the disk and start again.`,
      );
    case CORRUPT:
      return damaged(directory, message);
    case NOTADB:
      return new JournalError(
        'unusable',
        'there is no journal',
        `'${directory}' has a file of the journal's name that is none: take another directory.`,
      );
    case READONLY:
    case CANTOPEN:
      return new JournalError(
        'unusable',
        'the journal cannot be opened',
        `The journal in '${directory}' cannot be opened (${message}): it needs a directory that can be written to.`,
      );
    default:
      return new JournalError(
        'failed',
        'the journal has failed',
        `The journal in '${directory}' has failed: ${message}.`,
      );
  }
}

export function damaged(directory: string, detail: string): JournalError {
  return new JournalError(
    'damaged',
    'the journal is damaged',
    `The journal in '${directory}' is damaged before its end (${detail}): restore a copy, or start anew in another directory.`,
  );
}
