/**
 * The architecture as data: areas of the repository, what each may import, and what is banned where, each ban with what
 * to use instead. `docs/ARCHITECTURE.md` draws the same table.
 */

export interface Area {
  readonly name: string;
  /** Files of the area; the first area that matches a file has it. */
  readonly files: RegExp;
  /** Names of areas that it may import beside itself; '*': all. */
  readonly mayImport: readonly string[];
  /** Single files beyond those areas. */
  readonly alsoFiles?: RegExp;
  /** Node's own modules. */
  readonly node?: boolean;
  readonly packages?: RegExp;
  /** Its folders do not know each other: engines, services. */
  readonly separateFolders?: RegExp;
  /** What a file of this area should do instead of a forbidden import. */
  readonly instead: string;
}

/** Clients of real engines: heavy, with sockets and clocks of their own. */
export const CLIENT_PACKAGES =
  /^(cassandra-driver|kafkajs|@confluentinc\/|ioredis|redis$|@redis\/|@elastic\/|@opensearch-project\/|neo4j-driver|@aws-sdk\/|minio|pg$|duckdb|@duckdb\/)/;

const ports = 'ports';
const kernel = 'kernel';

/** Tests and what only tests use: they may build whatever they need. */
export const TESTS = /(\.test\.ts$|^tests\/|(^|\/)test-[a-z-]+\.ts$|\/testing\/|\/guard\.worker\.ts$)/;

export const AREAS: readonly Area[] = [
  {
    name: 'tests',
    files: TESTS,
    mayImport: ['*'],
    node: true,
    packages: /./,
    instead: '',
  },
  {
    name: ports,
    files: /^system\/ports\//,
    mayImport: [kernel],
    instead: 'keep ports to types, units and error kinds; logic belongs to an engine, a policy or a service',
  },
  {
    name: kernel,
    files: /^system\/runtime\/kernel\//,
    mayImport: [ports],
    instead: 'the kernel knows no host and no system: pass what it needs as an argument',
  },
  {
    name: 'runtime',
    files: /^system\/runtime\//,
    mayImport: [ports, kernel],
    node: true,
    instead: 'pass what it needs as an argument',
  },
  {
    name: 'policies',
    files: /^system\/policies\//,
    mayImport: [ports, kernel],
    instead: 'take the Clock port and the call to protect as arguments',
  },
  {
    name: 'engines',
    files: /^system\/(engines|edge)\//,
    mayImport: [ports, kernel],
    separateFolders: /^system\/engines\/([^/]+)\//,
    instead: 'take it from the EngineEnvironment, which the composition root (system/modes) fills',
  },
  {
    name: 'generator of contracts',
    files: /^system\/contracts\/(avro\/)?(generate|render|evolve|render-schemas)\.ts$/,
    mayImport: ['contracts', ports],
    node: true,
    instead: 'it reads .proto files and writes types',
  },
  {
    name: 'contracts',
    files: /^system\/contracts\//,
    mayImport: [ports],
    instead: 'contracts are generated plain types and know nothing else',
  },
  {
    name: 'observability',
    files: /^system\/observability\//,
    mayImport: [ports, kernel],
    instead: 'it is pure: adapters (system/transport/telemetry) and composition roots read it',
  },
  {
    name: 'services',
    files: /^system\/services\//,
    mayImport: [ports, 'policies', 'contracts'],
    separateFolders: /^system\/services\/([^/]+)\//,
    instead: 'take it as a dependency of the factory, typed by a port or a contract',
  },
  {
    name: 'transport',
    files: /^system\/transport\//,
    mayImport: [ports, 'contracts', 'observability'],
    node: true,
    packages: /./,
    instead: 'use a port or a contract',
  },
  {
    name: 'fixtures',
    files: /^fixtures\//,
    mayImport: [kernel],
    packages: /^@faker-js\/faker/,
    instead: 'the population is pure functions of (seed, id): only the randomness of the kernel is needed',
  },
  {
    name: 'modes',
    files: /^system\/modes\//,
    mayImport: [
      ports,
      kernel,
      'runtime',
      'policies',
      'engines',
      'contracts',
      'services',
      'transport',
      'observability',
      'fixtures',
    ],
    node: true,
    instead: 'a composition root knows the system and the population, nothing above',
  },
  {
    name: 'load',
    files: /^scenarios\/load\//,
    mayImport: ['fixtures', kernel],
    packages: /^k6(\/|$)/,
    instead: 'k6 runs this file: fixtures without names, the randomness of the kernel, modules of k6',
  },
  {
    name: 'harness',
    files: /^scenarios\/harness\//,
    mayImport: ['modes', 'contracts', 'fixtures', 'load', ports, kernel, 'runtime'],
    alsoFiles: /^reports\/(result|digest|percentiles)\.ts$/,
    node: true,
    instead: 'go through system/modes, or put it into reports/result.ts',
  },
  {
    name: 'scenarios',
    files: /^scenarios\//,
    mayImport: ['harness', 'fixtures'],
    alsoFiles: /^scenarios\/load\/(objectives|profiles)\.ts$/,
    instead: 'import from ./harness/index.ts',
  },
  {
    name: 'reports',
    files: /^reports\//,
    mayImport: [],
    node: true,
    packages: /^chart\.js/,
    instead: 'read it from the RunResult (reports/result.ts)',
  },
  {
    name: 'laws',
    files: /^laws\//,
    mayImport: [ports, kernel, 'runtime', 'policies'],
    alsoFiles: /^(system\/edge\/chunk-cache|reports\/student)\.ts$/,
    instead: 'measure through the public interface of the kernel',
  },
  {
    name: 'bench',
    files: /^bench\//,
    mayImport: ['modes', 'harness', 'scenarios', 'fixtures', kernel, 'runtime', ports],
    alsoFiles: /^reports\/result\.ts$/,
    node: true,
    // What the live system is measured against.
    packages: /^fastify$/,
    instead: 'measure through system/modes, the harness or the kernel',
  },
  {
    name: 'cli',
    files: /^cli\//,
    mayImport: [
      'modes',
      'harness',
      'load',
      'scenarios',
      'fixtures',
      kernel,
      'runtime',
      ports,
      'reports',
      'laws',
      'bench',
    ],
    node: true,
    packages: /^commander$/,
    instead: 'go through system/modes or the harness',
  },
  {
    name: 'index',
    files: /^index\.ts$/,
    mayImport: ['harness', 'reports', kernel],
    instead: 'export it from the harness',
  },
  // Launcher, build scripts, configuration: they run beside the product, not in it.
  {
    name: 'tools',
    files: /^(tools|bin|docs)\/|^[^/]+\.config\.ts$/,
    mayImport: ['*'],
    node: true,
    packages: /./,
    instead: '',
  },
];

