import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { HttpMetrics, Telemetry } from '../../observability/index.ts';
import { Simulation } from '../../runtime/kernel/index.ts';
import { EventLog, observeHttp } from '../telemetry/index.ts';
import { startTestServer } from './test-server.ts';

test('what never becomes a request is answered as a problem, as the document has it', async () => {
  const own = await startTestServer();
  const address = new URL(await own.server.listen({ host: '127.0.0.1', port: 0 }));
  const sent = (text: string) =>
    new Promise<string>((resolve) => {
      const socket = connect(Number(address.port), address.hostname, () => socket.write(text));
      let received = '';
      socket.on('data', (data) => {
        received += String(data);
      });
      socket.once('close', () => resolve(received));
    });
  const tooLong = `GET /live/concert/96/1.aac?token=${'a'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`;
  for (const [text, status, title, detail] of [
    [tooLong, 431, 'The headers are too large', 'The address and the headers are too long.'],
    ['what is this\r\n\r\n', 400, 'The request does not fit', 'This is not HTTP/1.1.'],
  ] as const) {
    const [head, body] = (await sent(text)).split('\r\n\r\n') as [string, string];
    expect(head).toMatch(
      new RegExp(`^HTTP/1\\.1 ${status} .+\r\nContent-Type: application/problem\\+json\r\n`),
    );
    expect(JSON.parse(body)).toEqual({
      type: 'about:blank',
      title,
      status,
      detail,
      correlationId: expect.stringMatching(/^[0-9a-f]{12}-/),
    });
  }
  await own.close();
});

test('a request whose body does not arrive keeps its operation and its id, and is no second one', async () => {
  const http = new HttpMetrics();
  const lines: string[] = [];
  const telemetry = new Telemetry({ outermost: 'http' }, { clock: new Simulation({ seed: 1 }) });
  const log = new EventLog({
    mode: 'json',
    write: (text) => lines.push(text),
    service: 'gateway',
    version: '0',
  });
  const own = await startTestServer({
    requestTimeoutMs: 300,
    onUnparsed: ({ status }) => http.refuse(status),
    extend: (server) => observeHttp(server, { telemetry, http, log }),
  });
  const address = new URL(await own.server.listen({ host: '127.0.0.1', port: 0 }));
  const head = [
    'POST /v1/plays HTTP/1.1',
    'host: x',
    'authorization: Bearer u000000042',
    'x-correlation-id: mine',
    'content-type: application/json',
    'content-length: 20',
  ];
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(Number(address.port), address.hostname, () =>
      socket.write(`${head.join('\r\n')}\r\n\r\n{"play`),
    );
    let received = '';
    socket.on('data', (data) => {
      received += String(data);
    });
    socket.once('close', () => resolve(received));
  });
  await expect.poll(() => http.inFlight, { timeout: 10_000 }).toBe(0);
  await own.close();
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(JSON.parse(answer.split('\r\n\r\n')[1]!)).toMatchObject({ status: 408, correlationId: 'mine' });
  const answers = http
    .families()[0]!
    .samples.map(({ labels, value }) => [labels.operation, labels.status, value]);
  expect(answers).toEqual([['recordPlay', '408', 1]]);
  expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([
    'POST recordPlay 408',
  ]);
});

test('whoever was refused and holds on to the connection all the same loses it', async () => {
  const own = await startTestServer({ requestTimeoutMs: 300 });
  const address = new URL(await own.server.listen({ host: '127.0.0.1', port: 0 }));
  const openNow = () =>
    new Promise<number>((resolve) => own.server.server.getConnections((_, count) => resolve(count)));
  const answers: string[] = [];
  const sockets = ['GET / HTTP/1.1\r\nx: ', 'what is this\r\n\r\n', ''].map((text) => {
    const socket = connect({ port: Number(address.port), host: address.hostname, allowHalfOpen: true });
    socket.write(text);
    socket.on('data', (data) => {
      answers.push(String(data).slice(9, 12));
      // It goes on as if nothing had been said, and never closes its side.
      if (text.startsWith('GET')) socket.write('a');
    });
    socket.on('error', () => {});
    return socket;
  });
  await expect.poll(() => answers.sort(), { timeout: 10_000 }).toEqual(['400', '408', '408']);
  await expect.poll(openNow, { timeout: 10_000 }).toBe(0);
  for (const socket of sockets) socket.destroy();
  await own.close();
});
