/**
 * The command line. Each command is a file of its own that loads what it needs when it runs, so that help and lists
 * appear at once. Whatever goes wrong ends here: one sentence on stderr, an exit code, and a stack only on request.
 */
import { Command, CommanderError } from 'commander';
import { registerBench } from './bench.ts';
import { registerCertificates } from './certificates.ts';
import { registerCompare } from './compare.ts';
import { registerEdge } from './edge.ts';
import { EXIT } from './errors.ts';
import { registerEvents } from './events.ts';
import { registerFault } from './fault.ts';
import { reasonOf } from './files.ts';
import { registerFixtures } from './fixtures.ts';
import { registerInit } from './init.ts';
import { registerList } from './list.ts';
import { registerLoad } from './load.ts';
import { registerReport } from './report.ts';
import { registerRun } from './run.ts';
import { registerSearch } from './search.ts';
import { registerServe } from './serve.ts';
import { type Ending, logEnding } from './serve-telemetry.ts';
import { registerShow } from './show.ts';
import { registerValidate } from './validate.ts';
import { productVersion } from './version.ts';

/** A process that runs one command line (without node and script). */
export function main(argv: readonly string[]): Promise<void> {
  ignoreClosedPipes();
  return runCommandLine(argv);
}

/** Runs one and sets the exit code of the process. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  const debug = argv.includes('--debug') || (process.env.REHEARSE_DEBUG ?? '') !== '';
  const program = createProgram();
  try {
    await program.parseAsync(
      argv.filter((word) => word !== '--debug'),
      { from: 'user' },
    );
  } catch (error) {
    const command = commandOf(program, argv);
    const ending = endingOf(error, debug, command);
    const told = command === ' serve' && (await logEnding(argv, ending, debug));
    if (!told) tell(ending, debug);
    process.exitCode = ending.exitCode;
  }
}

export function createProgram(): Command {
  const program = new Command('rehearse')
    .description('Rehearse the outages of a music-streaming backend in virtual time.')
    .version(productVersion(), '-V, --version')
    .option('--debug', 'show the stack of an error')
    .helpCommand('help [command]', 'help for a command')
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({ outputError: () => {} })
    .addHelpText(
      'after',
      '\nExample:\n  rehearse run hot-partition\n\nExit codes: 0 confirmed, 1 refuted, inconclusive, regressed or cannot tell, 2 bad usage or input,\n3 not available, 4 internal error, 130 interrupted.',
    );
  registerList(program);
  registerShow(program);
  registerRun(program);
  registerServe(program);
  registerEvents(program);
  registerEdge(program);
  registerSearch(program);
  registerFault(program);
  registerCertificates(program);
  registerInit(program);
  registerReport(program);
  registerCompare(program);
  registerValidate(program);
  registerLoad(program);
  registerBench(program);
  registerFixtures(program);
  return program;
}

/** The command that was meant, with those that it belongs to: ' fixtures generate'. */
function commandOf(program: Command, argv: readonly string[]): string {
  let [path, at]: [string, Command | undefined] = ['', program];
  for (const word of argv) {
    at = at.commands.find((one) => one.name() === word);
    if (at === undefined) break;
    path += ` ${word}`;
  }
  return path;
}

/** What the error comes to: one sentence ('' where all has been said), an exit code, and a stack for who asks for it. */
function endingOf(error: unknown, debug: boolean, command: string): Ending {
  if (error instanceof CommanderError) {
    if (error.code === 'commander.help') return { sentence: '', exitCode: EXIT.usage };
    if (error.exitCode === 0) return { sentence: '', exitCode: 0 };
    const [message, ...suggestion] = error.message.replace(/^error: /, '').split('\n');
    const hint = suggestion.join(' ').replace(/^\((.*)\)$/, '$1');
    const said = capitalised(message!.replace(/[.:]$/, ''));
    const sentence = `${said}.${hint === '' ? '' : ` ${hint}`} See rehearse${command} --help.`;
    return { sentence, exitCode: EXIT.usage };
  }
  const { message, exitCode, stack } = describe(error);
  const more = debug ? '' : ' (--debug shows the stack)';
  const sentence = ended(exitCode === null ? `Internal error: ${message}${more}` : message);
  return { sentence, exitCode: exitCode ?? EXIT.internal, stack };
}

function tell({ sentence, stack }: Ending, debug: boolean): void {
  if (sentence !== '') say(sentence);
  if (debug && stack !== undefined) process.stderr.write(`${stack}\n`);
}

function describe(error: unknown): { message: string; exitCode: number | null; stack: string | undefined } {
  if (!(error instanceof Error)) return { message: String(error), exitCode: null, stack: undefined };
  const { exitCode } = error as { exitCode?: unknown };
  // What a scenario file states wrongly is the input of whoever runs it.
  const known = error.name === 'ScenarioError' ? EXIT.usage : null;
  return {
    message: error.message,
    exitCode: typeof exitCode === 'number' ? exitCode : known,
    stack: error.stack,
  };
}

/** What moves cursors and rings bells: words of files, of other systems and of command lines are quoted. Lines may end. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g;

function say(sentence: string): void {
  process.stderr.write(`rehearse: ${ended(sentence).replace(CONTROL, '\ufffd')}\n`);
}

const ended = (sentence: string) => (/[.?!)]$/.test(sentence) ? sentence : `${sentence}.`);

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A reader that has seen enough (`rehearse list | head -1`) is no error. */
function ignoreClosedPipes(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? 0);
    say(`Standard output cannot be written: ${reasonOf(error)}.`);
    process.exit(EXIT.usage);
  });
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
