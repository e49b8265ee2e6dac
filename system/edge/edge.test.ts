import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { EdgeRequest } from '../ports/audio-edge.ts';
import { UnsatisfiableRange } from '../ports/byte-range.ts';
import { PortError } from '../ports/errors.ts';
import { SECOND } from '../runtime/kernel/index.ts';
import { CHUNK, createBench, kindOf, pathOf, placeOf, TRACK_BYTES } from './test-support.ts';

test('the first request fetches from the origin, the next is served from the cache, in a tenth of the time', async () => {
  const { get, finish, ms, edge, s3 } = createBench();
  const first = await finish(get(pathOf(1), { range: { from: 0, to: 1_000 } }));
  expect(first).toMatchObject({ from: 0, to: 1_000, cached: false, servedBy: 'iad' });
  expect(first.info).toMatchObject({ size: TRACK_BYTES, key: 'audio/t1/1/160.ogg' });
  const firstMs = ms();
  const second = await finish(get(pathOf(1), { range: { from: 500, to: 600 } }));
  expect(second).toMatchObject({ from: 500, to: 600, cached: true });
  expect(firstMs).toBeGreaterThan(200);
  expect(ms() - firstMs).toBeLessThan(firstMs / 4);
  expect(edge.figures).toMatchObject({ requests: 2, hits: 1, misses: 1, originRequests: 1 });
  expect(edge.figures.originBytes).toBe(CHUNK);
  expect(s3.nodes[0]!.requests()).toBe(1);
});

test('a skip fetches one chunk, a whole track what is missing, each chunk once, in one request for all that lie side by side', async () => {
  const { get, finish, ms, edge } = createBench();
  await finish(get(pathOf(1), { range: { from: 0, to: 100_000 } }));
  expect(edge.inspect(edge.siteOf(0), pathOf(1))?.chunks).toBe(1);
  const sinceMs = ms();
  const whole = await finish(get(pathOf(1)));
  expect([whole.from, whole.to]).toEqual([0, TRACK_BYTES]);
  expect(ms() - sinceMs).toBeLessThan(500);
  expect(edge.figures).toMatchObject({ hits: 1, misses: 8, originRequests: 2, originBytes: TRACK_BYTES });
});

test('a range of an object of which nothing is known comes in one fetch, even where it asks for more than there is', async () => {
  const { get, finish, edge } = createBench();
  const answer = await finish(get(pathOf(1), { range: { from: CHUNK + 1, to: 1e9 } }));
  expect([answer.from, answer.to]).toEqual([CHUNK + 1, TRACK_BYTES]);
  expect(edge.inspect(edge.siteOf(0), pathOf(1))?.chunks).toBe(7);
  expect(edge.figures).toMatchObject({ hits: 0, misses: 7, shieldMisses: 7, originRequests: 1 });
  expect(edge.figures.originBytes).toBe(TRACK_BYTES - CHUNK);
});

test('what lies between chunks that are here is fetched, and nothing else; long runs in parts of 8 MiB', async () => {
  const { get, finish, edge, s3 } = createBench({ knobs: { shield: false } });
  s3.preload('podcasts/1.ogg', { size: 40 * CHUNK, contentId: 'podcast', maxAgeS: 1_000 });
  const ask = (from: number, to: number) =>
    finish(get('/podcasts/1.ogg', { range: { from: from * CHUNK, to: to * CHUNK } }));
  await ask(1, 2);
  await ask(4, 5);
  expect(edge.figures).toMatchObject({ hits: 0, misses: 2, originRequests: 2 });
  // 0, 2 and 3, then 5 to 39 in three requests.
  await ask(0, 40);
  expect(edge.figures).toMatchObject({ hits: 2, misses: 40, originRequests: 7 });
  expect(edge.figures.originBytes).toBe(40 * CHUNK);
  expect((await ask(0, 40)).cached).toBe(true);
});

test('whoever wants some of what is being fetched waits for that, and has only the rest fetched', async () => {
  const { get, edge, at, until, s3 } = createBench();
  const done: number[] = [];
  const ask = (from: number, to: number) => () =>
    void get(pathOf(1), { range: { from: from * CHUNK, to: to * CHUNK } }).then((answer) =>
      done.push(answer.to - answer.from),
    );
  at(1, ask(2, 4));
  at(30, ask(2, 6));
  at(31, ask(1, 4));
  await until(5_000);
  expect(done.toSorted()).toEqual([2 * CHUNK, 3 * CHUNK, 4 * CHUNK]);
  expect(edge.figures.originBytes).toBe(5 * CHUNK);
  expect(s3.nodes[0]!.requests()).toBe(3);
  expect(edge.figures.misses).toBe(2 + 4 + 3);
});

