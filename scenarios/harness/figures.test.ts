/** What a scenario asks for and its run does not have is refused with the words there are. */
import { expect, test } from 'vitest';
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

test.each([99, 0, -1, Number.NaN])('a quantile is a share, and not %d', (q) =>
  expect(complaint((of) => of.latencyMs('search', 'trigger', q))).toMatch(
    /takes a share above 0 and up to 1/,
  ),
);
