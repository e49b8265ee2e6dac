/** Odd requests, as they come over the wire: each is answered as a problem that says what is odd. */
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from './test-server.ts';

let live: TestServer;
let address: URL;

beforeAll(async () => {
  live = await startTestServer();
  address = new URL(await live.server.listen({ host: '127.0.0.1', port: 0 }));
});

afterAll(() => live.close());

/** The last answer to what is sent: one that is to go on (100) comes before. */
function sent(text: string, body: Uint8Array = new Uint8Array()) {
  return new Promise<{ status: number; headers: Record<string, string>; body: string }>((resolve) => {
    const socket = connect(Number(address.port), address.hostname, () => {
      socket.write(text.replaceAll('\n', '\r\n'));
      socket.write(body);
    });
    let received = '';
    socket.on('data', (data) => {
      received += String(data);
    });
    socket.once('close', () => {
      const [head, ...rest] = received.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '').split('\r\n\r\n');
      const [line, ...fields] = head!.split('\r\n');
      const headers = fields.map((field) => field.split(': ') as [string, string]);
      resolve({
        status: Number(line!.split(' ')[1]),
        headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value])),
        body: rest.join('\r\n\r\n'),
      });
    });
  });
}

const REST = 'Host: x\nConnection: close\nAuthorization: Bearer u000000042\n';

test.each([
  ['no Host', 'GET /v1/playlists/p1 HTTP/1.1\nConnection: close\n\n', 400, 'The header Host is missing.'],
  [
    'an expectation that nobody knows',
    `GET /v1/playlists/p1 HTTP/1.1\n${REST}Expect: foo\n\n`,
    417,
    'Nothing but 100-continue can be expected.',
  ],
  [
    'two hosts',
    `GET /v1/playlists/p1 HTTP/1.1\n${REST}hOST: y\n\n`,
    400,
    'The header Host is there more than once.',
  ],
  [
    'two tokens',
    `GET /v1/playlists/p1 HTTP/1.1\n${REST}authorization: Bearer u000000007\n\n`,
    400,
    'The header Authorization is there more than once.',
  ],
  ['an asterisk for an address', `GET * HTTP/1.1\n${REST}\n`, 400, 'An address begins with a slash.'],
])('%s', async (_, text, status, detail) => {
  const answer = await sent(text);
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(JSON.parse(answer.body)).toEqual({
    type: 'about:blank',
    title: expect.any(String) as string,
    status,
    detail,
    correlationId: answer.headers['x-correlation-id'],
  });
});

test('what HTTP allows is served: 100-continue, and HTTP/1.0 without a Host', async () => {
  const body = Buffer.from('{"trackId":"t7"}');
  const head = `POST /v1/playlists/p42/tracks HTTP/1.1\n${REST}Content-Type: application/json\nContent-Length: ${body.length}\n`;
  expect((await sent(`${head}Expect: 100-continue\n\n`, body)).status).toBe(201);
  expect((await sent(`${head}Content-Encoding: identity\n\n`, body)).status).toBe(201);
  expect((await sent('GET /healthz HTTP/1.0\n\n')).status).toBe(200);
});

test('a compressed body is refused, and not read as if it were none', async () => {
  const body = gzipSync('{"trackId":"t7"}');
  const head = `POST /v1/playlists/p42/tracks HTTP/1.1\n${REST}Content-Type: application/json\n`;
  for (const coding of ['gzip', 'br', 'identity, gzip']) {
    const { status, headers } = await sent(
      `${head}Content-Encoding: ${coding}\nContent-Length: ${body.length}\n\n`,
      body,
    );
    expect([status, headers['accept-encoding']], coding).toEqual([415, 'identity']);
  }
  // Whatever the body is in truth: it says that it is compressed.
  const plain = Buffer.from('{"trackId":"t7"}');
  const told = `${head}Content-Encoding: gzip\nContent-Length: ${plain.length}\n\n`;
  expect((await sent(told, plain)).status).toBe(415);
});

test.each([
  ['PROPFIND', '/v1/playlists/p1', 'GET, HEAD, DELETE'],
  ['LOCK', '/v1/plays', 'POST'],
  ['HEAD', '/v1/plays', 'POST'],
  ['PATCH', '/v1/playlists/p1?followers=1', 'GET, HEAD, DELETE'],
  ['MKCOL', '/healthz', 'GET, HEAD'],
  ['DELETE', '/', 'GET, HEAD'],
  ['POST', '/audio/t1/1/160.ogg', 'GET, HEAD, OPTIONS'],
  ['PROPFIND', '/live/concert/160/1.aac', 'GET, HEAD, OPTIONS'],
])('%s %s is 405 and names what there is', async (method, url, allowed) => {
  const { status, headers, body } = await sent(`${method} ${url} HTTP/1.1\n${REST}\n`);
  expect([status, headers.allow?.split(', ').sort()]).toEqual([405, allowed.split(', ').sort()]);
  if (method !== 'HEAD') expect(JSON.parse(body)).toMatchObject({ status: 405 });
});

test('where there is nothing, another method does not change that', async () => {
  for (const line of ['PROPFIND /v1/nothing', 'PATCH /v1/tracks/a/b/c', 'OPTIONS *', 'MKCOL /audio/nothing'])
    expect((await sent(`${line} HTTP/1.1\n${REST}\n`)).status, line).toBe(404);
});
