import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { AUDIO_ROUTES } from '../media/route-schemas.ts';
import { ROUTES } from './index.ts';
import { sharedTestServer, startTestServer } from './test-server.ts';

const JSON_TYPE = 'application/json';
const shared = sharedTestServer();
const { ask } = shared;

const delivered = {
  trackId: 'whole-1',
  title: 'Whole',
  artistId: 'a1',
  artistName: 'Nobody',
  durationMs: 60_000,
  popularity: 1,
};
const play = { playId: 7, trackId: 't3', listenedMs: 1_000, skipped: false };

test('a playlist of the population is read, as far as the schema says', async () => {
  const { status, body, headers } = await ask('/v1/playlists/p1');
  expect(status).toBe(200);
  expect(headers['content-type']).toMatch(JSON_TYPE);
  expect(body).toMatchObject({ playlistId: 'p1' });
  expect((body!.trackIds as string[]).length).toBeGreaterThan(0);
});

test('who adds a track and asks for its snapshot sees it', async () => {
  const added = await ask('/v1/playlists/p42/tracks', { method: 'POST', body: { trackId: 't77' } });
  expect(added.status).toBe(201);
  const { body } = await ask(`/v1/playlists/p42?snapshot=${added.body!.snapshot}`);
  expect((body!.trackIds as string[])[0]).toBe('t77');
});

test('nobody adds to a playlist of somebody else, unless permissions say so', async () => {
  const request = { method: 'POST', url: '/v1/playlists/p5/tracks', payload: { trackId: 't77' } } as const;
  const headers = { authorization: 'Bearer u000000042' };
  const refused = await shared.live.server.inject({ ...request, headers });
  expect(refused.statusCode).toBe(403);
  expect(refused.headers['content-type']).toContain('application/problem+json');
  expect((await ask('/v1/playlists/p5')).body!.trackIds).not.toContain('t77');
  const open = await startTestServer({}, { 'playlist.permissions': 'created' });
  expect((await open.server.inject({ ...request, headers })).statusCode).toBe(201);
  await open.close();
});

test('following twice is following once, and every answer is without a body', async () => {
  for (const method of ['PUT', 'PUT', 'DELETE', 'DELETE'] as const) {
    const { status, body } = await ask('/v1/playlists/p6/followers/me', { method });
    expect([status, body]).toEqual([204, null]);
  }
});

test('a play is acknowledged and comes up in the history of its listener alone', async () => {
  expect((await ask('/v1/plays', { method: 'POST', token: 'u000000099', body: play })).status).toBe(202);
  const history = async (token: string) =>
    (await ask('/v1/me/history', { token })).body!.plays as { playId: number }[];
  await expect
    .poll(async () => (await history('u000000099')).map(({ playId }) => playId), { timeout: 8_000 })
    .toEqual([7]);
  expect(await history('u000000098')).toEqual([]);
});

test.each([
  ['nothing', null],
  ['a token that is not one', 'forged'],
])('with %s nobody gets in', async (_, token) => {
  const { status, headers, body } = await ask('/v1/playlists/p1', { token });
  expect(status).toBe(401);
  expect(headers['www-authenticate']).toContain('Bearer');
  expect(headers['content-type']).toMatch('application/problem+json');
  expect(body).toMatchObject({ status: 401, correlationId: headers['x-correlation-id'] });
});

test('a token opens what its scopes say, and no more', async () => {
  expect((await ask('/v1/playlists/p1', { token: 'u000000042~playlist.read' })).status).toBe(200);
  const refused = await ask('/v1/tracks', { method: 'POST', token: 'u000000042~playlist.read', body: {} });
  expect(refused.status).toBe(403);
  expect(refused.body!.detail).toContain('catalogue:publish');
});

