/** Exit codes, and the errors that carry them. A message is one sentence for the person at the terminal. */
export const EXIT = {
  confirmed: 0,
  /** Refuted, inconclusive, regressed, or too few pairs to tell. */
  refuted: 1,
  usage: 2,
  unavailable: 3,
  internal: 4,
  interrupted: 130,
} as const;

/** The command line or an input file is wrong: what was given, and what to do instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly exitCode = EXIT.usage;
}

/** Something that was asked for (an engine, a mode) is not there. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
  readonly exitCode = EXIT.unavailable;
}
