import { expect, test } from 'vitest';
import type { SimulatedSystem } from '../../system/modes/simulated.ts';
import { Checks } from './checks.ts';

/** What the checks look into at the end of a run: tracks by where they are. */
function systemWith(where: { searchable: string[]; indexed: string[]; log: string[] }): SimulatedSystem {
  const found: Pick<SimulatedSystem, 'isSearchable' | 'isIndexed' | 'waitingForIndex'> = {
    isSearchable: (track) => where.searchable.includes(track),
    isIndexed: (track) => where.indexed.includes(track),
    waitingForIndex: () => new Set(where.log),
  };
  return found as SimulatedSystem;
}

test('a track that an indexer has left in the log, or that waits for a refresh, has not become searchable', () => {
  const checks = new Checks(
    systemWith({ searchable: ['t1', 't2'], indexed: ['t1', 't2', 't3'], log: ['t4'] }),
  );
  for (const track of ['t1', 't2', 't3', 't4', 't5']) checks.trackPublished(track, 0, track === 't2');
  const [result] = checks.results(
    ['every published track becomes searchable'],
    [],
    { arrivals: 0, completed: 0, failed: 0 },
    0,
  );
  expect(result).toMatchObject({ checked: 5, violations: 3 });
  expect(result!.examples).toEqual([
    'track t3 cannot be found: it is indexed and waits for a refresh',
    'track t4 cannot be found: it waits in the log still',
    'track t5 cannot be found: it is neither in the index nor in the log',
  ]);
});
