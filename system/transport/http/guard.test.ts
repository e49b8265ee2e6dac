/** Who is let in, request by request: a connection has no identity of its own. */
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { startTestServer } from './test-server.ts';

test('each request on a connection is let in by its own token', async () => {
  const own = await startTestServer();
  const { port } = new URL(await own.server.listen({ host: '127.0.0.1', port: 0 }));
  const tokens = [
    'u000000042',
    'u000000042',
    'forged',
    'u000000042~no.scope',
    null,
    'u000000007',
    'u000000042',
  ];
  const request = (token: string | null, last: boolean) =>
    [
      'GET /v1/playlists/p1 HTTP/1.1',
      'host: x',
      ...(token === null ? [] : [`authorization: Bearer ${token}`]),
      ...(last ? ['connection: close'] : []),
      '\r\n',
    ].join('\r\n');
  const received = await new Promise<string>((resolve) => {
    let text = '';
    const socket = connect(Number(port), '127.0.0.1', () =>
      socket.write(tokens.map((token, i) => request(token, i === tokens.length - 1)).join('')),
    );
    socket.on('data', (data) => {
      text += String(data);
    });
    socket.once('close', () => resolve(text));
  });
  const statuses = [...received.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
  expect(statuses).toEqual([200, 200, 401, 403, 401, 200, 200]);
  await own.close();
});