test('points of presence that want overlapping parts at once fetch each byte from the origin once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.record({
          ms: fc.nat(900),
          place: fc.nat(12),
          from: fc.nat(7),
          chunks: fc.integer({ min: 1, max: 8 }),
        }),
        { minLength: 2, maxLength: 12 },
      ),
      async (asked) => {
        const { get, edge, at, until } = createBench();
        const wrong: string[] = [];
        let answered = 0;
        for (const { ms, place, from, chunks } of asked) {
          const range = { from: from * CHUNK, to: (from + chunks) * CHUNK };
          at(ms, () => {
            void get(pathOf(3), { place, range }).then((answer) => {
              answered++;
              const to = Math.min(range.to, TRACK_BYTES);
              if (answer.from !== range.from || answer.to !== to) wrong.push(`${answer.from}-${answer.to}`);
            });
          });
        }
        await until(10_000);
        expect([answered, wrong]).toEqual([asked.length, []]);
        const wanted = new Set<number>();
        for (const { from, chunks } of asked)
          for (let chunk = from; chunk < Math.min(8, from + chunks); chunk++) wanted.add(chunk);
        const bytes = [...wanted].reduce(
          (sum, chunk) => sum + Math.min(CHUNK, TRACK_BYTES - chunk * CHUNK),
          0,
        );
        expect(edge.figures.originBytes).toBe(bytes);
        expect(edge.inspect('shield', pathOf(3))?.chunks).toBe(wanted.size);
      },
    ),
    { seed: 1, numRuns: 60 },
  );
});

test('ranges: within, over several chunks, from the end, beyond the end', async () => {
  const { get, finish } = createBench();
  const bytes = async (range: Parameters<typeof get>[1]) => {
    const { from, to } = await finish(get(pathOf(1), range));
    return [from, to];
  };
  // In every order of what is known about the object: first nothing, then its size.
  for (let round = 0; round < 2; round++) {
    expect(await bytes({ range: { from: CHUNK - 1, to: CHUNK + 1 } })).toEqual([CHUNK - 1, CHUNK + 1]);
    expect(await bytes({ range: { last: 10 } })).toEqual([TRACK_BYTES - 10, TRACK_BYTES]);
    expect(await bytes({ range: { from: TRACK_BYTES - 5 } })).toEqual([TRACK_BYTES - 5, TRACK_BYTES]);
    expect(await bytes({ range: { from: 7, to: 1e12 } })).toEqual([7, TRACK_BYTES]);
    expect(await bytes({ headOnly: true })).toEqual([0, 0]);
  }
  for (const path of [pathOf(1), pathOf(2)]) {
    const error = await finish(get(path, { range: { from: TRACK_BYTES } })).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UnsatisfiableRange);
    expect(error.size).toBe(TRACK_BYTES);
  }
});

test('what is not there is not found, and nothing of it is kept', async () => {
  const { get, finish, edge } = createBench();
  expect(await kindOf(finish(get('/audio/nothing/1/160.ogg')))).toBe('not-found');
  expect(await kindOf(finish(get('/audio/nothing/1/160.ogg')))).toBe('not-found');
  expect(edge.figures.originRequests).toBe(2);
});

test('a thousand listeners who want the same chunk at once cost one request to the origin', async () => {
  const { get, finish, edge, s3 } = createBench();
  const all = Array.from({ length: 1_000 }, (_, i) =>
    get(pathOf(7), { range: { from: 0, to: 9 }, place: i % 13 }),
  );
  const answers = await finish(Promise.all(all));
  expect(answers.every(({ info }) => info.size === TRACK_BYTES)).toBe(true);
  expect(s3.nodes[0]!.requests()).toBe(1);
  // One fetch a point of presence; at the shield the others wait for the first.
  expect(edge.figures.shieldMisses + edge.figures.shieldHits).toBe(5);
  expect(edge.figures.coalesced).toBeGreaterThan(900);
});

