import { expect, test } from 'vitest';
import type { Album, Artist, Episode, Podcast, TrackDetails } from '../../contracts/generated/catalogue.ts';
import { outcomeOf } from '../test-support.ts';
import { delivered, setUp } from './test-catalogue.ts';

const ART = 'ab12'.repeat(10);

const artist: Artist = {
  artistId: 'a1',
  name: 'An Artist',
  labelId: 'label',
  popularity: 7,
  artworkId: ART,
};
const album = (albumId: string, releaseYear: number, trackIds: string[]): Album => ({
  albumId,
  title: `Album ${albumId}`,
  artistId: 'a1',
  artistName: 'An Artist',
  releaseYear,
  popularity: 3,
  artworkId: ART,
  trackIds,
});
const podcast: Podcast = {
  podcastId: 's1',
  title: 'A Podcast',
  publisher: 'A Publisher',
  description: 'About something',
  language: 'en',
  popularity: 5,
  artworkId: '',
};
const episode = (number: number, episodeId = `e${number}`): Episode => ({
  episodeId,
  podcastId: 's1',
  podcastTitle: 'A Podcast',
  number,
  title: `Episode ${number}`,
  text: 'What it is about',
  durationMs: 1_800_000,
  popularity: 2,
  publishedAtNs: 0,
});
const details: TrackDetails = {
  albumId: 'b1',
  number: 2,
  features: { tempo: 121.5, key: 7, isMajor: false, loudnessDb: -7.25 },
  artworkId: ART,
};

test('tracks are answered many at once, in the order asked for, with what is known of each where that is wanted', async () => {
  const { bench, catalogue, service, context } = setUp();
  for (const id of ['t1', 't2', 't3'])
    await bench.finish(catalogue.publishTrack(context(), { track: delivered(id) }));
  await bench.finish(catalogue.publishDetails(context(), { trackId: 't2', details }));
  const get = (trackIds: string[], full: boolean) =>
    bench.finish(service().getTracks(context(), { trackIds, details: full }));
  const full = await get(['t3', 'nobody', 't2'], true);
  expect(full.missingIds).toEqual(['nobody']);
  expect(full.tracks.map(({ track, details: known }) => [track?.trackId, known])).toEqual([
    ['t3', undefined],
    ['t2', details],
  ]);
  expect(full.tracks[1]!.artwork).toEqual([
    { url: `https://images.rehearsal.example/${ART}/640.jpg`, width: 640 },
    { url: `https://images.rehearsal.example/${ART}/300.jpg`, width: 300 },
    { url: `https://images.rehearsal.example/${ART}/64.jpg`, width: 64 },
  ]);
  const light = await get(['t2'], false);
  expect([light.tracks[0]!.track?.title, light.tracks[0]!.details]).toEqual(['Title t2', undefined]);
  expect(await get([], true)).toEqual({ tracks: [], missingIds: [] });
});

test('more tracks than the limit are refused', async () => {
  const { bench, catalogue, context } = setUp({ batchLimit: 2 });
  const request = { trackIds: ['a', 'b', 'c'], details: false };
  expect(await bench.finish(outcomeOf(catalogue.getTracks(context(), request)))).toBe('invalid');
});

test('an artist is shown with the albums, newest first, and an album with its tracks in order', async () => {
  const { bench, catalogue, service, context, told } = setUp();
  await bench.finish(catalogue.publishArtist(context(), { artist }));
  for (const [id, year] of [
    ['b1', 1999],
    ['b2', 2024],
    ['b3', 2010],
  ] as const)
    await bench.finish(catalogue.publishAlbum(context(), { album: album(id, year, ['t3', 't1', 't2']) }));
  const shown = await bench.finish(service().getArtist(context(), { artistId: 'a1' }));
  expect(shown.artist).toEqual(artist);
  expect(shown.albums.map(({ albumId, releaseYear }) => [albumId, releaseYear])).toEqual([
    ['b2', 2024],
    ['b3', 2010],
    ['b1', 1999],
  ]);
  expect(shown.artwork).toHaveLength(3);
  const { album: one } = await bench.finish(service().getAlbum(context(), { albumId: 'b1' }));
  expect(one).toEqual(album('b1', 1999, ['t3', 't1', 't2']));
  expect(
    told()
      .map(({ key }) => key)
      .sort(),
  ).toEqual(['a1', 'b1', 'b2', 'b3']);
});

