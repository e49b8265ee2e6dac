/** What exists is delivered by its label alone, and what is new by whoever is first. */
import { expect, test } from 'vitest';
import type { CatalogueApi } from '../../contracts/generated/catalogue.ts';
import type { Context } from '../../ports/context.ts';
import { outcomeOf } from '../test-support.ts';
import { delivered, setUp } from './test-catalogue.ts';

const CONTENT = 'ab12'.repeat(10);
const details = { albumId: 'b1', number: 1, artworkId: '' };
const lyrics = { trackId: 't1', language: 'en', text: 'La la' };
const artist = (labelId: string) => ({
  artistId: 'a1',
  name: 'An Artist',
  labelId,
  popularity: 0,
  artworkId: '',
});
const album = (artistId = 'a1') => ({
  albumId: 'b1',
  title: 'An Album',
  artistId,
  artistName: 'An Artist',
  releaseYear: 2024,
  popularity: 0,
  artworkId: '',
  trackIds: ['t1'],
});
const podcast = {
  podcastId: 's1',
  title: 'A Podcast',
  publisher: 'A Publisher',
  description: 'About something',
  language: 'en',
  popularity: 0,
  artworkId: '',
};
const episode = (podcastId = 's1', episodeId = 'e1') => ({
  episodeId,
  podcastId,
  podcastTitle: 'A Podcast',
  number: 1,
  title: 'An Episode',
  text: 'What it is about',
  durationMs: 1_000,
  popularity: 0,
  publishedAtNs: 0,
});

type Publish = (catalogue: CatalogueApi, context: Context, labelId: string) => Promise<unknown>;

/** In an order in which each finds what it needs. */
const EVERYTHING: readonly (readonly [name: string, publish: Publish])[] = [
  [
    'track',
    (catalogue, context, labelId) =>
      catalogue.publishTrack(context, { track: delivered('t1', labelId), publisher: { labelId } }),
  ],
  [
    'details',
    (catalogue, context, labelId) =>
      catalogue.publishDetails(context, { trackId: 't1', details, publisher: { labelId } }),
  ],
  [
    'lyrics',
    (catalogue, context, labelId) => catalogue.publishLyrics(context, { lyrics, publisher: { labelId } }),
  ],
  [
    'audio',
    (catalogue, context, labelId) =>
      catalogue.deliverAudio(context, { audioId: 't1', contentId: CONTENT, publisher: { labelId } }),
  ],
  [
    'audio asked for',
    (catalogue, context, labelId) => catalogue.getAudio(context, { audioId: 't1', publisher: { labelId } }),
  ],
  [
    'artist',
    (catalogue, context, labelId) =>
      catalogue.publishArtist(context, { artist: artist(labelId), publisher: { labelId } }),
  ],
  [
    'album',
    (catalogue, context, labelId) =>
      catalogue.publishAlbum(context, { album: album(), publisher: { labelId } }),
  ],
  [
    'podcast',
    (catalogue, context, labelId) => catalogue.publishPodcast(context, { podcast, publisher: { labelId } }),
  ],
  [
    'episode',
    (catalogue, context, labelId) =>
      catalogue.publishEpisode(context, { episode: episode(), publisher: { labelId } }),
  ],
  [
    'audio of the episode',
    (catalogue, context, labelId) =>
      catalogue.deliverAudio(context, { audioId: 'e1', contentId: CONTENT, publisher: { labelId } }),
  ],
];

/** How each publication ends, in order. */
async function publishAll({ bench, catalogue, context }: ReturnType<typeof setUp>, labelId: string) {
  const outcomes: string[] = [];
  for (const [name, publish] of EVERYTHING)
    outcomes.push(`${name}: ${await bench.finish(outcomeOf(publish(catalogue, context(), labelId)))}`);
  return outcomes;
}
const all = (outcome: string) => EVERYTHING.map(([name]) => `${name}: ${outcome}`);

