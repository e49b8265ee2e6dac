/** Requests that come one behind the other on a connection are begun together: whoever sends them has no more than others. */
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { startTestServer } from './test-server.ts';
import type { Unparsed } from './unparsed.ts';

const REQUEST = 'GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n';

async function startCounting() {
  let begun = 0;
  const refused: Unparsed[] = [];
  const own = await startTestServer({
    onUnparsed: (refusal) => refused.push(refusal),
    extend: (server) =>
      server.addHook('onRequest', (_request, _reply, done) => {
        begun++;
        done();
      }),
  });
  const { port } = new URL(await own.server.listen({ host: '127.0.0.1', port: 0 }));
  /** Sends as many at once; resolves to the answers, when the server hangs up or all are there. */
  const send = (count: number) =>
    new Promise<number>((resolve) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write(REQUEST.repeat(count)));
      let received = '';
      const answers = () => received.split('HTTP/1.1 200 OK').length - 1;
      socket.on('data', (data) => {
        received += String(data);
        if (answers() === count) socket.destroy();
      });
      socket.on('error', () => {});
      socket.once('close', () => resolve(answers()));
    });
  return { own, send, refused, begun: () => begun };
}

test('a hundred at once are answered, again and again', async () => {
  const { own, send, refused } = await startCounting();
  for (let again = 0; again < 3; again++) expect(await send(100)).toBe(100);
  expect(refused).toEqual([]);
  await own.close();
});

test('of thousands no more are begun, the connection is cut off, and it is told once', async () => {
  const { own, send, refused, begun } = await startCounting();
  await send(5_000);
  expect(begun()).toBeLessThanOrEqual(100);
  expect(refused).toMatchObject([{ status: 429, correlationId: expect.stringMatching(/^[0-9a-f]{12}-/) }]);
  expect(await send(1)).toBe(1);
  await own.close();
});
