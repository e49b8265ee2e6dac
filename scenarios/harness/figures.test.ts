/** What a scenario asks for and its run does not have is refused with the words there are. */
import { expect, test } from 'vitest';
import { bucketOf } from '../../reports/percentiles.ts';
import type { ArmRun, OperationResult } from '../../reports/result.ts';
import { FigureError, figuresOf, type RunFigures } from './figures.ts';

const answered = { arrivals: 3, completed: 3, failed: 0, inFlight: 0 };
const operation = (name: string, conservation = answered): OperationResult => ({
  operation: name,
  conservation,
  errors: [],
  latency: { count: 0, sumMs: 0, maxMs: 0, buckets: [] },
  goodputPerSecond: null,
  breakdown: [],
});
const node = (engine: string) => ({
  node: `${engine}-1`,
  engine,
  phase: 'trigger',
  requestsPerSecond: 1,
  utilisation: 0.25,
  resource: 'cpu',
  largestBytes: null,
  hot: false,
});
const run: Omit<ArmRun, 'objectives' | 'evidence'> = {
  seed: 1,
  partial: false,
  activeListeners: 0,
  plays: 0,
  events: 0,
  phases: [
    {
      name: 'trigger',
      operations: [operation('search'), operation('play', { ...answered, arrivals: 0, completed: 0 })],
    },
  ],
  invariants: [{ name: 'conservation', checked: 1, violations: 0, expectedToBreak: false, examples: [] }],
  series: [{ name: 'search p99', unit: 'ms', group: 'latency', stepS: 1, startS: 0, values: [1] }],
  nodes: [node('cassandra'), node('elasticsearch')],
  figures: [{ name: 'database reads per expiry', value: 3, unit: 'reads/s' }],
  conservation: answered,
};
const figures = figuresOf(run, [{ name: 'trigger', startS: 0, endS: 1, measured: true }]);

function complaint(ask: (of: RunFigures) => unknown): string {
  try {
    return `nothing: ${ask(figures)}`;
  } catch (error) {
    expect(error).toBeInstanceOf(FigureError);
    return (error as Error).message;
  }
}

test('an engine that there is not, with the one that was meant and all there are', () => {
  expect(figures.meanUtilisation('elasticsearch', 'trigger')).toBe(0.25);
  expect(complaint((of) => of.meanUtilisation('elastic', 'trigger'))).toBe(
    "There are no nodes of 'elastic' in this run. Did you mean 'elasticsearch'? There are: cassandra, elasticsearch.",
  );
  expect(complaint((of) => of.busiest('postgres', 'trigger', 3))).toBe(
    "There are no nodes of 'postgres' in this run. There are: cassandra, elasticsearch.",
  );
});

test('a phase, an operation, a series, a figure and an invariant likewise', () => {
  expect(complaint((of) => of.meanUtilisation('cassandra', 'triger'))).toBe(
    "There is no phase 'triger' in this run. Did you mean 'trigger'? There are: trigger.",
  );
  expect(complaint((of) => of.latencyMs('serch', 'trigger', 0.99))).toBe(
    "There is no operation 'serch' in this run. Did you mean 'search'? There are: search, play.",
  );
  expect(complaint((of) => of.latencyMs('play', 'trigger', 0.99))).toBe(
    "Nothing was answered of 'play' in the phase 'trigger' of this run.",
  );
  expect(complaint((of) => of.valuesIn('search p98', 'trigger'))).toBe(
    "There is no series 'search p98' in this run. Did you mean 'search p99'? There are: search p99.",
  );
  expect(complaint((of) => of.figure('database read per expiry'))).toContain(
    "Did you mean 'database reads per",
  );
  expect(complaint((of) => of.violations('conservaton'))).toContain("Did you mean 'conservation'?");
});

test.each([99, 1.001, 0, -1, Number.NaN])('a quantile is a share, and not %d', (q) =>
  expect(complaint((of) => of.latencyMs('search', 'trigger', q))).toMatch(
    /takes a share above 0 and up to 1/,
  ),
);

