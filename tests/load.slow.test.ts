/**
 * `rehearse load` as people meet it: what it refuses before anything is sent, and what an interrupted or a whole run
 * leaves. The target is the real system, started by `rehearse serve`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { containerCommand } from '../cli/find-k6.ts';
import { targetOf } from '../cli/load.ts';
import { parseResult } from '../reports/validate-result.ts';

const LAUNCHER = join(import.meta.dirname, '..', 'bin', 'rehearse.js');
/** Discard: nobody listens there. */
const NOBODY = 'http://127.0.0.1:9';
const SLOW_MS = 60_000;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rehearse-load-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Served {
  readonly url: string;
  stop(): Promise<void>;
}

/** The real system, until it is stopped. */
async function serve(...words: string[]): Promise<Served> {
  const server = spawn(process.execPath, [LAUNCHER, 'serve', '--port', '0', '--json', ...words], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const gone = new Promise<number | null>((resolve) => server.on('exit', resolve));
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    server.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('\n')) resolve((JSON.parse(said) as { url: string }).url);
    });
    void gone.then((code) => reject(new Error(`serve ended with ${code}`)));
  });
  return {
    url,
    async stop() {
      server.kill('SIGTERM');
      await gone;
    },
  };
}

const withoutK6 = () => ({ ...process.env, REHEARSE_DEBUG: '', PATH: folder, K6_PATH: '' });

function rehearse(words: readonly string[], environment: NodeJS.ProcessEnv = withoutK6()) {
  const options = { cwd: folder, encoding: 'utf8', env: environment } as const;
  return spawnSync(process.execPath, [LAUNCHER, 'load', ...words], options);
}

describe('refused before anything is sent', () => {
  const refusal = (...words: string[]) => {
    const { status, stdout, stderr } = rehearse(words);
    expect(status, stderr).toBe(2);
    expect(stdout).toBe('');
    return stderr;
  };

  test('a profile that there is not, with a suggestion', () => {
    expect(refusal('brwose')).toContain("Did you mean 'browse'?");
  });

  test('a target on another machine, unless it is allowed', () => {
    expect(refusal('browse', '--target', 'http://example.com')).toContain('--allow-remote');
    expect(() => targetOf('http://0.0.0.0:8080', false)).toThrow('is not this machine');
    expect(() => targetOf('http://127.0.0.1.example.com', false)).toThrow('is not this machine');
    expect(() => targetOf('http://localhost@example.com', false)).toThrow('without user and password');
    expect(targetOf('http://example.com/', true)).toBe('http://example.com');
  });

  test('what is no origin', () => {
    expect(targetOf('http://LOCALHOST:8080/', false)).toBe('http://localhost:8080');
    expect(targetOf('https://[::1]:8443', false)).toBe('https://[::1]:8443');
    expect(() => targetOf('127.0.0.1:8080', false)).toThrow('--target takes');
    expect(() => targetOf('ftp://127.0.0.1', false)).toThrow('http or https');
    expect(() => targetOf('http://127.0.0.1:8080/v1', false)).toThrow('the origin alone');
  });

  test('a rate and a duration that are no numbers', () => {
    expect(refusal('browse', '--rate', '0')).toContain('--rate takes a whole number');
    expect(refusal('browse', '--duration', '5m')).toContain('--duration takes a whole number');
  });
});

test('a target that does not answer is not available, and how to start one is said', () => {
  const { status, stderr } = rehearse(['browse', '--target', NOBODY]);
  expect(status).toBe(3);
  expect(stderr).toMatch(/^rehearse: Nothing answers at http:\/\/127\.0\.0\.1:9 .*rehearse serve.*\n$/);
});

test('in a container k6 sees the scripts, read only, and the host’s loopback interface', () => {
  const { command, prefix, root } = containerCommand('podman', '/product', '/ca.pem');
  expect(command).toBe('podman');
  expect(prefix.join(' ')).toContain('--network host -v /product:/rehearsal:ro');
  expect(prefix.join(' ')).toContain('-v /ca.pem:/trusted/authority.pem:ro -e SSL_CERT_FILE=/trusted');
  expect(root).toBe('/rehearsal');
});

const resultIn = (directory: string) => {
  const file = join(directory, 'result.json');
  return parseResult(readFileSync(file, 'utf8'), file);
};

