import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Play } from '../../contracts/generated/events.ts';
import type { HistoryCursor } from '../../contracts/generated/listening.ts';
import { SECOND } from '../../ports/clock.ts';
import type { LogRecord } from '../../ports/event-log.ts';
import type { SelectStatement } from '../../ports/wide-column-store.ts';
import { createTestBench } from '../test-bench.ts';
import { knobsOf } from '../test-support.ts';
import { createHistory } from './history.ts';
import { listeningKnobs } from './knobs.ts';
import { knownPlays, listeningHistory, listeningSegments } from './tables.ts';

const MONTH_S = 30 * 86_400;

const play = (playId: number, atS: number, listenerId = 'l1'): Play => ({
  playId,
  listenerId,
  trackId: `t${playId}`,
  playedAtNs: atS * SECOND,
  listenedMs: 30_000,
  skipped: false,
});

const recordsOf = (plays: readonly Play[], from = 0): LogRecord[] =>
  plays.map((value, i) => ({
    topic: 'plays',
    partition: 0,
    offset: from + i,
    key: value.listenerId,
    value,
    bytes: 60,
    timestampNs: value.playedAtNs,
  }));

/** A history that is read when it is `nowS`. */
async function setUp(
  historyWrites: 'per-play' | 'segments',
  plays: readonly Play[],
  nowS: number,
  historyRepeats: 'written' | 'left-out' = 'written',
) {
  const bench = createTestBench();
  const cassandra = bench.cassandra({
    tables: [listeningHistory, listeningSegments, knownPlays],
    knobs: { nodes: 3, garbageCollection: false, backgroundWriteBytesPerSecond: 0 },
  });
  const store = cassandra.connect(bench.machine('listening'));
  const selects: SelectStatement[] = [];
  const history = createHistory({
    store: {
      select(context, statement) {
        selects.push(statement);
        return store.select(context, statement);
      },
      upsert: (context, statement) => store.upsert(context, statement),
      delete: (context, statement) => store.delete(context, statement),
    },
    // The clock of whoever reads: the database need not live through the months.
    clock: { ...clockOf(bench.simulation), now: () => nowS * SECOND },
    knobs: knobsOf(listeningKnobs, {
      historyWrites,
      historyRepeats,
      historyPeriodS: 600,
      historyPeriods: 4,
      historyShards: 2,
    }),
  });
  await bench.finish(history.write(bench.context(), recordsOf(plays)));
  const page = (limit: number, cursor?: HistoryCursor) =>
    bench.finish(history.read(bench.context(), 'l1', limit, cursor));
  return {
    page,
    selects,
    bench,
    history,
    write: (more: readonly Play[]) => history.write(bench.context(), recordsOf(more, plays.length)),
  };
}

const clockOf = (simulation: ReturnType<typeof createTestBench>['simulation']) => ({
  sleep: simulation.sleep.bind(simulation),
  after: simulation.after.bind(simulation),
  cancel: simulation.cancel.bind(simulation),
});

const bucketS = { 'per-play': MONTH_S, segments: 600 };

