import { expect, test } from 'vitest';
import { PortError } from '../ports/errors.ts';
import { CHUNK, createBench, kindOf, pathOf, placeOf, TRACK_BYTES } from './test-support.ts';

const DE = placeOf('DE');
const US = placeOf('US');

test('a point of presence that goes down resets its requests, then listeners go elsewhere, and it comes back empty', async () => {
  const { edge, get, finish, at, until, machine } = createBench({ knobs: { failoverMs: 5_000 } });
  await finish(get(pathOf(1), { place: DE }));
  const outcomes: string[] = [];
  const ask = (track: number) => () =>
    void get(pathOf(track), { place: DE }).then(
      ({ servedBy }) => outcomes.push(servedBy),
      (error: PortError) => outcomes.push(error.kind),
    );
  at(2_000, ask(2));
  at(2_100, () => machine('fra').crash());
  at(4_000, ask(1));
  at(8_000, ask(1));
  at(20_000, () => machine('fra').restart());
  at(21_000, ask(1));
  await until(30_000);
  expect(outcomes).toEqual(['reset', 'unavailable', 'bom', 'fra']);
  expect(edge.inspect(edge.siteOf(DE), pathOf(1))?.chunks).toBe(8);
});

test('while the shield is down points of presence ask the origin themselves, those that wait for it too', async () => {
  const { edge, get, finish, at, until, machine, s3, ms } = createBench();
  const done: number[] = [];
  // The request is at the shield by then, which has asked the origin.
  at(100, () => void get(pathOf(1), { place: US, range: { from: 0, to: 9 } }).then(() => done.push(ms())));
  at(220, () => machine('shield').crash());
  await until(2_000);
  expect(done.length).toBe(1);
  expect(done[0]!).toBeLessThan(900);
  await finish(get(pathOf(2), { place: US, range: { from: 0, to: 9 } }));
  expect(edge.figures.shieldMisses).toBe(1);
  machine('shield').restart();
  await finish(get(pathOf(3), { place: US, range: { from: 0, to: 9 } }));
  expect(edge.figures.shieldMisses).toBe(2);
  expect(s3.nodes[0]!.requests()).toBe(4);
});

test('an origin that does not answer fails everybody who waits after the timeout, and the next one asks anew', async () => {
  const { get, until, network, s3, machine, at, ms } = createBench({
    knobs: { originTimeoutMs: 2_000, shield: false },
  });
  const origin = s3.nodes[0]!.machine.id;
  const fra = machine('fra').id;
  const outcomes: [string, number][] = [];
  const ask = () =>
    void kindOf(get(pathOf(1), { place: DE, range: { from: 0, to: 9 } })).then((kind) => {
      outcomes.push([kind, Math.round(ms() / 1_000)]);
    });
  network.setFault(fra, origin, { partitioned: true });
  at(1_000, ask);
  at(2_000, ask);
  at(4_000, () => network.setFault(fra, origin, null));
  at(5_000, ask);
  await until(20_000);
  expect(outcomes).toEqual([
    ['timeout', 3],
    ['timeout', 3],
    ['ok', 5],
  ]);
});

test('whoever gives up leaves the fetch to others, and leaves nothing behind', async () => {
  const { edge, context, signed, until, at, simulation } = createBench();
  const asked = context();
  const outcomes: string[] = [];
  at(0, () => void kindOf(edge.fetch(asked, signed(pathOf(1)))).then((kind) => outcomes.push(kind)));
  at(100, () => asked.cancel(new PortError('deadline-exceeded', 'listener', false)));
  await until(5_000);
  expect(outcomes).toEqual(['deadline-exceeded']);
  // The chunk that was under way is kept; the others were not asked for yet.
  expect(edge.inspect(edge.siteOf(0), pathOf(1))?.chunks).toBe(1);
  expect(simulation.unanswered().size).toBe(0);
});

test('a site that is cut off answers nobody; who waited gives up', async () => {
  const { edge, context, signed, until, at, simulation } = createBench();
  const outcomes: string[] = [];
  at(0, () => edge.setFault(edge.siteOf(0), { cutOff: true }));
  for (let i = 0; i < 3; i++) {
    const asked = context();
    at(1, () => void kindOf(edge.fetch(asked, signed(pathOf(i)))).then((kind) => outcomes.push(kind)));
    at(1_000, () => asked.cancel(new PortError('deadline-exceeded', 'listener', false)));
  }
  await until(2_000);
  expect(outcomes).toEqual(Array(3).fill('deadline-exceeded'));
  expect(simulation.unanswered().size).toBe(0);
  edge.setFault(edge.siteOf(0), null);
});

test('a shield that cannot be reached fails those who wait for it after the timeout', async () => {
  const { edge, get, at, until, ms } = createBench({ knobs: { originTimeoutMs: 1_000 } });
  // The shield is at the first site.
  edge.setFault(0, { cutOff: true });
  const outcomes: [string, boolean][] = [];
  at(0, () => void kindOf(get(pathOf(1), { place: US })).then((kind) => outcomes.push([kind, ms() < 1_500])));
  await until(5_000);
  expect(outcomes).toEqual([['timeout', true]]);
});

test('a site that is far away answers late', async () => {
  const { edge, get, finish, ms } = createBench();
  await finish(get(pathOf(1)));
  const nearMs = ms();
  await finish(get(pathOf(1)));
  const usualMs = ms() - nearMs;
  edge.setFault(edge.siteOf(0), { extraLatencyNs: 200e6 });
  const sinceMs = ms();
  await finish(get(pathOf(1)));
  expect(ms() - sinceMs).toBeGreaterThan(399);
  expect(usualMs).toBeLessThan(399);
});

