/** Targets that answer what no system of ours would: whoever sends load says so, and neither breaks nor grows. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { HttpClient, NoAnswer } from './http-client.ts';
import { askOwnPage } from './own-pages.ts';

const closing: (() => void)[] = [];

afterEach(() => {
  for (const close of closing.splice(0).reverse()) close();
});

async function target(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function clientOf(baseUrl: string): HttpClient {
  const client = new HttpClient(baseUrl);
  closing.push(() => client.close());
  return client;
}

const get = { method: 'GET', path: '/', headers: {} };
const outcome = (work: Promise<unknown>) =>
  work.then(
    () => 'an answer',
    (error: unknown) => (error instanceof NoAnswer ? error.message : error),
  );

test('an answer without end is broken off, long before its deadline', async () => {
  let sent = 0;
  const url = await target((_request, response) => {
    const chunk = Buffer.alloc(1_048_576);
    const more = () => {
      while (!response.destroyed) {
        sent += chunk.length;
        if (!response.write(chunk)) return;
      }
    };
    response.on('drain', more);
    more();
  });
  expect(await outcome(clientOf(url).send(get, 30_000))).toBe('the answer is longer than 64 MB');
  // What lay in sockets and pipes comes on top.
  expect(sent).toBeLessThan(150e6);
});

test('what cannot be sent, as the target has put it together, is no answer', async () => {
  const client = clientOf(await target((_request, response) => response.end('{}')));
  const headers = { authorization: 'Bearer a\r\nb' };
  expect(await outcome(client.send({ ...get, headers }))).toContain('Invalid character');
  expect(await outcome(client.send({ ...get, path: '/with space' }))).toContain('unescaped characters');
  expect(await outcome(client.send(get))).toBe('an answer');
});

test('what a target says of itself cannot move the cursor of whoever reads it', async () => {
  const url = await target((_request, response) =>
    response.end(
      JSON.stringify({ faults: [{ what: '\u001b[2Jgone\u0007\u009b1m\u007f', 'a\u001b': 'b\nc' }] }),
    ),
  );
  expect(await askOwnPage({ baseUrl: url, authority: null }, '/')).toEqual({
    faults: [{ what: '�[2Jgone��1m�', 'a\u001b': 'b�c' }],
  });
  const deep = await target((_request, response) =>
    response.end(`${'['.repeat(100_000)}${']'.repeat(100_000)}`),
  );
  expect(await askOwnPage({ baseUrl: deep, authority: null }, '/')).toEqual([[[[[[[[null]]]]]]]]);
});
