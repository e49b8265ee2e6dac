import { expect, test } from 'vitest';
import type { Context } from '../../ports/context.ts';
import type { SearchIndexAdmin } from '../../ports/search-index.ts';
import { MILLISECOND } from '../../runtime/kernel/index.ts';
import { createTestBench } from '../test-bench.ts';
import { knobsOf, outcomeOf } from '../test-support.ts';
import { CATALOGUE_INDEX, catalogueIndex, catalogueIndexVersion, trackIndexing } from './catalogue-index.ts';
import { reindexKnobs, searchKnobs } from './knobs.ts';
import { createReindexWorker } from './reindex-worker.ts';

const LOADED = 300;
const KEEP_MS = 2_000;

function setUp() {
  const bench = createTestBench();
  const knobs = knobsOf(searchKnobs, { shards: 3, refreshIntervalMs: 200 });
  const elasticsearch = bench.elasticsearch([catalogueIndex(knobs)]);
  const tracks = Array.from({ length: LOADED }, (_, number) =>
    trackIndexing({
      trackId: `t${number}`,
      title: `song w${number}x`,
      artistId: 'a1',
      artistName: 'nobody',
      labelId: 'label',
      durationMs: 200_000,
      popularity: 1,
      publishedAtNs: 1,
    }),
  );
  elasticsearch.load(CATALOGUE_INDEX, tracks);
  const admin = elasticsearch.admin(bench.machine('operator'));
  /** In a process of its own, which `watch` may end when one of its calls begins. */
  const start = (
    set: Parameters<typeof knobsOf<typeof reindexKnobs>>[1] = {},
    watch: (call: string, end: () => void) => void = () => {},
  ) => {
    const home = bench.machine('reindexer');
    const inner = elasticsearch.admin(home);
    const watched = new Proxy(inner, {
      get:
        (_, name: keyof SearchIndexAdmin) =>
        (context: Context, ...rest: never[]) => {
          watch(name, () => home.crash());
          return (inner[name] as (...all: unknown[]) => Promise<never>).call(inner, context, ...rest);
        },
    });
    const worker = createReindexWorker(
      {
        index: elasticsearch.connect(home),
        admin: watched,
        clock: bench.simulation,
        knobs: knobsOf(reindexKnobs, { keepMs: KEEP_MS, ...set }),
      },
      knobs,
    );
    return { worker, ended: worker.run(bench.context(home.life)) };
  };
  const names = async () => [...(await bench.finish(admin.list(bench.context())))].sort();
  const present = () => bench.finish(admin.resolve(bench.context(), CATALOGUE_INDEX));
  return { bench, knobs, admin, start, names, present, elasticsearch };
}

test('each process that is told to makes the next version, of as many shards as it says or as there are', async () => {
  const { bench, start, names, present, elasticsearch } = setUp();
  await bench.finish(start({ afterS: 1 }).ended);
  expect(await present()).toEqual({ index: 'catalogue-v2', shards: 3 });
  await bench.finish(start({ afterS: 1, shards: 5 }).ended);
  expect(await present()).toEqual({ index: 'catalogue-v3', shards: 5 });
  await bench.finish(start({ afterS: 1 }).ended);
  expect(await present()).toEqual({ index: 'catalogue-v4', shards: 5 });
  expect(await names()).toEqual(['catalogue-v4']);
  expect(elasticsearch.count(CATALOGUE_INDEX)).toEqual({ searchable: LOADED, stored: LOADED });
});

test.each(['createIndex', 'scan', 'blockWrites', 'pointAlias', 'deleteIndex'])(
  'what a process leaves that dies at its step %s is finished by the next one, before anything else',
  async (fatal) => {
    const { bench, start, names, admin, elasticsearch } = setUp();
    void outcomeOf(
      start({ afterS: 1 }, (call, end) => {
        if (call === fatal) bench.simulation.after(3 * MILLISECOND, end);
      }).ended,
    );
    await bench.run(6);
    expect(await names()).toHaveLength(fatal === 'deleteIndex' ? 1 : 2);
    // It is not told to do anything.
    await bench.finish(start().ended);
    const [only, ...others] = await names();
    expect(others).toEqual([]);
    const found = await bench.finish(admin.resolve(bench.context(), CATALOGUE_INDEX));
    expect(found?.index).toBe(only);
    // Writes are let in again.
    const index = elasticsearch.connect(bench.machine('writer'));
    const { id, document } = trackIndexing({
      trackId: 'new',
      title: 'new',
      artistId: 'a1',
      artistName: 'nobody',
      labelId: 'label',
      durationMs: 1,
      popularity: 1,
      publishedAtNs: 1,
    });
    await bench.finish(index.index(bench.context(), CATALOGUE_INDEX, id, document));
    await bench.finish(start({ afterS: 1 }).ended);
    expect((await names())[0]).not.toBe(only);
    expect(elasticsearch.count(CATALOGUE_INDEX).stored).toBe(LOADED + 1);
  },
);

test('an index that searches may still be on is kept for as long as one that has just been replaced', async () => {
  const { bench, start, names, admin, knobs } = setUp();
  await bench.finish(admin.createIndex(bench.context(), catalogueIndexVersion(knobs, 2)));
  await bench.finish(admin.pointAlias(bench.context(), CATALOGUE_INDEX, 'catalogue-v2'));
  start();
  await bench.run(0.8 * (KEEP_MS / 1_000));
  expect(await names()).toEqual(['catalogue-v1', 'catalogue-v2']);
  await bench.run(0.4 * (KEEP_MS / 1_000));
  expect(await names()).toEqual(['catalogue-v2']);
});

test('an operator starts one at a time, and sees how far it is', async () => {
  const { bench, start, present, names } = setUp();
  const { worker, ended } = start();
  expect(await bench.finish(outcomeOf(worker.start({ shards: 5 })))).toBe('conflict');
  await bench.finish(ended);
  expect(worker.state()).toEqual({ underWay: null, last: null });
  const begun = await bench.finish(worker.start({ shards: 5 }));
  expect(begun).toEqual({ index: 'catalogue-v2', shards: 5 });
  expect(worker.state().underWay).toMatchObject({ index: 'catalogue-v2', step: 'copying' });
  expect(await bench.finish(outcomeOf(worker.start({ shards: 4 })))).toBe('conflict');
  await bench.run(KEEP_MS / 2_000);
  expect(worker.state().underWay).toMatchObject({ step: 'keeping', copied: LOADED });
  expect(await present()).toEqual(begun);
  await bench.run(KEEP_MS / 1_000);
  expect(worker.state()).toMatchObject({ underWay: null, last: { ...begun, copied: LOADED, removed: 0 } });
  expect(await names()).toEqual(['catalogue-v2']);
  expect((await bench.finish(worker.start({ shards: 0 }))).index).toBe('catalogue-v3');
});
