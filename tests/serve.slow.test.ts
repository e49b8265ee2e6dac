/** `rehearse serve` as a process of its own, as whoever types it gets it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type RequestOptions, request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { NAMES, WITH_GATEWAY } from '../cli/serve.ts';
import { readContracts } from '../system/contracts/generate.ts';
import { SERVICES } from '../system/modes/live-service.ts';

/** Whatever a test leaves running, a failed one too. */
const children: ChildProcess[] = [];

const LAUNCHER = fileURLToPath(new URL('../bin/rehearse.js', import.meta.url));

interface Running {
  readonly url: string;
  readonly process: ChildProcess;
  readonly ended: Promise<{ code: number | null; errors: string }>;
}

function start(...words: string[]) {
  const child = spawn(process.execPath, [LAUNCHER, 'serve', ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let errors = '';
  child.stderr.on('data', (data) => {
    errors += String(data);
  });
  const ended = new Promise<{ code: number | null; errors: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, errors }));
  });
  return { child, ended };
}

interface Listening {
  readonly url: string;
  readonly address: string;
}

async function serve(...words: string[]): Promise<Running & Listening> {
  const { child, ended } = start('--port', '0', '--json', '--listeners', '10000', ...words);
  const line = await Promise.race([
    new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data)))),
    ended.then(({ errors }) => Promise.reject(new Error(errors))),
  ]);
  return { ...(JSON.parse(line) as Listening), process: child, ended };
}