/** Two phases of which the second begins at 10 s and has a figure of every kind. */
const measured = figuresOf(
  {
    ...run,
    phases: [
      { name: 'steady', operations: [operation('play')] },
      {
        name: 'trigger',
        operations: [
          operation('search', { arrivals: 9, completed: 6, failed: 2, inFlight: 1 }),
          operation('play', { arrivals: 2, completed: 1, failed: 1, inFlight: 0 }),
          operation('follow', { arrivals: 3, completed: 0, failed: 1, inFlight: 2 }),
          {
            ...operation('get'),
            latency: {
              count: 3,
              sumMs: 111,
              maxMs: 100,
              buckets: [1, 10, 100].map((ms) => [bucketOf(ms), 1]),
            },
          },
        ],
      },
    ],
    series: [
      {
        name: 'lag',
        unit: 's',
        group: 'lag',
        stepS: 2,
        startS: 4,
        values: [0, 1, 2, 3, null, 5, 6, 7, 8, 9],
      },
      { name: 'add rate', unit: 'requests/s', group: 'rate', stepS: 1, startS: 0, values: [0] },
    ],
    nodes: [0.2, 0.9, 0.4].map((utilisation) => ({ ...node('cassandra'), utilisation })),
  },
  [
    { name: 'steady', startS: 0, endS: 10, measured: false },
    { name: 'trigger', startS: 10, endS: 20, measured: true },
  ],
);

test('shares are of what has finished, and rates of the length of the phase', () => {
  expect(measured.errorShare('search', 'trigger')).toBe(0.25);
  expect(measured.errorShare('play', 'trigger')).toBe(0.5);
  expect(measured.errorShare('follow', 'trigger')).toBe(1);
  expect(measured.completedPerSecond('search', 'trigger')).toBe(0.6);
  expect(measured.completedPerSecond('search', 'steady')).toBe(0);
  // Nobody asked for it in the whole run, yet there is such an operation.
  expect(measured.completedPerSecond('add', 'trigger')).toBe(0);
  expect(measured.operation('play', 'steady')?.conservation.completed).toBe(3);
  expect(() => measured.operation('play', 'recovery')).toThrow("There is no phase 'recovery' in this run.");
});

test('a quantile is of its operation and phase, up to the slowest of all', () => {
  expect(measured.latencyMs('get', 'trigger', 1)).toBe(100);
  expect(measured.latencyMs('get', 'trigger', 0.5)).toBeCloseTo(10, 0);
  expect(measured.latencyMs('get', 'trigger', 0.01)).toBeCloseTo(1, 1);
});

test('the busiest nodes come first, and means are over as many as are asked for', () => {
  expect(measured.busiest('cassandra', 'trigger', 2).map((one) => one.utilisation)).toEqual([0.9, 0.4]);
  expect(measured.busiestUtilisation('cassandra', 'trigger', 2)).toBe(0.65);
  expect(measured.meanUtilisation('cassandra', 'trigger')).toBe(0.5);
  expect(measured.busiestUtilisation('cassandra', 'trigger', 0)).toBe(0);
});

test('a series is cut at the ends of a phase, and its gaps are no values', () => {
  // From 10 s, the fourth value, to 20 s; the fifth was not measured.
  expect(measured.valuesIn('lag', 'trigger')).toEqual([3, 5, 6, 7]);
  expect(measured.figure('database reads per expiry')).toBe(3);
  expect([measured.checked('conservation'), measured.violations('conservation')]).toEqual([1, 0]);
});

test('of many names forty are shown, and of none that', () => {
  const named = (count: number) => {
    const all = Array.from({ length: count }, (_, i) => ({ name: `f${i}`, value: 0, unit: '1' }));
    return figuresOf({ ...run, figures: all }, []);
  };
  const said = (count: number) => {
    try {
      return String(named(count).figure('wanted'));
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(said(0)).toContain(' There are none.');
  expect(said(40)).toMatch(/, f38, f39\.$/);
  expect(said(42)).toMatch(/, f39 and 2 more\.$/);
});
