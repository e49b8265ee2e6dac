import { expect, test } from 'vitest';
import { createTestBench } from '../test-bench.ts';
import { outcomeOf } from '../test-support.ts';
import { eventKey } from './catalogue-service.ts';
import { createLocalCache } from './local-cache.ts';
import { delivered, setUp } from './test-catalogue.ts';

test('a published track can be read everywhere, and search is told', async () => {
  const { bench, catalogue, service, told } = setUp();
  const { publishedAtNs } = await bench.finish(
    catalogue.publishTrack(bench.context(), { track: delivered('t1') }),
  );
  expect(publishedAtNs).toBeLessThan(bench.simulation.nowNs);
  const track = { ...delivered('t1'), publishedAtNs };
  expect(await bench.finish(service().getTrack(bench.context(), { trackId: 't1' }))).toEqual({ track });
  expect(told().map(({ key, value }) => ({ key, value }))).toEqual([{ key: 't1', value: { track } }]);
});

test('a track is read from the database once, then from memory until it is a minute old', async () => {
  const { bench, catalogue, reads } = setUp();
  const read = () => bench.finish(catalogue.getTrack(bench.context(), { trackId: 't1' }));
  await bench.finish(catalogue.publishTrack(bench.context(), { track: delivered('t1') }));
  for (let i = 0; i < 5; i++) await read();
  expect(reads()).toBe(1);
  await bench.run(61);
  await read();
  expect(reads()).toBe(2);
});

test('whoever publishes sees the new metadata at once', async () => {
  const { bench, catalogue } = setUp();
  await bench.finish(catalogue.publishTrack(bench.context(), { track: delivered('t1') }));
  await bench.finish(catalogue.getTrack(bench.context(), { trackId: 't1' }));
  const renamed = { ...delivered('t1'), title: 'Renamed' };
  await bench.finish(catalogue.publishTrack(bench.context(), { track: renamed }));
  const { track } = await bench.finish(catalogue.getTrack(bench.context(), { trackId: 't1' }));
  expect(track?.title).toBe('Renamed');
});

test('a track that nobody delivered is not found, and no track cannot be delivered', async () => {
  const { bench, catalogue } = setUp();
  const read = catalogue.getTrack(bench.context(), { trackId: 'nobody' });
  expect(await bench.finish(outcomeOf(read))).toBe('not-found');
  expect(await bench.finish(outcomeOf(catalogue.publishTrack(bench.context(), {})))).toBe('invalid');
});

test('the key decides over how many partitions a label spreads', () => {
  const keys = (mode: 'track' | 'label' | 'label-salted') => {
    const knobs = { eventKey: mode, eventKeySalts: 8 };
    const tracks = Array.from({ length: 200 }, (_, i) => `t${i}`);
    return new Set(tracks.map((trackId) => eventKey({ trackId, labelId: 'big' }, knobs))).size;
  };
  expect([keys('track'), keys('label'), keys('label-salted')]).toEqual([200, 1, 8]);
  const knobs = { eventKey: 'label-salted', eventKeySalts: 8 } as const;
  const again = () => eventKey({ trackId: 't7', labelId: 'big' }, knobs);
  expect(again()).toBe(again());
});

test('the local cache keeps the newest entries and never more than it may', () => {
  const { simulation } = createTestBench();
  const cache = createLocalCache<number>(simulation, 3, 1_000);
  for (let i = 0; i < 10; i++) cache.set(`k${i}`, i);
  expect(cache.size).toBe(3);
  expect([cache.get('k6'), cache.get('k7'), cache.get('k9')]).toEqual([undefined, 7, 9]);
  const none = createLocalCache<number>(simulation, 0, 1_000);
  none.set('k', 1);
  expect(none.get('k')).toBeUndefined();
});
