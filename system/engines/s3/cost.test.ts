import { expect, test } from 'vitest';
import { PortError } from '../../ports/errors.ts';
import { SECOND } from '../../runtime/kernel/index.ts';
import { SLOW_DOWN_MS } from './cost.ts';
import { createBench } from './test-support.ts';

const sorted = (samples: readonly number[]) => samples.toSorted((a, b) => a - b);

/** Latencies of so many gets, one after the other, in ms. */
async function latencies(count: number, size: number): Promise<number[]> {
  const { s3, store, context, simulation, at, run } = createBench();
  s3.preload('a', { size, contentId: 'x' });
  const samples: number[] = [];
  for (let i = 0; i < count; i++) {
    at(i, () => {
      const since = simulation.nowNs;
      void store.get(context(), 'a').then(() => samples.push((simulation.nowNs - since) / 1e6));
    });
  }
  await run(count + 60_000);
  expect(samples.length).toBe(count);
  return sorted(samples);
}

test('small objects take 100 to 200 ms, nine times in ten', async () => {
  const samples = await latencies(2_000, 1_000);
  expect(samples[100]!).toBeGreaterThan(93);
  expect(samples[100]!).toBeLessThan(107);
  expect(samples[1_900]!).toBeGreaterThan(187);
  expect(samples[1_900]!).toBeLessThan(213);
});

test('large ones add their bytes at the throughput of one connection', async () => {
  const [small, large] = [await latencies(300, 0), await latencies(300, 85_000_000)];
  expect(large[150]! - small[150]!).toBeGreaterThan(990);
  expect(large[150]! - small[150]!).toBeLessThan(1_010);
});

/** So many requests a second for so long, each for the key of its number; counts refusals by second. */
async function load(
  bench: ReturnType<typeof createBench>,
  perSecond: number,
  seconds: number,
  send: (i: number) => Promise<unknown>,
): Promise<number[]> {
  const { simulation, run } = bench;
  const refused = new Array<number>(seconds).fill(0);
  let sent = 0;
  const handler = simulation.registerEntry(() => {
    const second = Math.floor(simulation.nowNs / SECOND);
    if (second >= seconds) return;
    void send(sent++).catch((error: unknown) => {
      if (!(error instanceof PortError) || error.kind !== 'overloaded') throw error;
      expect(error.retryAfterMs).toBe(SLOW_DOWN_MS);
      refused[second]!++;
    });
    simulation.schedule(SECOND / perSecond, handler);
  });
  simulation.schedule(0, handler);
  await run(seconds * 1_000 + 5_000);
  return refused;
}

test('a prefix takes 5,500 reads a second, and answers SlowDown beyond', async () => {
  const bench = createBench();
  bench.s3.preload('a', { size: 1, contentId: 'x' });
  const { store, context, s3 } = bench;
  const refused = await load(bench, 8_000, 4, () => store.head(context(), 'a'));
  // A second's worth comes on credit; then everything beyond the rate is refused.
  expect(refused[3]!).toBeGreaterThan(2_400);
  expect(refused[3]!).toBeLessThan(2_600);
  expect(s3.refused).toBe(refused.reduce((sum, n) => sum + n, 0));
  const within = createBench();
  within.s3.preload('a', { size: 1, contentId: 'x' });
  const none = await load(within, 5_400, 2, () => within.store.head(within.context(), 'a'));
  expect(none).toEqual([0, 0]);
});

test('writes have a rate of their own: 3,500 a second', async () => {
  const bench = createBench();
  const { store, context } = bench;
  const refused = await load(bench, 5_000, 5, () => store.put(context(), 'a', { size: 1, contentId: 'x' }));
  expect(refused[4]!).toBeGreaterThan(1_400);
  expect(refused[4]!).toBeLessThan(1_600);
});

test('a busy prefix with many keys is split after a while, one with a single key is not', async () => {
  const knobs = { splitAfterS: 3, getsPerSecond: 500 };
  const many = createBench({ knobs });
  const keys = Array.from({ length: 100 }, (_, i) => `audio/t${i}`);
  for (const key of keys) many.s3.preload(key, { size: 1, contentId: key });
  const spread = await load(many, 800, 12, (i) =>
    many.store.head(many.context(), keys[(i * 37) % keys.length]!),
  );
  expect(spread[2]!).toBeGreaterThan(250);
  expect(spread[11]).toBe(0);
  const starts = many.s3.partitions();
  expect(starts.length).toBeGreaterThan(1);
  expect(starts[0]).toBe('');

  const one = createBench({ knobs });
  one.s3.preload('hit', { size: 1, contentId: 'hit' });
  const hot = await load(one, 800, 12, () => one.store.head(one.context(), 'hit'));
  expect(hot[11]!).toBeGreaterThan(250);
  expect(one.s3.partitions()).toEqual(['']);
});

