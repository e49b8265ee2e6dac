/**
 * `rehearse serve`: the system on localhost, for k6, curl and a browser. What it prints is what somebody needs who has
 * never seen it: the address, a token, a first request, and the load that can be sent.
 */
import { type Command, Option } from 'commander';
import type { Setting } from '../reports/result.ts';
import type { ServeOptions } from '../system/modes/live-server.ts';
import { UnavailableError, UsageError } from './errors.ts';
import { findScenarios } from './find-scenarios.ts';
import { onInterrupt } from './interrupt.ts';
import { grouped, keyAndValue, LARGEST_SEED, wholeNumber } from './options.ts';
import { didYouMean } from './suggest.ts';
import { productVersion } from './version.ts';

interface Options {
  readonly port: number;
  readonly listeners: number;
  readonly seed: number;
  readonly costs: boolean;
  readonly set?: ReadonlyMap<string, string>;
  readonly scenario?: string;
  readonly case?: string;
  readonly arm?: string;
  readonly maxInFlight: number;
  readonly json?: boolean;
}

/** Requests in flight beyond which a laptop queues rather than works; estimate. */
const MAX_IN_FLIGHT = 2_000;
/** A process this far behind answers everything late: twice the gateway's deadline. */
const MAX_LAG_MS = 1_000;

export function registerServe(program: Command): void {
  program
    .command('serve')
    .description('run the system on localhost over HTTP, on embedded engines, for k6, curl or a browser')
    .option('--port <n>', 'port on 127.0.0.1; 0 takes a free one', wholeNumber('--port', 0, 65_535), 8_080)
    .option('--listeners <n>', 'population', wholeNumber('--listeners', 1_000, 500_000_000), 1_000_000)
    .option('--seed <n>', 'seed of the population and the models', wholeNumber('--seed', 0, LARGEST_SEED), 1)
    .option('--no-costs', 'engines and network take no time: only the work itself does')
    .option('--set <knob=value>', 'turn a knob (repeat for more); see show', keyAndValue('--set'))
    .option('--scenario <name>', 'configure it as an arm of this scenario, to feel its incident')
    .option('--arm <name>', 'the arm (default: broken)')
    .option('--case <name>', 'the case, where the scenario has several')
    .addOption(
      new Option('--max-in-flight <n>', 'requests at once; further ones are shed with 503')
        .argParser(wholeNumber('--max-in-flight', 1, 1_000_000))
        .default(MAX_IN_FLIGHT),
    )
    .option('--json', 'print one line of JSON when it listens')
    .addHelpText(
      'after',
      '\nExamples:\n  rehearse serve\n  rehearse serve --no-costs --port 9000\n  rehearse serve --scenario hot-partition --arm broken\nThen, in another terminal: rehearse load browse',
    )
    .action(async (options: Options) => {
      await serve(options);
    });
}

async function serve(options: Options): Promise<void> {
  const setUp = await configure(options);
  const { startLiveServer } = await import('../system/modes/live-server.ts');
  let fault: Error | null = null;
  const broken = Promise.withResolvers<void>();
  const live = await startLiveServer({
    ...setUp,
    port: options.port,
    seed: options.seed,
    listeners: options.listeners,
    costs: options.costs,
    plays: null,
    version: productVersion(),
    maxInFlight: options.maxInFlight,
    maxLagMs: MAX_LAG_MS,
    onFault(error) {
      fault = error;
      broken.resolve();
    },
    onDefect(error, correlationId) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      process.stderr.write(`rehearse: defect, correlation id ${correlationId}: ${text}\n`);
    },
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') throw error;
    throw new UnavailableError(
      `Port ${options.port} on 127.0.0.1 cannot be used (${error.code}): stop what has it, or take another with --port.`,
    );
  });
  if (options.json) process.stdout.write(`${JSON.stringify({ url: live.url, pid: process.pid })}\n`);
  else process.stdout.write(welcome(live.url, options));
  const interrupt = onInterrupt(() =>
    process.stderr.write('Stopping: requests in flight are finished. Press Ctrl-C again to end at once.\n'),
  );
  await Promise.race([
    broken.promise,
    new Promise((resolve) => interrupt.signal.addEventListener('abort', resolve)),
  ]);
  await live.close();
  interrupt.release();
  if (fault !== null) throw fault;
  const { count, p50Ms, p99Ms } = live.system.lateness();
  process.stderr.write(
    `${grouped(count)} calls answered; the process was behind its own clock by ${p50Ms.toFixed(2)} ms at the median and ${p99Ms.toFixed(2)} ms at p99.\n`,
  );
}

type SetUp = Pick<ServeOptions, 'configuration' | 'hotPlaylists'>;

async function configure(options: Options): Promise<SetUp> {
  const { configurationOf } = await import('../scenarios/harness/configuration.ts');
  const { checkSetting } = await import('../system/modes/knobs.ts');
  const settings: Record<string, Setting> = {};
  for (const [name, text] of options.set ?? []) settings[name] = checkSetting(name, text);
  if (options.scenario === undefined) {
    if (options.arm !== undefined || options.case !== undefined)
      throw new UsageError('--arm and --case need a --scenario to be of.');
    const plain = { name: 'plain', set: {} };
    const configuration = configurationOf(plain, plain, options.listeners, settings);
    return { configuration, hotPlaylists: { count: 0, followers: 0 } };
  }
  const [found] = await findScenarios([options.scenario]);
  const { scenario } = found!;
  const testCase = pick('case', options.case ?? scenario.cases[0]!.name, scenario.cases);
  const arm = pick('arm', options.arm ?? 'broken', testCase.arms);
  return {
    configuration: configurationOf(testCase, arm, options.listeners, settings),
    hotPlaylists: scenario.load.hotPlaylists ?? { count: 0, followers: 0 },
  };
}

function pick<T extends { readonly name: string }>(what: string, name: string, from: readonly T[]): T {
  const found = from.find((one) => one.name === name);
  if (found !== undefined) return found;
  const names = from.map((one) => one.name);
  throw new UsageError(
    `There is no ${what} '${name}' here.${didYouMean(name, names)} There are: ${names.join(', ')}.`,
  );
}

function welcome(url: string, { listeners, seed, costs, scenario, arm }: Options): string {
  const engines = costs ? 'embedded engines at their modelled speed' : 'embedded engines without costs';
  const as = scenario === undefined ? '' : `, as ${scenario} / ${arm ?? 'broken'}`;
  return `Rehearsal listens on ${url} (${engines}${as}, ${grouped(listeners)} listeners, seed ${seed}).

  A token     TOKEN=$(curl -s -u rehearsal-load:rehearse -d grant_type=client_credentials \\
                -d listener=u000000042 -d 'scope=playlist:read playlist:write search' \\
                ${url}/oauth/token | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
  A request   curl -H "Authorization: Bearer $TOKEN" ${url}/v1/playlists/p1
  All routes  ${url}/openapi.json
  Load        rehearse load browse --target ${url}

Ctrl-C stops it.
`;
}
