/** Options of `rehearse serve` that say what it shows of itself, and what follows from them. */
import { type Command, Option } from 'commander';
import type { LiveTelemetryOptions, LogMode } from '../system/modes/live-telemetry.ts';
import { UsageError } from './errors.ts';
import { oneOf, wholeNumber } from './options.ts';
import { productVersion } from './version.ts';

export interface TelemetryWords {
  readonly sampling: number;
  readonly otlp?: string;
  readonly log: LogMode;
  readonly adminPort?: number;
  readonly service?: string;
}

/** One request of a hundred. */
const SAMPLING = 0.01;

export function addTelemetryOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--sampling <share>', 'requests that are traced, 0 to 1; PUT /admin/sampling changes it')
        .argParser(share)
        .default(SAMPLING),
    )
    .option('--otlp <url>', 'collector for traces, by OTLP over HTTP (http://127.0.0.1:4318)', address)
    .addOption(
      new Option(
        '--log <how>',
        'what is logged to stderr: json or pretty (every request; of errors 5xx that repeat, three in ten seconds), warnings, off',
      )
        .argParser(oneOf('--log', ['json', 'pretty', 'warnings', 'off']))
        .default('warnings'),
    )
    .option(
      '--admin-port <n>',
      'with --service: its metrics, traces, /healthz and /readyz over HTTP; 0 takes a free port',
      wholeNumber('--admin-port', 0, 65_535),
    );
}

export function telemetryOf(words: TelemetryWords): LiveTelemetryOptions {
  if (words.adminPort !== undefined && words.service === undefined)
    throw new UsageError('--admin-port needs a --service: the whole system shows /metrics on its own port.');
  return {
    sampling: words.sampling,
    log: words.log,
    otlp: words.otlp ?? null,
    version: productVersion(),
    write: (text) => {
      process.stderr.write(text);
    },
  };
}

/** Sentences for whoever started the process: as they are, or as lines of the log where all of stderr is one. */
export async function notesOf(words: TelemetryWords): Promise<(action: string, sentence: string) => void> {
  const { log: mode, version, write } = telemetryOf(words);
  if (mode !== 'json') return (_action, sentence) => write(`${sentence}\n`);
  const { logNotes } = await import('../system/modes/live-telemetry.ts');
  return logNotes({ mode, version, write, service: words.service ?? 'gateway' });
}

/** How a command line ended that did not do what it said. */
export interface Ending {
  /** '': all has been said. */
  readonly sentence: string;
  readonly exitCode: number;
  readonly stack?: string | undefined;
}

/**
 * Makes it a line of the log where all of stderr is one; false: it is not. The words themselves are asked, since an option
 * that cannot be read may stand before the one about the log.
 */
export async function logEnding(argv: readonly string[], ending: Ending, debug: boolean): Promise<boolean> {
  if (ending.sentence === '' || lastOf(argv, '--log') !== 'json') return false;
  const { EventLog } = await import('../system/modes/live-telemetry.ts');
  const write = (text: string) => {
    process.stderr.write(text);
  };
  const named = lastOf(argv, '--service');
  const service = named !== undefined && /^[a-z]+$/.test(named) ? named : 'gateway';
  new EventLog({ mode: 'json', write, service, version: productVersion() }).ended({
    ...ending,
    stack: debug ? ending.stack : undefined,
  });
  return true;
}

/** The value that an option has in the end: '--log json' or '--log=json'. */
function lastOf(argv: readonly string[], option: string): string | undefined {
  const values = argv.map((word, index) =>
    word.startsWith(`${option}=`)
      ? word.slice(option.length + 1)
      : word === option
        ? argv[index + 1]
        : undefined,
  );
  return values.findLast((value) => value !== undefined);
}

function share(text: string): number {
  const value = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 0 && value <= 1) return value;
  throw new UsageError(`--sampling takes a share from 0 to 1, such as 0.01, not '${text}'.`);
}

function address(text: string): string {
  if (/^https?:\/\/[^\s/]+/.test(text) && URL.canParse(text)) return text;
  throw new UsageError(
    `--otlp takes the address of a collector, such as http://127.0.0.1:4318, not '${text}'.`,
  );
}
