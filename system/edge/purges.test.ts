import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBench, kindOf, pathOf, placeOf } from './test-support.ts';

const PLACES = ['DE', 'US', 'BR', 'IN', 'PH'].map(placeOf);

test('a purge drops one object everywhere, or all below a prefix, after its time', async () => {
  const { edge, get, finish, context, ms } = createBench();
  for (const place of PLACES) for (const track of [1, 2, 10]) await finish(get(pathOf(track), { place }));
  const held = (track: number) =>
    PLACES.filter((place) => edge.inspect(edge.siteOf(place), pathOf(track)) !== null).length;
  const sinceMs = ms();
  await finish(edge.purge(context(), { path: pathOf(2) }));
  expect(ms() - sinceMs).toBeGreaterThan(100);
  expect([held(1), held(2), held(10)]).toEqual([5, 0, 5]);
  expect(edge.inspect('shield', pathOf(2))).toBeNull();
  await finish(edge.purge(context(), { prefix: '/audio/t1/' }));
  expect([held(1), held(2), held(10)]).toEqual([0, 0, 5]);
});

test('until a purge has arrived the old version is served, afterwards the new one', async () => {
  const { edge, s3, get, finish, context } = createBench({ knobs: { purgeMs: 3_000 } });
  const path = '/covers/1.jpg';
  s3.preload(path.slice(1), { size: 10, contentId: 'old', maxAgeS: 3_600 });
  await finish(get(path));
  s3.preload(path.slice(1), { size: 10, contentId: 'new', maxAgeS: 3_600 });
  const purge = edge.purge(context(), { path });
  expect((await finish(get(path))).info.contentId).toBe('old');
  await finish(purge);
  expect((await finish(get(path))).info.contentId).toBe('new');
});

test('a new version under a new path needs no purge', async () => {
  const { s3, get, finish } = createBench();
  await finish(get(pathOf(1)));
  s3.preload('audio/t1/2/160.ogg', { size: 100, contentId: 'version 2', maxAgeS: 3_600 });
  expect((await finish(get('/audio/t1/2/160.ogg'))).info.contentId).toBe('version 2');
  expect((await finish(get(pathOf(1)))).cached).toBe(true);
});

test('once a purge is confirmed nobody gets the old version, whatever was under way', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ ms: fc.integer({ min: 0, max: 2_000 }), place: fc.constantFrom(...PLACES) }), {
        minLength: 5,
        maxLength: 40,
      }),
      fc.integer({ min: 0, max: 1_000 }),
      fc.nat(1_000),
      async (requests, writtenMs, seed) => {
        const { edge, s3, get, context, at, until, ms } = createBench({ seed });
        const path = '/covers/1.jpg';
        s3.preload(path.slice(1), { size: 10, contentId: 'old', maxAgeS: 3_600 });
        const old = s3.inspect(path.slice(1))!.etag;
        let confirmedMs = Number.POSITIVE_INFINITY;
        at(writtenMs, () => {
          s3.preload(path.slice(1), { size: 10, contentId: 'new', maxAgeS: 3_600 });
          void edge.purge(context(), { path }).then(() => {
            confirmedMs = ms();
          });
        });
        const stale: string[] = [];
        const ask = (place: number) => () => {
          const askedMs = ms();
          void get(path, { place }).then(({ info }) => {
            if (askedMs > confirmedMs && info.etag === old) stale.push(`${askedMs} at ${place}`);
          });
        };
        for (const { ms: whenMs, place } of requests) at(whenMs, ask(place));
        for (const place of PLACES) at(5_000, ask(place));
        await until(10_000);
        expect(confirmedMs).toBeLessThan(5_000);
        expect(stale).toEqual([]);
      },
    ),
    { seed: 1, numRuns: 40 },
  );
});

test('a point of presence that cannot be reached gets its purge when it can', async () => {
  const { edge, s3, get, finish, context, at, until } = createBench();
  const path = '/covers/1.jpg';
  const place = placeOf('BR');
  s3.preload(path.slice(1), { size: 10, contentId: 'old', maxAgeS: 3_600 });
  await finish(get(path, { place }));
  const site = edge.siteOf(place);
  edge.setFault(site, { cutOff: true });
  let confirmed = false;
  at(2_000, () => {
    void edge.purge(context(), { path }).then(() => {
      confirmed = true;
    });
  });
  await until(8_000);
  expect([confirmed, edge.inspect(site, path)?.chunks]).toEqual([false, 1]);
  edge.setFault(site, null);
  await until(10_000);
  expect([confirmed, edge.inspect(site, path)]).toEqual([true, null]);
});

test('what is no path and no prefix is refused', async () => {
  const { edge, context, finish } = createBench();
  expect(await kindOf(finish(edge.purge(context(), { path: 'audio' })))).toBe('invalid');
  expect(await kindOf(finish(edge.purge(context(), { prefix: '/audio' })))).toBe('invalid');
});