describe('against rehearse serve', () => {
  let server: Served;
  beforeAll(async () => {
    server = await serve('--no-costs', '--listeners', '20000');
  }, SLOW_MS);
  afterAll(() => server.stop(), SLOW_MS);

  const words = (...more: string[]) => [
    ...['--target', server.url, '--listeners', '20000', '--out', folder],
    ...more,
  ];

  test('without k6 the own generator sends the load and says so', { timeout: SLOW_MS }, () => {
    const { status, stderr } = rehearse(['add-track', ...words('--duration', '2')]);
    expect(stderr).toContain('go install go.k6.io/k6@v1.8.1');
    expect(stderr).toContain('The own generator sends the load instead.');
    const result = resultIn(folder);
    const [arm] = result.scenarios[0]!.cases[0]!.arms;
    const [run] = arm!.runs;
    // How fast this machine is at the moment is not the point here; that every answer was right is.
    expect(status, arm!.verdict.sentence).toBe(result.confirmed ? 0 : 1);
    expect(run!.conservation.failed).toBe(0);
    expect(run!.invariants.map(({ name, violations }) => [name, violations])).toEqual([
      ['every journey that was due was begun', 0],
      ['conservation', 0],
      ['answers are as agreed', 0],
      ['every operation was answered', 0],
      ['read-your-writes', 0],
    ]);
    expect(existsSync(join(folder, 'report.html'))).toBe(true);
  });

  test('k6 that was asked for and is not here is not available', { timeout: SLOW_MS }, () => {
    const { status, stderr } = rehearse(['browse', ...words('--engine', 'k6')]);
    expect(status).toBe(3);
    expect(stderr).toBe(
      'rehearse: k6 is not here: go install go.k6.io/k6@v1.8.1, or see https://grafana.com/docs/k6/latest/set-up/install-k6/.\n',
    );
  });

  test('a K6_PATH that is no k6, or too old a one, is refused', { timeout: SLOW_MS }, () => {
    const old = join(folder, 'old-k6');
    writeFileSync(old, '#!/bin/sh\necho "k6 v0.57.0 (go1.24, linux/amd64)"\n', { mode: 0o755 });
    for (const [path, why] of [
      [old, 'k6 v0.57.0; 1.0 or newer is needed'],
      [process.execPath, 'does not answer as k6 does'],
    ] as const) {
      const { status, stderr } = rehearse(['browse', ...words()], { ...process.env, K6_PATH: path });
      expect(status).toBe(2);
      expect(stderr).toContain(why);
    }
  });

  test('another population than the target’s is refused at once, with both', { timeout: SLOW_MS }, () => {
    for (const other of [
      ['--seed', '2'],
      ['--listeners', '30000'],
    ]) {
      const { status, stderr } = rehearse(['browse', '--target', server.url, '--out', folder, ...other]);
      expect([status, stderr]).toEqual([
        2,
        expect.stringContaining(
          `The target serves --seed 1 --listeners 20000, and ${other.join(' ')} was given`,
        ),
      ]);
    }
  });

  test('a population that is not named is the target’s, and stands in the command that repeats it', {
    timeout: SLOW_MS,
  }, async () => {
    const other = await serve('--no-costs', '--listeners', '30000', '--seed', '7');
    try {
      const out = join(folder, 'taken');
      const where = ['--target', other.url, '--duration', '1', '--engine', 'own', '--out', out];
      const { stderr } = rehearse(['browse', ...where]);
      const result = resultIn(out);
      expect(result.command, stderr).toContain('--seed 7 --listeners 30000');
      const [run] = result.scenarios[0]!.cases[0]!.arms[0]!.runs;
      expect(run!.invariants.find(({ name }) => name === 'answers are as agreed')!.violations).toBe(0);
    } finally {
      await other.stop();
    }
  });

  test('Ctrl-C keeps what there is and ends with 130', { timeout: SLOW_MS }, async () => {
    const out = join(folder, 'interrupted');
    const command = ['load', 'browse', ...words('--duration', '600', '--engine', 'own', '--out', out)];
    const child = spawn(process.execPath, [LAUNCHER, ...command], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: withoutK6(),
    });
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('Loading')) setTimeout(() => child.kill('SIGINT'), 3_000);
    });
    expect(await ended).toBe(130);
    const result = resultIn(out);
    expect(result.partial).toBe(true);
    expect(result.totals.requests).toBeGreaterThan(10);
  });
});

describe('against rehearse serve as consumer-lag', () => {
  const SIZE = ['--listeners', '500000'];
  /** Labels publish 290 tracks a second: six times what one listener of the live system may ask. */
  async function felt(arm: string, seconds: number) {
    const server = await serve('--scenario', 'consumer-lag', '--case', 'hot key', '--arm', arm, ...SIZE);
    try {
      const out = join(folder, arm);
      const words = ['--scenario', 'consumer-lag', '--target', server.url, ...SIZE, '--out', out];
      const { status, stderr } = rehearse([...words, '--duration', String(seconds)]);
      expect(stderr).toContain('with consumer-lag by own generator: 292 journeys a second');
      const arms = resultIn(out).scenarios[0]!.cases[0]!.arms;
      const [run] = arms[0]!.runs;
      expect(run!.conservation.failed, arms[0]!.verdict.sentence).toBe(0);
      expect(run!.phases[1]!.operations[0]!.conservation.completed).toBeGreaterThan(200 * seconds);
      const figure = (name: string) => run!.figures.find((one) => one.name === name)!.value;
      return { status, verdict: arms[0]!.verdict, figure };
    } finally {
      await server.stop();
    }
  }

  test('new tracks cannot be found where the key is the label', { timeout: 2 * SLOW_MS }, async () => {
    const { status, verdict, figure } = await felt('broken', 15);
    expect([status, verdict.observed]).toEqual([1, 'misses']);
    expect(figure('wait of a new track')).toBeGreaterThan(5);
    expect(figure('new tracks not found by the end')).toBeGreaterThan(0);
  });

  test('rates of another population than the one that is served are refused', {
    timeout: SLOW_MS,
  }, async () => {
    const server = await serve('--scenario', 'consumer-lag', ...SIZE);
    try {
      const other = ['--listeners', '1000000', '--target', server.url];
      const { status, stderr } = rehearse(['--scenario', 'consumer-lag', ...other]);
      expect([status, stderr]).toEqual([2, expect.stringContaining('--listeners 500000')]);
    } finally {
      await server.stop();
    }
  });

  test('they are all found where they are indexed in bulk', { timeout: 2 * SLOW_MS }, async () => {
    const { figure } = await felt('bulk', 5);
    expect(figure('new tracks looked for')).toBeGreaterThan(2);
    expect(figure('new tracks not found by the end')).toBe(0);
    expect(figure('wait of a new track')).toBeLessThan(5);
  });
});