test.each([
  ['a missing field', { playId: 1, trackId: 't1', listenedMs: 5 }, 'body.skipped'],
  ['an unknown field', { ...play, admin: true }, 'body.admin'],
  ['a text for a number', { ...play, playId: '1' }, 'body.playId'],
  ['a number too large to hold', { ...play, playId: 2 ** 60 }, 'body.playId'],
  ['an id that is a path', { ...play, trackId: '../../etc/passwd' }, 'body.trackId'],
  ['no object at all', [], 'body'],
])('%s is refused, and the answer names it', async (_, body, field) => {
  const answer = await ask('/v1/plays', { method: 'POST', body });
  expect(answer.status).toBe(400);
  expect(answer.body).toMatchObject({ field });
});

test.each([
  ['POST', '/v1/tracks', (title: string) => ({ ...delivered, title }), 'body.title'],
  ['POST', '/v1/tracks', (artistName: string) => ({ ...delivered, artistName }), 'body.artistName'],
  ['POST', '/v1/playlists', (name: string) => ({ name }), 'body.name'],
  ['PUT', '/v1/playlists/p42/name', (name: string) => ({ name }), 'body.name'],
] as const)('half a character is no text: %s %s', async (method, url, bodyWith, field) => {
  for (const text of ['\ud800', 'a\udfff', '\udc00\ud800', 'x\ud83ey']) {
    const answer = await ask(url, { method, body: bodyWith(text) });
    expect([answer.status, answer.headers['content-type']]).toEqual([400, 'application/problem+json']);
    expect(answer.body).toMatchObject({ field, detail: expect.stringContaining('surrogate') });
  }
  // Whole ones are, also those of two units.
  const whole = await ask(url, { method, body: bodyWith('naïve 🎧') });
  expect(whole.status, JSON.stringify(whole.body)).toBeLessThan(300);
});

test('a query that is not UTF-8 is looked for as it stands, or refused', async () => {
  for (const q of ['%ed%a0%80', '%ff', '%'])
    expect([200, 400]).toContain((await ask(`/v1/search?q=${q}`)).status);
});

test('a playlist has a name of 1 to 100 characters, and who gives another one is told which field it was', async () => {
  for (const name of ['', '   ', '\u00a0\u3000', 'x'.repeat(101), '🎧'.repeat(101)]) {
    for (const [method, url] of [
      ['POST', '/v1/playlists'],
      ['PUT', '/v1/playlists/p42/name'],
    ] as const) {
      const { status, body } = await ask(url, { method, body: { name } });
      expect([status, body!.field], name).toEqual([400, 'body.name']);
    }
  }
  for (const name of ['x'.repeat(100), '🎧'.repeat(100)])
    expect((await ask('/v1/playlists', { method: 'POST', body: { name } })).status).toBe(201);
});

test('queries are read as what they should be, or refused by name', async () => {
  expect((await ask('/v1/playlists/p1?followers=101')).body).toMatchObject({
    status: 400,
    field: 'query.followers',
  });
  expect((await ask('/v1/playlists/p1?followers=x')).body).toMatchObject({
    status: 400,
    field: 'query.followers',
  });
  expect((await ask('/v1/playlists/p1?follower=1')).body).toMatchObject({
    status: 400,
    field: 'query.follower',
  });
  expect((await ask('/v1/search')).body).toMatchObject({ status: 400, field: 'query.q' });
});

test.each([
  '/v1/playlists/..%2f..%2fetc%2fpasswd',
  '/v1/playlists/%2e%2e',
  '/v1/tracks/a%00b',
  '/v1/tracks/%ff',
  `/v1/tracks/${'x'.repeat(5_000)}`,
])('an id cannot be a path or anything else but an id: %s', async (url) => {
  const { status, headers } = await ask(url);
  expect([400, 404, 414]).toContain(status);
  expect(headers['content-type']).toMatch('application/problem+json');
});

test('bodies that are no JSON, of another kind or too large are refused', async () => {
  const post = (payload: string, type: string) =>
    ask('/v1/plays', { method: 'POST', body: payload, headers: { 'content-type': type } });
  expect((await post('{"playId":', JSON_TYPE)).status).toBe(400);
  expect((await post('', JSON_TYPE)).status).toBe(400);
  expect((await post('{"__proto__":{"a":1}}', JSON_TYPE)).status).toBe(400);
  expect((await post('a=1', 'application/x-www-form-urlencoded')).status).toBe(415);
  expect((await post(JSON.stringify({ ...play, pad: 'x'.repeat(20_000) }), JSON_TYPE)).status).toBe(413);
});

