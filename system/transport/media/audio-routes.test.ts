import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listenerId } from '../../../fixtures/ids.ts';
import { SITES } from '../../edge/index.ts';
import type { PortError } from '../../ports/errors.ts';
import { ALLOWED_ORIGIN, type AudioServer, startAudioServer } from './test-audio-server.ts';

let live: AudioServer;

beforeAll(async () => {
  live = await startAudioServer();
});

afterAll(async () => {
  await live.close();
  expect(live.defects).toEqual([]);
});

const get = (url: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(url, { method, headers });
const bytesOf = async (answer: Response) => new Uint8Array(await answer.arrayBuffer());

async function problemOf(answer: Response) {
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  return (await answer.json()) as { status: number; detail: string };
}

test('a track comes whole, in its size, and any range of it is the same bytes', async () => {
  const url = await live.track('t7');
  const whole = await get(url);
  expect(whole.status).toBe(200);
  const size = Number(whole.headers.get('content-length'));
  const bytes = await bytesOf(whole);
  expect(bytes.length).toBe(size);
  expect(size).toBe(live.audio.s3.inspect(new URL(url).pathname.slice(1))?.size);
  expect([whole.headers.get('content-type'), whole.headers.get('accept-ranges')]).toEqual([
    'audio/ogg',
    'bytes',
  ]);
  for (const [range, from, to] of [
    ['bytes=0-0', 0, 1],
    ['bytes=100-65635', 100, 65_636],
    ['bytes=524200-524400', 524_200, 524_401],
    ['bytes=1000000-', 1_000_000, size],
    ['bytes=-1000', size - 1_000, size],
    [`bytes=-${size + 5}`, 0, size],
    [`bytes=${size - 1}-${size + 100}`, size - 1, size],
  ] as const) {
    const part = await get(url, { range });
    expect(part.status, range).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes ${from}-${to - 1}/${size}`);
    expect(part.headers.get('content-length')).toBe(String(to - from));
    expect(Buffer.compare(await bytesOf(part), bytes.subarray(from, to)), range).toBe(0);
  }
});

test('a range beyond the end is 416 and says the size; what is no single range is left out of account', async () => {
  const url = await live.track('t8');
  const size = Number((await get(url, {}, 'HEAD')).headers.get('content-length'));
  for (const range of [`bytes=${size}-`, 'bytes=-0', 'bytes=99999999999999999999-']) {
    const answer = await get(url, { range });
    expect(answer.status, range).toBe(416);
    expect(answer.headers.get('content-range')).toBe(`bytes */${size}`);
    expect((await problemOf(answer)).status).toBe(416);
  }
  for (const range of ['bytes=5-2', 'bytes=0-1,5-9', 'lines=1-2', 'bytes=x-y', 'bytes=-', 'bytes']) {
    const answer = await get(url, { range });
    expect([answer.status, answer.headers.get('content-length')], range).toEqual([200, String(size)]);
    await answer.body?.cancel();
  }
});

test('HEAD tells what GET would, without the bytes, and without a range', async () => {
  const url = await live.track('t9');
  const before = live.audio.edge.figures.egressBytes;
  const answer = await get(url, { range: 'bytes=0-9' }, 'HEAD');
  expect(answer.status).toBe(200);
  expect(Number(answer.headers.get('content-length'))).toBeGreaterThan(100_000);
  expect(answer.headers.get('etag')).toMatch(/^"[0-9a-f]{16}"$/);
  expect((await bytesOf(answer)).length).toBe(0);
  expect(live.audio.edge.figures.egressBytes - before).toBeLessThan(2_000);
});

test('If-Range and If-None-Match: what the listener has is not sent again, what has changed is sent whole', async () => {
  const url = await live.track('t10');
  const first = await get(url, { range: 'bytes=0-9' });
  const etag = first.headers.get('etag')!;
  await first.body?.cancel();
  expect((await get(url, { range: 'bytes=10-19', 'if-range': etag })).status).toBe(206);
  const changed = await get(url, { range: 'bytes=10-19', 'if-range': '"0000000000000000"' });
  expect(changed.status).toBe(200);
  expect((await bytesOf(changed)).length).toBeGreaterThan(100_000);
  // A weak tag does not say that bytes are the same.
  expect((await get(url, { range: 'bytes=10-19', 'if-range': `W/${etag}` })).status).toBe(200);
  for (const tags of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
    const answer = await get(url, { 'if-none-match': tags });
    expect([answer.status, (await bytesOf(answer)).length], tags).toEqual([304, 0]);
  }
  expect((await get(url, { 'if-none-match': '"x"' })).status).toBe(200);
});

test('conditions count before ranges: 304 and 412 are said of a range beyond the end, too', async () => {
  const url = await live.track('t10');
  const etag = (await get(url, {}, 'HEAD')).headers.get('etag')!;
  const within = { range: 'bytes=0-9' };
  const beyond = { range: 'bytes=99999999-' };
  for (const [headers, status] of [
    [{ ...beyond, 'if-none-match': etag }, 304],
    [{ ...beyond, 'if-none-match': '"x"' }, 416],
    [{ ...beyond, 'if-match': '"x"' }, 412],
    [{ ...beyond, 'if-match': etag }, 416],
    [{ ...beyond, 'if-range': '"x"' }, 200],
    [{ ...beyond, 'if-range': etag }, 416],
    [{ 'if-match': '"x"' }, 412],
    // A weak tag does not say that bytes are the same.
    [{ 'if-match': `W/${etag}` }, 412],
    [{ ...within, 'if-match': `"x", ${etag}` }, 206],
    [{ ...within, 'if-match': '*' }, 206],
    [{ 'if-match': '"x"', 'if-none-match': etag }, 412],
    [{ 'if-match': etag, 'if-none-match': etag }, 304],
  ] as const) {
    const answer = await get(url, headers);
    expect(answer.status, JSON.stringify(headers)).toBe(status);
    if (status >= 400) expect((await problemOf(answer)).status).toBe(status);
    else await answer.body?.cancel();
  }
  expect((await get(url, { 'if-match': '"x"' }, 'HEAD')).status).toBe(412);
});

test('without a token that counts nothing is given out: 403 as a problem', async () => {
  const url = await live.track('t11');
  const other = await live.track('t12');
  const token = new URL(url).searchParams.get('token')!;
  const path = url.slice(0, url.indexOf('?'));
  const [header, payload, signature] = token.split('.') as [string, string, string];
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
  const expired = await live.audio.signer.sign(live.context(), {
    path: new URL(url).pathname,
    listenerId: 'u1',
    notBeforeNs: -7_200e9,
    expiresAtNs: -3_600e9,
  });
  for (const [given, why] of [
    ['', 'no token'],
    ['?token=', 'no token'],
    ['?token=x', 'cannot be read'],
    [`?token=${token}&token=${token}`, 'no token'],
    [`?token=${new URL(other).searchParams.get('token')}`, 'another path'],
    [`?token=${header}.${encode({ ...claims, sub: 'u2' })}.${signature}`, 'signature'],
    [`?token=${header}.${payload}.${signature.slice(0, -4)}AAAA`, 'signature'],
    [`?token=${encode({ alg: 'none', typ: 'url+jwt', kid: '1' })}.${payload}.`, 'signature'],
    [`?token=${encode({ alg: 'HS256', typ: 'url+jwt', kid: '1' })}.${payload}.${signature}`, 'signature'],
    [`?token=${encode({ alg: 'EdDSA', typ: 'at+jwt', kid: '1' })}.${payload}.${signature}`, 'cannot be read'],
    [`?token=${encode({ alg: 'EdDSA', typ: 'url+jwt', kid: '77' })}.${payload}.${signature}`, 'not accepted'],
    [`?token=${expired}`, 'expired'],
    [`?token=${'a'.repeat(5_000)}`, 'cannot be read'],
  ]) {
    const answer = await get(`${path}${given}`);
    expect(answer.status, given).toBe(403);
    expect((await problemOf(answer)).detail, given).toContain(why);
  }
});

/** Sent as it is: `fetch` would tidy the path up. */
function raw(path: string): Promise<string> {
  const { port } = new URL(live.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1');
    let text = '';
    socket.on('data', (data) => {
      text += data.toString('latin1');
    });
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  });
}

test('a path that is not one of audio letter by letter leads nowhere', async () => {
  const token = new URL(await live.track('t1')).searchParams.get('token')!;
  for (const path of [
    '/audio/../audio/t1/1/160.ogg',
    '/audio/t1/../t1/1/160.ogg',
    '/audio/%2e%2e/t1/1/160.ogg',
    '/audio/t1%2f1/160.ogg',
    '/audio/t1/1/160.ogg/',
    '/audio//t1/1/160.ogg',
    '/audio/t1/1/160.ogg%00',
    '/audio/t1/0/160.ogg',
    '/audio/t1/1/128.ogg',
    '/audio/..%5c..%5cetc%5cpasswd',
    '/live/../audio/t1/1/160.ogg',
    '/live/concert/160/../../../audio/t1/1/160.ogg',
    '/live/concert/160/-1.aac',
    '/live/nothing/160.m3u8',
  ]) {
    const answer = await raw(`${path}?token=${token}`);
    expect(answer, path).toMatch(/^HTTP\/1\.1 (404|400) /);
    expect(answer).toContain('application/problem+json');
  }
});

test('a track that is not there is 404, however well its URL is signed', async () => {
  const path = '/audio/t77777777/1/160.ogg';
  const grant = { path, listenerId: 'u1', notBeforeNs: 0, expiresAtNs: 3_600e9 };
  const token = await live.audio.signer.sign(live.context(), grant);
  const answer = await get(`${live.url}${path}?token=${token}`);
  expect(answer.status).toBe(404);
  await problemOf(answer);
  const unknown = await live.track('t77777777').catch((error: unknown) => error);
  expect((unknown as PortError).kind).toBe('not-found');
});

test('pages of allowed sites may embed audio, others may not; apps say nothing', async () => {
  const url = await live.track('t13');
  const allowed = await get(url, { origin: ALLOWED_ORIGIN, range: 'bytes=0-9' });
  expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([206, ALLOWED_ORIGIN]);
  expect(allowed.headers.get('vary')).toMatch(/origin/i);
  expect(allowed.headers.get('access-control-expose-headers')).toContain('content-range');
  const preflight = await get(
    url,
    { origin: ALLOWED_ORIGIN, 'access-control-request-method': 'GET' },
    'OPTIONS',
  );
  expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([
    204,
    'range, if-range, if-none-match',
  ]);
  for (const origin of ['https://evil.example', 'null', `${ALLOWED_ORIGIN}.evil.example`]) {
    const refused = await get(url, { origin });
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([403, null]);
    await problemOf(refused);
  }
});

test('what a point of presence has is a hit, and says who served it', async () => {
  const url = await live.track('t9999');
  await get(url, { range: 'bytes=0-9' });
  const answer = await get(url, { range: 'bytes=10-19' });
  expect([answer.headers.get('x-cache'), answer.headers.get('x-served-by')]).toEqual(['HIT', 'iad']);
  // RFC 9111, 4: a cache that answers from what it keeps has to say how old that is.
  expect(answer.headers.get('age')).toMatch(/^[0-9]$/);
});

test('a listener is served by the point of presence that is near the place where the population has him', async () => {
  const servers = new Set<string>();
  for (let listener = 0; listener < 20; listener++) {
    const answer = await get(await live.track('t15', listenerId(listener)), {}, 'HEAD');
    const { edge, routes } = live.audio;
    expect(answer.headers.get('x-served-by')).toBe(
      SITES[edge.siteOf(routes.placeOf!(listenerId(listener)))]!.name,
    );
    servers.add(answer.headers.get('x-served-by')!);
  }
  expect(servers.size).toBeGreaterThan(2);
  const stranger = await get(await live.track('t15', 'nobody'), {}, 'HEAD');
  expect(stranger.headers.get('x-served-by')).toBe('iad');
});

/** Half an hour of audio: more than the buffers of two sockets hold, which are some ten megabytes on loopback. */
async function longTrack(from: AudioServer): Promise<{ url: URL; size: number }> {
  const { audio } = from;
  const version = { trackId: 't14', version: 2, durationMs: 1_800_000 };
  await audio.routes.enter(() => audio.storeVersion(from.context(), version));
  const path = '/audio/t14/2/96.ogg';
  const grant = { path, listenerId: 'u1', notBeforeNs: 0, expiresAtNs: 3_600e9 };
  const token = await audio.signer.sign(from.context(), grant);
  return { url: new URL(`${from.url}${path}?token=${token}`), size: 21_600_000 };
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('a listener who does not read is not fetched for: parts follow as he takes them', async () => {
  const { url, size } = await longTrack(live);
  const parts = Math.ceil(size / (512 * 1024));
  const before = live.audio.edge.figures.requests;
  const socket = connect(Number(url.port), '127.0.0.1');
  socket.pause();
  socket.write(`GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  await pause(300);
  const asked = live.audio.edge.figures.requests - before;
  expect(asked).toBeGreaterThanOrEqual(1);
  expect(asked).toBeLessThan(parts - 10);
  let received = 0;
  socket.on('data', (data) => {
    received += data.length;
  });
  socket.resume();
  await new Promise((resolve) => socket.on('end', resolve));
  expect(received).toBeGreaterThan(size);
  expect(live.audio.edge.figures.requests - before).toBe(parts);
});

test('a listener who hangs up is not worked for any longer', async () => {
  const { url } = await longTrack(live);
  const socket = connect(Number(url.port), '127.0.0.1');
  socket.pause();
  socket.write(`GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await pause(200);
  socket.destroy();
  await pause(200);
  const asked = live.audio.edge.figures.requests;
  await pause(200);
  expect(live.audio.edge.figures.requests).toBe(asked);
});

test('a listener who never reads loses his connection', async () => {
  const stalled = await startAudioServer({ stallMs: 200 });
  const { url } = await longTrack(stalled);
  const socket = connect(Number(url.port), '127.0.0.1');
  socket.pause();
  socket.on('error', () => {});
  socket.write(`GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: x\r\n\r\n`);
  await pause(100);
  const connections = () =>
    new Promise<number>((resolve) => stalled.server.server.getConnections((_, count) => resolve(count)));
  expect(await connections()).toBe(1);
  for (let i = 0; i < 40 && (await connections()) > 0; i++) await pause(50);
  expect(await connections()).toBe(0);
  socket.destroy();
  await stalled.close();
});
