import { expect, test } from 'vitest';
import { generateRows } from '../../fixtures/generate.ts';
import { createPopulation } from '../../fixtures/index.ts';
import { CatalogueRows } from './catalogue-rows.ts';

const population = createPopulation({ seed: 1, listeners: 1_000 });
const rows = new CatalogueRows(population, { count: 2, followers: 50 }, 4);
const PLAYLIST_TABLES = ['playlist_tracks', 'playlist_metadata', 'playlist_followers'];

test('playlists and tracks of the population have rows', () => {
  for (const table of PLAYLIST_TABLES)
    for (const id of ['p0', 'p7', `p${population.playlists - 1}`, 'hot-1', 'hot-2'])
      expect(rows.partition(table, [id])?.rows, `${table} ${id}`).toBeGreaterThan(0);
  expect(rows.partition('tracks_by_id', ['t0'])?.rows).toBe(1);
});

test('what is generated as a file has the names that the catalogue has', async () => {
  const generated = async (kind: 'tracks' | 'playlists') => {
    let text = '';
    for await (const chunk of generateRows({ kind, format: 'ndjson', count: 20, population })) text += chunk;
    return text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string | number>);
  };
  for (const { id, title, artist } of await generated('tracks')) {
    const track = rows.track(id as number);
    expect([title, artist]).toEqual([track.title, track.artistName]);
  }
  for (const { id, name } of await generated('playlists'))
    expect(rows.row('playlist_metadata', [`p${id}`], 0).name).toBe(name);
});

test.each([
  'never-made',
  'p',
  'p01',
  'p1e1',
  'p-1',
  'p1.5',
  'pNaN',
  'p 1',
  'hot-0',
  'hot-3',
  'hot-01',
  'hot-',
  'x1',
  '',
  'p999999999',
])('an id that the population does not have has none: %s', (id) => {
  for (const table of PLAYLIST_TABLES) expect(rows.partition(table, [id])).toBeNull();
  expect(rows.partition('playlist_followers_bucketed', [id, 1])).toBeNull();
});

test.each(['t', 't01', 't1e1', 't-1', 'tNaN', 'x1', 't999999999999'])(
  'nor has a track that does not exist: %s',
  (id) => expect(rows.partition('tracks_by_id', [id])).toBeNull(),
);

test.each(['hot-1', 'p7'])('followers of %s are found by their ids, and nobody else is', (id) => {
  for (const [table, partition] of [
    ['playlist_followers', [id]],
    ['playlist_followers_bucketed', [id, 3]],
  ] as const) {
    const count = rows.partition(table, partition)?.rows ?? 0;
    const userOf = (index: number) => rows.row(table, partition, index).user_id!;
    for (let index = 0; index < count; index++)
      expect(rows.find(table, partition, [userOf(index)])).toBe(index);
    // Who would come behind the last one.
    expect(rows.find(table, partition, [userOf(count)])).toBe(-1);
    for (const user of ['u1', 'u00000000x', 'somebody', ''])
      expect(rows.find(table, partition, [user])).toBe(-1);
  }
});

test('a listener between two followers, or of another bucket, is found in no row', () => {
  expect(rows.row('playlist_followers', ['hot-1'], 1).user_id).toBe('u000000020');
  expect(rows.find('playlist_followers', ['hot-1'], ['u000000021'])).toBe(-1);
  const ofBucketThree = rows.row('playlist_followers_bucketed', ['hot-1', 3], 5).user_id!;
  expect(rows.find('playlist_followers_bucketed', ['hot-1', 3], [ofBucketThree])).toBe(5);
  expect(rows.find('playlist_followers_bucketed', ['hot-1', 2], [ofBucketThree])).toBe(-1);
});