test('what does not exist is 404, another method is 405 and names those there are', async () => {
  expect((await ask('/v1/nothing')).status).toBe(404);
  expect((await ask('/v1/tracks/never-delivered')).status).toBe(404);
  const { status, headers } = await ask('/v1/plays', { method: 'PATCH' });
  expect([status, headers.allow]).toEqual([405, 'POST']);
});

test('a correlation id is kept where it is harmless, and made where there is none', async () => {
  const kept = await ask('/v1/playlists/p1', { headers: { 'x-correlation-id': 'abc-1' } });
  expect(kept.headers['x-correlation-id']).toBe('abc-1');
  const made = await ask('/v1/playlists/p1', { headers: { 'x-correlation-id': 'bad id' } });
  expect(made.headers['x-correlation-id']).toMatch(/^[0-9a-f]{12}-/);
});

test('the OpenAPI document has every route with its answers, and nothing else', async () => {
  const { body } = await ask('/openapi.json', { token: null });
  const paths = body!.paths as Record<string, Record<string, { operationId: string; responses: object }>>;
  const documented = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]) => `${method} ${path} ${operationId}`),
  );
  const audio = AUDIO_ROUTES.map(({ url, schema }) => ({
    method: 'GET',
    url,
    ...(schema as { operationId: string }),
  }));
  const registered = [...ROUTES, ...audio].map(
    ({ method, url, operationId }) =>
      `${method.toLowerCase()} ${url.replaceAll(/:(\w+)/g, '{$1}')} ${operationId}`,
  );
  expect(documented.sort()).toEqual(registered.sort());
  for (const { url, schema } of AUDIO_ROUTES) {
    const { responses } = paths[url.replaceAll(/:(\w+)/g, '{$1}')]!.get!;
    const { response } = schema as { response: object };
    expect(Object.keys(responses)).toEqual(Object.keys(response));
    expect(Object.keys(responses)).toContain('503');
  }
  for (const { url, method, status } of ROUTES) {
    const operation = paths[url.replaceAll(/:(\w+)/g, '{$1}')]![method.toLowerCase()]!;
    const expected = [String(status), '401', '417', '503', ...(method === 'GET' ? [] : ['413', '415'])];
    expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(expected));
  }
});

test('what answers a GET and is not in the OpenAPI document is about the server itself, or leads nowhere', async () => {
  const hidden = new Set<string>();
  const watched = await startTestServer({
    extend(server) {
      server.addHook('onRoute', ({ method, url, schema }) => {
        if ([method].flat().includes('GET') && (schema as { hide?: boolean } | undefined)?.hide === true)
          hidden.add(url);
      });
    },
  });
  expect([...hidden].filter((url) => !ROUTES.some((route) => route.url === url)).sort()).toEqual([
    '/',
    '/audio/*',
    '/healthz',
    '/live/*',
    '/openapi.json',
    '/readyz',
  ]);
  await watched.close();
});

test('a defect answers 500 without a word about the inside, and is reported with its correlation id', async () => {
  const reported: [unknown, string][] = [];
  const broken = await startTestServer({
    onDefect: (error, id) => reported.push([error, id]),
    system: {
      ...shared.live.system,
      lagNs: 0,
      enter: () => Promise.reject(new TypeError('cannot read secret of undefined')),
    },
  });
  const answer = await broken.server.inject({
    url: '/v1/playlists/p1',
    headers: { authorization: 'Bearer u000000042', 'x-correlation-id': 'find-me' },
  });
  expect(answer.statusCode).toBe(500);
  expect(answer.body).not.toContain('secret');
  expect(reported.map(([error, id]) => [(error as Error).name, id])).toEqual([['TypeError', 'find-me']]);
  await broken.close();
});

