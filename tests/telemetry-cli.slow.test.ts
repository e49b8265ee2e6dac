/** Telemetry as whoever types the commands gets it: files of a run, and a live process with a collector beside it. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test, vi } from 'vitest';

// Each starts processes, on machines that may be busy with other tests.
vi.setConfig({ testTimeout: 90_000 });

const LAUNCHER = fileURLToPath(new URL('../bin/rehearse.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'rehearse-telemetry-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rehearse = (...words: string[]) =>
  spawnSync(process.execPath, [LAUNCHER, ...words], { cwd: folder, encoding: 'utf8' });

/** Some seconds of listeners who only play. */
const SCENARIO = `import { defineScenario } from '@rehearsal/rehearse';
export default defineScenario({
  name: 'just-playing', title: 'Listeners play', teaches: '', hypothesis: '', modes: ['simulated'],
  minimumListeners: 1, phases: [{ name: 'trigger', seconds: 5 }], load: { plays: true, traffic: [] },
  invariants: ['conservation'],
  cases: [{
    name: 'evening', title: '', set: {}, headline: { operation: 'play', series: [] },
    objectives: [{ name: 'errors', phase: 'trigger', measure: () => 0, comparison: '<=', target: 1, unit: '%' }],
    evidence: [{ name: 'plays', in: ['broken'], sentence: '', measure: () => 1, comparison: '>=', target: 1, unit: '1' }],
    arms: [{ name: 'broken', role: 'broken', title: '', says: () => '' }],
  }],
  notes: { see: '', why: '', fix: '', costs: '', questions: [], triage: [], caveats: [], arithmetic: [], sources: [] },
});
`;

test('run --telemetry writes metrics and traces by case, arm and seed', () => {
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, 'playing.scenario.ts'), SCENARIO);
  const words = ['--repeat', '1', '--listeners', '500000', '--format', 'json', '--out', 'out'];
  const { status, stderr } = rehearse('run', './playing.scenario.ts', '--telemetry', ...words);
  // Nothing fails here, so the arm that should is refuted.
  expect(status, stderr).toBe(1);
  const files = readdirSync(join(folder, 'out', 'telemetry')).sort();
  expect(files).toEqual(['prom', 'spans.jsonl'].map((kind) => `just-playing-evening-broken-seed1.${kind}`));
  const metrics = readFileSync(join(folder, 'out', 'telemetry', files[0]!), 'utf8');
  expect(metrics).toMatch(
    /^rehearsal_service_requests_total\{service="gateway",operation="recordPlay"\} [1-9]\d* 25000$/m,
  );
});

test('serve says what is wrong with a share, a collector or a port for nothing', () => {
  const refused = (...words: string[]) => {
    const { status, stderr } = rehearse('serve', '--port', '0', ...words);
    expect(status, stderr).toBe(2);
    expect(stderr).toMatch(/^rehearse: [^\n]+[.?)!]\n$/);
    return stderr;
  };
  expect(refused('--sampling', '2')).toContain('a share from 0 to 1');
  expect(refused('--sampling', '-0.1')).toContain('--sampling');
  expect(refused('--otlp', 'collector')).toContain('such as http://127.0.0.1:4318');
  expect(refused('--log', 'xml')).toContain('json, pretty, warnings or off');
  expect(refused('--admin-port', '0')).toContain('--service');
});

test('serve hands its spans to a collector and its log to stderr, and both lead to the same trace', async () => {
  const bodies: string[] = [];
  const collector = createServer((request, response) => {
    let text = '';
    request.on('data', (data) => {
      text += String(data);
    });
    request.on('end', () => {
      bodies.push(text);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  const words = [
    '--port',
    '0',
    '--json',
    '--no-costs',
    '--listeners',
    '10000',
    '--data',
    join(folder, 'data'),
  ];
  const child = spawn(
    process.execPath,
    [LAUNCHER, 'serve', ...words, '--log', 'json', '--sampling', '1', '--otlp', address],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let errors = '';
  child.stderr.on('data', (data) => {
    errors += String(data);
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const { url } = JSON.parse(
    await new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data)))),
  ) as { url: string };
  const headers = { 'x-correlation-id': 'across', authorization: 'Bearer no-token' };
  expect((await fetch(`${url}/v1/playlists/p1`, { headers })).status).toBe(401);
  child.kill('SIGINT');
  expect(await ended).toBe(0);
  await new Promise((resolve) => collector.close(resolve));
  // All that is on stderr is JSON: what reads it takes every line.
  const lines = errors
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { message: string; trace?: { id: string } });
  const said = lines.map(({ message }) => message);
  expect(said).toEqual([
    expect.stringContaining('A new journal is in'),
    'listening',
    'GET getPlaylist 401',
    expect.stringMatching(/^Stopping: /),
    'stopped',
    expect.stringContaining('0 calls answered'),
  ]);
  const traceId = lines[2]!.trace!.id;
  expect(bodies.join('')).toContain(`"traceId":"${traceId}"`);
  expect(bodies.join('')).toContain('"across"');
  expect(errors + bodies.join('')).not.toContain('no-token');
});