for (const historyWrites of ['per-play', 'segments'] as const) {
  const size = bucketS[historyWrites];

  test(`${historyWrites}: pages go back bucket by bucket, newest first, each play once, whatever their size`, async () => {
    const times = fc.array(fc.integer({ min: 0, max: 4 * size - 1 }), { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(times, fc.integer({ min: 1, max: 12 }), async (seconds, limit) => {
        // A few at the same time: what decides then is the id.
        const plays = seconds.map((s, i) => play(i + 1, s - (s % 3)));
        const others = seconds.map((s, i) => play(1_000 + i, s, 'l2'));
        const { page } = await setUp(historyWrites, [...plays, ...others], 4 * size - 1);
        const seen: number[] = [];
        let cursor: HistoryCursor | undefined;
        for (let pages = 0; pages < 50; pages++) {
          const read = await page(limit, cursor);
          expect(read.plays.length).toBeLessThanOrEqual(limit);
          seen.push(...read.plays.map(({ playId }) => playId));
          cursor = read.next;
          if (cursor === undefined) break;
          expect(read.plays).toHaveLength(limit);
        }
        const expected = plays.toSorted((a, b) => b.playedAtNs - a.playedAtNs || a.playId - b.playId);
        expect(seen).toEqual(expected.map(({ playId }) => playId));
      }),
      { seed: 31, numRuns: 12 },
    );
  });

  test(`${historyWrites}: plays that come while somebody turns pages move nothing out of sight`, async () => {
    const old = Array.from({ length: 12 }, (_, i) => play(i + 1, size + i));
    const { page, write, bench } = await setUp(historyWrites, old, 2 * size - 1);
    const first = await page(5);
    expect(first.plays.map(({ playId }) => playId)).toEqual([12, 11, 10, 9, 8]);
    await bench.finish(write(Array.from({ length: 9 }, (_, i) => play(100 + i, size + 50 + i))));
    const second = await page(5, first.next);
    expect(second.plays.map(({ playId }) => playId)).toEqual([7, 6, 5, 4, 3]);
    const third = await page(5, second.next);
    expect(third.plays.map(({ playId }) => playId)).toEqual([2, 1]);
    expect(third.next).toBeUndefined();
  });

  test(`${historyWrites}: buckets that are too old are not read, nor those behind a full page`, async () => {
    const plays = [0, 1, 2, 3, 5].map((bucket) => play(bucket + 1, bucket * size + 7));
    const { page, selects } = await setUp(historyWrites, plays, 6 * size - 1);
    expect((await page(10)).plays.map(({ playId }) => playId)).toEqual([6, 4, 3]);
    expect(selects).toHaveLength(4);
    selects.length = 0;
    expect((await page(1)).plays).toHaveLength(1);
    expect(selects).toHaveLength(1);
  });
}

test('a first page asks for as many rows as it may show, a later one for those before it too', async () => {
  const plays = Array.from({ length: 30 }, (_, i) => play(i + 1, i));
  const { page, selects } = await setUp('per-play', plays, 100);
  const first = await page(10);
  const second = await page(10, first.next);
  await page(10, second.next);
  expect(selects.map(({ limit }) => limit)).toEqual([10, 20, 30]);
});

test('a play that an app recorded twice is shown once, and a page is full all the same', async () => {
  const plays = [play(1, 10), play(2, 20), play(3, 30), play(3, 31), play(4, 40)];
  const { page } = await setUp('per-play', plays, 100);
  const read = await page(3);
  expect(read.plays.map(({ playId }) => playId)).toEqual([4, 3, 2]);
});

/** The whole history, page by page. */
async function allOf(page: Awaited<ReturnType<typeof setUp>>['page'], limit: number) {
  const seen: string[] = [];
  for (let cursor: HistoryCursor | undefined, pages = 0; pages < 100; pages++) {
    const read = await page(limit, cursor);
    for (const { playId, trackId, playedAtNs } of read.plays)
      seen.push(`${playId} ${trackId} ${playedAtNs / SECOND}`);
    cursor = read.next;
    if (cursor === undefined) break;
  }
  return seen;
}

test('the first play under a number stays, whatever comes under it later and wherever a page ends', async () => {
  const first = [play(1, 10), play(2, 20), { ...play(1, 30), trackId: 't99' }, play(1, 11, 'l2')];
  const { page, write, bench } = await setUp('per-play', first, 100, 'left-out');
  await bench.finish(write([play(1, 40), play(3, 50), { ...play(2, 20), trackId: 't98' }]));
  for (const limit of [1, 2, 50])
    expect(await allOf(page, limit), `pages of ${limit}`).toEqual(['3 t3 50', '2 t2 20', '1 t1 10']);
});

test('a number is known beyond the border of a month, and forgotten after two', async () => {
  const atS = MONTH_S - 1;
  const { page, write, bench } = await setUp('per-play', [play(1, atS)], 4 * MONTH_S - 1, 'left-out');
  await bench.finish(write([play(1, MONTH_S + 1)]));
  expect(await allOf(page, 1)).toEqual([`1 t1 ${atS}`]);
  await bench.finish(write([play(1, 2 * MONTH_S - 1)]));
  expect(await allOf(page, 1)).toEqual([`1 t1 ${atS}`]);
  await bench.finish(write([play(1, 2 * MONTH_S + 1)]));
  expect(await allOf(page, 1)).toEqual([`1 t1 ${2 * MONTH_S + 1}`, `1 t1 ${atS}`]);
});

test('two consumers that handle the same plays during a rebalance leave each once', async () => {
  const numbers = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 4, maxLength: 24 });
  const cuts = fc.tuple(fc.nat(24), fc.nat(24), fc.nat(24));
  await fc.assert(
    fc.asyncProperty(numbers, cuts, async (ids, ends) => {
      const plays = ids.map((id, i) => ({ ...play(id, i + 1), trackId: `t${i}` }));
      const records = recordsOf(plays);
      const { page, history, bench } = await setUp('per-play', [], 100, 'left-out');
      const [committed, first, second] = ends.map((end) => end % (ids.length + 1)).sort((a, b) => a - b) as [
        number,
        number,
        number,
      ];
      const write = (from: number, until: number) =>
        history.write(bench.context(), records.slice(from, until));
      await bench.finish(write(0, committed));
      // The old owner is still at its batch when the new one begins with the same offset.
      const old = write(committed, second);
      await bench.run(0.001);
      await bench.finish(write(committed, first).then(() => write(first, ids.length)));
      await bench.finish(old);
      const kept = plays.filter(({ playId }, i) => ids.indexOf(playId) === i);
      const expected = kept.map(
        ({ playId, trackId, playedAtNs }) => `${playId} ${trackId} ${playedAtNs / SECOND}`,
      );
      expect(await allOf(page, 3)).toEqual(expected.reverse());
    }),
    { seed: 41, numRuns: 25 },
  );
});
