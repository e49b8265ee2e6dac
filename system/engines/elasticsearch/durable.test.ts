import { expect, test } from 'vitest';
import type { IndexOperation } from '../../ports/search-index.ts';
import { type Bench, createBench, TRACKS } from './test-support.ts';

const preloaded = () => {
  const bench = createBench();
  const song = (i: number) => ({ title: `old song ${i}`, artist: 'a', genre: 'pop', plays: i });
  bench.elasticsearch.load(
    'tracks',
    Array.from({ length: 20 }, (_, i) => ({ id: `p${i}`, document: song(i) })),
  );
  return bench;
};

/** Documents over documents that were there before, new ones, and deletions of both. */
async function busyIndex() {
  const bench = preloaded();
  const changes: unknown[] = [];
  bench.elasticsearch.durable!.onChange((change) => changes.push(structuredClone(change)));
  const operations: IndexOperation[] = Array.from({ length: 200 }, (_, i) => {
    const id = i % 3 === 0 ? `p${i % 20}` : `n${i % 50}`;
    if (i % 11 === 5) return { action: 'delete', id };
    return {
      action: 'index',
      id,
      document: { title: `new song ${i}`, artist: `b${i % 4}`, genre: 'pop', plays: i },
    };
  });
  for (let i = 0; i < operations.length; i += 8)
    bench.at(20 * i, () => {
      void bench.search.bulk(bench.context(i), 'tracks', operations.slice(i, i + 7));
      const single = operations[i + 7]!;
      if (single.action === 'index')
        void bench.search.index(bench.context(i), 'tracks', single.id, single.document!);
    });
  await bench.run(8_000);
  return { bench, changes };
}

function restore(changes: Iterable<unknown>): Bench {
  const bench = preloaded();
  for (const change of changes) bench.elasticsearch.durable!.restore(structuredClone(change));
  bench.elasticsearch.durable!.restored();
  return bench;
}

