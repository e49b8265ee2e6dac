/** `rehearse run`: rehearses scenarios, prints what came out and writes the reports. */
import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import type { RunResult, Setting } from '../reports/result.ts';
import { didYouMean } from '../system/runtime/suggest.ts';
import { EXIT, UnavailableError, UsageError } from './errors.ts';
import { type Found, findScenarios } from './find-scenarios.ts';
import { onInterrupt } from './interrupt.ts';
import {
  DEFAULT_LISTENERS,
  DEFAULT_SEED,
  keyAndValue,
  LARGEST_SEED,
  listOf,
  oneOf,
  pathTo,
  wholeNumber,
} from './options.ts';
import { FORMATS, printResult } from './print.ts';
import { amount, ProgressLine } from './progress.ts';
import { REGRESSION_HELP } from './regression-help.ts';
import { replayCommand } from './replay.ts';
import { telemetryWriter } from './telemetry-files.ts';

/** More listeners than the largest service of the kind has accounts: ids are made for half a billion. */
const MOST_LISTENERS = 500_000_000;
/** Verdicts hold at every seed; three show whether the first was luck. */
const DEFAULT_REPEAT = 3;

export interface RunOptions {
  readonly mode: 'simulated' | 'embedded' | 'real';
  readonly seed: number;
  readonly repeat: number;
  readonly arm?: readonly string[];
  readonly listeners: number;
  readonly set?: ReadonlyMap<string, string>;
  readonly plays?: string;
  readonly out: string;
  readonly format: readonly (typeof FORMATS)[number][];
  readonly workers: number;
  readonly baseline?: string;
  readonly drain: 'public' | 'tick' | 'checkpoint';
  readonly telemetry?: boolean;
  readonly json?: boolean;
}

export function registerRun(program: Command): void {
  program
    .command('run')
    .description('rehearse scenarios and judge every arm')
    .argument('<scenario...>', "names, files (./mine.scenario.ts) or 'all'")
    .option(
      '--mode <mode>',
      'simulated, the only one here; along the wall clock the system runs as rehearse serve',
      oneOf('--mode', ['simulated', 'embedded', 'real']),
      'simulated',
    )
    .option('--seed <n>', 'first seed', wholeNumber('--seed', 0, LARGEST_SEED), DEFAULT_SEED)
    .option('--repeat <n>', 'how many seeds, counting up', wholeNumber('--repeat', 1, 10_000), DEFAULT_REPEAT)
    .option(
      '--arm <name>',
      'run only this arm (repeat for more); a part confirms nothing',
      listOf('--arm', null),
    )
    .option(
      '--listeners <n>',
      'size of the population: demand, and the servers that show --knobs marks, scale in steps of half a million; what is one thread (Redis) does not',
      wholeNumber('--listeners', 1, MOST_LISTENERS),
      DEFAULT_LISTENERS,
    )
    .option(
      '--set <knob=value>',
      'turn a knob in every arm (repeat for more), to just this value: --listeners scales what scenarios state, not what is set; see show',
      keyAndValue('--set'),
    )
    .option('--plays <file>', 'measured plays (listener,artist,plays) that shape what is played')
    .option('--out <dir>', 'where reports are written', pathTo('directory', '--out'), 'reports/out')
    .option('--format <list>', 'which reports: html,json,junit,markdown', listOf('--format', FORMATS))
    .option(
      '--workers <n>',
      'threads; changes no result (default: all cores)',
      wholeNumber('--workers', 1, 1024),
    )
    .option(
      '--baseline <file>',
      'a result.json to compare with; exit 1 on a regression, or where that cannot be told',
    )
    .option(
      '--drain <way>',
      'how promises are drained: public, tick or checkpoint; changes no result',
      oneOf('--drain', ['public', 'tick', 'checkpoint']),
      'checkpoint',
    )
    .option('--telemetry', 'write metrics and traces of every run into DIR/telemetry; changes no result')
    .option('--json', 'print the result as JSON instead of a table')
    .addHelpText(
      'after',
      '\nExamples:\n  rehearse run hot-partition\n  rehearse run all --seed 7 --listeners 500000 --out /tmp/report\n  rehearse run hot-partition --set cassandra.coresPerNode=4\n\nA baseline: ' +
        REGRESSION_HELP,
    )
    .action(async (words: string[], options: RunOptions) => {
      process.exitCode = await run(words, {
        ...options,
        format: options.format ?? FORMATS,
        workers: options.workers ?? availableParallelism(),
      });
    });
}

