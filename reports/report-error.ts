/** What reading or writing a report cannot do, in one sentence for the person at the terminal. */
export class ReportError extends Error {
  override readonly name = 'ReportError';
  /** Bad usage or input, in the command line's exit codes. */
  readonly exitCode = 2;
}
