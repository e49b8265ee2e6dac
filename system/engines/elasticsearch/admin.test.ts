import { expect, test } from 'vitest';
import type { PortError } from '../../ports/errors.ts';
import type { IndexDocument } from '../../ports/search-index.ts';
import { type Bench, createBench, TRACKS } from './test-support.ts';

const document = (n: number): IndexDocument => ({ title: `song number ${n}`, plays: n });
const query = { index: 'songs', text: 'song', fields: ['title'], size: 0 };

function createOperator(options: Parameters<typeof createBench>[0] = {}) {
  const bench = createBench({ ...options, index: { aliases: ['songs'], ...options.index } });
  const admin = bench.elasticsearch.admin(bench.client);
  return { ...bench, admin };
}

const outcomeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (error: PortError) => `${error.kind} ${error.definite}`,
  );

const load = ({ elasticsearch }: Bench, count: number) =>
  elasticsearch.load(
    'tracks',
    Array.from({ length: count }, (_, n) => ({ id: `t${n}`, document: document(n) })),
  );

test('an alias is as good as the name, and is moved in one step: every search sees one index or the other', async () => {
  const bench = createOperator();
  const { admin, search } = bench;
  load(bench, 30);
  const totals = new Set<number>();
  let moved = 0;
  bench.at(0, async () => {
    await admin.createIndex(bench.context(1), { ...TRACKS, name: 'tracks-2', shards: 5 });
    for (let n = 0; n < 7; n++) await search.index(bench.context(n), 'tracks-2', `t${n}`, document(n));
    await search.refresh(bench.context(8), 'tracks-2');
    await admin.pointAlias(bench.context(9), 'songs', 'tracks-2');
    moved = bench.nowMs();
    await search.index(bench.context(10), 'songs', 'new', document(0));
  });
  for (let ms = 0; ms < 600; ms++)
    bench.at(ms, async () => void totals.add((await search.search(bench.context(ms), query)).total));
  await bench.run();
  expect(moved).toBeLessThan(600);
  expect([...totals]).toEqual([30, 7]);
  expect(bench.elasticsearch.has('tracks-2', 'new')).toBe(true);
  expect(bench.elasticsearch.has('tracks', 'new')).toBe(false);
});

test('once writes are blocked, none is taken, and none that was taken is still under way', async () => {
  const bench = createOperator();
  const { admin, search } = bench;
  const kinds = new Set<string>();
  let storedWhenBlocked = -1;
  let acknowledged = 0;
  for (let i = 0; i < 400; i++)
    bench.at(i, async () => {
      const outcome = await outcomeOf(search.index(bench.context(i), 'songs', `t${i}`, document(i)));
      if (outcome === 'ok') acknowledged++;
      kinds.add(outcome);
    });
  bench.at(100.5, async () => {
    await admin.blockWrites(bench.context(9_000), 'tracks');
    storedWhenBlocked = bench.elasticsearch.count('tracks').stored;
  });
  bench.at(300, () => void admin.allowWrites(bench.context(9_001), 'tracks'));
  await bench.run();
  expect(kinds).toEqual(new Set(['ok', 'unavailable true']));
  expect(storedWhenBlocked).toBeGreaterThan(90);
  // Those after 300 ms were taken again; what was refused is nowhere.
  expect(acknowledged).toBe(bench.elasticsearch.count('tracks').stored);
  expect(acknowledged).toBeLessThan(400 - 100);
});

test('a bulk that meets a block is refused document by document', async () => {
  const bench = createOperator();
  let reasons: (string | undefined)[] = [];
  bench.at(0, async () => {
    await bench.admin.blockWrites(bench.context(1), 'tracks');
    const operations = [0, 1, 2].map((n) => ({
      action: 'index' as const,
      id: `t${n}`,
      document: document(n),
    }));
    const outcomes = await bench.search.bulk(bench.context(2), 'songs', operations);
    reasons = outcomes.map((outcome) => outcome?.reason.split(':')[0]);
  });
  await bench.run();
  expect(reasons).toEqual(Array(3).fill('cluster_block_exception'));
});

test('a scan brings every document once, and again at the end what was written again, also over merges', async () => {
  const bench = createOperator();
  const { admin, search } = bench;
  load(bench, 500);
  const seen: string[] = [];
  const rest: string[] = [];
  const sweep = async (cursors: number[], into: string[]) => {
    for (let shard = 0; shard < 3; shard++)
      for (;;) {
        const page = await admin.scan(bench.context(shard), {
          index: 'songs',
          shard,
          after: cursors[shard]!,
          size: 40,
        });
        cursors[shard] = page.next;
        if (page.documents.length === 0) break;
        for (const { id } of page.documents) into.push(id);
      }
  };
  bench.at(0, async () => {
    const cursors = [0, 0, 0];
    await sweep(cursors, seen);
    // So many deletions that the shards merge.
    const operations = Array.from({ length: 300 }, (_, n) => ({ action: 'delete' as const, id: `t${n}` }));
    await search.bulk(bench.context(7), 'songs', operations);
    for (const n of [400, 401]) await search.index(bench.context(n), 'songs', `t${n}`, document(0));
    await search.index(bench.context(9), 'songs', 'new', document(1));
    await search.refresh(bench.context(10), 'songs');
    await sweep(cursors, rest);
  });
  await bench.run();
  expect(seen.toSorted()).toEqual(Array.from({ length: 500 }, (_, n) => `t${n}`).sort());
  expect(rest.toSorted()).toEqual(['new', 't400', 't401']);
});