test('without coalescing each of them asks, and the origin says SlowDown', async () => {
  const knobs = { coalescing: false, shield: false, originAttempts: 1 };
  const { get, finish, s3 } = createBench({ knobs, s3: { getsPerSecond: 500 } });
  const all = Array.from({ length: 1_000 }, () => kindOf(get(pathOf(7), { range: { from: 0, to: 9 } })));
  const kinds = await finish(Promise.all(all));
  expect(s3.nodes[0]!.requests()).toBe(1_000);
  expect(kinds.filter((kind) => kind === 'overloaded').length).toBeGreaterThan(300);
});

test('with coalescing but without a shield every point of presence asks once', async () => {
  const { get, finish, s3 } = createBench({ knobs: { shield: false } });
  const all = Array.from({ length: 500 }, (_, place) =>
    get(pathOf(7), { range: { from: 0, to: 9 }, place: place % 13 }),
  );
  await finish(Promise.all(all));
  expect(s3.nodes[0]!.requests()).toBe(5);
});

test('an origin that says SlowDown is asked again after a pause', async () => {
  const { get, edge, s3, environment, context, at, until } = createBench({ s3: { getsPerSecond: 10 } });
  const store = s3.connect(environment.createMachine('others'));
  // Until then others take what the partition gives.
  for (let ms = 0; ms < 250; ms += 2) at(ms, () => void kindOf(store.head(context(), 'audio/t9/1/160.ogg')));
  const outcomes: string[] = [];
  at(1, () => void kindOf(get(pathOf(1), { range: { from: 0, to: 9 } })).then((kind) => outcomes.push(kind)));
  await until(5_000);
  expect(outcomes).toEqual(['ok']);
  expect(edge.figures.originRequests).toBeGreaterThan(1);
  expect(edge.figures.originBytes).toBe(CHUNK);
});

test('each place is served by the nearest point of presence', () => {
  const { edge } = createBench();
  const siteOf = (country: string) => edge.sites[edge.siteOf(placeOf(country))];
  expect(['US', 'MX', 'BR', 'DE', 'SE', 'NG', 'IN', 'PH', 'AU'].map(siteOf)).toEqual([
    'iad',
    'iad',
    'gru',
    'fra',
    'fra',
    'fra',
    'bom',
    'sin',
    'sin',
  ]);
});

test('a URL that is not signed, expired, tampered with or for something else is refused, and nothing is fetched', async () => {
  const { edge, finish, context, signed, until } = createBench();
  const path = pathOf(1);
  const good = signed(path);
  const fetch = (request: Partial<EdgeRequest> = {}) =>
    finish(edge.fetch(context(), { ...good, ...request }));
  const refusal = async (request: Partial<EdgeRequest>) => {
    const error = await fetch(request).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PortError);
    expect((error as PortError).kind).toBe('permission-denied');
    return (error as PortError).message;
  };
  expect(await refusal({ token: undefined })).toMatch(/no token/);
  expect(await refusal({ token: '' })).toMatch(/cannot be read/);
  expect(await refusal({ token: 'x' })).toMatch(/cannot be read/);
  expect(await refusal({ token: good.token.replace('u1', 'u2') })).toMatch(/signature/);
  expect(await refusal({ path: pathOf(2) })).toMatch(/another path/);
  expect(await refusal({ origin: 'https://elsewhere.example' })).toMatch(/may not embed/);
  expect(await refusal({ origin: 'null' })).toMatch(/may not embed/);
  expect(edge.figures).toMatchObject({ refused: 7, originRequests: 0 });
  expect(await kindOf(fetch())).toBe('ok');
  expect(await kindOf(fetch({ origin: 'https://open.rehearsal.example' }))).toBe('ok');
  await until(3_600_000 + 59_000);
  expect(await kindOf(fetch())).toBe('ok');
  await until(3_600_000 + 61_000);
  expect(await refusal({})).toMatch(/expired/);
});

test('what a transport has checked already is held against path and clock all the same', async () => {
  const { edge, finish, context } = createBench();
  const grant = { path: pathOf(1), listenerId: 'u1', notBeforeNs: 0, expiresAtNs: 60 * SECOND };
  const fetch = (path: string, change = {}) =>
    kindOf(finish(edge.fetch(context(), { path, grant: { ...grant, ...change } })));
  expect(await fetch(pathOf(1))).toBe('ok');
  expect(await fetch(pathOf(2))).toBe('permission-denied');
  expect(await fetch(pathOf(1), { notBeforeNs: 1_000 * SECOND })).toBe('permission-denied');
});

