import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { IndexDocument } from '../../ports/search-index.ts';
import { Dictionary } from './postings.ts';
import { Searcher } from './searcher.ts';
import { prefixFieldOf, ShardIndex } from './shard-index.ts';
import { createBench } from './test-support.ts';

const KINDS = ['text', 'search-as-you-type'] as const;

function createShard(kind: (typeof KINDS)[number]) {
  const fields = ['title', 'artist'];
  const names = [...fields, ...fields.map(prefixFieldOf)];
  const dictionaries = new Map(names.map((name) => [name, new Dictionary()]));
  return new ShardIndex(
    {
      name: 'tracks',
      shards: 1,
      replicas: 0,
      fields: { title: kind, artist: kind, genre: 'keyword', plays: 'long' },
      refreshIntervalMs: 1000,
    },
    dictionaries,
  );
}

function refresh(shard: ShardIndex) {
  shard.beginRefresh();
  shard.finishRefresh();
}

const complete = (shard: ShardIndex, text: string, options: object = {}) =>
  new Searcher().search(
    [shard],
    { index: 'tracks', text, match: 'prefix', fields: ['title', 'artist'], size: 100, ...options },
    text === '' ? [] : text.split(' '),
  );

const idsOf = (shard: ShardIndex, text: string, options: object = {}) =>
  complete(shard, text, options)
    .hits.map(({ id }) => id)
    .sort();

for (const kind of KINDS) {
  test(`${kind}: what is found are the documents that have every word, the last one as a beginning`, () => {
    const word = fc.constantFrom('yell', 'yellow', 'sub', 'submarine', 'subway', 'sea', 'love');
    const step = fc.record({
      id: fc.nat(20),
      title: fc.array(word, { maxLength: 4 }),
      artist: fc.array(word, { maxLength: 2 }),
      remove: fc.boolean(),
    });
    const beginning = fc.constantFrom('y', 'yell', 'yellow', 's', 'sub', 'subm', 'se', 'lovely', 'x');
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 120 }),
        fc.array(word, { maxLength: 2 }),
        beginning,
        (steps, before, last) => {
          const shard = createShard(kind);
          const model = new Map<string, IndexDocument>();
          for (const [i, { id, title, artist, remove }] of steps.entries()) {
            if (remove && i % 3 === 0) {
              shard.remove(`${id}`);
              model.delete(`${id}`);
            } else {
              const document = { title: title.join(' '), artist: artist.join(' ') };
              shard.put(`${id}`, document);
              model.set(`${id}`, document);
            }
            if (i % 10 === 0) refresh(shard);
          }
          refresh(shard);
          const has = (text: string) => {
            const words = text.split(' ');
            return before.every((one) => words.includes(one)) && words.some((one) => one.startsWith(last));
          };
          const expected = [...model]
            .filter(([, { title, artist }]) => has(String(title)) || has(String(artist)))
            .map(([id]) => id)
            .sort();
          expect(idsOf(shard, [...before, last].join(' '))).toEqual(expected);
        },
      ),
      { seed: 12, numRuns: 150 },
    );
  });

  test(`${kind}: popularity orders what matches alike, and kinds can be chosen or left out`, () => {
    const shard = createShard(kind);
    for (const [id, plays] of [
      ['a', 5],
      ['b', 500],
      ['c', 50],
    ] as const)
      shard.put(id, { title: `yellow ${id}`, genre: id === 'b' ? 'rock' : 'pop', plays });
    refresh(shard);
    const hits = complete(shard, 'yel', { boostBy: 'plays' }).hits;
    expect(hits.map(({ id }) => id)).toEqual(['b', 'c', 'a']);
    expect(hits[0]!.score).toBeCloseTo(Math.log(501), 5);
    expect(idsOf(shard, 'yel', { exclude: { genre: 'rock' } })).toEqual(['a', 'c']);
    expect(idsOf(shard, 'yel', { filter: { genre: 'rock' } })).toEqual(['b']);
    expect(idsOf(shard, '')).toEqual([]);
  });
}

test('search-as-you-type scores whole words as text does, and costs nothing where it is not asked to complete', () => {
  const [plain, completing] = KINDS.map(createShard) as [ShardIndex, ShardIndex];
  for (const shard of [plain, completing]) {
    for (let i = 0; i < 50; i++) shard.put(`${i}`, { title: i % 7 === 0 ? 'love me do' : `song ${i}` });
    refresh(shard);
  }
  const request = { index: 'tracks', text: 'love do', fields: ['title'], size: 10 };
  const [one, two] = [plain, completing].map((shard) =>
    new Searcher().search([shard], request, ['love', 'do']),
  );
  expect(two).toEqual(one);
});

test('beginnings make writing dearer; reading is quicker where many words begin so', async () => {
  const words = Array.from({ length: 4_000 }, (_, i) => `s${i.toString(36).padStart(6, 'q')}`);
  const cost = async (kind: (typeof KINDS)[number]) => {
    const bench = createBench({
      index: { fields: { title: kind, plays: 'long' }, shards: 1, replicas: 0 },
      knobs: { nodes: 1 },
    });
    bench.elasticsearch.load(
      'tracks',
      words.map((word, i) => ({ id: `${i}`, document: { title: `${word} song`, plays: i } })),
    );
    const took = { write: 0, read: 0 };
    bench.at(0, async () => {
      const operations = words.slice(0, 1_000).map((word, i) => ({
        action: 'index' as const,
        id: `${i}`,
        document: { title: `${word} song`, plays: i },
      }));
      const sinceMs = bench.nowMs();
      await bench.search.bulk(bench.context(), 'tracks', operations);
      took.write = bench.nowMs() - sinceMs;
    });
    bench.at(60_000, async () => {
      const sinceMs = bench.nowMs();
      for (let i = 0; i < 10; i++)
        await bench.search.search(bench.context(i), {
          index: 'tracks',
          text: 's',
          match: 'prefix',
          fields: ['title'],
          size: 10,
        });
      took.read = (bench.nowMs() - sinceMs) / 10;
    });
    await bench.run();
    return took;
  };
  const [text, completing] = [await cost('text'), await cost('search-as-you-type')];
  expect(completing.write / text.write).toBeGreaterThan(1.02);
  expect(text.read / completing.read).toBeGreaterThan(2);
});
