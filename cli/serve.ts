/**
 * `rehearse serve`: the system on localhost, for k6, curl and a browser. What it prints is what somebody needs who has
 * never seen it: the address, a token, a first request, and the load that can be sent.
 */
import { type Command, Option } from 'commander';
import type { Setting } from '../reports/result.ts';
import type { Scenario } from '../scenarios/harness/scenario.ts';
import type { Running } from '../system/modes/live-server.ts';
import type { LiveServiceOptions, Upstreams } from '../system/modes/live-service.ts';
import type { ServiceApis } from '../system/modes/services.ts';
import { didYouMean } from '../system/runtime/suggest.ts';
import { UnavailableError, UsageError } from './errors.ts';
import { findScenarios } from './find-scenarios.ts';
import { onInterrupt } from './interrupt.ts';
import { journalIn } from './journal.ts';
import {
  DEFAULT_LISTENERS,
  DEFAULT_SEED,
  grouped,
  keyAndValue,
  LARGEST_SEED,
  oneOf,
  origins,
  pathTo,
  wholeNumber,
} from './options.ts';
import { commandLine } from './replay.ts';
import { addTelemetryOptions, notesOf, type TelemetryWords, telemetryOf } from './serve-telemetry.ts';
import { productVersion } from './version.ts';
import { type Incident, welcome } from './welcome.ts';

interface Options extends TelemetryWords {
  readonly port: number;
  readonly listeners: number;
  readonly seed: number;
  readonly costs: boolean;
  readonly set?: ReadonlyMap<string, string>;
  readonly scenario?: string;
  readonly case?: string;
  readonly arm?: string;
  readonly maxInFlight: number;
  readonly service?: keyof ServiceApis;
  readonly upstream?: ReadonlyMap<string, string>;
  readonly tls?: string;
  readonly data?: string;
  readonly allowOrigin?: readonly string[];
  readonly json?: boolean;
}

/** Services that can run alone; a test holds the list against the contracts. */
export const NAMES: readonly (keyof ServiceApis)[] = [
  'catalogue',
  'playlist',
  'listening',
  'search',
  'delivery',
];

/** Services that cannot: why. */
export const WITH_GATEWAY: Readonly<Record<string, string>> = {
  identity: 'tokens are made by the authorization server, in the gateway’s process',
};

/** Requests in flight beyond which a laptop queues rather than works; estimate. */
const MAX_IN_FLIGHT = 2_000;
/** A process this far behind answers everything late: twice the gateway's deadline. */
const MAX_LAG_MS = 1_000;

export function registerServe(program: Command): void {
  const command = program
    .command('serve')
    .description('run the system on localhost over HTTP, on embedded engines, for k6, curl or a browser')
    .option('--port <n>', 'port on 127.0.0.1; 0 takes a free one', wholeNumber('--port', 0, 65_535), 8_080)
    .option(
      '--listeners <n>',
      'population',
      wholeNumber('--listeners', 1_000, 500_000_000),
      DEFAULT_LISTENERS,
    )
    .option(
      '--seed <n>',
      'seed of the population and the models',
      wholeNumber('--seed', 0, LARGEST_SEED),
      DEFAULT_SEED,
    )
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
    .option('--service <name>', `only this service, by gRPC: ${NAMES.join(', ')}`, splitService('--service'))
    .option(
      '--upstream <name=host:port>',
      'a service that runs in another process (repeat for more)',
      keyAndValue('--upstream', 'playlist=127.0.0.1:9001'),
    )
    .option('--tls <dir>', 'HTTPS, and mutual TLS between services, by the certificates of this folder')
    .option(
      '--data <dir>',
      'keep what is written in a journal there, and begin with what it has',
      pathTo('directory', '--data'),
    )
    .option(
      '--allow-origin <origin>',
      'a site whose pages may embed audio, beside its own (repeat for more)',
      origins('--allow-origin'),
    )
    .option('--json', 'print one line of JSON when it listens');
  addTelemetryOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  rehearse serve\n  rehearse serve --no-costs --port 9000\n  rehearse serve --scenario hot-partition --arm broken\n  rehearse serve --service playlist --port 9001\n  rehearse serve --upstream playlist=127.0.0.1:9001\nThen, in another terminal: rehearse load browse\nIn a script: --json prints its address and its pid once it listens; SIGTERM to that pid ends it when what is in\nflight is answered (npx may keep signals for itself).',
    )
    .action(async (options: Options) => {
      await serve(options);
    });
}

/** What runs until it is told to stop, or breaks. */
interface Live {
  /** What a person is told once it listens. */
  readonly welcome: string;
  readonly json: object;
  readonly system: { lateness(): { count: number; p50Ms: number; p99Ms: number } };
  close(): Promise<void>;
}