test('a client that sends its request too slowly is cut off, others are served meanwhile', async () => {
  const impatient = await startTestServer({ requestTimeoutMs: 300 });
  const address = new URL(await impatient.server.listen({ host: '127.0.0.1', port: 0 }));
  const socket = connect(Number(address.port), address.hostname);
  socket.write('GET /v1/playlists/p1 HTTP/1.1\r\nhost: x\r\nx-slow: ');
  let received = '';
  socket.on('data', (data) => {
    received += String(data);
  });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const other = await fetch(new URL('/v1/playlists/p1', address), {
    headers: { authorization: 'Bearer u000000042' },
  });
  expect(other.status).toBe(200);
  await closed;
  expect(received).toMatch(/^HTTP\/1\.1 408 /);
  await impatient.close();
});

test('closing lets requests in flight finish', async () => {
  const leaving = await startTestServer();
  const address = new URL(await leaving.server.listen({ host: '127.0.0.1', port: 0 }));
  const arrived = once(leaving.server.server, 'request');
  // A play waits for the log's linger and acknowledgement: it is in flight when the server closes.
  const answer = fetch(new URL('/v1/plays', address), {
    method: 'POST',
    headers: { authorization: 'Bearer u000000042', 'content-type': JSON_TYPE },
    body: JSON.stringify(play),
  });
  await arrived;
  await leaving.close();
  expect((await answer).status).toBe(202);
});

test('a listener makes a playlist, orders it, and hides it from others', async () => {
  const made = await ask('/v1/playlists', { method: 'POST', body: { name: 'Morning' } });
  expect(made.status).toBe(201);
  const path = `/v1/playlists/${made.body!.playlistId}`;
  const add = (trackId: string, position?: number) =>
    ask(`${path}/tracks`, {
      method: 'POST',
      body: { trackId, ...(position === undefined ? {} : { position }) },
    });
  for (const trackId of ['t1', 't2', 't3']) expect((await add(trackId)).status).toBe(201);
  const order = async () =>
    ((await ask(`${path}/tracks`)).body!.entries as { trackId: string }[]).map(({ trackId }) => trackId);
  expect(await order()).toEqual(['t3', 't2', 't1']);
  expect((await add('t4', 1)).status).toBe(201);
  expect(await order()).toEqual(['t3', 't4', 't2', 't1']);
  const shown = async (snapshot: unknown) => (await ask(`${path}?snapshot=${snapshot}`)).body!.trackIds;
  const move = { method: 'POST' as const, body: { trackId: 't4', from: 1, to: 3 } };
  const moved = await ask(`${path}/moves`, move);
  expect(moved.status).toBe(200);
  expect(await shown(moved.body!.snapshot)).toEqual(['t3', 't2', 't1', 't4']);
  expect((await ask(`${path}/moves`, move)).status).toBe(409);
  expect((await add('t5', 5)).status).toBe(400);
  const removed = await ask(`${path}/tracks/3?trackId=t4`, { method: 'DELETE' });
  expect(await shown(removed.body!.snapshot)).toEqual(['t3', 't2', 't1']);
  expect((await ask(`${path}/tracks/1?trackId=t1`, { method: 'DELETE' })).status).toBe(409);
  expect((await ask(`${path}/tracks/1?trackId=t2`, { method: 'DELETE' })).status).toBe(200);
  expect(await order()).toEqual(['t3', 't1']);
  expect((await ask(`${path}/name`, { method: 'PUT', body: { name: 'Evening' } })).status).toBe(200);
  const others = { token: 'u000000077' };
  expect((await ask(path, others)).status).toBe(200);
  const hidden = await ask(`${path}/flags`, {
    method: 'PUT',
    body: { isPrivate: true, isCollaborative: false },
  });
  expect(hidden.status).toBe(200);
  for (const url of [path, `${path}/tracks`]) expect([403, 404]).toContain((await ask(url, others)).status);
  const intrusion = await ask(`${path}/tracks`, { method: 'POST', body: { trackId: 't9' }, ...others });
  expect([403, 404]).toContain(intrusion.status);
  expect((await ask(path, { method: 'DELETE', ...others })).status).not.toBe(204);
  expect((await ask(path)).body).toMatchObject({ name: 'Evening', isPrivate: true });
  expect((await ask(path, { method: 'DELETE' })).status).toBe(204);
  expect((await ask(path)).status).toBe(404);
});

