import { expect, test } from 'vitest';
import type { SimulatedSystem } from '../../system/modes/simulated.ts';
import { SECOND } from '../../system/runtime/kernel/index.ts';
import { Checks } from './checks.ts';
import type { InvariantName } from './scenario.ts';

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

const NOTHING = { arrivals: 0, completed: 0, failed: 0 };

function systemThat(holds: Partial<SimulatedSystem>): SimulatedSystem {
  return holds as SimulatedSystem;
}

const resultOf = (checks: Checks, name: InvariantName) => checks.results([name], [], NOTHING, 0)[0]!;

test('a track that was acknowledged and is on no replica of its playlist is lost', () => {
  const looked: string[] = [];
  const replicas: Record<string, string[]> = { p1: ['t1', 't2'], p2: ['t3'] };
  const checks = new Checks(
    systemThat({
      storedTracks(playlist) {
        looked.push(playlist);
        return new Set(replicas[playlist]);
      },
    }),
  );
  const added = ['p1 t1', 'p1 t2', 'p2 t3', 'p2 t1', 'p3 t1'].map((one) => one.split(' '));
  for (const [playlist, track] of added) checks.trackAdded(playlist!, track!);
  expect(resultOf(checks, 'no acknowledged write lost')).toMatchObject({
    checked: 5,
    violations: 2,
    examples: [
      'track t1 of playlist p2 was acknowledged and is on no replica',
      'track t1 of playlist p3 was acknowledged and is on no replica',
    ],
  });
  // The replicas of a playlist are merged once, however many tracks it got.
  expect(looked).toEqual(['p1', 'p2', 'p3']);
});

test('a play is in the history once, or waits in the log: twice, nowhere, and both are violations', () => {
  const times = new Map([
    [1, 1],
    [2, 2],
    [4, 1],
    [5, 2],
  ]);
  // Play 4 waits as well: its consumer has written it and not committed yet.
  const checks = new Checks(systemThat({ storedPlays: () => ({ times, waiting: new Set([3, 4, 5]) }) }));
  for (const play of [1, 2, 3, 4, 5, 6]) checks.playAcknowledged(play);
  expect(resultOf(checks, 'no play lost or counted twice')).toMatchObject({
    checked: 6,
    violations: 3,
    examples: [
      'play 2 is 2 times in the history',
      'play 5 is 2 times in the history',
      'play 6 is 0 times in the history and in no log',
    ],
  });
});

test('an editor who does not see the track just added has not read the own write', () => {
  const checks = new Checks(systemThat({}));
  checks.readBack('p1', 't1', ['t0', 't1'], SECOND);
  for (const track of ['t2', 't3', 't4', 't5']) checks.readBack('p1', track, ['t0', 't1'], 1.5 * SECOND);
  const { checked, violations, examples } = resultOf(checks, 'read-your-writes');
  expect([checked, violations]).toEqual([5, 4]);
  // As many as a report shows.
  expect(examples).toHaveLength(3);
  expect(examples[0]).toBe('at 1.500 s the editor of p1 did not find track t2, just added');
});

test.each([
  [10, 7, 2, 1, 1, 0],
  [10, 7, 2, 0, 1, 1],
  [10, 7, 2, 2, 1, 1],
  [10, 10, 0, 0, 1, 0],
  [1, 0, 0, 0, 1, 1],
  [0, 0, 0, 0, 0, 0],
])(
  '%i arrived, %i completed, %i failed, %i are in flight: checked %i, violated %i times',
  (arrivals, completed, failed, unanswered, checked, violations) => {
    const counts = { arrivals, completed, failed };
    const [result] = new Checks(systemThat({})).results(['conservation'], [], counts, unanswered);
    expect(result).toMatchObject({ checked, violations });
  },
);

test('what nobody asked for is not checked, and an arm breaks on purpose what it names', () => {
  const names: InvariantName[] = ['read-your-writes', 'conservation'];
  const results = new Checks(systemThat({})).results(names, ['read-your-writes'], NOTHING, 0);
  expect(results.map(({ name, checked, expectedToBreak }) => [name, checked, expectedToBreak])).toEqual([
    ['read-your-writes', 0, true],
    ['conservation', 0, false],
  ]);
});

test('search is as old as the newest release it finds, and waits as long as the oldest it does not', () => {
  const searchable = new Set<string>();
  let nowNs = 0;
  const simulation = {
    get nowNs() {
      return nowNs;
    },
  } as SimulatedSystem['simulation'];
  const checks = new Checks(systemThat({ simulation, isSearchable: (track) => searchable.has(track) }));
  const seen = (atS: number, ...found: string[]) => {
    nowNs = atS * SECOND;
    for (const track of found) searchable.add(track);
    return [checks.searchAge(), checks.searchWait()];
  };
  expect(seen(1)).toEqual([null, 0]);
  for (const [i, track] of ['a', 'b', 'c'].entries())
    checks.trackPublished(track, (10 + 10 * i) * SECOND, false);
  expect(seen(40)).toEqual([30, 30]);
  expect(seen(40, 'b')).toEqual([20, 30]);
  expect(seen(41, 'a')).toEqual([21, 11]);
  expect(seen(42, 'c')).toEqual([0, 0]);
  // The hot label has releases of its own to wait for: the worse of both is what listeners meet.
  checks.trackPublished('hot', 50 * SECOND, true);
  expect(seen(53)).toEqual([3, 3]);
  checks.trackPublished('d', 51 * SECOND, false);
  expect(seen(54)).toEqual([24, 4]);
  expect(seen(54, 'hot')).toEqual([24, 3]);
  expect(seen(54, 'd')).toEqual([0, 0]);
});
