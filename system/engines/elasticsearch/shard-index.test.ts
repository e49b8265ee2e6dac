import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { IndexDefinition, IndexDocument } from '../../ports/search-index.ts';
import { Dictionary } from './postings.ts';
import { Searcher } from './searcher.ts';
import { ShardIndex } from './shard-index.ts';

const DEFINITION: IndexDefinition = {
  name: 'tracks',
  shards: 1,
  replicas: 0,
  fields: { title: 'text', artist: 'text', genre: 'keyword', plays: 'long' },
  refreshIntervalMs: 1000,
};

function createShard() {
  const dictionaries = new Map([
    ['title', new Dictionary()],
    ['artist', new Dictionary()],
  ]);
  return new ShardIndex(DEFINITION, dictionaries);
}

function refresh(shard: ShardIndex) {
  shard.beginRefresh();
  shard.finishRefresh();
}

function find(shard: ShardIndex, text: string, options: object = {}) {
  const request = { index: 'tracks', text, fields: ['title'], size: 10, ...options };
  return new Searcher().search([shard], request, text.toLowerCase().split(' '));
}

describe('scores', () => {
  test('of three documents are those computed by hand', () => {
    const shard = createShard();
    shard.put('a', { title: 'love' });
    shard.put('b', { title: 'love me do' });
    shard.put('c', { title: 'yellow submarine' });
    refresh(shard);
    // N = 3, average length 2. love: n = 2, idf = ln(1 + 1.5 / 2.5) = 0.4700036. do: n = 1, idf = ln(1 + 2.5 / 1.5) = 0.9808293
    // length 1: 1 / (1 + 1.2 · (0.25 + 0.75 / 2)) = 1 / 1.75; length 3: 1 / (1 + 1.2 · (0.25 + 0.75 · 1.5)) = 1 / 2.65
    const { total, hits } = find(shard, 'love do');
    expect(total).toBe(2);
    expect(hits.map((hit) => hit.id)).toEqual(['b', 'a']);
    expect(hits[0]!.score).toBeCloseTo((0.4700036 + 0.9808293) / 2.65, 6);
    expect(hits[1]!.score).toBeCloseTo(0.4700036 / 1.75, 6);
  });

  test('of several fields: the best field counts; a boost multiplies by ln(1 + value); a filter does not score', () => {
    const shard = createShard();
    shard.put('a', { title: 'queen', artist: 'abba', genre: 'pop', plays: 0 });
    shard.put('b', { title: 'bohemian rhapsody', artist: 'queen', genre: 'rock', plays: 99 });
    refresh(shard);
    const both = find(shard, 'queen', { fields: ['title', 'artist'] });
    const title = find(shard, 'queen', { fields: ['title'] });
    const artist = find(shard, 'queen', { fields: ['artist'] });
    expect(both.hits.map((hit) => hit.score)).toEqual(
      [title.hits[0]!.score, artist.hits[0]!.score].sort().reverse(),
    );
    const boosted = find(shard, 'queen', { fields: ['title', 'artist'], boostBy: 'plays' });
    expect(boosted.hits[0]!.id).toBe('b');
    expect(boosted.hits[0]!.score).toBeCloseTo(artist.hits[0]!.score * Math.log(100), 5);
    expect(boosted.hits[1]!.score).toBe(0);
    const filtered = find(shard, 'queen', { fields: ['title', 'artist'], filter: { genre: 'rock' } });
    expect([filtered.total, filtered.hits[0]!.score]).toEqual([1, artist.hits[0]!.score]);
  });

  test('that are equal are ordered by id, and the best are kept whatever the order of writing', () => {
    const shard = createShard();
    for (const id of ['m', 'c', 'x', 'a', 'q']) shard.put(id, { title: 'same words' });
    shard.put('z', { title: 'words words' });
    refresh(shard);
    const { total, hits } = find(shard, 'words', { size: 3 });
    expect([total, hits.map((hit) => hit.id)]).toEqual([6, ['z', 'a', 'c']]);
    expect(find(shard, 'words', { size: 0 })).toEqual({ total: 6, hits: [] });
  });

  test('count deleted documents until a merge drops them, as Lucene does', () => {
    const shard = createShard();
    for (let i = 0; i < 100; i++) shard.put(`${i}`, { title: i < 10 ? 'rare common' : 'common' });
    refresh(shard);
    const before = find(shard, 'rare').hits[0]!.score;
    for (let i = 5; i < 10; i++) shard.remove(`${i}`);
    refresh(shard);
    expect(find(shard, 'rare').hits[0]!.score).toBe(before);
    for (let i = 10; i < 90; i++) shard.remove(`${i}`);
    refresh(shard);
    expect(find(shard, 'rare').hits[0]!.score).not.toBe(before);
    const fresh = createShard();
    for (let i = 0; i < 5; i++) fresh.put(`${i}`, { title: 'rare common' });
    for (let i = 90; i < 100; i++) fresh.put(`${i}`, { title: 'common' });
    refresh(fresh);
    expect(find(shard, 'rare')).toEqual(find(fresh, 'rare'));
  });
});

test('after a refresh exactly the documents of the model are found, by each of their words', () => {
  const word = fc.constantFrom('red', 'green', 'blue', 'pale', 'dark');
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ id: fc.nat(40), title: fc.array(word, { maxLength: 5 }) }) },
    { weight: 2, arbitrary: fc.record({ id: fc.nat(40), remove: fc.constant(true) }) },
    { weight: 1, arbitrary: fc.constant('refresh' as const) },
    { weight: 1, arbitrary: fc.constant('lost refresh' as const) },
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const shard = createShard();
      const stored = new Map<string, IndexDocument>();
      let searchable = new Map<string, IndexDocument>();
      for (const action of steps) {
        if (action === 'refresh') {
          refresh(shard);
          searchable = new Map(stored);
        } else if (action === 'lost refresh') {
          shard.beginRefresh();
          shard.abortRefresh();
        } else if ('remove' in action) {
          shard.remove(`${action.id}`);
          stored.delete(`${action.id}`);
        } else {
          shard.put(`${action.id}`, { title: action.title.join(' ') });
          stored.set(`${action.id}`, { title: action.title.join(' ') });
        }
        expect(shard.stored).toBe(stored.size);
        expect(shard.searchable).toBe(searchable.size);
      }
      for (let id = 0; id <= 40; id++) {
        expect(shard.has(`${id}`)).toBe(stored.has(`${id}`));
        expect(shard.isSearchable(`${id}`)).toBe(searchable.has(`${id}`));
      }
      for (const text of ['red', 'green', 'blue', 'pale', 'dark']) {
        const expected = [...searchable].filter(([, doc]) => String(doc.title).split(' ').includes(text));
        const found = find(shard, text, { size: 100 });
        expect(found.total).toBe(expected.length);
        expect(found.hits.map((hit) => hit.id).sort()).toEqual(expected.map(([id]) => id).sort());
      }
    }),
    { numRuns: 150 },
  );
});
