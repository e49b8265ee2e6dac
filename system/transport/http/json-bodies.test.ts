import { expect, test } from 'vitest';
import { sharedTestServer } from './test-server.ts';

const shared = sharedTestServer();

test('an empty body that is announced as JSON is told from one that is not JSON', async () => {
  const send = (payload: string) =>
    shared.live.server.inject({
      url: '/v1/plays',
      method: 'POST',
      headers: { authorization: 'Bearer u000000042', 'content-type': 'application/json' },
      payload,
    });
  for (const [payload, says] of [
    ['', 'it is empty'],
    ['{', 'not valid JSON'],
  ] as const) {
    const answer = await send(payload);
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ field: 'body', detail: expect.stringContaining(says) as string });
  }
});