async function found(bench: Bench, text: string): Promise<unknown> {
  const answer = bench.search.search(bench.context(), {
    index: 'tracks',
    text,
    fields: ['title'],
    size: 300,
  });
  await bench.run(bench.nowMs() + 500);
  const { total, hits } = await answer;
  return {
    total,
    documents: hits.map(({ id, document }) => ({ id, document })).sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}

test('documents come back, over those that were there before, and are searchable when time begins', async () => {
  const { bench, changes } = await busyIndex();
  const held = [...bench.elasticsearch.durable!.changes()];
  expect(held.length).toBeLessThan(changes.length / 2);
  for (const replay of [changes, [...changes, ...changes], held]) {
    const copy = restore(replay);
    expect(copy.elasticsearch.count('tracks')).toEqual(bench.elasticsearch.count('tracks'));
    for (const text of ['new', 'old']) expect(await found(copy, text)).toEqual(await found(bench, text));
    expect([...copy.elasticsearch.durable!.changes()].sort()).toEqual([...held].sort());
  }
});

test('a change is said before the write is acknowledged, one for each document that was taken', async () => {
  const bench = createBench();
  const order: unknown[] = [];
  bench.elasticsearch.durable!.onChange((change) => order.push(change));
  const document = { title: 'one', artist: 'a', genre: 'pop', plays: 1 };
  bench.at(0, async () => {
    await bench.search.bulk(bench.context(), 'tracks', [
      { action: 'index', id: 'x', document },
      { action: 'index', id: 'without a document' },
      { action: 'delete', id: 'y' },
    ]);
    order.push('acknowledged');
  });
  await bench.run(1_000);
  const taken = [
    ['tracks', 'x', document],
    ['tracks', 'y', null],
  ];
  expect(order.slice(0, 2)).toEqual(expect.arrayContaining(taken));
  expect(order.slice(2)).toEqual(['acknowledged']);
});

test('by the field that says how new documents are, older ones are passed over, in every part, and count as done', async () => {
  const versioned = { index: { fields: { ...TRACKS.fields, edit: 'long' }, versionField: 'edit' } } as const;
  const bench = createBench(versioned);
  const changes: unknown[] = [];
  bench.elasticsearch.durable!.onChange((change) => changes.push(structuredClone(change)));
  const write = (title: string, edit: number | null): IndexOperation => ({
    action: 'index',
    id: 'x',
    document: edit === null ? { title } : { title, edit },
  });
  const outcomes: unknown[] = [];
  const bulk = (ms: number, ...operations: IndexOperation[]) =>
    bench.at(ms, async () => {
      outcomes.push(...(await bench.search.bulk(bench.context(ms), 'tracks', operations)));
    });
  bulk(0, write('two', 2), write('one', 1), write('also two', 2));
  // In the buffer, then searchable.
  bulk(100, write('one', 1));
  bulk(5_000, write('one', 1));
  bench.at(5_100, () => void bench.search.index(bench.context(9), 'tracks', 'x', { title: 'zero', edit: 0 }));
  await bench.run(9_000);
  expect(await found(bench, 'two one zero')).toMatchObject({
    documents: [{ document: { title: 'also two' } }],
  });
  expect(outcomes).toEqual([null, null, null, null, null]);
  expect(changes).toHaveLength(2);
  const copy = createBench(versioned);
  for (const change of changes) copy.elasticsearch.durable!.restore(change);
  copy.elasticsearch.durable!.restored();
  const again = copy.search.index(copy.context(), 'tracks', 'x', { title: 'one', edit: 1 });
  await copy.run(5_000);
  await again;
  expect(await found(copy, 'two one')).toMatchObject({ documents: [{ document: { title: 'also two' } }] });
  // Without a number it is written in any case.
  const plain = copy.search.index(copy.context(1), 'tracks', 'x', { title: 'plain' });
  await copy.run(10_000);
  await plain;
  expect(await found(copy, 'plain')).toMatchObject({ total: 1 });
});

test('an index that is not there any more is named', () => {
  expect(() => restore([['gone', 'x', null]])).toThrow("There is no index 'gone'.");
});

test('indices made and deleted, and where aliases point, are what they were', async () => {
  const bench = preloaded();
  const changes: unknown[] = [];
  bench.elasticsearch.durable!.onChange((change) => changes.push(structuredClone(change)));
  const admin = bench.elasticsearch.admin(bench.client);
  const definition = { ...TRACKS, name: 'tracks-2', shards: 2 };
  bench.at(0, async () => {
    await admin.createIndex(bench.context(1), definition);
    await admin.createIndex(bench.context(2), { ...definition, name: 'tracks-3' });
    await bench.search.index(bench.context(3), 'tracks-2', 'n1', { title: 'moved song' });
    await admin.pointAlias(bench.context(4), 'songs', 'tracks-2');
    await admin.blockWrites(bench.context(5), 'tracks-3');
    await bench.search.index(bench.context(6), 'tracks', 'n2', { title: 'lost song' });
    await admin.deleteIndex(bench.context(7), 'tracks');
  });
  await bench.run(8_000);
  for (const how of [changes, bench.elasticsearch.durable!.changes()]) {
    const again = restore(how);
    const { elasticsearch } = again;
    expect(elasticsearch.count('songs')).toEqual({ searchable: 1, stored: 1 });
    expect(elasticsearch.has('tracks-2', 'n1')).toBe(true);
    expect(() => elasticsearch.count('tracks')).toThrow(RangeError);
    let outcome = '';
    again.at(again.nowMs(), () => {
      const refused = again.search.index(again.context(), 'tracks-3', 'n3', { title: 'x' });
      refused.catch((error: Error) => {
        outcome = error.message;
      });
    });
    await again.run(again.nowMs() + 1_000);
    expect(outcome).toMatch(/cluster_block_exception/);
  }
});

test('an index of the name of a deleted one is another, also when it comes back', async () => {
  const aliased = () => createBench({ index: { aliases: ['songs'] } });
  const bench = aliased();
  const changes: unknown[] = [];
  bench.elasticsearch.durable!.onChange((change) => changes.push(structuredClone(change)));
  const admin = bench.elasticsearch.admin(bench.client);
  const document = (n: number) => ({ title: `song ${n}`, artist: 'a', genre: 'pop', plays: n });
  bench.at(0, async () => {
    const next = (n: number) => bench.context(n);
    for (let n = 0; n < 20; n++) await bench.search.index(next(n), 'songs', `t${n}`, document(n));
    await admin.deleteIndex(next(52), 'tracks');
    await admin.createIndex(next(54), { ...TRACKS, name: 'tracks', shards: 2, aliases: ['older'] });
    await bench.search.index(next(55), 'older', 'y', document(1));
    await admin.blockWrites(next(56), 'tracks');
  });
  await bench.run(10_000);
  const held = [...bench.elasticsearch.durable!.changes()];
  expect(held.length).toBeLessThan(changes.length);
  for (const replay of [changes, [...changes, ...changes], held]) {
    const copy = aliased();
    for (const change of replay) copy.elasticsearch.durable!.restore(structuredClone(change));
    copy.elasticsearch.durable!.restored();
    const operator = copy.elasticsearch.admin(copy.client);
    const found: unknown[] = [];
    copy.at(0, async () => {
      for (const name of ['songs', 'older', 'tracks'])
        found.push(await operator.resolve(copy.context(), name));
      found.push(await operator.count(copy.context(1), 'older'));
    });
    await copy.run(5_000);
    const tracks = { index: 'tracks', shards: 2 };
    expect(found).toEqual([undefined, tracks, tracks, 1]);
    expect([...copy.elasticsearch.durable!.changes()]).toEqual(held);
  }
});
