/** Live events as a player finds them: playlists and segments over a real socket. */
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { PortError } from '../../ports/errors.ts';
import { type AudioServer, startAudioServer } from './test-audio-server.ts';

let live: AudioServer;

beforeAll(async () => {
  live = await startAudioServer();
});

afterAll(async () => {
  await live.close();
  expect(live.defects).toEqual([]);
});

const get = (url: string) => fetch(url);

test('a live event has a playlist of its newest segments, each of which can be had with the same token', async () => {
  const url = await live.event('concert');
  const answer = await get(url);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('application/vnd.apple.mpegurl');
  const lines = (await answer.text()).split('\n');
  const segments = lines.filter((line) => line.startsWith('/live/concert/160/'));
  expect(segments.length).toBe(6);
  const segment = await get(live.url + segments[0]!);
  expect([segment.status, segment.headers.get('content-type')]).toEqual([200, 'audio/aac']);
  expect((await segment.arrayBuffer()).byteLength).toBe((6_144 * 160) / 8);
  const later = segments.at(-1)!.replace(/\d+\.aac/, '999999.aac');
  expect((await get(live.url + later)).status).toBe(404);
  expect((await get(url.replace('160.m3u8', '96.m3u8'))).status).toBe(200);
  // Listener 1 has no subscription: neither playlist nor segments of subscribers.
  for (const dearer of [
    url.replace('160.m3u8', '320.m3u8'),
    live.url + segments[0]!.replace('/160/', '/320/'),
  ]) {
    const refused = await get(dearer);
    expect(refused.status, dearer).toBe(403);
    expect(await refused.text()).toContain('lower bitrates only');
  }
  expect((await get(url.replace(/\?.*/, ''))).status).toBe(403);
});

test('the master playlist of an event names every playlist that its listener may read, and no other', async () => {
  const master = (await live.event('concert')).replace('160.m3u8', 'master.m3u8');
  const answer = await get(master);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/vnd.apple.mpegurl']);
  expect(answer.headers.get('cache-control')).toMatch(/^private, max-age=3[56]\d\d$/);
  const named = (await answer.text()).split('\n').filter((line) => line.startsWith('/live/'));
  // Listener 1 has no subscription.
  expect(named.map((line) => line.split('?')[0])).toEqual([
    '/live/concert/160.m3u8',
    '/live/concert/96.m3u8',
  ]);
  for (const playlist of named) expect((await get(live.url + playlist)).status).toBe(200);
  expect((await get(master.replace(/\?.*/, ''))).status).toBe(403);
  expect((await get(master.replace('/concert/', '/recital/'))).status).toBe(403);
  expect((await get(master.replace('/concert/', '/nothing/'))).status).toBe(404);
  const track = new URL(await live.track('t7')).search;
  expect((await get(`${live.url}/live/concert/master.m3u8${track}`)).status).toBe(403);
});

test.skipIf(spawnSync('ffprobe', ['-version']).error !== undefined)(
  'ffprobe finds a stream of AAC at every bitrate of a master playlist',
  async () => {
    const master = (await live.event('concert')).replace('160.m3u8', 'master.m3u8');
    const { stdout, stderr } = await promisify(execFile)('ffprobe', [
      ...[
        '-v',
        'error',
        '-of',
        'json',
        '-show_entries',
        'program_tags=variant_bitrate:stream=codec_name,profile',
      ],
      master,
    ]);
    expect(stderr).toBe('');
    const { programs, streams } = JSON.parse(stdout) as {
      programs: { tags: { variant_bitrate: string } }[];
      streams: { codec_name: string; profile: string }[];
    };
    expect(programs.map(({ tags }) => tags.variant_bitrate)).toEqual(['160000', '96000']);
    for (const stream of streams) expect(stream).toEqual({ codec_name: 'aac', profile: 'LC' });
    expect(streams.length).toBe(2);
  },
);

test('an event that is over or has not begun gets no new URL; what was signed for it before says so', async () => {
  for (const id of ['recital', 'tomorrow', 'nothing']) {
    const error = await live.event(id).catch((thrown: unknown) => thrown);
    expect((error as PortError).kind, id).toBe('not-found');
  }
  const signed = async (id: string) => {
    const grant = {
      path: `/live/${id}/`,
      maxKbps: 160,
      listenerId: 'u1',
      notBeforeNs: 0,
      expiresAtNs: 3_600e9,
    };
    return get(
      `${live.url}/live/${id}/160.m3u8?token=${await live.audio.signer.sign(live.context(), grant)}`,
    );
  };
  expect(await (await signed('recital')).text()).toMatch(/#EXT-X-ENDLIST\n$/);
  const early = await signed('tomorrow');
  expect(early.status).toBe(503);
  expect(Number(early.headers.get('retry-after'))).toBeGreaterThan(80_000);
});
