/** Audio of the population, what is on the air, and a label's track from its publication until somebody listens to it, and to its next version. */
import { expect, test } from 'vitest';
import { published, sharedTestServer } from './test-server.ts';

const shared = sharedTestServer();
const { ask } = shared;
const post = (url: string, body: object, token?: string) =>
  ask(url, { method: 'POST', body, ...(token === undefined ? {} : { token }) });
/** Whose a track of the population is. */
const labelOf = async (trackId: string) => (await ask(`/v1/tracks/${trackId}`)).body!.labelId as string;
const get = async (url: string) => (await shared.live.server.inject({ url })).statusCode;
const FIRST = 'a'.repeat(32);
const SECOND = 'b'.repeat(32);

test.each([
  '/v1/episodes/e3630913-5/stream',
  '/v1/tracks/e3630913-5/stream',
  '/v1/tracks/t42/stream',
  '/v1/episodes/t42/stream',
])('what %s names can be fetched, in the whole length', async (asked) => {
  const id = asked.split('/')[3]!;
  const one = await ask(id.startsWith('e') ? `/v1/episodes/${id}` : `/v1/tracks/${id}`);
  const { url, bitrateKbps } = (await ask(asked)).body as { url: string; bitrateKbps: number };
  const audio = await shared.live.server.inject({ url, headers: { range: 'bytes=0-65535' } });
  expect(audio.statusCode).toBe(206);
  const bytes = Math.floor(((one.body!.durationMs as number) * bitrateKbps) / 8);
  expect(audio.headers['content-range']).toBe(`bytes 0-65535/${bytes}`);
  expect(audio.rawPayload.subarray(0, 4).toString('latin1')).toBe('OggS');
});

test('an episode that is not there has no URL, and the token needs the scope of audio', async () => {
  expect((await ask('/v1/episodes/e3630913-9999/stream')).status).toBe(404);
  const other = { token: 'u000000042~catalogue.read' };
  expect((await ask('/v1/episodes/e3630913-5/stream', other)).status).toBe(403);
});

test('a published track is heard once its audio is delivered, and nobody gets a URL before', async () => {
  await post('/v1/tracks', published('fresh-1'));
  const before = await ask('/v1/tracks/fresh-1/stream');
  expect(before.status).toBe(404);
  expect(before.body!.detail).toContain('fresh-1 has no audio yet');

  const delivered = await post('/v1/tracks/fresh-1/audio', { contentId: FIRST });
  expect([delivered.status, delivered.body]).toEqual([201, { version: 1 }]);
  const { url, bitrateKbps } = (await ask('/v1/tracks/fresh-1/stream')).body as {
    url: string;
    bitrateKbps: number;
  };
  const audio = await shared.live.server.inject({ url });
  expect([audio.statusCode, audio.headers['content-type']]).toEqual([200, 'audio/ogg']);
  expect(audio.rawPayload.length).toBe((30_000 * bitrateKbps) / 8);
  expect(audio.rawPayload.subarray(0, 4).toString('latin1')).toBe('OggS');
});

test('other content is a new version at a new address, and the old address stays good', async () => {
  const { url: old } = (await ask('/v1/tracks/t11/stream')).body as { url: string };
  expect(old).toMatch(/^\/audio\/t11\/1\//);
  const label = await labelOf('t11');
  for (const [contentId, version] of [
    [FIRST, 2],
    [SECOND, 3],
    [SECOND, 3],
  ] as const)
    expect((await post('/v1/tracks/t11/audio', { contentId }, label)).body).toEqual({ version });
  expect(await get(old)).toBe(200);
});

test('deliveries at the same moment are versions of their own, each with its bytes', async () => {
  const contents = Array.from({ length: 5 }, (_, i) => String(i).repeat(32));
  const label = await labelOf('t12');
  const answers = await Promise.all(
    contents.map((contentId) => post('/v1/tracks/t12/audio', { contentId }, label)),
  );
  const versions = answers.map(({ body }) => body!.version as number);
  expect([...versions].sort()).toEqual([2, 3, 4, 5, 6]);
  for (const version of versions)
    for (const kbps of [96, 160, 320])
      expect(shared.live.system.audio.s3.inspect(`audio/t12/${version}/${kbps}.ogg`)).not.toBeNull();
});

test('a track that is not there has no audio, and content without a hash is none', async () => {
  expect((await post('/v1/tracks/nowhere/audio', { contentId: FIRST })).status).toBe(404);
  const refused = await post('/v1/tracks/t13/audio', { contentId: 'loud' });
  expect(refused.status).toBe(400);
  expect(refused.body!.detail).toContain('contentId');
});

test('a track too short to hold a file gets no audio', async () => {
  await post('/v1/tracks', { ...published('blip'), durationMs: 99 });
  const refused = await post('/v1/tracks/blip/audio', { contentId: FIRST });
  expect(refused.status).toBe(400);
  expect(refused.body!.detail).toContain('blip lasts 99 ms');
  expect((await ask('/v1/tracks/blip/stream')).status).toBe(404);
});

test.each([100, 999, 24 * 3_600_000])('a track of %d ms can be delivered and fetched', async (durationMs) => {
  const trackId = `length-${durationMs}`;
  expect((await post('/v1/tracks', { ...published(trackId), durationMs })).status).toBe(202);
  expect((await post(`/v1/tracks/${trackId}/audio`, { contentId: FIRST })).status).toBe(201);
  const { url } = (await ask(`/v1/tracks/${trackId}/stream`)).body as { url: string };
  const audio = await shared.live.server.inject({ url, headers: { range: 'bytes=0-99' } });
  expect(audio.statusCode).toBe(206);
});

test('what is on the air can be found, and leads to a master playlist of the bitrates that the plan allows', async () => {
  const found = await ask('/v1/events');
  const [event, ...others] = found.body!.events as { eventId: string; startedAt: string }[];
  const { eventId, startedAt } = event!;
  // Nobody knows its end.
  expect([Object.keys(event!), eventId, others]).toEqual([['eventId', 'startedAt'], 'concert', []]);
  expect(Date.parse(startedAt)).toBeLessThan(Date.now() - 60_000);
  const { url, masterUrl } = (await ask(`/v1/events/${eventId}/stream`)).body as Record<string, string>;
  const read = async (of: string) => (await shared.live.server.inject({ url: of })).body;
  expect(await read(url!)).toContain('#EXTINF');
  const playlists = (await read(masterUrl!)).split('\n').filter((line) => line.startsWith('/live/'));
  const { bitrateKbps } = (await ask(`/v1/events/${eventId}/stream?bandwidthKbps=5000`)).body!;
  expect(playlists.length).toBe(bitrateKbps === 320 ? 3 : 2);
  for (const playlist of playlists) expect(await read(playlist)).toContain('#EXTINF');
});