test('what is asked about indices is answered, and what cannot be is refused with its reason', async () => {
  const bench = createOperator();
  const { admin } = bench;
  load(bench, 10);
  const seen: unknown[] = [];
  const refused: string[] = [];
  bench.at(0, async () => {
    seen.push(await admin.resolve(bench.context(1), 'songs'));
    seen.push(await admin.resolve(bench.context(2), 'nothing'));
    seen.push(await admin.count(bench.context(3), 'songs'));
    seen.push(await admin.missing(bench.context(4), 'songs', ['t3', 'x', 't4', 'y']));
    const tries = [
      () => admin.createIndex(bench.context(5), TRACKS),
      () => admin.createIndex(bench.context(6), { ...TRACKS, name: 'songs' }),
      () => admin.pointAlias(bench.context(7), 'tracks', 'tracks'),
      () => admin.pointAlias(bench.context(8), 'songs', 'nothing'),
      () => admin.deleteIndex(bench.context(9), 'songs'),
      () => admin.deleteIndex(bench.context(10), 'nothing'),
      () => admin.scan(bench.context(11), { index: 'songs', shard: 3, after: 0, size: 1 }),
      () => admin.deleteIndex(bench.context(12), 'tracks'),
      () => admin.count(bench.context(13), 'songs'),
    ];
    for (const work of tries) refused.push(await outcomeOf(work()));
    refused.push(await outcomeOf(bench.search.search(bench.context(14), query)));
  });
  await bench.run();
  expect(seen).toEqual([{ index: 'tracks', shards: 3 }, undefined, 10, ['x', 'y']]);
  expect(refused).toEqual([
    'conflict true',
    'conflict true',
    'conflict true',
    'not-found true',
    'conflict true',
    'not-found true',
    'invalid true',
    'ok',
    'not-found true',
    'not-found true',
  ]);
});

test('of several who create an index at the same moment one does, the others are told', async () => {
  const bench = createOperator();
  const outcomes: string[] = [];
  for (let i = 0; i < 5; i++)
    bench.at(0, async () => {
      const creating = bench.admin.createIndex(bench.context(i), { ...TRACKS, name: 'tracks-2' });
      outcomes.push(await outcomeOf(creating));
    });
  await bench.run();
  expect(outcomes.toSorted()).toEqual([
    'conflict true',
    'conflict true',
    'conflict true',
    'conflict true',
    'ok',
  ]);
});

test('the parts of an operator’s call add up to its time, and a dead or cut-off node leaves nobody waiting', async () => {
  const bench = createOperator();
  const { admin, client } = bench;
  load(bench, 50);
  const gaps: number[] = [];
  const kinds = new Set<string>();
  for (let i = 0; i < 120; i++)
    bench.at(i * 5, async () => {
      const context = bench.context(i);
      const beganNs = bench.simulation.nowNs;
      const work = [
        () => admin.count(context, 'songs'),
        () => admin.scan(context, { index: 'songs', shard: i % 3, after: 0, size: 100 }),
        () => admin.createIndex(context, { ...TRACKS, name: `more-${i}` }),
        () => admin.blockWrites(context, 'tracks'),
      ][i % 4]!();
      const outcome = await outcomeOf(work);
      kinds.add(outcome);
      if (outcome === 'ok') gaps.push(bench.simulation.nowNs - beganNs - bench.parts(context));
    });
  bench.at(200, () => bench.machine('elasticsearch-1').crash());
  bench.at(320, () => bench.machine('elasticsearch-1').restart());
  const cut = bench.machine('elasticsearch-2').id;
  for (const [ms, fault] of [
    [400, { partitioned: true }],
    [450, null],
  ] as const)
    bench.at(ms, () => {
      bench.network.setFault(client.id, cut, fault);
      bench.network.setFault(cut, client.id, fault);
    });
  expect(await bench.run()).toBe('empty');
  expect(gaps.length).toBeGreaterThan(60);
  expect(new Set(gaps)).toEqual(new Set([0]));
  expect(kinds).toContain('reset false');
  expect(kinds).toContain('timeout false');
});

test('an index that is made while a node is down is written and found without it', async () => {
  const bench = createOperator();
  bench.at(0, () => bench.machine('elasticsearch-1').crash());
  let total = 0;
  bench.at(100, async () => {
    await bench.admin.createIndex(bench.context(1), { ...TRACKS, name: 'tracks-2' });
    for (let n = 0; n < 20; n++) await bench.search.index(bench.context(n), 'tracks-2', `t${n}`, document(n));
    await bench.search.refresh(bench.context(2), 'tracks-2');
    total = (await bench.search.search(bench.context(3), { ...query, index: 'tracks-2' })).total;
  });
  await bench.run();
  expect(total).toBe(20);
});