test('an overloaded point of presence sheds', async () => {
  const knobs = { cores: 1, queueLimit: 10, requestMicros: 10_000 };
  const { get, finish, edge } = createBench({ knobs });
  edge.preload(0, (await finish(get(pathOf(1), { place: DE }))).info);
  const kinds = await finish(
    Promise.all(Array.from({ length: 200 }, () => kindOf(get(pathOf(1), { place: DE })))),
  );
  expect(kinds.filter((kind) => kind === 'overloaded').length).toBeGreaterThan(100);
  expect(kinds.filter((kind) => kind === 'ok').length).toBeGreaterThan(10);
});

test('an object that changes under a request is never put together from two versions', async () => {
  const { edge, s3, get, finish } = createBench({ knobs: { shield: false } });
  const path = '/news/jingle.ogg';
  s3.preload(path.slice(1), { size: 4 * CHUNK, contentId: 'old', maxAgeS: 1_000 });
  await finish(get(path, { range: { from: 0, to: 9 } }));
  s3.preload(path.slice(1), { size: 4 * CHUNK, contentId: 'new', maxAgeS: 1_000 });
  const served: string[] = [];
  edge.onServe = (_, etag) => served.push(etag);
  // The first chunk is here in the old version, the others come in the new one.
  const answer = await finish(get(path));
  expect(answer.info.contentId).toBe('new');
  expect(served).toEqual([answer.info.etag]);
  expect(edge.inspect(edge.siteOf(0), path)).toEqual({ etag: answer.info.etag, chunks: 4 });
});

test('a shield that has a part in the old version answers in the new one alone', async () => {
  const { edge, s3, get, finish } = createBench();
  const path = '/news/jingle.ogg';
  const preload = (contentId: string) =>
    s3.preload(path.slice(1), { size: 4 * CHUNK, contentId, maxAgeS: 1_000 });
  preload('old');
  // The shield keeps the second chunk for another point of presence.
  await finish(get(path, { place: DE, range: { from: CHUNK, to: CHUNK + 9 } }));
  preload('new');
  const served: string[] = [];
  edge.onServe = (_, etag) => served.push(etag);
  const answer = await finish(get(path, { place: US, range: { from: 0, to: 4 * CHUNK } }));
  expect([answer.info.contentId, served]).toEqual(['new', [answer.info.etag]]);
  for (const where of [edge.siteOf(US), 'shield'] as const)
    expect(edge.inspect(where, path)).toEqual({ etag: answer.info.etag, chunks: 4 });
});

test('an object that changes again and again is given up', async () => {
  const { s3, get, at, until } = createBench({ knobs: { shield: false } });
  let version = 0;
  const change = () =>
    s3.preload('news/jingle.ogg', { size: 4 * CHUNK, contentId: `v${version++}`, maxAgeS: 0 });
  for (let ms = 0; ms < 3_000; ms += 1) at(ms, change);
  const outcomes: string[] = [];
  at(1, () => void kindOf(get('/news/jingle.ogg')).then((kind) => outcomes.push(kind)));
  await until(5_000);
  expect(outcomes).toEqual(['conflict']);
});

test('after SlowDown caches come back as the SDKs of AWS do: spread over a second, then over two', async () => {
  const knobs = { shield: false, originAttempts: 3, originTimeoutMs: 60_000 };
  const { edge, get, at, until } = createBench({ knobs, s3: { getsPerSecond: 1 } });
  const fetches = 400;
  at(1, () => {
    for (let i = 0; i < fetches; i++) void kindOf(get(pathOf(i), { range: { from: 0, to: 9 } }));
  });
  const askedBy = async (ms: number) => {
    await until(ms);
    return edge.figures.originRequests / fetches;
  };
  const first = await askedBy(150);
  expect(first).toBeLessThan(1.15);
  // Half of them after half a second, all after a second; a few are on their third attempt by then.
  expect(await askedBy(600)).toBeGreaterThan(1.4);
  expect(edge.figures.originRequests / fetches).toBeLessThan(1.85);
  expect(await askedBy(3_500)).toBeGreaterThan(2.9);
});

test('what may not be kept is fetched each time, and what has aged is asked for again', async () => {
  const { edge, s3, get, finish, until } = createBench();
  s3.preload('live/e1/now', { size: 10, contentId: 'x', maxAgeS: 0 });
  s3.preload('live/e1/list', { size: 10, contentId: 'y', maxAgeS: 2 });
  for (let i = 0; i < 3; i++) expect((await finish(get('/live/e1/now'))).cached).toBe(false);
  expect(edge.inspect(edge.siteOf(0), '/live/e1/now')).toBeNull();
  await until(10_000);
  expect((await finish(get('/live/e1/list'))).cached).toBe(false);
  expect((await finish(get('/live/e1/list'))).cached).toBe(true);
  await until(15_000);
  expect((await finish(get('/live/e1/list'))).cached).toBe(false);
  s3.preload('live/e1/list', { size: 12, contentId: 'z', maxAgeS: 2 });
  await until(20_000);
  expect((await finish(get('/live/e1/list'))).info.contentId).toBe('z');
});

test('preloaded copies count as the cache’s own', async () => {
  const { edge, s3, get, finish } = createBench();
  edge.preload(edge.siteOf(US), s3.inspect(pathOf(1).slice(1))!);
  edge.preload('shield', s3.inspect(pathOf(2).slice(1))!);
  expect((await finish(get(pathOf(1), { place: US }))).cached).toBe(true);
  expect((await finish(get(pathOf(2), { place: US }))).cached).toBe(false);
  expect(edge.figures).toMatchObject({ shieldHits: 8, originRequests: 0 });
  expect(edge.inspect(edge.siteOf(US), pathOf(2))?.chunks).toBe(TRACK_BYTES / CHUNK + 0.5);
});
