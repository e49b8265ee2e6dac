import { expect, test } from 'vitest';
import { CHUNK, createBench, placeOf } from './test-support.ts';

const DE = placeOf('DE');
const US = placeOf('US');
const SECOND_NS = 1e9;

test('a copy that came from the shield ends when the shield’s does: lifetimes of two tiers do not add up', async () => {
  const { edge, s3, get, finish, until } = createBench();
  const path = '/live/e1/list';
  s3.preload(path.slice(1), { size: 10, contentId: 'old', maxAgeS: 60 });
  await finish(get(path, { place: US }));
  await until(50_000);
  expect((await finish(get(path, { place: DE }))).info.contentId).toBe('old');
  expect(edge.figures.originRequests).toBe(1);
  s3.preload(path.slice(1), { size: 10, contentId: 'new', maxAgeS: 60 });
  await until(59_000);
  expect(await finish(get(path, { place: DE }))).toMatchObject({ cached: true, info: { contentId: 'old' } });
  await until(62_000);
  expect(await finish(get(path, { place: DE }))).toMatchObject({ cached: false, info: { contentId: 'new' } });
});

test('an answer says how old it is, at the point of presence and at the shield together', async () => {
  const { s3, get, finish, until } = createBench();
  const path = '/news/1.ogg';
  s3.preload(path.slice(1), { size: 4 * CHUNK, contentId: 'news', maxAgeS: 3_600 });
  const seconds = async (place: number, from = 0) => {
    const range = { from: from * CHUNK, to: (from + 1) * CHUNK };
    return Math.round((await finish(get(path, { place, range }))).ageNs / SECOND_NS);
  };
  expect(await seconds(US)).toBe(0);
  await until(20_000);
  expect(await seconds(US)).toBe(20);
  expect(await seconds(DE)).toBe(20);
  await until(30_000);
  expect(await seconds(DE)).toBe(30);
  // A further chunk is of the same version: the origin has vouched for all that is here.
  expect(await seconds(DE, 2)).toBe(0);
  expect(await seconds(DE)).toBe(0);
});

test('the age of a copy is a length of time: clocks that differ do not change it', async () => {
  const { s3, get, finish, until, machine } = createBench();
  const path = '/news/1.ogg';
  s3.preload(path.slice(1), { size: 10, contentId: 'news', maxAgeS: 60 });
  machine('shield').clockSkewNs = 40 * SECOND_NS;
  machine('fra').clockSkewNs = -40 * SECOND_NS;
  await finish(get(path, { place: US }));
  await until(30_000);
  const answer = await finish(get(path, { place: DE }));
  expect(Math.round(answer.ageNs / SECOND_NS)).toBe(30);
  await until(58_000);
  expect((await finish(get(path, { place: DE }))).cached).toBe(true);
  await until(62_000);
  expect((await finish(get(path, { place: DE }))).cached).toBe(false);
});