test('a point of presence whose clock is off by less than the tolerance serves, beyond it refuses', async () => {
  const { get, finish, machine } = createBench();
  const skew = async (seconds: number) => {
    machine('iad').clockSkewNs = seconds * SECOND;
    return kindOf(finish(get(pathOf(1))));
  };
  expect(await skew(50)).toBe('ok');
  expect(await skew(-50)).toBe('ok');
  expect(await skew(-90)).toBe('permission-denied');
  expect(await skew(3_800)).toBe('permission-denied');
});

test('a download outlives its URL: more of the object is had without asking again', async () => {
  const { edge, get, finish, context, until } = createBench();
  const answer = await finish(get(pathOf(1), { range: { from: 0, to: 1_000 } }));
  await until(2 * 3_600_000);
  const more = await finish(edge.fetchMore(context(), answer, { from: 1_000, to: CHUNK + 5 }));
  expect(more).toMatchObject({ from: 1_000, to: CHUNK + 5, cached: false });
});

test('the parts of a latency add up to the whole', async () => {
  const { edge, finish, context, signed, simulation, hops } = createBench();
  for (let i = 0; i < 2; i++) {
    const asked = context();
    const sinceNs = simulation.nowNs;
    let doneNs = 0;
    await finish(
      edge.fetch(asked, signed(pathOf(1))).then(() => {
        doneNs = simulation.nowNs;
      }),
    );
    const parts = (asked.trace as unknown as { partsNs: number[] }).partsNs;
    expect(parts.reduce((sum, ns) => sum + ns, 0)).toBe(doneNs - sinceNs);
    const fetchNs = parts[hops.indexOf('edge.fetch')]!;
    if (i === 0) expect(fetchNs).toBeGreaterThan(100e6);
    else expect(fetchNs).toBe(0);
  }
});

test('a line that is full makes answers wait for those ahead', async () => {
  // 0.1 Gbit/s: a track of 3.9 MB takes 0.31 s to leave.
  const { get, finish, ms, edge } = createBench({ knobs: { egressGbps: 0.1 } });
  edge.preload(edge.siteOf(0), (await finish(get(pathOf(1)))).info);
  const sinceMs = ms() + 1_000;
  await finish(Promise.all(Array.from({ length: 11 }, () => get(pathOf(1)))));
  expect(ms() - sinceMs).toBeGreaterThan(2_000);
  expect(edge.figures.egressBytes).toBeGreaterThan(12 * TRACK_BYTES);
});

test('figures become gauges: hit ratio, egress, load of the origin, dollars', async () => {
  const { get, finish, edge, until } = createBench();
  const read = (name: string) => edge.gauges.find((gauge) => gauge.name === name)!.read();
  for (const { name } of edge.gauges) expect(read(name), name).toBeNull();
  await finish(get(pathOf(1)));
  for (let i = 0; i < 3; i++) await finish(get(pathOf(1)));
  await until(10_000);
  expect(read('edge hit ratio')).toBeCloseTo(24 / 32, 6);
  expect(read('edge-iad hit ratio')).toBeCloseTo(24 / 32, 6);
  expect(read('edge-fra hit ratio')).toBeNull();
  expect(read('edge requests')).toBeCloseTo(0.4, 6);
  expect(read('edge egress')).toBeCloseTo((4 * TRACK_BYTES * 8) / 10 / 1e9, 4);
  expect(read('origin requests')).toBeCloseTo(0.2, 6);
  const { dollars, egressBytes } = edge.figures;
  expect(dollars).toBeCloseTo((egressBytes / 1e9) * 0.085 + 4 * 1e-6, 12);
  expect(read('edge cost')).toBeCloseTo(dollars * 360, 9);
});

test('the same seed gives the same times, another seed others', async () => {
  const times = async (seed: number) => {
    const { get, at, run, ms } = createBench({ seed });
    const seen: number[] = [];
    for (let i = 0; i < 200; i++) {
      at(i * 7, () => void get(pathOf(i % 20), { place: i % 13 }).then(() => seen.push(ms())));
    }
    await run(60_000);
    expect(seen.length).toBe(200);
    return seen;
  };
  expect(await times(1)).toEqual(await times(1));
  expect(await times(1)).not.toEqual(await times(2));
});