test('a label delivers what is new and what is its own, and nobody else does', async () => {
  const setup = setUp({ ownership: 'label' });
  expect(await publishAll(setup, 'mine')).toEqual(all('ok'));
  const told = setup.told().length;
  expect(await publishAll(setup, 'theirs')).toEqual(all('permission-denied'));
  expect(await publishAll(setup, '')).toEqual(all('permission-denied'));
  // Nothing was said of what was refused.
  expect(setup.told()).toHaveLength(told);
  expect(await publishAll(setup, 'mine')).toEqual(all('ok'));
  const { bench, service, context } = setup;
  const { track } = await bench.finish(service().getTrack(context(), { trackId: 't1' }));
  expect(track!.labelId).toBe('mine');
});

test('with the knob off everybody delivers everything', async () => {
  const setup = setUp();
  expect(await publishAll(setup, 'mine')).toEqual(all('ok'));
  expect(await publishAll(setup, 'theirs')).toEqual(all('ok'));
  const { bench, catalogue, context } = setup;
  await bench.finish(catalogue.publishTrack(context(), { track: delivered('t1') }));
});

test('whoever names nobody, or delivers for another label than it is, is refused', async () => {
  const { bench, catalogue, context } = setUp({ ownership: 'label' });
  const outcome = (promise: Promise<unknown>) => bench.finish(outcomeOf(promise));
  const track = delivered('t1', 'mine');
  expect(await outcome(catalogue.publishTrack(context(), { track }))).toBe('permission-denied');
  const publisher = { labelId: 'theirs' };
  expect(await outcome(catalogue.publishTrack(context(), { track, publisher }))).toBe('permission-denied');
  const other = { artist: artist('mine'), publisher };
  expect(await outcome(catalogue.publishArtist(context(), other))).toBe('permission-denied');
});

test('what belongs to something that is not there waits for it', async () => {
  const { bench, catalogue, context } = setUp({ ownership: 'label' });
  const outcome = (publish: Publish) => bench.finish(outcomeOf(publish(catalogue, context(), 'mine')));
  for (const [name, publish] of EVERYTHING)
    if (!['track', 'artist', 'podcast'].includes(name))
      expect(await outcome(publish), name).toBe('not-found');
});

test('nothing is moved from another label’s artist or podcast, and no episode takes the id of a track', async () => {
  const setup = setUp({ ownership: 'label' });
  const { bench, catalogue, context } = setup;
  await publishAll(setup, 'mine');
  const publisher = { labelId: 'theirs' };
  const outcome = (promise: Promise<unknown>) => bench.finish(outcomeOf(promise));
  const own = { artist: { ...artist('theirs'), artistId: 'a2' }, publisher };
  expect(await outcome(catalogue.publishArtist(context(), own))).toBe('ok');
  expect(await outcome(catalogue.publishAlbum(context(), { album: album('a2'), publisher }))).toBe(
    'permission-denied',
  );
  const second = { podcast: { ...podcast, podcastId: 's2' }, publisher };
  expect(await outcome(catalogue.publishPodcast(context(), second))).toBe('ok');
  const moved = { episode: episode('s2'), publisher };
  expect(await outcome(catalogue.publishEpisode(context(), moved))).toBe('permission-denied');
  const taken = { episode: episode('s2', 't1'), publisher };
  expect(await outcome(catalogue.publishEpisode(context(), taken))).toBe('conflict');
  const track = { track: delivered('e1', 'theirs'), publisher };
  expect(await outcome(catalogue.publishTrack(context(), track))).toBe('conflict');
});

test.each(['track', 'artist', 'podcast'])(
  'of labels that deliver a new %s at the same moment one is refused',
  async (kind) => {
    const { bench, catalogue, service, context } = setUp({ ownership: 'label' });
    const [, publish] = EVERYTHING.find(([name]) => name === kind)!;
    const labels = ['one', 'two', 'three'];
    const instances = [catalogue, service(), service()];
    const outcomes = await bench.finish(
      Promise.all(labels.map((label, i) => outcomeOf(publish(instances[i]!, context(), label)))),
    );
    expect([...outcomes].sort()).toEqual(['conflict', 'conflict', 'ok']);
    const winner = labels[outcomes.indexOf('ok')]!;
    for (const label of labels)
      expect(await bench.finish(outcomeOf(publish(catalogue, context(), label)))).toBe(
        label === winner ? 'ok' : 'permission-denied',
      );
  },
);
