import { expect, test } from 'vitest';
import { episodeId } from '../../fixtures/ids.ts';
import { createPopulation } from '../../fixtures/index.ts';
import { Podcasts } from '../../fixtures/podcasts.ts';
import { Titles } from '../../fixtures/titles.ts';
import { audioPath, BITRATES_KBPS } from '../contracts/audio-path.ts';
import { SEGMENT_MS } from '../contracts/live-audio.ts';
import { SECOND } from '../ports/clock.ts';
import { audioVersions } from '../services/catalogue/tables.ts';
import { AudioObjects } from './audio-objects.ts';
import { MediaRows } from './media-rows.ts';

const clock = { nowNs: 0 };
const objectsOf = (tracks: number) =>
  new AudioObjects({
    population: createPopulation({ seed: 1, listeners: 10, tracks, artists: 1 }),
    liveEvents: [{ id: 'e1', startNs: 10 * SECOND, endNs: 100 * SECOND }],
    now: () => clock.nowNs,
  });

test('every track is there at every bitrate, in the size of its length', () => {
  const population = createPopulation({ seed: 1, listeners: 10, tracks: 1_000, artists: 1 });
  const objects = objectsOf(1_000);
  for (const track of [0, 7, 999]) {
    const { durationMs } = population.track(track);
    for (const kbps of [96, 160, 320]) {
      const object = objects.find(`audio/t${track}/1/${kbps}.ogg`)!;
      expect(object.size).toBe(Math.floor((durationMs * kbps) / 8));
      expect(object.contentId).toBe(`track:t${track}:1:${kbps}:${durationMs}`);
    }
  }
});

test('all audio that the catalogue names is there at every bitrate, in the length of its track or episode', () => {
  const population = createPopulation({ seed: 1, listeners: 10, tracks: 100_000 });
  const media = new MediaRows(population);
  const objects = new AudioObjects({ population, liveEvents: [], now: () => 0 });
  const last = media.podcasts.count - 1;
  const episodes = [0, 17, last].flatMap((podcast) =>
    [1, media.podcasts.episodesOf(podcast)].map(
      (number) => [episodeId(podcast, number), media.episode(podcast, number).durationMs] as const,
    ),
  );
  const tracks = [0, 7, 99_999].map((track) => [`t${track}`, population.track(track).durationMs] as const);
  for (const [id, durationMs] of [...episodes, ...tracks]) {
    const version = media.row(audioVersions.name, [id], 0).version as number;
    for (const kbps of BITRATES_KBPS) {
      const object = objects.find(audioPath(id, version, kbps).slice(1));
      expect(object?.size, id).toBe(Math.floor((durationMs * kbps) / 8));
    }
  }
  const further = media.podcasts.episodesOf(0) + 1;
  for (const id of ['t100000', `e${last + 1}-1`, 'e0-0', `e0-${further}`, 'e0', 'e01-1', 'e0-1-1', 'e-1-1']) {
    expect(media.partition(audioVersions.name, [id]), id).toBeNull();
    expect(objects.find(audioPath(id, 1, 160).slice(1)), id).toBeNull();
  }
});

test('what is not in the population, in another version or at another bitrate is not there', () => {
  const objects = objectsOf(1_000);
  for (const key of [
    'audio/t1000/1/160.ogg',
    'audio/t-1/1/160.ogg',
    'audio/t007/1/160.ogg',
    'audio/x1/1/160.ogg',
    'audio/t1/2/160.ogg',
    'audio/t1/1/128.ogg',
    'audio/t1/1/160.mp3',
    'audio/../t1/1/160.ogg',
    'audio/t1/1/160.ogg/',
    '',
  ])
    expect(objects.find(key), key).toBeNull();
});

test('keys come in their order, from wherever and below whatever prefix', () => {
  for (const tracks of [1, 2, 9, 10, 11, 25, 100, 1_234]) {
    const objects = objectsOf(tracks);
    const podcasts = new Podcasts(1, tracks, new Titles(1));
    const ids = Array.from({ length: tracks }, (_, i) => `t${i}`);
    for (let podcast = 0; podcast < podcasts.count; podcast++)
      for (let number = podcasts.episodesOf(podcast); number > 0; number--)
        ids.push(episodeId(podcast, number));
    const all = ids.flatMap((id) => [96, 160, 320].map((kbps) => `audio/${id}/1/${kbps}.ogg`)).sort();
    for (const prefix of [
      '',
      'a',
      'audio/',
      'audio/t1',
      'audio/t1/',
      'audio/t12/1/3',
      'audio/e0-1',
      'audio/e1',
      'audio/t9',
      'b',
      'Z',
    ]) {
      for (const after of [
        '',
        'audio/e0-12/1/320.ogg',
        'audio/e1-',
        'audio/t1/1/320.ogg',
        'audio/t10',
        'audio/t24/1/96.ogg',
        'audio/t9:',
        'zz',
      ]) {
        const expected = all.filter((key) => key.startsWith(prefix) && key > after);
        expect([...objects.keys(prefix, after)], `${tracks} '${prefix}' '${after}'`).toEqual(expected);
      }
    }
  }
});

test('a page in the middle of a hundred million tracks takes no time', () => {
  const objects = objectsOf(100_000_000);
  const page: string[] = [];
  for (const key of objects.keys('audio/t7', 'audio/t77777777/1/320.ogg')) {
    if (page.length === 4) break;
    page.push(key);
  }
  expect(page).toEqual([
    'audio/t77777777/1/96.ogg',
    'audio/t77777778/1/160.ogg',
    'audio/t77777778/1/320.ogg',
    'audio/t77777778/1/96.ogg',
  ]);
});

test('segments of a live event come into being one after the other, and stay', () => {
  const objects = objectsOf(10);
  const there = (sequence: number) => objects.find(`live/e1/160/${sequence}.aac`) !== null;
  const atMs = (ms: number) => {
    clock.nowNs = ms * 1e6;
  };
  atMs(9_000);
  expect(there(0)).toBe(false);
  atMs(10_000 + SEGMENT_MS - 1);
  expect(there(0)).toBe(false);
  atMs(10_000 + SEGMENT_MS);
  expect([there(0), there(1), there(-1)]).toEqual([true, false, false]);
  expect(objects.find('live/e1/160/0.aac')?.size).toBe((SEGMENT_MS * 160) / 8);
  expect(objects.find('live/e2/160/0.aac')).toBeNull();
  atMs(1_000_000);
  // 90 s are 14 whole segments.
  expect([there(13), there(14)]).toEqual([true, false]);
  clock.nowNs = 0;
});
