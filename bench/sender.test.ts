import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { FAILED_MS, sendOpenLoop } from './sender.ts';

let server: Server | undefined;
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server?.close();
});

/** Hands each request to `answer`, as it came. */
async function listen(answer: (socket: Socket, request: string) => void): Promise<string> {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (data) => answer(socket, String(data)));
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

const send = (url: string) =>
  sendOpenLoop({
    url,
    path: '/x',
    headers: { a: 'b' },
    perSecond: 500,
    seconds: 0.2,
    connections: CONNECTIONS,
  });

const CONNECTIONS = 8;

test('every request is whole, and every answer is read to its end, in whatever pieces it comes', async () => {
  const requests = new Set<string>();
  let count = 0;
  const url = await listen((socket, request) => {
    requests.add(request);
    if (count++ % 2 === 0) {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello');
      return;
    }
    socket.write('HTTP/1.1 200 OK\r\nconte');
    setImmediate(() => {
      socket.write('nt-length: 5\r\n\r\nhe');
      setImmediate(() => socket.write('llo'));
    });
  });
  const { sent, failed, p99Ms } = await send(url);
  expect([...requests]).toEqual([`GET /x HTTP/1.1\r\nhost: ${new URL(url).host}\r\na: b\r\n\r\n`]);
  // Each connection has one before the measurement.
  expect([count, failed]).toEqual([sent + CONNECTIONS, 0]);
  // Poisson: 100 are expected, and ten standard deviations are far.
  expect(sent).toBeGreaterThan(0);
  expect(sent).toBeLessThan(200);
  expect(p99Ms).toBeLessThan(FAILED_MS);
});

test('refusals, broken connections and answers without a length count as failed', async () => {
  let count = 0;
  const url = await listen((socket) => {
    const kind = count++ % 3;
    if (count <= CONNECTIONS || kind === 0) socket.write('HTTP/1.1 503 Down\r\ncontent-length: 0\r\n\r\n');
    else if (kind === 1) socket.destroy();
    else socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n');
  });
  const { sent, failed, p50Ms } = await send(url);
  expect(failed).toBe(sent);
  expect(p50Ms).toBeGreaterThan(0.95 * FAILED_MS);
});

test('arrivals go on while the server answers nothing, and their wait counts', async () => {
  const held: Socket[] = [];
  let count = 0;
  const url = await listen((socket) => {
    count++;
    held.push(socket);
    // After the warm-up the first answer comes when all connections are in use.
    if (count > CONNECTIONS && count < 2 * CONNECTIONS) return;
    for (const one of held.splice(0)) one.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
  });
  const report = await sendOpenLoop({
    url,
    path: '/',
    headers: {},
    perSecond: 5_000,
    seconds: 0.1,
    connections: CONNECTIONS,
  });
  expect(report.sent).toBeGreaterThan(CONNECTIONS);
  expect(report.waitP99Ms).toBeGreaterThan(0);
});

test('where nobody listens it says so', async () => {
  const url = await listen(() => {});
  server!.close();
  await expect(send(url)).rejects.toThrow(/gave no answer/);
});
