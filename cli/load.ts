/** `rehearse load`: sends the traffic of a load profile to a live system, by k6 or by the own generator. */
import type { Command } from 'commander';
import type { LoadEngine } from '../scenarios/harness/live/live-load.ts';
import type { RunningThere } from '../scenarios/harness/live/running.ts';
import type { Scenario } from '../scenarios/harness/scenario.ts';
import type { Profile } from '../scenarios/load/profiles.ts';
import { didYouMean } from '../system/runtime/suggest.ts';
import { EXIT, UnavailableError, UsageError } from './errors.ts';
import { findScenario } from './find-scenarios.ts';
import { onInterrupt } from './interrupt.ts';
import {
  AUTHORITY_OPTION,
  DEFAULT_LISTENERS,
  DEFAULT_SEED,
  grouped,
  LARGEST_SEED,
  listOf,
  oneOf,
  pathTo,
  wholeNumber,
} from './options.ts';
import { FORMATS, printResult } from './print.ts';
import { ProgressLine } from './progress.ts';
import { commandLine } from './replay.ts';

export interface LoadOptions {
  readonly target: string;
  readonly allowRemote?: boolean;
  readonly ca?: string;
  readonly rate?: number;
  readonly duration?: number;
  readonly seed?: number;
  readonly listeners?: number;
  readonly repeat: number;
  readonly out: string;
  readonly format?: readonly (typeof FORMATS)[number][];
  readonly engine: 'auto' | 'k6' | 'own';
  readonly json?: boolean;
  readonly scenario?: string;
  readonly arm?: string;
}

const LONGEST_S = 7 * 24 * 3_600;
const FASTEST = 100_000;

export function registerLoad(program: Command): void {
  program
    .command('load')
    .description('send a load profile to a live system (rehearse serve) and judge what came back')
    .argument('[profile]', 'browse, play, edit, search, add-track or soak')
    .option(
      '--scenario <name>',
      'instead: what this scenario sends in its trigger phase, by the own generator',
    )
    .option(
      '--arm <name>',
      'of it: one without the fault sends what is left (default: the one that is served)',
    )
    .option('--target <url>', 'where the system listens', 'http://127.0.0.1:8080')
    .option('--allow-remote', 'the target may be another machine: make sure that it is yours')
    .option(...AUTHORITY_OPTION)
    .option(
      '--rate <n>',
      'journeys begun per second (default: the profile’s)',
      wholeNumber('--rate', 1, FASTEST),
    )
    .option(
      '--duration <s>',
      'measured seconds after the warm-up (default: the profile’s)',
      wholeNumber('--duration', 1, LONGEST_S),
    )
    .option(
      '--seed <n>',
      'seed of the population that the target serves (default: as it says itself)',
      wholeNumber('--seed', 0, LARGEST_SEED),
    )
    .option(
      '--repeat <n>',
      'how many runs, each with other requests: five or more for compare',
      wholeNumber('--repeat', 1, 1_000),
      1,
    )
    .option(
      '--listeners <n>',
      'size of that population (default: as the target says)',
      wholeNumber('--listeners', 1_000, 500_000_000),
    )
    .option('--engine <name>', 'auto, k6 or own', oneOf('--engine', ['auto', 'k6', 'own']), 'auto')
    .option('--out <dir>', 'where reports are written', pathTo('directory', '--out'), 'reports/out')
    .option('--format <list>', 'which reports: html,json,junit,markdown', listOf('--format', FORMATS))
    .option('--json', 'print the result as JSON instead of a table')
    .addHelpText(
      'after',
      '\nExamples:\n  rehearse load browse\n  rehearse load browse --repeat 5 --out before    # then change something, and rehearse compare\n  rehearse load soak --duration 3600 --rate 100 --out /tmp/soak\n  rehearse load --scenario hot-partition    # against rehearse serve --scenario hot-partition --arm broken\n\nAn objective is met or missed by a margin of 5 %; what comes nearer to its target is inconclusive.\nRequests are of the population that the target serves; another --seed or --listeners than its own is refused.\nWhere a scenario publishes tracks, some of them are looked for by search until they are found.\n\nk6 makes a user for each journey a second: where it has not begun after a minute, or not ended 45 s after its last\njourney was due, it is stopped, and the result is inconclusive.\nk6 is taken from K6_PATH, the PATH or a container image. Another target than rehearse serve needs its own\nCLIENT_ID and CLIENT_SECRET in the environment; of labels LABEL_CLIENT_ID and LABEL_CLIENT_SECRET.',
    )
    .action(async (name: string | undefined, options: LoadOptions) => {
      process.exitCode = await load(name, options);
    });
}

