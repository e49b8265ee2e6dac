import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { UnavailableError } from './errors.ts';
import { askSystem } from './live-system.ts';

test('a system that is asked by TLS and speaks none is told as that, in one line', async () => {
  const server = createServer((_request, response) => response.end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const error = await askSystem({ target: `https://127.0.0.1:${port}` }, '/').catch((thrown) => thrown);
  await new Promise((resolve) => server.close(resolve));
  expect(error).toBeInstanceOf(UnavailableError);
  expect((error as Error).message).toBe(
    `Nothing answers at https://127.0.0.1:${port} (it speaks no TLS: is http://127.0.0.1:${port} meant?): start it with rehearse serve, and give --ca its authority.`,
  );
});