async function serve(options: Options): Promise<void> {
  if (options.allowOrigin !== undefined && options.service !== undefined)
    throw new UsageError('--allow-origin is of the whole system: a --service alone gives out no audio.');
  let fault: Error | null = null;
  const broken = Promise.withResolvers<void>();
  const setUp = await configure(options);
  const { as, scenario, configuration, hotPlaylists } = setUp;
  const note = await notesOf(options);
  const shared = {
    configuration,
    hotPlaylists,
    port: options.port,
    seed: options.seed,
    listeners: options.listeners,
    costs: options.costs,
    plays: null,
    ...(options.allowOrigin === undefined ? {} : { allowedOrigins: options.allowOrigin }),
    upstreams: await checkedUpstreams(options.upstream ?? new Map(), options.service),
    journal:
      options.data === undefined
        ? undefined
        : journalIn(options.data, (sentence) => note('journal', sentence)),
    onFault(error: Error) {
      fault = error;
      broken.resolve();
    },
    // The log has them.
    onDefect: () => {},
    observe: telemetryOf(options),
    adminPort: options.adminPort ?? null,
    note,
  };
  const live = await (options.service === undefined
    ? startGateway(options, shared, await runningOf(options, setUp), await incidentOf(scenario, as, options))
    : startService(options.service, options, shared)
  ).catch((error: NodeJS.ErrnoException) => {
    if (!/EADDRINUSE|EACCES/.test(`${error.code} ${error.message}`)) throw error;
    throw new UnavailableError(
      `Port ${options.port} on 127.0.0.1 cannot be used: stop what has it, or take another with --port.`,
    );
  });
  process.stdout.write(
    options.json ? `${JSON.stringify({ ...live.json, pid: process.pid })}\n` : live.welcome,
  );
  const interrupt = onInterrupt(() =>
    note(
      'stopping',
      'Stopping: requests in flight are finished, those that take long are cut off. Press Ctrl-C again to end at once.',
    ),
  );
  await Promise.race([
    broken.promise,
    new Promise((resolve) => interrupt.signal.addEventListener('abort', resolve)),
  ]);
  await live.close();
  interrupt.release();
  if (fault !== null) throw fault;
  const { count, p50Ms, p99Ms } = live.system.lateness();
  note(
    'summary',
    `${grouped(count)} calls answered; the process was behind its own clock by ${p50Ms.toFixed(2)} ms at the median and ${p99Ms.toFixed(2)} ms at p99.`,
  );
}

/** What the server says of itself to whoever measures it. */
async function runningOf(
  { costs, listeners, seed }: Options,
  { as, configuration, standard }: SetUp,
): Promise<Running> {
  const { differenceFrom } = await import('../scenarios/harness/configuration.ts');
  return { as, costs, listeners, seed, changed: differenceFrom(standard, configuration, listeners) };
}

/** How the incident of a scenario is felt; null where none is served. */
async function incidentOf(
  scenario: Scenario | null,
  as: Running['as'],
  { listeners, scenario: named }: Options,
): Promise<Incident | null> {
  if (scenario === null || as === null) return null;
  const { mixText, profileOfScenario } = await import('../scenarios/harness/live/scenario-traffic.ts');
  const { HarnessError } = await import('../scenarios/harness/run.ts');
  const { hotPlaylistId } = await import('../fixtures/ids.ts');
  const count = scenario.load.hotPlaylists?.count ?? 0;
  const hot = Array.from({ length: count }, (_, index) => hotPlaylistId(index));
  // A file is named as it was given.
  const cases = scenario.cases.map(({ name }) => name);
  const about = { scenario: named ?? scenario.name, hot, cases, mix: mixText(scenario, listeners) };
  try {
    profileOfScenario(scenario, { listeners, fault: true });
    return { ...about, sendable: true };
  } catch (error) {
    if (!(error instanceof HarnessError)) throw error;
    return { ...about, sendable: false };
  }
}

interface Shared extends Omit<LiveServiceOptions, 'service' | 'tls'> {
  /** Tells whoever started the process. */
  readonly note: (action: string, sentence: string) => void;
}

async function startGateway(
  options: Options,
  shared: Shared,
  running: Running,
  incident: Incident | null,
): Promise<Live> {
  const { GRACE_MS, startLiveServer } = await import('../system/modes/live-server.ts');
  const certificates = await readTls(options.tls);
  const live = await startLiveServer({
    ...shared,
    running,
    version: productVersion(),
    maxInFlight: options.maxInFlight,
    maxLagMs: MAX_LAG_MS,
    onCut: (connections) =>
      shared.note(
        'cut-off',
        `After ${GRACE_MS / 1_000} s there ${connections === 1 ? 'is still 1 connection: it is' : `are still ${connections} connections: they are`} cut off.`,
      ),
    ...(certificates === null
      ? {}
      : {
          https: { cert: certificates.gatewayCertificate, key: certificates.gatewayKey },
          upstreamTls: {
            authority: certificates.authority,
            certificate: certificates.gatewayCertificate,
            key: certificates.gatewayKey,
          },
        }),
  });
  const { configuration } = shared;
  return {
    ...live,
    json: { url: live.url },
    welcome: welcome(live.url, { ...options, configuration, running, incident }),
  };
}