async function load(name: string | undefined, options: LoadOptions): Promise<number> {
  checkChoice(name, options);
  const named = name === undefined ? null : await profileOf(name);
  const found = options.scenario === undefined ? null : await findScenario(options.scenario);
  const baseUrl = targetOf(options.target, options.allowRemote === true);
  const { ensureWritable, readText } = await import('./files.ts');
  ensureWritable(options.out);
  const { checkReady, runLive } = await import('../scenarios/harness/live/run-live.ts');
  const authority = options.ca === undefined ? null : { file: options.ca, pem: readText(options.ca) };
  await checkReady({ baseUrl, authority });
  const { askWhatRuns } = await import('../scenarios/harness/live/running.ts');
  const running = await askWhatRuns({ baseUrl, authority });
  const { seed, listeners } = populationOf(running, options);
  const profile = named ?? (await trafficOf(found!.scenario, running, { ...options, listeners }));
  const progress = new ProgressLine(process.stderr);
  const interrupt = onInterrupt((sentence) => progress.say(sentence));
  try {
    const engine = await engineOf(options, (sentence) => progress.say(sentence));
    const { loggedInFor, warmUpSeconds } = await import('../scenarios/load/profiles.ts');
    const { runNumber } = await import('../scenarios/load/draws.ts');
    const perSecond = options.rate ?? profile.perSecond;
    const seconds = options.duration ?? profile.seconds;
    const settings = { perSecond, seconds, seed, listeners, warmUpS: warmUpSeconds(seconds) };
    progress.say(
      `Loading ${baseUrl} with ${profile.name} by ${engine.name}: ${grouped(perSecond)} journeys a second for ${grouped(seconds)} s after ${settings.warmUpS} s of warm-up.`,
    );
    const result = await runLive({
      load: {
        ...settings,
        profile,
        baseUrl,
        authority,
        running,
        loggedIn: loggedInFor(perSecond, listeners),
        repetition: 0,
        run: runNumber(Date.now()),
        ...(await credentialsOf(process.env)),
      },
      repeat: options.repeat,
      engine,
      command: replay(profile, baseUrl, settings, options),
      signal: interrupt.signal,
      onProgress({ run, elapsedS, totalS, requests, failed, dropped, waitsFor }) {
        const done = Math.min(totalS, Math.floor(elapsedS));
        const failures =
          failed + dropped > 0 ? `, ${grouped(failed)} failed, ${grouped(dropped)} dropped` : '';
        const which = options.repeat === 1 ? '' : `run ${run} of ${options.repeat}`;
        const running = [which, waitsFor].filter((part) => part !== '').join(', ');
        const detail = `${grouped(requests)} requests${failures}`;
        progress.update({
          done,
          total: totalS,
          unit: 's',
          leftMs: (totalS - elapsedS) * 1_000,
          running,
          detail,
        });
      },
    });
    progress.end();
    await printResult(result, null, { ...options, format: options.format ?? FORMATS });
    if (interrupt.signal.aborted) return EXIT.interrupted;
    return result.confirmed ? EXIT.confirmed : EXIT.refuted;
  } finally {
    progress.end();
    interrupt.release();
  }
}

function checkChoice(name: string | undefined, { scenario, arm, engine }: LoadOptions): void {
  if ((name === undefined) === (scenario === undefined))
    throw new UsageError('load takes the name of a profile, such as browse, or a --scenario, and not both.');
  if (arm !== undefined && scenario === undefined) throw new UsageError('--arm needs a --scenario to be of.');
  if (scenario !== undefined && engine === 'k6')
    throw new UsageError('The traffic of a --scenario is sent by the own generator: leave --engine k6 out.');
}

interface Population {
  readonly seed: number;
  readonly listeners: number;
}

/** The target's own, unless it does not say: requests are drawn, and answers judged, by the population that it serves. */
function populationOf(
  running: RunningThere | null,
  given: Pick<LoadOptions, 'seed' | 'listeners'>,
): Population {
  const seed = running?.seed ?? given.seed ?? DEFAULT_SEED;
  const listeners = running?.listeners ?? given.listeners ?? DEFAULT_LISTENERS;
  const other: string[] = [];
  if (given.seed !== undefined && given.seed !== seed) other.push(`--seed ${given.seed}`);
  if (given.listeners !== undefined && given.listeners !== listeners)
    other.push(`--listeners ${given.listeners}`);
  if (other.length === 0) return { seed, listeners };
  throw new UsageError(
    `The target serves --seed ${seed} --listeners ${listeners}, and ${other.join(' ')} was given: answers would be held against another population. Leave it out, and the target’s is taken.`,
  );
}

