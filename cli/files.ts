/** Files that the command line reads and writes, and what to say when that does not work. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { RunResult } from '../reports/result.ts';
import { UsageError } from './errors.ts';

/** Makes the directory and tries to write into it: better now than after a minute of work. */
export function ensureWritable(directory: string): void {
  const probe = join(directory, `.rehearse-${process.pid}`);
  try {
    makeDirectory(resolve(directory));
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (error) {
    throw new UsageError(
      `Nothing can be written to '${directory}': ${reasonOf(error)}. Choose another --out.`,
    );
  }
}

/**
 * Makes a directory and those above it, one by one: `recursive` of Node never returns where the system says that there
 * is no such directory however often it is made (below /proc).
 */
export function makeDirectory(path: string): void {
  if (existsSync(path)) return;
  makeDirectory(dirname(path));
  mkdirSync(path);
}

/** Throws an error with exit code 2 for a file that is missing, is not JSON or is not a result. */
export async function readResult(file: string): Promise<RunResult> {
  const { parseResult } = await import('../reports/validate-result.ts');
  return parseResult(readText(file), file);
}

export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`'${file}' cannot be read: ${reasonOf(error)}.`);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or directory',
  ENOTDIR: 'a part of the path is a file, not a directory',
  EEXIST: 'there is a file of that name',
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
};

export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? message;
}