test('an album that is delivered again, shorter, has the new tracks and no others, at every moment', async () => {
  for (let seed = 1; seed <= 3; seed++) {
    const { bench, catalogue, service, context } = setUp({}, seed);
    const [long, short] = [
      ['t1', 't2', 't3', 't4', 't5'],
      ['u1', 'u2'],
    ];
    await bench.finish(catalogue.publishAlbum(context(), { album: album('b1', 2000, long) }));
    const publishing = catalogue.publishAlbum(context(), { album: album('b1', 2000, short) });
    const seen = new Set<string>();
    const looks: Promise<unknown>[] = [];
    for (let i = 0; i < 40; i++) {
      const look = service().getAlbum(context(), { albumId: 'b1' });
      looks.push(look.then((answer) => seen.add(answer.album!.trackIds.join())));
      await bench.run(0.0002);
    }
    await bench.finish(Promise.all([publishing, ...looks]));
    for (const tracks of seen) expect([long.join(), short.join()]).toContain(tracks);
    const { album: last } = await bench.finish(service().getAlbum(context(), { albumId: 'b1' }));
    expect(last!.trackIds).toEqual(short);
  }
});

test('a podcast is shown with its newest episodes, an episode with its text, and search is told of both', async () => {
  const { bench, catalogue, service, context, told } = setUp({ episodesLimit: 3 });
  await bench.finish(catalogue.publishPodcast(context(), { podcast }));
  for (const number of [1, 2, 4, 3])
    await bench.finish(catalogue.publishEpisode(context(), { episode: episode(number) }));
  const shown = await bench.finish(service().getPodcast(context(), { podcastId: 's1', episodesLimit: 0 }));
  expect(shown.podcast).toEqual(podcast);
  expect(shown.artwork).toEqual([]);
  expect(shown.episodes.map(({ number }) => number)).toEqual([4, 3, 2]);
  const two = await bench.finish(catalogue.getPodcast(context(), { podcastId: 's1', episodesLimit: 2 }));
  expect(two.episodes).toEqual(shown.episodes.slice(0, 2));
  const one = await bench.finish(service().getEpisode(context(), { episodeId: 'e3' }));
  expect(one.episode).toEqual({ ...episode(3), publishedAtNs: one.episode!.publishedAtNs });
  expect(one.episode!.publishedAtNs).toBeGreaterThan(0);
  expect(told().map(({ value }) => Object.keys(value as object)[0])).toEqual(
    expect.arrayContaining(['podcast', 'episode']),
  );
  expect(told()).toHaveLength(5);
});

test('an episode that is delivered under another number stands there alone', async () => {
  const { bench, catalogue, service, context } = setUp();
  await bench.finish(catalogue.publishPodcast(context(), { podcast }));
  await bench.finish(catalogue.publishEpisode(context(), { episode: episode(1) }));
  await bench.finish(catalogue.publishEpisode(context(), { episode: episode(7, 'e1') }));
  const shown = await bench.finish(service().getPodcast(context(), { podcastId: 's1', episodesLimit: 0 }));
  expect(shown.episodes.map(({ episodeId, number }) => [episodeId, number])).toEqual([['e1', 7]]);
});

test('lyrics are read as they were delivered, and a track without any is not found', async () => {
  const { bench, catalogue, context } = setUp();
  const lyrics = { trackId: 't1', language: 'en', text: 'la la\n\nla' };
  await bench.finish(catalogue.publishLyrics(context(), { lyrics }));
  expect(await bench.finish(catalogue.getLyrics(context(), { trackId: 't1' }))).toEqual({ lyrics });
  const none = catalogue.getLyrics(context(), { trackId: 't2' });
  expect(await bench.finish(outcomeOf(none))).toBe('not-found');
});

