/** Writes the reports of a result into a directory; each file appears whole or not at all. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Compared } from './baseline.ts';
import { renderHtml } from './html.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import { ReportError } from './report-error.ts';
import type { RunResult } from './result.ts';

export { ReportError };

export type Format = 'html' | 'json' | 'junit' | 'markdown';

interface Report {
  readonly file: string;
  readonly render: (result: RunResult, compared: Compared | null) => string;
}

const REPORTS: Readonly<Record<Format, Report>> = {
  json: { file: 'result.json', render: (result) => `${JSON.stringify(result)}\n` },
  html: { file: 'report.html', render: renderHtml },
  junit: { file: 'junit.xml', render: renderJunit },
  markdown: { file: 'summary.md', render: renderMarkdown },
};

export const FORMATS = Object.keys(REPORTS) as readonly Format[];

export interface WriteOptions {
  readonly directory: string;
  /** All when left out. */
  readonly formats?: readonly Format[];
  /** With a baseline; it stands in every report but the JSON, which is the run alone. */
  readonly compared?: Compared | null;
}

/** Returns the paths that were written. Throws ReportError with the reason when one cannot be. */
export async function writeReports(
  result: RunResult,
  { directory, formats = FORMATS, compared = null }: WriteOptions,
): Promise<string[]> {
  try {
    await mkdir(directory, { recursive: true });
  } catch (error) {
    throw new ReportError(`Cannot write to '${directory}': ${reasonOf(error)}.`);
  }
  const written: string[] = [];
  for (const format of formats) {
    const { file, render } = REPORTS[format];
    const path = join(directory, file);
    await writeWhole(path, render(result, compared));
    written.push(path);
  }
  return written;
}

/** A reader never sees half a file: it is written beside its place and renamed into it. */
async function writeWhole(path: string, content: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new ReportError(`Cannot write '${path}': ${reasonOf(error)}.`);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such directory',
  ENOTDIR: 'a part of the path is a file, not a directory',
  EEXIST: 'it is a file, not a directory',
  EISDIR: 'a directory of that name is in the way',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  ENAMETOOLONG: 'the name is too long',
};

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? message;
}