async function run(words: readonly string[], options: RunOptions): Promise<number> {
  refuseMissingModes(options.mode);
  const seeds = Array.from({ length: options.repeat }, (_, i) => options.seed + i);
  if (seeds.at(-1)! > LARGEST_SEED)
    throw new UsageError('--seed plus --repeat is larger than a whole number can be.');
  const found = await findScenarios(words);
  checkArms(found, options.arm);
  const settings = await checkedSettings(options.set);
  const { ensureWritable, readResult } = await import('./files.ts');
  const baseline = options.baseline === undefined ? null : await readResult(options.baseline);
  ensureWritable(options.out);
  const plays = options.plays === undefined ? null : await readPlays(options.plays);

  const progress = new ProgressLine(process.stderr);
  const interrupt = onInterrupt((sentence) => progress.say(sentence));
  let announced = false;
  let result: RunResult;
  let kept = null as RunResult | null;
  try {
    const { runScenarios } = await import('../scenarios/harness/run.ts');
    const { verdictLine } = await import('./verdict-line.ts');
    result = await runScenarios({
      scenarios: found,
      seeds,
      listeners: options.listeners,
      arms: options.arm ?? null,
      settings,
      plays,
      workers: options.workers,
      drain: options.drain,
      command: replayCommand(
        found.map(({ word }) => word),
        options,
      ),
      commandFor: (name) =>
        replayCommand([found.find(({ scenario }) => scenario.name === name)?.word ?? name], options),
      onProgress({ playsSoFar, ...state }) {
        if (!announced) announce(progress, found, seeds, options);
        announced = true;
        progress.update({ ...state, detail: playsSoFar > 0 ? `${amount(playsSoFar)} plays` : '' });
      },
      onVerdict(verdict) {
        if (!interrupt.signal.aborted) progress.say(`  ${verdictLine(verdict)}`);
      },
      ...(options.telemetry === true ? { onTelemetry: telemetryWriter(options.out) } : {}),
      onKept(finished) {
        kept = finished;
      },
      signal: interrupt.signal,
    });
  } catch (error) {
    progress.end();
    if (kept !== null) await printResult(kept, null, options);
    throw error;
  } finally {
    progress.end();
    interrupt.release();
  }
  return conclude(result, baseline, options, interrupt.signal.aborted);
}

function refuseMissingModes(mode: RunOptions['mode']): void {
  if (mode === 'simulated') return;
  if (mode === 'embedded')
    throw new UnavailableError(
      "Mode 'embedded' is not a way to run a scenario: rehearse serve is the embedded system, and rehearse load sends it traffic.",
    );
  throw new UnavailableError(`Mode '${mode}' is not available in this version: use --mode simulated.`);
}

function checkArms(found: readonly Found[], arms: readonly string[] | undefined): void {
  const known = [
    ...new Set(found.flatMap(({ scenario }) => scenario.cases.flatMap((c) => c.arms.map((a) => a.name)))),
  ];
  for (const arm of arms ?? []) {
    if (known.includes(arm)) continue;
    throw new UsageError(
      `There is no arm '${arm}' here.${didYouMean(arm, known)} The arms are: ${known.join(', ')}.`,
    );
  }
}

async function checkedSettings(
  given: ReadonlyMap<string, string> = new Map(),
): Promise<Record<string, Setting>> {
  const settings: Record<string, Setting> = {};
  if (given.size === 0) return settings;
  const { checkSetting } = await import('../system/modes/knobs.ts');
  for (const [name, text] of given) settings[name] = checkSetting(name, text);
  return settings;
}

/** In the form in which threads can share it. */
async function readPlays(file: string): Promise<unknown> {
  const { readProfile } = await import('./fixtures.ts');
  return (await readProfile(file)).toTransferable();
}

function announce(
  progress: ProgressLine,
  found: readonly Found[],
  seeds: readonly number[],
  options: RunOptions,
): void {
  const names = found.map(({ scenario }) => scenario.name).join(', ');
  const seedText = seeds.length === 1 ? `seed ${seeds[0]}` : `seeds ${seeds[0]} to ${seeds.at(-1)}`;
  progress.say(
    `Rehearsing ${names} with ${options.listeners.toLocaleString('en-US')} listeners at ${seedText}, ${options.workers} at a time.`,
  );
}

async function conclude(
  result: RunResult,
  baseline: RunResult | null,
  options: RunOptions,
  interrupted: boolean,
): Promise<number> {
  const regressed = await printResult(result, baseline, options);
  if (interrupted) return EXIT.interrupted;
  return result.confirmed && !regressed ? EXIT.confirmed : EXIT.refuted;
}
