/** What labels and podcasters deliver over HTTP: it can be read, is found by search, and stays theirs. */
import { expect, test } from 'vitest';
import { published, sharedTestServer } from './test-server.ts';

// The catalogue and the points of presence remember what was read: what is new would be seen a minute or two later.
const shared = sharedTestServer({ 'catalogue.localCacheTtlMs': 0, 'metadata.ttlS': 0 });
const { ask } = shared;
const LABEL = 'label-new';
const CONTENT = 'c'.repeat(40);
const send = (method: 'POST' | 'PUT', url: string, body: object, token = LABEL) =>
  ask(url, { method, body, token });

const track = { ...published('nt1'), title: 'Quixotry zephyr' };
const details = {
  albumId: 'nb1',
  number: 2,
  features: { tempo: 121.5, key: 7, isMajor: false, loudnessDb: -7.25 },
  artworkId: CONTENT,
};
const artist = { artistId: 'na1', name: 'Quixotry Zyzzyva' };
const album = {
  albumId: 'nb1',
  title: 'Quixotry album',
  artistId: 'na1',
  artistName: 'Quixotry Zyzzyva',
  releaseYear: 2_026,
  artworkId: CONTENT,
  trackIds: ['nt1', 't3'],
};
const podcast = {
  podcastId: 'ns1',
  title: 'Quixotry podcast',
  publisher: 'Nobody',
  description: 'About words',
  language: 'en',
};
const episode = {
  episodeId: 'ne1',
  podcastId: 'ns1',
  podcastTitle: 'Quixotry podcast',
  number: 1,
  title: 'Quixotry episode',
  text: 'What it is about',
  durationMs: 1_800_000,
};

interface Published {
  readonly method?: 'PUT';
  readonly url: string;
  readonly body: object;
  /** Where it is read, and the part of the answer that it is. */
  readonly read: string;
  readonly expected: object;
  /** Under what search finds it; absent: search does not know its kind. */
  readonly found?: { readonly type: string; readonly id: string };
}

const DELIVERIES: readonly Published[] = [
  {
    url: '/v1/tracks',
    body: track,
    read: '/v1/tracks/nt1',
    expected: { ...track, labelId: LABEL },
    found: { type: 'track', id: 'nt1' },
  },
  {
    method: 'PUT',
    url: '/v1/tracks/nt1/details',
    body: details,
    read: '/v1/tracks?ids=nt1&details=true',
    expected: { tracks: [{ details, artwork: [{ width: 640 }, { width: 300 }, { width: 64 }] }] },
  },
  {
    method: 'PUT',
    url: '/v1/tracks/nt1/lyrics',
    body: { language: 'en', text: 'La la\n\nLa' },
    read: '/v1/tracks/nt1/lyrics',
    expected: { trackId: 'nt1', language: 'en', text: 'La la\n\nLa' },
  },
  {
    url: '/v1/artists',
    body: artist,
    read: '/v1/artists/na1',
    expected: { artist: { ...artist, labelId: LABEL, popularity: 0, artworkId: '' } },
    found: { type: 'artist', id: 'na1' },
  },
  {
    url: '/v1/albums',
    body: album,
    read: '/v1/albums/nb1',
    expected: { album: { ...album, popularity: 0 } },
    found: { type: 'album', id: 'nb1' },
  },
  {
    url: '/v1/podcasts',
    body: podcast,
    read: '/v1/podcasts/ns1',
    expected: { podcast },
    found: { type: 'podcast', id: 'ns1' },
  },
  {
    url: '/v1/episodes',
    body: episode,
    read: '/v1/episodes/ne1',
    expected: { ...episode, popularity: 0 },
    found: { type: 'episode', id: 'ne1' },
  },
];

test.each(DELIVERIES)(
  'what is delivered to $url is read, and found where search knows its kind',
  async (one) => {
    const { method = 'POST', url, body, read, expected, found } = one;
    const answer = await send(method, url, body);
    expect(answer.body).toEqual({ publishedAt: expect.stringMatching(/^2\d{3}-.*Z$/) });
    expect(answer.status).toBe(202);
    expect((await ask(read)).body).toMatchObject(expected);
    if (found === undefined) return;
    const hits = async () => {
      const { body: answered } = await ask(`/v1/search?q=quixotry&type=${found.type}`);
      return (answered!.hits as { id: string }[]).map(({ id }) => id);
    };
    await expect.poll(hits, { timeout: 20_000 }).toEqual([found.id]);
  },
);

