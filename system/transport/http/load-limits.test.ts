/** Who is turned away at the door, and told when to come back. */
import { expect, test } from 'vitest';
import { askServer, published, startTestServer } from './test-server.ts';

const track = published('fresh');

test('bodies of audio are shed beyond their own count, and keep no other request out', async () => {
  const small = await startTestServer({ maxInFlight: 1 });
  const signed = await small.server.inject({
    url: '/v1/tracks/t3/stream',
    headers: { authorization: 'Bearer u000000042' },
  });
  const one = (url: string) =>
    small.server.inject({ url, headers: { authorization: 'Bearer u000000042', range: 'bytes=0-3' } });
  const { url } = signed.json() as { url: string };
  const [first, second, other] = await Promise.all([one(url), one(url), one('/v1/playlists/p1')]);
  expect([first.statusCode, second.statusCode, other.statusCode]).toEqual([206, 503, 200]);
  expect(second.headers['retry-after']).toBe('1');
  expect((await one(url)).statusCode).toBe(206);
  await small.close();

  const behind = await startTestServer({ maxLagMs: -1 });
  expect((await behind.server.inject({ url })).statusCode).toBe(503);
  await behind.close();
});

test('a signed URL is asked for under the rate limit', async () => {
  const limited = await startTestServer(
    {},
    { 'gateway.rateLimitBurst': 2, 'gateway.rateLimitPerSecond': 0.1 },
  );
  const one = (url: string) =>
    limited.server.inject({ url, headers: { authorization: 'Bearer u000000001' } });
  const answers = [
    await one('/v1/tracks/t3/stream'),
    await one('/v1/playlists/p1'),
    await one('/v1/events/concert/stream'),
  ];
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 429]);
  expect(Number(answers[2]!.headers['retry-after'])).toBeGreaterThan(5);
  // Whoever has a URL plays on.
  const { url } = answers[0]!.json() as { url: string };
  expect((await limited.server.inject({ url })).statusCode).toBe(200);
  await limited.close();
});

test('a label that delivers without end is told when to come back', async () => {
  const limited = await startTestServer(
    {},
    { 'gateway.rateLimitBurst': 4, 'gateway.rateLimitPerSecond': 0.1 },
  );
  const post = (url: string, body: object) => askServer(limited, url, { method: 'POST', body });
  const publish = () => post('/v1/tracks', track);
  const deliver = () => post('/v1/tracks/fresh/audio', { contentId: 'a'.repeat(32) });
  const answers = [await publish(), await publish(), await deliver(), await deliver()];
  expect(answers.map(({ status }) => status)).toEqual([202, 202, 201, 201]);
  for (const refused of [await publish(), await deliver()]) {
    expect(refused.status).toBe(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(5);
  }
  await limited.close();
});

test('beyond the requests that may be in flight, more are shed at once and told when to come back', async () => {
  const small = await startTestServer({ maxInFlight: 2 });
  const one = () =>
    small.server.inject({ url: '/v1/playlists/p1', headers: { authorization: 'Bearer u000000042' } });
  const answers = await Promise.all([one(), one(), one(), one()]);
  expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 200, 503, 503]);
  expect(answers.find(({ statusCode }) => statusCode === 503)!.headers['retry-after']).toBe('1');
  expect((await one()).statusCode).toBe(200);
  await small.close();
});

test('a greedy listener is told when to come back, others are not', async () => {
  const limited = await startTestServer(
    {},
    { 'gateway.rateLimit': true, 'gateway.rateLimitBurst': 3, 'gateway.rateLimitPerSecond': 0.1 },
  );
  const one = (who: string) =>
    limited.server.inject({ url: '/v1/playlists/p1', headers: { authorization: `Bearer ${who}` } });
  const statuses: number[] = [];
  for (let i = 0; i < 5; i++) statuses.push((await one('u000000001')).statusCode);
  expect(statuses).toEqual([200, 200, 200, 429, 429]);
  expect(Number((await one('u000000001')).headers['retry-after'])).toBeGreaterThan(5);
  expect((await one('u000000002')).statusCode).toBe(200);
  await limited.close();
});

test('a greedy app is told when to come back, whichever listener it asks for', async () => {
  const limited = await startTestServer(
    {},
    { 'gateway.clientRateLimitBurst': 3, 'gateway.clientRateLimitPerSecond': 0.1 },
  );
  const statuses: number[] = [];
  for (let i = 1; i <= 5; i++) {
    const headers = { authorization: `Bearer u00000000${i}` };
    const {
      statusCode,
      json,
      headers: answered,
    } = await limited.server.inject({ url: '/v1/playlists/p1', headers });
    statuses.push(statusCode);
    if (statusCode === 200) continue;
    expect(Number(answered['retry-after'])).toBeGreaterThan(5);
    expect(json().detail).toMatch(/^this app is over the limit/);
  }
  expect(statuses).toEqual([200, 200, 200, 429, 429]);
  await limited.close();
});
