import { expect, test } from 'vitest';
import { sharedTestServer } from './test-server.ts';

const shared = sharedTestServer();

function get(url: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') {
  const authorization = 'Bearer u000000042';
  return shared.live.server.inject({ url, method, headers: { authorization, ...headers } });
}

test('metadata says how long it may be kept, and is not sent again to who has it', async () => {
  const first = await get('/v1/tracks/t5');
  expect([first.statusCode, first.headers['cache-control']]).toEqual([200, 'public, max-age=60']);
  const etag = first.headers.etag as string;
  expect(etag).toMatch(/^"[\w-]{22}"$/);
  for (const header of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const again = await get('/v1/tracks/t5', { 'if-none-match': header });
    expect([again.statusCode, again.body, again.headers.etag], header).toEqual([304, '', etag]);
  }
  const head = await get('/v1/tracks/t5', {}, 'HEAD');
  expect([head.statusCode, head.body, head.headers.etag]).toEqual([200, '', etag]);
  expect((await get('/v1/tracks/t5', { 'if-none-match': '"other"' })).statusCode).toBe(200);
  expect((await get('/v1/artists/a1', { 'if-none-match': etag })).headers.etag).not.toBe(etag);
});

test('an error is not kept, nor is what belongs to one listener', async () => {
  expect((await get('/v1/tracks/nowhere')).headers['cache-control']).toBeUndefined();
  expect((await get('/v1/me/history')).headers['cache-control']).toBeUndefined();
  expect((await get('/v1/playlists/p1')).headers.etag).toBeUndefined();
});

test('the edge says which point of presence answered, from what, and how old it is', async () => {
  const first = await get('/v1/albums/b3');
  expect(first.headers).toMatchObject({ 'x-cache': 'MISS', age: '0' });
  const again = await get('/v1/albums/b3');
  expect(again.headers).toMatchObject({ 'x-cache': 'HIT', 'x-served-by': first.headers['x-served-by'] });
  expect(again.body).toBe(first.body);
  expect((await get('/v1/tracks?ids=t1,t2')).headers['x-cache']).toBeUndefined();
  expect((await get('/v1/albums/nowhere')).headers['x-cache']).toBeUndefined();
});