export interface Ban {
  readonly what: string;
  readonly pattern: RegExp;
  readonly instead: string;
  /** Files in which it is right. */
  readonly allowed: RegExp;
  /** Tests keep it too. */
  readonly inTests?: boolean;
}

/** Where the host's clock and timers belong, and what measures the host rather than the system. */
const HOST_TIME =
  /^(system\/(runtime|transport)\/(?!kernel\/)|system\/modes\/(embedded|real)\.ts|cli\/|bench\/|tools\/|bin\/|reports\/write\.ts|scenarios\/(harness|load)\/)/;
const NOWHERE = /^$/;

export const BANS: readonly Ban[] = [
  {
    what: 'the wall clock',
    // The names alone, however they are reached; a Date of a given time, or as a type, is none of the host's.
    pattern:
      /(?<!\bnew |\binstanceof |: )\bDate\b(?!\.(UTC|parse)\b)|\bnew Date\b(?!\(\s*[^\s)])|\bperformance\b|\bhrtime\b|\bprocess\.uptime\b/g,
    instead: 'the Clock port: clock.now(), nanoseconds since the start of the run',
    allowed: HOST_TIME,
  },
  {
    what: 'a timer of the host',
    pattern: /\b(setTimeout|setInterval|setImmediate)\b|node:timers/g,
    instead:
      'the Clock port: clock.after(ns, callback), clock.sleep(context, ns); in an engine simulation.schedule',
    allowed: HOST_TIME,
  },
  {
    what: 'randomness that no seed repeats',
    // Of Math only its functions by name: `const { random } = Math` would be another way to it.
    pattern: /\bMath\b(?!\.(?!random\b)\w)|\brandom(UUID|Bytes|Int|FillSync)\b|\bgetRandomValues\b/g,
    instead: "keyed randomness: simulation.random('purpose').uniform(entity, request, attempt)",
    allowed: /^(system\/(runtime|transport)\/(?!kernel\/)|tools\/)/,
  },
  {
    what: 'the host’s task queues',
    pattern: /\b(queueMicrotask|nextTick|_tickCallback)\b/g,
    instead: 'await a port call; draining is the business of system/runtime/drive.ts',
    allowed: /^(system\/(runtime|transport)\/(?!kernel\/)|bench\/)/,
  },
  {
    what: 'a global whose name is not said',
    pattern: /\b(globalThis|process)\s*\[/g,
    instead: 'its name, so that these rules see it',
    allowed: NOWHERE,
  },
  {
    what: 'ambient context',
    inTests: true,
    pattern: /\bAsyncLocalStorage\b/g,
    instead: 'the context that every port and contract call takes first',
    allowed: NOWHERE,
  },
  {
    what: 'output',
    pattern: /\bconsole\.\w+|\bprocess\.(stdout|stderr)\b/g,
    instead: 'return what is to be said: the command line prints it',
    allowed: /^(cli|tools|bin|bench|docs|scenarios\/load)\//,
  },
  {
    what: 'the environment',
    pattern: /\bprocess\.(env|argv)\b/g,
    instead: 'a knob, or an option of the command line',
    allowed: /^(cli|tools|bin|system\/(runtime|transport)\/(?!kernel\/))|\.config\.ts$/,
  },
  {
    what: 'an enum',
    inTests: true,
    pattern: /^\s*(export\s+)?(declare\s+)?(const\s+)?enum\s+\w/gm,
    instead: "a union of texts: type Kind = 'a' | 'b' (Node strips types, an enum is code)",
    allowed: NOWHERE,
  },
  {
    what: 'a namespace',
    inTests: true,
    pattern: /^\s*(export\s+)?(declare\s+)?namespace\s+\w/gm,
    instead: 'a module',
    allowed: NOWHERE,
  },
  {
    what: 'a test that hides the others',
    inTests: true,
    pattern: /\b(describe|it|test|suite)(\.\w+)*\.only\b/g,
    instead: 'npx vitest run <file> -t <name>',
    allowed: NOWHERE,
  },
  {
    what: 'a module replaced by a mock',
    inTests: true,
    pattern: /\bvi\.(do)?[mM]ock\(/g,
    instead: 'a parameter: test files share their modules (vitest.config.ts)',
    allowed: NOWHERE,
  },
];

/** Lines of a file beyond which it does more than one thing. */
export const LONGEST_FILE = 400;
/** Nobody reads them line by line: a generator wrote them, and its own file is short. */
export const GENERATED = /\/generated\/[^/]+\.ts$/;
/** Files that are longer for a reason. */
export const LONGER_FILES: Readonly<Record<string, string>> = {};

/** Kebab-case words, then kinds ('.test', '.scenario', '.config'), then the extension. */
export const FILE_NAME = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*\.(ts|js|mjs)$/;
