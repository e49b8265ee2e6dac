/** `rehearse validate`: measures the kernel against the laws that theory fixes. */
import type { Command } from 'commander';
import type { Law, LawResult } from '../laws/index.ts';
import { didYouMean } from '../system/runtime/suggest.ts';
import { EXIT, UsageError } from './errors.ts';
import { ProgressLine } from './progress.ts';
import { columns, heading, terminalWidth } from './text.ts';

interface ValidateOptions {
  readonly json?: boolean;
  readonly only?: readonly string[];
}

export function registerValidate(program: Command): void {
  program
    .command('validate')
    .description('measure the laws of queueing, caching and retrying on the kernel')
    .option('--json', 'print JSON')
    .option('--only <name>', 'only laws whose name contains this (repeat for more)', another)
    .addHelpText(
      'after',
      "\nExample:\n  rehearse validate --only 'M/M/1 at 0.7'\n\nExit code 1 when a law fails. All of them take about a minute.",
    )
    .action(validate);
}

/** Names of laws contain commas, so a list would be ambiguous: the option is given again instead. */
function another(word: string, before: readonly string[] = []): readonly string[] {
  return [...before, word];
}

async function validate(options: ValidateOptions): Promise<void> {
  const { DEFAULT_SEEDS, laws, runLaws } = await import('../laws/index.ts');
  const chosen = new Set(chosenLaws(laws, options.only ?? ['']));
  const progress = new ProgressLine(process.stderr);
  let results: LawResult[];
  try {
    results = await runLaws({
      seeds: DEFAULT_SEEDS,
      filter: (law) => chosen.has(law),
      onProgress: (state) => progress.update({ ...state, detail: '' }),
    });
  } finally {
    progress.end();
  }
  process.stdout.write(
    options.json ? `${JSON.stringify(results, null, 2)}\n` : table(results, terminalWidth(process.stdout)),
  );
  if (results.some(({ verdict }) => verdict === 'fail')) process.exitCode = EXIT.refuted;
}

function chosenLaws(laws: readonly Law[], words: readonly string[]): Law[] {
  const named = (law: Law, word: string) => law.name.toLowerCase().includes(word.toLowerCase());
  for (const word of words) {
    if (laws.some((law) => named(law, word))) continue;
    const names = laws.map(({ name }) => name);
    throw new UsageError(
      `No law has '${word}' in its name.${didYouMean(word, names)} rehearse validate --json lists all names.`,
    );
  }
  return laws.filter((law) => words.some((word) => named(law, word)));
}

function table(results: readonly LawResult[], width: number): string {
  const rows = results.map((result) => [
    result.verdict,
    `${figure(result.expected)}${result.bias === 0 ? '' : ` ±${figure(result.bias)}`}`,
    figure(result.measured),
    `${figure(result.interval[0])} to ${figure(result.interval[1])}`,
    `${result.name}${result.unit === '1' ? '' : ` (${result.unit})`}${failure(result)}`,
  ]);
  const held = results.filter(({ verdict }) => verdict === 'pass').length;
  const title = ['', 'expected', 'measured', 'interval (99.9 %)', 'law'];
  const verdict =
    held === results.length
      ? `${held} of ${results.length} laws hold.`
      : `${results.length - held} of ${results.length} laws fail.`;
  const limits = results.some(({ bias }) => bias > 0)
    ? '\n± a known bias: the law is a limit or an approximation, and the interval may miss it by as much.\n'
    : '';
  return `${columns([title, ...rows], width, '')}\n${limits}\n${heading(verdict, process.stdout)}\n`;
}

function failure({ reason, tolerance, source }: LawResult): string {
  return reason === null ? '' : `: ${reason} of ${figure(tolerance)}. Source: ${source}`;
}

/** Four significant digits, without an exponent. */
function figure(value: number): string {
  if (value === 0) return '0';
  const digits = Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(6, digits));
}