test('an album of the artist is listed with the artist, and an episode with its podcast', async () => {
  expect((await ask('/v1/artists/na1')).body).toMatchObject({ albums: [{ albumId: 'nb1' }] });
  expect((await ask('/v1/podcasts/ns1')).body).toMatchObject({ episodes: [{ episodeId: 'ne1' }] });
});

test('a delivered episode is heard once its audio is', async () => {
  expect((await ask('/v1/episodes/ne1/stream')).status).toBe(404);
  const delivered = await send('POST', '/v1/episodes/ne1/audio', { contentId: CONTENT });
  expect([delivered.status, delivered.body]).toEqual([201, { version: 1 }]);
  const { url, bitrateKbps } = (await ask('/v1/episodes/ne1/stream')).body as {
    url: string;
    bitrateKbps: number;
  };
  const audio = await shared.live.server.inject({ url, headers: { range: 'bytes=0-3' } });
  expect([audio.statusCode, audio.body]).toEqual([206, 'OggS']);
  expect(audio.headers['content-range']).toBe(`bytes 0-3/${(episode.durationMs * bitrateKbps) / 8}`);
});

test.each(DELIVERIES)(
  'what was delivered to $url stays its label’s: 403 for others, without the scope too',
  async (one) => {
    const { method = 'POST', url, body, read, expected } = one;
    const refused = await send(method, url, body, 'label-other');
    expect(refused.status).toBe(403);
    expect(refused.body!.detail).toContain('is of another label. Nothing was changed.');
    expect((await send(method, url, body, `${LABEL}~catalogue.read`)).status).toBe(403);
    expect((await ask(read)).body).toMatchObject(expected);
  },
);

test('of the population everything has its label', async () => {
  const before = (await ask('/v1/tracks/t42')).body!;
  const stolen = { ...published('t42'), labelId: 'label-999' };
  expect((await send('POST', '/v1/tracks', stolen, 'label-999')).status).toBe(403);
  expect((await send('POST', '/v1/tracks', { ...stolen, labelId: before.labelId }, 'label-999')).status).toBe(
    403,
  );
  const audio = await send('POST', '/v1/tracks/t42/audio', { contentId: CONTENT }, 'label-999');
  expect(audio.status).toBe(403);
  // Refused before anything was stored.
  expect(shared.live.system.audio.s3.inspect('audio/t42/2/160.ogg')).toBeNull();
  expect((await ask('/v1/tracks/t42')).body).toEqual(before);
  const own = await send('POST', '/v1/tracks', published('t42'), before.labelId as string);
  expect(own.status).toBe(202);
  expect((await ask('/v1/tracks/t42')).body!.title).toBe('Slow tide');
  const elsewhere = { ...episode, episodeId: 'ne2', podcastId: 's7' };
  expect((await send('POST', '/v1/episodes', elsewhere)).status).toBe(403);
  expect((await send('POST', '/v1/albums', { ...album, albumId: 'nb2', artistId: 'a7' })).status).toBe(403);
});

test.each([
  ['/v1/tracks', { ...track, popularity: 1e9 + 1 }, 'popularity'],
  ['/v1/artists', { ...artist, popularity: -1 }, 'popularity'],
  ['/v1/albums', { ...album, trackIds: Array(201).fill('t1') }, 'trackIds'],
  ['/v1/albums', { ...album, artworkId: 'loud' }, 'artworkId'],
  ['/v1/podcasts', { ...podcast, language: 'english' }, 'language'],
  ['/v1/episodes', { ...episode, number: 0 }, 'number'],
  ['/v1/episodes', { ...episode, publishedAt: '2026-01-01T00:00:00Z' }, 'publishedAt'],
])('what does not fit is refused by its field: %s %#', async (url, body, field) => {
  const { status, body: answer } = await send('POST', url, body);
  expect([status, answer!.field]).toEqual([400, expect.stringContaining(field)]);
});
