/** `rehearse serve` as a process of its own, as whoever types it gets it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const LAUNCHER = fileURLToPath(new URL('../bin/rehearse.js', import.meta.url));

interface Running {
  readonly url: string;
  readonly process: ChildProcess;
  readonly ended: Promise<{ code: number | null; errors: string }>;
}

function start(...words: string[]) {
  const child = spawn(process.execPath, [LAUNCHER, 'serve', ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (data) => {
    errors += String(data);
  });
  const ended = new Promise<{ code: number | null; errors: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, errors }));
  });
  return { child, ended };
}

async function serve(...words: string[]): Promise<Running> {
  const { child, ended } = start('--port', '0', '--json', '--listeners', '10000', ...words);
  const line = await Promise.race([
    new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data)))),
    ended.then(({ errors }) => Promise.reject(new Error(errors))),
  ]);
  return { url: (JSON.parse(line) as { url: string }).url, process: child, ended };
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

afterAll(async () => {
  live.process.kill('SIGKILL');
  await live.ended;
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
  const added = await ask('/v1/playlists/p3/tracks', {
    method: 'POST',
    body: JSON.stringify({ trackId: 't9' }),
  });
  expect(added.status).toBe(201);
  const { snapshot } = (await added.json()) as { snapshot: number };
  const read = (await (await ask(`/v1/playlists/p3?snapshot=${snapshot}`)).json()) as { trackIds: string[] };
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
    labelId: 'l1',
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