test('audio of other content is a new version, the same content again is not', async () => {
  const { bench, catalogue, context } = setUp();
  const [one, two] = ['a'.repeat(40), 'b'.repeat(40)];
  const deliver = (contentId: string) =>
    bench.finish(catalogue.deliverAudio(context(), { audioId: 't1', contentId }));
  await bench.finish(catalogue.publishTrack(context(), { track: delivered('t1') }));
  const version = () => bench.finish(catalogue.getAudio(context(), { audioId: 't1' }));
  expect(await version()).toEqual({ version: 1, contentId: '' });
  expect(await deliver(one)).toEqual({ version: 1, contentId: one });
  expect(await deliver(one)).toEqual({ version: 1, contentId: one });
  expect(await deliver(two)).toEqual({ version: 2, contentId: two });
  expect(await version()).toEqual({ version: 2, contentId: two });
  expect(await deliver(one)).toEqual({ version: 3, contentId: one });
});

test('deliveries at the same moment, on several instances, are a version each; none that was answered is lost', async () => {
  let answered = 0;
  for (let seed = 1; seed <= 5; seed++) {
    const { bench, catalogue, service, context } = setUp({}, seed);
    await bench.finish(catalogue.publishEpisode(context(), { episode: episode(1) }));
    const deliveries = Array.from({ length: 6 }, (_, i) =>
      service().deliverAudio(context(), { audioId: 'e1', contentId: String(i).repeat(32) }),
    );
    const outcomes = await bench.finish(Promise.allSettled(deliveries));
    const answers = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    // Where several meet, some may hear that the outcome is not known: it may have been the version in between.
    const reasons = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    for (const reason of reasons) expect(reason).toMatchObject({ kind: 'timeout', definite: false });
    const versions = answers.map(({ version }) => version);
    expect(new Set(versions).size).toBe(versions.length);
    const last = await bench.finish(service().getAudio(context(), { audioId: 'e1' }));
    expect(last.version).toBeGreaterThanOrEqual(Math.max(...versions));
    expect(last.version).toBeLessThanOrEqual(6);
    if (last.version === Math.max(...versions)) expect(answers).toContainEqual(last);
    answered += answers.length;
  }
  expect(answered).toBeGreaterThan(22);
});

test('what does not exist is not found, and what has no id, or an id that is none, cannot be published', async () => {
  const { bench, catalogue, context } = setUp();
  const outcome = (work: Promise<unknown>) => bench.finish(outcomeOf(work));
  expect(await outcome(catalogue.getArtist(context(), { artistId: 'x' }))).toBe('not-found');
  expect(await outcome(catalogue.getAlbum(context(), { albumId: 'x' }))).toBe('not-found');
  expect(await outcome(catalogue.getPodcast(context(), { podcastId: 'x', episodesLimit: 0 }))).toBe(
    'not-found',
  );
  expect(await outcome(catalogue.getEpisode(context(), { episodeId: 'x' }))).toBe('not-found');
  expect(await outcome(catalogue.getAudio(context(), { audioId: 'x' }))).toBe('not-found');
  const audio = { audioId: 'x', contentId: 'a'.repeat(40) };
  expect(await outcome(catalogue.deliverAudio(context(), audio))).toBe('not-found');
  expect(await outcome(catalogue.deliverAudio(context(), { ...audio, contentId: '../x' }))).toBe('invalid');
  expect(await outcome(catalogue.publishArtist(context(), {}))).toBe('invalid');
  const unsafe = { ...artist, artworkId: 'https://elsewhere.example/1.jpg' };
  expect(await outcome(catalogue.publishArtist(context(), { artist: unsafe }))).toBe('invalid');
  expect(await outcome(catalogue.publishAlbum(context(), { album: album('', 2000, []) }))).toBe('invalid');
  expect(await outcome(catalogue.publishEpisode(context(), { episode: episode(1, '') }))).toBe('invalid');
});

test('what was read is remembered for a minute, and forgotten by whoever publishes', async () => {
  const { bench, catalogue, context, reads } = setUp();
  await bench.finish(catalogue.publishArtist(context(), { artist }));
  const read = () => bench.finish(catalogue.getArtist(context(), { artistId: 'a1' }));
  for (let i = 0; i < 3; i++) await read();
  expect(reads()).toBe(1);
  await bench.finish(catalogue.publishAlbum(context(), { album: album('b1', 2000, ['t1']) }));
  expect((await read()).albums).toHaveLength(1);
  await bench.run(61);
  await read();
  expect(reads()).toBe(3);
});