test('likes and saved playlists come back newest first, page by page', async () => {
  const own = { token: 'u000000333' };
  for (const id of ['t1', 't2', 't3']) await ask(`/v1/me/likes/${id}`, { method: 'PUT', ...own });
  await ask('/v1/me/likes/t2', { method: 'DELETE', ...own });
  const first = await ask('/v1/me/likes?limit=1', own);
  expect((first.body!.items as { id: string }[]).map(({ id }) => id)).toEqual(['t3']);
  const second = await ask(`/v1/me/likes?limit=5&before=${first.body!.next}`, own);
  expect((second.body!.items as { id: string }[]).map(({ id }) => id)).toEqual(['t1']);
  // Whoever asks for the next page for as long as one is named comes to an end.
  expect(second.body).not.toHaveProperty('next');
  expect((await ask('/v1/me/likes?before=0', own)).status).toBe(400);
  await ask('/v1/me/library/p4', { method: 'PUT', ...own });
  const saved = (await ask('/v1/me/library', own)).body!.items as { id: string }[];
  expect(saved[0]!.id).toBe('p4');
  const pages: string[] = [];
  for (let page = '/v1/me/library?limit=3'; pages.length < 50; ) {
    const { items, next } = (await ask(page, own)).body as { items: { id: string }[]; next?: number };
    pages.push(...items.map(({ id }) => id));
    if (next === undefined) break;
    page = `/v1/me/library?limit=3&before=${next}`;
  }
  expect(pages).toEqual(saved.map(({ id }) => id));
});

test.each(['/v1/tracks?ids=t1,t2,nope&details=true', '/v1/me/recently-played'])(
  '%s answers as its schema says',
  async (url) => {
    const { status, body } = await ask(url);
    expect(status).toBe(200);
    expect(body).not.toBeNull();
  },
);

test('a listener gets a signed URL at the bitrate that plan and bandwidth allow, and audio by it', async () => {
  const { status, body } = await ask('/v1/tracks/t3/stream?bandwidthKbps=200');
  expect([status, body!.bitrateKbps]).toEqual([200, 96]);
  expect(Date.parse(body!.expiresAt as string)).toBeGreaterThan(Date.now());
  const audio = await shared.live.server.inject({
    url: body!.url as string,
    headers: { range: 'bytes=0-3' },
  });
  expect([audio.statusCode, audio.body]).toEqual([206, 'OggS']);
  const other = (body!.url as string).replace('/t3/', '/t4/');
  expect((await shared.live.server.inject({ url: other })).statusCode).toBe(403);
  expect((await ask('/v1/tracks/never-made/stream')).status).toBe(404);
});

test('what is typed is completed, whatever kind it is of', async () => {
  const { body } = await ask('/v1/tracks/t0');
  const [word] = (body!.title as string).split(' ');
  const found = await ask(`/v1/search/suggestions?q=${word!.slice(0, 3)}`);
  expect(found.status).toBe(200);
  expect((found.body!.suggestions as unknown[]).length).toBeGreaterThan(0);
});

test('a browser finds every route at the door, and nothing that has to be loaded from elsewhere', async () => {
  const { statusCode, headers, body } = await shared.live.server.inject({
    url: '/',
    headers: { host: '<b>x' },
  });
  expect(statusCode).toBe(200);
  expect(headers['content-type']).toContain('text/html');
  for (const { url } of [...ROUTES, ...AUDIO_ROUTES]) expect(body).toContain(`</span>${url}</code>`);
  expect(body).not.toMatch(/<script|<link|src=|<b>x/);
});