async function startService(service: keyof ServiceApis, options: Options, shared: Shared): Promise<Live> {
  const { startLiveService } = await import('../system/modes/live-service.ts');
  const certificates = await readTls(options.tls);
  const tls =
    certificates === null
      ? null
      : {
          authority: certificates.authority,
          certificate: certificates.serviceCertificate,
          key: certificates.serviceKey,
        };
  const live = await startLiveService({ ...shared, service, tls });
  const how = tls === null ? 'gRPC' : 'gRPC under mutual TLS';
  return {
    ...live,
    json: { address: live.address, service, ...(live.adminUrl === null ? {} : { admin: live.adminUrl }) },
    welcome: `The service ${service} listens on ${live.address} (${how}). Its engines are in this process: what it stores stays here.\nA gateway that uses it: ${commandLine(['serve', '--upstream', `${service}=${live.address}`, ...(tls === null ? [] : ['--tls', options.tls!])])}\n${needsCatalogue(service, options)}\nCtrl-C stops it.\n`,
  };
}

/** Every edit asks catalogue for its track: what labels publish to another process, the one in this process does not know. */
function needsCatalogue(service: keyof ServiceApis, { upstream }: Options): string {
  if (service !== 'playlist' || upstream?.has('catalogue') === true) return '';
  return 'Tracks are looked up in this process: where catalogue runs apart, start this one with --upstream catalogue=host:port too.\n';
}

async function readTls(folder: string | undefined) {
  if (folder === undefined) return null;
  const { readCertificates } = await import('../system/modes/certificates.ts');
  return readCertificates(folder, new Date());
}

async function checkedUpstreams(
  given: ReadonlyMap<string, string>,
  itself: keyof ServiceApis | undefined,
): Promise<Upstreams> {
  for (const [name, address] of given) {
    splitService('--upstream')(name);
    if (name === itself)
      throw new UsageError(`--upstream ${name} is the service that runs here: leave one of the two out.`);
    const port = /^[\w.-]+:(\d{1,5})$/.exec(address)?.[1];
    if (port === undefined || Number(port) > 65_535)
      throw new UsageError(`--upstream ${name} takes host:port, such as 127.0.0.1:9001, not '${address}'.`);
  }
  return Object.fromEntries(given);
}

/** The name of a service that can be a process of its own. */
function splitService(option: string): (name: string) => keyof ServiceApis {
  const known = oneOf(option, NAMES);
  return (name) => {
    const reason = WITH_GATEWAY[name];
    if (reason === undefined) return known(name);
    throw new UsageError(`${option} cannot be ${name}: ${reason}. There are: ${NAMES.join(', ')}.`);
  };
}

interface SetUp extends Pick<LiveServiceOptions, 'hotPlaylists'> {
  readonly configuration: Record<string, Setting>;
  /** What changes are counted from: the knobs that serve itself starts with; null: the defaults. */
  readonly standard: Record<string, Setting> | null;
  readonly as: Running['as'];
  readonly scenario: Scenario | null;
}

async function configure(options: Options): Promise<SetUp> {
  const { configurationOf } = await import('../scenarios/harness/configuration.ts');
  const { checkSetting } = await import('../system/modes/knobs.ts');
  const settings: Record<string, Setting> = {};
  for (const [name, text] of options.set ?? []) settings[name] = checkSetting(name, text);
  if (options.scenario === undefined) {
    if (options.arm !== undefined || options.case !== undefined)
      throw new UsageError('--arm and --case need a --scenario to be of.');
    const { LIVE_DEFAULTS } = await import('../system/modes/live-defaults.ts');
    const plain = { name: 'plain', set: LIVE_DEFAULTS };
    const configuration = configurationOf(plain, plain, options.listeners, settings);
    const standard = configurationOf(plain, plain, options.listeners, {});
    return { configuration, standard, hotPlaylists: { count: 0, followers: 0 }, as: null, scenario: null };
  }
  const [found] = await findScenarios([options.scenario]);
  const { scenario } = found!;
  const testCase = pick('case', options.case ?? scenario.cases[0]!.name, scenario.cases);
  const arm = pick('arm', options.arm ?? 'broken', testCase.arms);
  return {
    configuration: configurationOf(testCase, arm, options.listeners, settings),
    standard: null,
    hotPlaylists: scenario.load.hotPlaylists ?? { count: 0, followers: 0 },
    as: { scenario: scenario.name, case: testCase.name, arm: arm.name },
    scenario,
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