test('a store that has run for long is split already', async () => {
  const bench = createBench({ knobs: { getsPerSecond: 500 }, boundaries: ['m'] });
  const { store, context, s3 } = bench;
  for (const key of ['a', 'z']) s3.preload(key, { size: 1, contentId: key });
  const refused = await load(bench, 800, 6, (i) => store.head(context(), i % 2 === 0 ? 'a' : 'z'));
  expect(refused[5]).toBe(0);
});

test('requests and bytes are counted and priced', async () => {
  const knobs = { egressDollarsPerGB: 0.09 };
  const bench = createBench({ knobs });
  const { s3, store, context, run, at } = bench;
  s3.preload('a', { size: 1_000_000, contentId: 'x' });
  const gauge = (name: string) => s3.gauges.find((other) => other.name === name)!;
  expect(gauge('s3 gets').read()).toBeNull();
  await load(bench, 100, 10, () => store.get(context(), 'a'));
  at(20_000, () => {});
  await run(20_000);
  // 1,000 GETs at 0.0004 $ a thousand, 1 GB at 0.09 $, and headers.
  expect(s3.dollars).toBeGreaterThan(0.0904);
  expect(s3.dollars).toBeLessThan(0.0906);
  expect(gauge('s3 gets').read()).toBeCloseTo(50, 5);
  expect(gauge('s3 egress').read()).toBeCloseTo(50.035, 2);
  expect(gauge('s3 partitions').read()).toBe(1);
});

test('a list is priced as a write, a delete and what was refused are free', async () => {
  const price = async (
    send: (bench: ReturnType<typeof createBench>) => Promise<unknown>,
    perSecond = 100,
  ) => {
    const bench = createBench({ knobs: { getsPerSecond: 200 } });
    bench.s3.preload('a', { size: 1, contentId: 'x' });
    await load(bench, perSecond, 10, () => send(bench));
    const count = (name: string) => bench.s3.counters!.find((other) => other.name === `s3_${name}`)!.read();
    return [bench.s3.dollars, ['gets', 'puts', 'lists', 'deletes', 'slow_downs'].map(count)] as const;
  };
  const list = { prefix: '', limit: 10 };
  expect(await price(({ store, context }) => store.head(context(), 'a'))).toEqual([
    0.0004,
    [1000, 0, 0, 0, 0],
  ]);
  const put = { size: 1, contentId: 'y' };
  expect(await price(({ store, context }) => store.put(context(), 'a', put))).toEqual([
    0.005,
    [0, 1000, 0, 0, 0],
  ]);
  expect(await price(({ store, context }) => store.list(context(), list))).toEqual([
    0.005,
    [0, 0, 1000, 0, 0],
  ]);
  expect(await price(({ store, context }) => store.delete(context(), 'a'))).toEqual([0, [0, 0, 0, 1000, 0]]);
  const [dollars, counts] = await price(({ store, context }) => store.list(context(), list), 400);
  expect(counts[4]!).toBeGreaterThan(1_500);
  expect(counts[2]! + counts[4]!).toBe(4_000);
  expect(dollars).toBeCloseTo((counts[2]! * 0.005) / 1_000, 12);
});

test('the same seed gives the same latencies; without costs only the order is left', async () => {
  expect(await latencies(50, 1_000)).toEqual(await latencies(50, 1_000));
  const { s3, store, context, finish, ms } = createBench({ costs: false });
  s3.preload('a', { size: 85_000_000, contentId: 'x' });
  await finish(store.get(context(), 'a'));
  expect(ms()).toBeLessThanOrEqual(1);
});

test('the parts of a latency add up to the whole', async () => {
  const { s3, store, context, finish, hops, simulation } = createBench();
  s3.preload('a', { size: 8_500_000, contentId: 'x' });
  const asked = context();
  let doneNs = 0;
  await finish(
    store.get(asked, 'a').then(() => {
      doneNs = simulation.nowNs;
    }),
  );
  const parts = (asked.trace as unknown as { partsNs: number[] }).partsNs;
  expect(parts.reduce((sum, ns) => sum + ns, 0)).toBe(doneNs);
  expect(parts[hops.indexOf('s3.transfer')]! / 1e6).toBeCloseTo(100, 3);
});
