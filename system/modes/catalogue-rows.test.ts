import { expect, test } from 'vitest';
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
