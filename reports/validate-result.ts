/** Reads a result from text: a file that is broken, foreign or of another version is refused with the reason. */
import { readFileSync } from 'node:fs';
import { ReportError } from './report-error.ts';
import { RESULT_VERSION, type RunResult } from './result.ts';
import { findProblem, type Schema } from './schema.ts';

let cached: Schema | undefined;

/** The JSON Schema of `RunResult`, from the file beside this one. */
export function resultSchema(): Schema {
  cached ??= JSON.parse(readFileSync(new URL('./result.schema.json', import.meta.url), 'utf8')) as Schema;
  return cached;
}

/**
 * The result in `text`; `source` is its file, named in the error.
 * Throws ReportError: not JSON (with line and column), another version, or the first field that is missing or wrong.
 */
export function parseResult(text: string, source: string): RunResult {
  const value = parseJson(text, source);
  const version = (value as { version?: unknown } | null)?.version;
  if (typeof version === 'number' && version !== RESULT_VERSION) {
    const newer = version > RESULT_VERSION ? ' It was written by a newer rehearse.' : '';
    throw new ReportError(
      `'${source}' is a result of version ${version}; this rehearse reads version ${RESULT_VERSION}.${newer}`,
    );
  }
  const problem = findProblem(value, resultSchema());
  if (problem !== null) {
    const where = problem.path === '' ? 'it' : `'${problem.path}'`;
    throw new ReportError(`'${source}' is not a result of rehearse: ${where} ${problem.what}.`);
  }
  return value as RunResult;
}

function parseJson(text: string, source: string): unknown {
  if (text.trim() === '') throw new ReportError(`'${source}' is empty, not a result of rehearse.`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ReportError(`'${source}' is not JSON: ${whereItBroke(text, (error as Error).message)}.`);
  }
}

/** The place of the fault as line, column and position, and what stands there. */
function whereItBroke(text: string, message: string): string {
  const position = Number(/at position (\d+)/.exec(message)?.[1] ?? positionOfToken(text));
  const before = text.slice(0, position);
  const line = before.split('\n').length;
  const column = before.length - before.lastIndexOf('\n');
  const place = `line ${line}, column ${column} (position ${before.length})`;
  if (before.length >= text.trimEnd().length) return `it breaks off at ${place}`;
  return `unexpected ${JSON.stringify(text[before.length])} at ${place}`;
}

/**
 * V8 tells no position of an 'Unexpected token'. Every beginning of the text that reaches the token fails because of
 * it, every shorter one for want of an end: so the position can be found by halving.
 */
function positionOfToken(text: string): number {
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (failsWithToken(text.slice(0, middle + 1))) high = middle;
    else low = middle + 1;
  }
  return low;
}

function failsWithToken(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch (error) {
    return (error as Error).message.startsWith('Unexpected token');
  }
}
