import { expect, test } from 'vitest';
import { startTestServer } from './test-server.ts';

test('followers are counted or not told of: no 0 stands beside who follows', async () => {
  const follow = { method: 'PUT', url: '/v1/playlists/p6/followers/me' } as const;
  const read = { method: 'GET', url: '/v1/playlists/p6' } as const;
  const headers = { authorization: 'Bearer u000000042' };
  for (const counted of [false, true]) {
    const { server, close } = await startTestServer(
      {},
      { 'playlist.followerCount': counted ? 'counted' : 'off' },
    );
    expect((await server.inject({ ...follow, headers })).statusCode).toBe(204);
    const body = (await server.inject({ ...read, headers })).json() as Record<string, unknown>;
    expect(body.followerIds).toContain('u000000042');
    expect('followerCount' in body).toBe(counted);
    if (counted) expect(body.followerCount).toBeGreaterThan(0);
    await close();
  }
});
