/**
 * `rehearse fixtures generate`: rows of the population as CSV or NDJSON, to a file or to stdout, any number of them at
 * the pace of whoever reads. A reader that has seen enough (`| head`) ends it quietly.
 */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import type { Command } from 'commander';
import type { RowFormat, RowKind } from '../fixtures/generate.ts';
import type { PlayProfile } from '../fixtures/index.ts';
import { UsageError } from './errors.ts';
import { reasonOf } from './files.ts';
import {
  DEFAULT_LISTENERS,
  DEFAULT_SEED,
  grouped,
  LARGEST_SEED,
  oneOf,
  pathTo,
  wholeNumber,
} from './options.ts';

/** As in `fixtures/generate.ts`, which is loaded only when rows are made. */
const KINDS = ['listeners', 'plays', 'follows', 'tracks', 'playlists'] as const satisfies readonly RowKind[];
const FORMATS = ['csv', 'ndjson'] as const satisfies readonly RowFormat[];

/** The largest population that the random keys tell apart in every use. */
const LARGEST_POPULATION = 1_000_000_000;
const PROGRESS_MS = 100;

interface GenerateFlags {
  readonly count: number;
  readonly format: RowFormat;
  readonly seed: number;
  readonly listeners?: number;
  readonly plays?: string;
  readonly out?: string;
}

export function registerFixtures(program: Command): void {
  const fixtures = program.command('fixtures').description('rows of the population that the scenarios use');
  fixtures
    .command('generate')
    .description('listeners, plays, follows, tracks or playlists as CSV or NDJSON')
    .argument('<kind>', `what: ${KINDS.join(', ')}`)
    .requiredOption('--count <n>', 'rows', wholeNumber('--count', 1, Number.MAX_SAFE_INTEGER))
    .option('--format <format>', 'csv or ndjson', oneOf('--format', FORMATS), 'csv' as RowFormat)
    .option(
      '--seed <n>',
      'the same seed gives the same rows',
      wholeNumber('--seed', 0, LARGEST_SEED),
      DEFAULT_SEED,
    )
    .option(
      '--listeners <n>',
      `size of the population (default: ${grouped(DEFAULT_LISTENERS)}, or what the rows need)`,
      wholeNumber('--listeners', 1, LARGEST_POPULATION),
    )
    .option('--plays <file>', 'measured tastes: a CSV file of listener,artist,plays')
    .option('--out <file>', 'where to write (default: stdout)', pathTo('file', '--out'))
    .addHelpText(
      'after',
      '\nExample:\n  rehearse fixtures generate plays --count 1000000 --format ndjson --out plays.ndjson',
    )
    .action((kind: string, flags: GenerateFlags) => generate(oneOf('<kind>', KINDS)(kind), flags));
}

async function generate(kind: RowKind, flags: GenerateFlags): Promise<void> {
  const { createPopulation, figures } = await import('../fixtures/index.ts');
  const { generateRows } = await import('../fixtures/generate.ts');
  const needed = listenersFor(kind, flags.count, figures.PLAYLISTS_PER_LISTENER);
  const listeners = flags.listeners ?? Math.max(DEFAULT_LISTENERS, needed);
  const playProfile = flags.plays === undefined ? null : await readProfile(flags.plays);
  const tracks = Math.max(figures.CATALOGUE_TRACKS, kind === 'tracks' ? flags.count : 0);
  try {
    const population = createPopulation({ seed: flags.seed, listeners, tracks, playProfile });
    const chunks = generateRows({ kind, format: flags.format, count: flags.count, population });
    const progress = process.stderr.isTTY === true && (flags.out !== undefined || !process.stdout.isTTY);
    const counted = progress ? withProgress(chunks, flags.count) : chunks;
    if (flags.out === undefined) await writeAll(counted, process.stdout, 'Standard output');
    else await writeFile(counted, flags.out);
  } catch (error) {
    if (error instanceof RangeError)
      throw new UsageError(`${error.message} Choose another --count or --listeners.`);
    throw error;
  }
}

/** Listeners that there must be for this many rows. Every listener follows about four playlists: one is always enough. */
function listenersFor(kind: RowKind, count: number, playlistsPerListener: number): number {
  if (kind === 'listeners' || kind === 'follows') return count;
  return kind === 'playlists' ? Math.ceil(count / playlistsPerListener) : 1;
}

/** Measured tastes from a file; throws an error with exit code 2 that says what is wrong with it. */
export async function readProfile(file: string): Promise<PlayProfile> {
  const { readPlaysFile } = await import('../fixtures/plays-file.ts');
  try {
    return await readPlaysFile(createReadStream(file), file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new UsageError(`'${file}' cannot be read: ${reasonOf(error)}.`);
  }
}

async function writeFile(chunks: AsyncIterable<string>, file: string): Promise<void> {
  const handle = await open(file, 'w').catch((error: unknown) => {
    throw new UsageError(`'${file}' cannot be written: ${reasonOf(error)}. Choose another --out.`);
  });
  const stream = handle.createWriteStream();
  try {
    await writeAll(chunks, stream, `'${file}'`);
    await new Promise<void>((resolve, reject) => stream.once('error', reject).end(() => resolve()));
  } finally {
    stream.destroy();
  }
}

/** Writes at the pace of the stream. A closed pipe ends it without an error; what else goes wrong is a UsageError. */
export async function writeAll(chunks: AsyncIterable<string>, stream: Writable, name: string): Promise<void> {
  let failure: NodeJS.ErrnoException | null = null;
  let wake: (() => void) | null = null;
  const onError = (error: NodeJS.ErrnoException) => {
    failure = error;
    wake?.();
  };
  const onMove = () => wake?.();
  stream.on('error', onError).on('drain', onMove).on('close', onMove);
  try {
    for await (const chunk of chunks) {
      if (failure === null && !stream.destroyed && !stream.write(chunk))
        await new Promise<void>((resolve) => {
          wake = resolve;
          if (stream.destroyed) resolve();
        });
      if (failure !== null || stream.destroyed) break;
    }
  } finally {
    stream.off('drain', onMove).off('close', onMove);
    // The listener for errors stays: a late one after a closed pipe must not end the process with a stack.
  }
  const { code } = (failure ?? {}) as NodeJS.ErrnoException;
  if (failure !== null && code !== 'EPIPE' && code !== 'ERR_STREAM_DESTROYED')
    throw new UsageError(`${name} cannot be written: ${reasonOf(failure)}.`);
}

/** Passes chunks on and keeps one line on stderr up to date. */
async function* withProgress(chunks: AsyncIterable<string>, count: number): AsyncGenerator<string> {
  let rows = 0;
  let shownMs = performance.now();
  let shown = false;
  try {
    for await (const chunk of chunks) {
      yield chunk;
      for (let at = chunk.indexOf('\n'); at >= 0; at = chunk.indexOf('\n', at + 1)) rows++;
      if (performance.now() - shownMs < PROGRESS_MS) continue;
      shownMs = performance.now();
      shown = true;
      process.stderr.write(`\r\u001b[2K${grouped(Math.min(rows, count))} of ${grouped(count)} rows`);
    }
  } finally {
    if (shown) process.stderr.write('\r\u001b[2K');
  }
}
