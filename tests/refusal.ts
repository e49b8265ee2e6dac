import { expect } from 'vitest';

/** What a command line has said, and how it ended. */
export interface Said {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The sentence on stderr of a command line that must be refused. */
export function sentenceOf({ status, stdout, stderr }: Said): string {
  expect(status, stderr).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^rehearse: [^\n]+[.?)!]\n$/);
  expect(stderr).not.toMatch(/\n\s+at /);
  return stderr;
}