/** The scenario's traffic of its trigger, as the arm sees it: the named one, else the one that the target runs. */
async function trafficOf(
  scenario: Scenario,
  running: RunningThere | null,
  { listeners, arm }: Pick<Population, 'listeners'> & Pick<LoadOptions, 'arm'>,
): Promise<Profile> {
  if (running !== null && running.as?.scenario !== scenario.name)
    throw new UsageError(
      `The target is not served as ${scenario.name}, and has not what its traffic is about: start it with rehearse serve --scenario ${scenario.name}.`,
    );
  const { profileOfScenario } = await import('../scenarios/harness/live/scenario-traffic.ts');
  const arms = scenario.cases.flatMap((testCase) => testCase.arms);
  const served = running?.as?.scenario === scenario.name ? running.as.arm : 'broken';
  const found = arms.find((one) => one.name === (arm ?? served));
  if (found === undefined && arm !== undefined) {
    const names = [...new Set(arms.map((one) => one.name))];
    throw new UsageError(
      `There is no arm '${arm}' in ${scenario.name}.${didYouMean(arm, names)} There are: ${names.join(', ')}.`,
    );
  }
  return profileOfScenario(scenario, { listeners, fault: found?.fault !== false });
}

async function profileOf(name: string): Promise<Profile> {
  const { profiles } = await import('../scenarios/load/profiles.ts');
  const found = profiles.find((profile) => profile.name === name);
  if (found !== undefined) return found;
  const names = profiles.map((profile) => profile.name);
  throw new UsageError(
    `There is no load profile '${name}'.${didYouMean(name, names)} Known are: ${names.join(', ')}.`,
  );
}

const LOOPBACK = /^(localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** The origin of the target. Load on somebody else's machine is an attack: it takes an option of its own. */
export function targetOf(text: string, allowRemote: boolean): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new UsageError(`--target takes an address such as http://127.0.0.1:8080, not '${text}'.`);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new UsageError(`--target takes an http or https address, not '${text}'.`);
  if (url.username !== '' || url.password !== '')
    throw new UsageError('--target takes an address without user and password.');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw new UsageError(`--target takes the origin alone, such as ${url.origin}, not '${text}'.`);
  if (!allowRemote && !LOOPBACK.test(url.hostname))
    throw new UsageError(
      `'${url.hostname}' is not this machine: load goes to a loopback address, unless --allow-remote says that the target is yours.`,
    );
  return url.origin;
}

async function engineOf(
  { engine: wanted, ca, scenario }: LoadOptions,
  say: (sentence: string) => void,
): Promise<LoadEngine> {
  if (wanted !== 'own' && scenario === undefined) {
    const { findK6, HOW_TO_GET_K6 } = await import('./find-k6.ts');
    const { found, refused } = await findK6(process.env, ca ?? null);
    if (found !== null) {
      const { createK6Engine } = await import('../scenarios/harness/live/k6.ts');
      return createK6Engine(found);
    }
    const why = `${refused === null ? '' : `${refused} `}${HOW_TO_GET_K6}`;
    if (wanted === 'k6') throw new UnavailableError(why);
    say(`${why}. The own generator sends the load instead.`);
  }
  const { ownEngine } = await import('../scenarios/harness/live/open-loop.ts');
  return ownEngine;
}

/** What `rehearse serve` knows, unless the environment has others. */
async function credentialsOf(environment: Readonly<Record<string, string | undefined>>) {
  const { DEVELOPMENT, DEVELOPMENT_LABELS } = await import('../scenarios/load/login.ts');
  const given = (prefix: string, { client, secret }: typeof DEVELOPMENT) => ({
    client: environment[`${prefix}CLIENT_ID`] ?? client,
    secret: environment[`${prefix}CLIENT_SECRET`] ?? secret,
  });
  return { credentials: given('', DEVELOPMENT), labelCredentials: given('LABEL_', DEVELOPMENT_LABELS) };
}

function replay(
  profile: Profile,
  target: string,
  { perSecond, seconds, seed, listeners }: Population & { perSecond: number; seconds: number },
  { allowRemote, ca, engine, repeat, scenario, arm }: LoadOptions,
): string {
  const what = scenario === undefined ? [profile.name] : ['--scenario', scenario];
  if (arm !== undefined) what.push('--arm', arm);
  const words = ['load', ...what, '--target', target, '--rate', perSecond, '--duration', seconds];
  words.push('--seed', seed, '--listeners', listeners);
  if (repeat > 1) words.push('--repeat', repeat);
  if (engine !== 'auto') words.push('--engine', engine);
  if (ca !== undefined) words.push('--ca', ca);
  if (allowRemote === true) words.push('--allow-remote');
  return commandLine(words.map(String));
}
