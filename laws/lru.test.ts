import { expect, test } from 'vitest';
import { KeyedRandom } from '../system/runtime/kernel/index.ts';
import { zipf } from './formulas.ts';
import { AliasTable } from './lru.ts';

test('the alias table draws each object with its popularity', () => {
  const popularity = zipf(50, 1);
  const table = new AliasTable(popularity);
  const stream = new KeyedRandom(1, 'alias').stream(0);
  const DRAWS = 200_000;
  const counts = new Float64Array(50);
  for (let i = 0; i < DRAWS; i++) counts[table.draw(stream)]!++;
  const chiSquare = popularity.reduce((sum, p, i) => sum + (counts[i]! - DRAWS * p) ** 2 / (DRAWS * p), 0);
  // 49 degrees of freedom: mean 49, standard deviation 9.9; five of them.
  expect(chiSquare).toBeLessThan(49 + 5 * 9.9);
});
