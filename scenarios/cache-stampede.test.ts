import { expect, test } from 'vitest';
import type { ArmRun } from '../reports/result.ts';
import stampede from './cache-stampede.ts';
import { phaseWindows } from './harness/arrivals.ts';
import { figuresOf } from './harness/figures.ts';

const HOT = 'playlist.get hot';

/** A run with as many rebuilds of an expiry, and bursts of a key. */
function runWith(rebuilds: number, bursts: number): ArmRun {
  const none = { arrivals: 1, completed: 1, failed: 0, inFlight: 0 };
  const latency = { count: 1, sumMs: 1, maxMs: 1, buckets: [[1_280, 1]] as [number, number][] };
  const operation = { operation: HOT, conservation: none, errors: [], latency, goodputPerSecond: null };
  const figures = {
    'database reads per expiry': 130,
    'worst database reads per expiry': 130,
    'rebuilds per expiry': rebuilds,
    'bursts of rebuilds per key': bursts,
  };
  return {
    seed: 1,
    partial: false,
    activeListeners: 1,
    plays: 0,
    events: 0,
    phases: [{ name: 'trigger', operations: [{ ...operation, breakdown: [] }] }],
    objectives: [],
    evidence: [],
    invariants: [],
    series: [],
    nodes: [],
    figures: Object.entries(figures).map(([name, value]) => ({ name, value, unit: '1' })),
    conservation: none,
  };
}

test('one rebuild is not called rebuilds', () => {
  const { arms } = stampede.cases[0]!;
  const { says } = arms.find(({ name }) => name === 'lock')!;
  const said = (rebuilds: number, bursts: number) =>
    says(figuresOf(runWith(rebuilds, bursts), phaseWindows(stampede.phases)));
  expect(said(1, 1)).toContain('by 1 rebuild; each key was rebuilt in at least 1 burst;');
  expect(said(1.4, 5)).toContain('by 1.4 rebuilds; each key was rebuilt in at least 5 bursts;');
});
