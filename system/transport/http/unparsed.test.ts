import { connect } from 'node:net';
import { expect, test } from 'vitest';
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