async function tokenOf(url: string, fields: Record<string, string>, client: string): Promise<string> {
  const answer = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client}:rehearse`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...fields }),
  });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { access_token: string }).access_token;
}

let live: Running;

beforeAll(async () => {
  live = await serve();
});

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

test('with a token of its own authorization server a listener reads, adds and finds', async () => {
  const token = await tokenOf(
    live.url,
    { listener: 'u000000042', scope: 'playlist:read playlist:write search' },
    'rehearsal-load',
  );
  const ask = (path: string, init: RequestInit = {}) =>
    fetch(live.url + path, {
      ...init,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    });
  const added = await ask('/v1/playlists/p42/tracks', {
    method: 'POST',
    body: JSON.stringify({ trackId: 't9' }),
  });
  expect(added.status).toBe(201);
  const { snapshot } = (await added.json()) as { snapshot: number };
  const read = (await (await ask(`/v1/playlists/p42?snapshot=${snapshot}`)).json()) as { trackIds: string[] };
  expect(read.trackIds[0]).toBe('t9');
  expect((await ask('/v1/search?q=la')).status).toBe(200);
  // Not asked for, so not in the token.
  expect((await ask('/v1/me/history')).status).toBe(403);
});

test('a label delivers tracks and can do nothing else', async () => {
  const token = await tokenOf(live.url, { scope: 'catalogue:publish' }, 'rehearsal-label');
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const track = {
    trackId: 'n1',
    title: 'New',
    artistId: 'a1',
    artistName: 'A',
    durationMs: 1,
    popularity: 0,
  };
  const published = await fetch(`${live.url}/v1/tracks`, {
    method: 'POST',
    headers,
    body: JSON.stringify(track),
  });
  expect(published.status).toBe(202);
  expect((await fetch(`${live.url}/v1/playlists/p1`, { headers })).status).toBe(403);
});

test('it is ready when it says so, and describes itself without a token', async () => {
  expect((await fetch(`${live.url}/readyz`)).status).toBe(200);
  const document = (await (await fetch(`${live.url}/openapi.json`)).json()) as { openapi: string };
  expect(document.openapi).toMatch(/^3\.1/);
});

test('a second server on the same port is told so in one sentence, exit 3', async () => {
  const taken = createServer();
  const port = await new Promise<number>((resolve) =>
    taken.listen(0, '127.0.0.1', () => resolve((taken.address() as { port: number }).port)),
  );
  const { ended } = start('--port', String(port), '--listeners', '10000');
  const { code, errors } = await ended;
  taken.close();
  expect(code).toBe(3);
  expect(errors).toContain(`Port ${port} on 127.0.0.1 cannot be used`);
  expect(errors.trim().split('\n')).toHaveLength(1);
});

test('an arm that does not exist is named, exit 2', async () => {
  const { code, errors } = await start('--scenario', 'hot-partition', '--arm', 'brokn').ended;
  expect(code).toBe(2);
  expect(errors).toContain('broken');
});

test.each(['open.example.org', 'https://open.example.org/', 'ftp://open.example.org', '*'])(
  'a site that browsers would not name like this is refused, exit 2: %s',
  async (origin) => {
    const { code, errors } = await start('--allow-origin', 'https://a.example', '--allow-origin', origin)
      .ended;
    expect(code).toBe(2);
    expect(errors).toContain('--allow-origin takes a site as browsers name it');
  },
);

test('it can be configured as an arm of a scenario, and Ctrl-C ends it cleanly', async () => {
  const hot = await serve('--scenario', 'hot-partition', '--arm', 'broken');
  const token = await tokenOf(hot.url, { listener: 'u000000001', scope: 'playlist:read' }, 'rehearsal-load');
  const answer = await fetch(`${hot.url}/v1/playlists/hot-1`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(answer.status).toBe(200);
  hot.process.kill('SIGINT');
  const { code, errors } = await hot.ended;
  expect(code).toBe(0);
  expect(errors).toContain('1 calls answered');
});

test('every contract is served alone, or belongs to the gateway’s process', () => {
  expect([...NAMES].sort()).toEqual([...SERVICES].sort());
  const services = readContracts().flatMap(({ name, service }) => (service === null ? [] : [name]));
  // Every process answers what its population is.
  const apart = services.filter((name) => name !== 'gateway' && name !== 'population');
  expect([...NAMES, ...Object.keys(WITH_GATEWAY)].sort()).toEqual(apart.sort());
});

test('what belongs to the gateway’s process is refused as a process of its own, with the reason', async () => {
  for (const [words, says] of [
    [['--service', 'identity'], /--service cannot be identity: tokens are made by the authorization server/],
    [['--upstream', 'identity=127.0.0.1:1'], /--upstream cannot be identity: tokens are made by/],
  ] as const) {
    const { code, errors } = await start('--port', '0', ...words).ended;
    expect(errors).toMatch(says);
    expect(errors).toContain('catalogue, playlist, listening');
    expect(code).toBe(2);
  }
});

test('a service whose port is in use says so in one line, and is no upstream of itself', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as { port: number };
  const taken = await start('--service', 'playlist', '--port', String(port), '--no-costs').ended;
  other.close();
  expect([taken.code, taken.errors]).toEqual([
    3,
    `rehearse: Port ${port} on 127.0.0.1 cannot be used: stop what has it, or take another with --port.\n`,
  ]);
  const itself = await start('--service', 'playlist', '--upstream', 'playlist=127.0.0.1:1').ended;
  expect(itself.code).toBe(2);
  expect(itself.errors).toContain('--upstream playlist is the service that runs here');
});

test('playlist alone says that it has to know where catalogue is, unless it does', async () => {
  const said = async (...words: string[]) => {
    const { child } = start('--service', 'playlist', '--port', '0', '--listeners', '10000', ...words);
    const text = await new Promise<string>((resolve) =>
      child.stdout.once('data', (data) => resolve(String(data))),
    );
    child.kill('SIGTERM');
    return text;
  };
  expect(await said()).toContain('--upstream catalogue=');
  expect(await said('--upstream', 'catalogue=127.0.0.1:1')).not.toContain('--upstream catalogue=');
});

test('what has no value is refused with an example of its own', async () => {
  const { code, errors } = await start('--upstream', 'x').ended;
  expect([code, errors]).toEqual([
    2,
    "rehearse: --upstream takes key=value, such as playlist=127.0.0.1:9001, not 'x'.\n",
  ]);
});

test('a service in another process, under mutual TLS, answers through the gateway as if it were in this one', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rehearse-certificates-'));
  const made = spawnSync(process.execPath, [LAUNCHER, 'certificates', folder], { encoding: 'utf8' });
  expect(made.stdout).toContain('authority.pem');
  const playlist = await serve('--service', 'playlist', '--tls', folder);
  // The machine may be busy: this is not about deadlines.
  const patient = ['--set', 'gateway.deadlineMs=20000', '--tls', folder];
  const gateway = await serve('--upstream', `playlist=${playlist.address}`, ...patient);
  const ca = readFileSync(join(folder, 'authority.pem'));
  const token = await httpsJson<{ access_token: string }>(`${gateway.url}/oauth/token`, ca, {
    method: 'POST',
    auth: 'rehearsal-load:rehearse',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'grant_type=client_credentials&listener=u000000042&scope=playlist:read+playlist:write',
  });
  const headers = { authorization: `Bearer ${token.body.access_token}`, 'content-type': 'application/json' };
  const added = await httpsJson<{ snapshot: number }>(`${gateway.url}/v1/playlists/p42/tracks`, ca, {
    method: 'POST',
    headers,
    body: '{"trackId":"t9"}',
  });
  expect(added.status).toBe(201);
  const read = await httpsJson<{ trackIds: string[] }>(
    `${gateway.url}/v1/playlists/p42?snapshot=${added.body.snapshot}`,
    ca,
    { headers },
  );
  expect(read.body.trackIds[0]).toBe('t9');
  const absent = await httpsJson<{ status: number }>(`${gateway.url}/v1/playlists/never-made`, ca, {
    headers,
  });
  expect(absent.status).toBe(404);
  const deadLetters = (...words: string[]) =>
    spawnSync(process.execPath, [LAUNCHER, 'events', 'dead-letters', '--target', gateway.url, ...words], {
      encoding: 'utf8',
    });
  expect(deadLetters('--ca', join(folder, 'authority.pem')).stdout).toContain('plays: none\n');
  const distrustful = deadLetters();
  expect([distrustful.status, distrustful.stderr]).toEqual([3, expect.stringContaining('give --ca')]);
  playlist.process.kill('SIGKILL');
  await playlist.ended;
  const down = await httpsJson<{ status: number }>(`${gateway.url}/v1/playlists/p42`, ca, { headers });
  expect(down.status).toBe(503);
  gateway.process.kill('SIGINT');
  expect((await gateway.ended).code).toBe(0);
  rmSync(folder, { recursive: true });
});

function httpsJson<T>(
  url: string,
  ca: Buffer,
  { body, ...options }: RequestOptions & { body?: string },
): Promise<{ status: number; body: T }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { ...options, ca }, (answer) => {
      let text = '';
      answer.on('data', (data) => {
        text += String(data);
      });
      answer.on('end', () => resolve({ status: answer.statusCode!, body: JSON.parse(text) as T }));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

test('dead letters are looked at and sent again from the command line', async () => {
  const { url, process: server, ended } = await serve('--no-costs');
  const events = (...words: string[]) =>
    spawnSync(process.execPath, [LAUNCHER, 'events', ...words], { encoding: 'utf8' });
  const shown = events('dead-letters', '--target', url, '--json');
  expect(JSON.parse(shown.stdout)).toContainEqual({ topic: 'plays', kept: 0, sinceStart: 0, newest: [] });
  expect(events('dead-letters', '--target', url).stdout).toContain('plays: none\n');
  const again = events('redrive', 'plays', '--target', url);
  expect([again.status, again.stdout]).toEqual([0, '0 sent again, 0 left where they are.\n']);
  const wrong = events('redrive', 'nothing', '--target', url);
  expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining("no topic 'nothing'")]);
  server.kill('SIGINT');
  expect((await ended).code).toBe(0);
  expect(events('dead-letters', '--target', url).status).toBe(3);
  expect(events('dead-letters', '--target', 'http://example.org').status).toBe(2);
});

test('copies at the points of presence are purged from the command line', async () => {
  const { url, process: server, ended } = await serve('--no-costs');
  const purge = (...words: string[]) =>
    spawnSync(process.execPath, [LAUNCHER, 'edge', 'purge', ...words, '--target', url], { encoding: 'utf8' });
  const purged = purge('/audio/t42/');
  expect([purged.status, purged.stdout]).toEqual([
    0,
    expect.stringMatching(/^No point of presence has \/audio\/t42\/ any more: .* \d+ ms\.\n$/),
  ]);
  expect(JSON.parse(purge('/audio/t42/1/160.ogg', '--json').stdout)).toMatchObject({
    path: '/audio/t42/1/160.ogg',
  });
  const wrong = purge('audio/t42');
  expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining('path')]);
  server.kill('SIGINT');
  expect((await ended).code).toBe(0);
});

test('the search index is made anew from the command line, again and again, while everything is found', async () => {
  const { url, process: server, ended } = await serve('--no-costs', '--set', 'reindex.keepMs=0');
  const reindex = (...words: string[]) =>
    spawnSync(process.execPath, [LAUNCHER, 'search', 'reindex', ...words, '--target', url], {
      encoding: 'utf8',
    });
  const first = reindex('--shards', '3');
  expect([first.status, first.stdout]).toEqual([
    0,
    expect.stringMatching(/^Everybody is on catalogue-v2 \(3 shards, [\d,]+ documents copied\)/),
  ]);
  const second = JSON.parse(reindex('--json').stdout) as { index: string; shards: number; copied: number };
  expect(second).toMatchObject({ index: 'catalogue-v3', shards: 3 });
  expect(second.copied).toBeGreaterThan(1_000);
  const refused = reindex('--shards', '0');
  expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('--shards')]);
  const state = (await (await fetch(`${url}/admin/search/reindex`)).json()) as object;
  expect(state).toMatchObject({ underWay: null, last: { index: 'catalogue-v3', removed: 0 } });
  server.kill('SIGINT');
  expect((await ended).code).toBe(0);
});
