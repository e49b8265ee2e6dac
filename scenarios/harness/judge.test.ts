import { describe, expect, it } from 'vitest';
import type { OperationResult } from '../../reports/result.ts';
import { doubts, doubtsOverSeeds, outcomeOf, speakerOf } from './judge.ts';
import { invariant, objective, run } from './test-runs.ts';

describe('the outcome of a run', () => {
  it('counts what is met or missed by just the margin', () => {
    const seen = (measured: number) => outcomeOf(run({ objectives: [objective(measured)] }), 0.05);
    expect([95, 95.1, 104.9, 105].map(seen)).toEqual(['meets', 'inconclusive', 'inconclusive', 'misses']);
  });

  it('meets a target of zero without a margin, and a target near it only with one', () => {
    const seen = (measured: number, target: number) =>
      outcomeOf(run({ objectives: [{ ...objective(measured, 1), target, met: true, margin: 0 }] }), 0.05);
    expect([seen(0, 0), seen(1, 1)]).toEqual(['meets', 'inconclusive']);
  });

  it('misses where one invariant of several breaks on purpose', () => {
    const invariants = [invariant(), invariant({ violations: 1, expectedToBreak: true })];
    expect(outcomeOf(run({ invariants }), 0.05)).toBe('misses');
  });

  it('meets only when every objective is met by the margin', () => {
    expect(outcomeOf(run(), 0.05)).toBe('meets');
    expect(outcomeOf(run({ objectives: [objective(50), objective(97)] }), 0.05)).toBe('inconclusive');
  });

  it('misses when one objective is missed by the margin, and is inconclusive when barely missed', () => {
    expect(outcomeOf(run({ objectives: [objective(50), objective(150)] }), 0.05)).toBe('misses');
    expect(outcomeOf(run({ objectives: [objective(103)] }), 0.05)).toBe('inconclusive');
  });

  it('misses when an invariant breaks that the arm breaks on purpose', () => {
    const broken = invariant({ violations: 3, expectedToBreak: true });
    expect(outcomeOf(run({ invariants: [broken] }), 0.05)).toBe('misses');
  });

  it('is inconclusive when the run was interrupted', () => {
    expect(outcomeOf(run({ partial: true }), 0.05)).toBe('inconclusive');
  });
});

describe('the run that speaks for its arm', () => {
  const seeded = (figures: readonly number[], of = (measured: number) => [objective(measured)]) =>
    figures.map((measured, index) => ({ run: run({ seed: index + 1, objectives: of(measured) }) }));
  const seedOf = (runs: Parameters<typeof speakerOf>[0]) => speakerOf(runs).run.seed;

  it('is the one whose figure is in the middle, the lower of two', () => {
    expect(seedOf(seeded([50]))).toBe(1);
    expect(seedOf(seeded([508, 230, 260]))).toBe(3);
    expect(seedOf(seeded([508, 230, 260, 240]))).toBe(4);
  });

  it('does not depend on the order in which runs are named', () => {
    const runs = seeded([508, 230, 260, 240]);
    expect(seedOf([runs[2]!, runs[0]!, runs[3]!, runs[1]!])).toBe(4);
    const equal = seeded([50, 50, 50]);
    expect(seedOf([equal[2]!, equal[0]!, equal[1]!])).toBe(2);
  });

  it('goes by the objective that the arm misses most clearly, and by the first where it misses none', () => {
    const also = (measured: number) => [
      objective(50 - measured / 100),
      { ...objective(measured), name: 'errors' },
    ];
    expect(seedOf(seeded([300, 500, 200], also))).toBe(1);
    const order = seeded([1, 2, 3], (n) => [
      objective([30, 10, 20][n - 1]!),
      { ...objective(n), name: 'errors' },
    ]);
    expect(seedOf(order)).toBe(3);
    // Missed by little goes before met by far.
    const barely = seeded([103, 101, 102], (n) => [
      objective(n === 101 ? 2 : 1),
      { ...objective(n), name: 'errors' },
    ]);
    expect(seedOf(barely)).toBe(3);
  });

  it('goes by the objective of the phase in which it is missed most clearly', () => {
    // Of the same name in the trigger it would be the third.
    const runs = seeded([1, 2, 3], (seed) => [
      objective([110, 130, 120][seed - 1]!),
      { ...objective([300, 200, 115][seed - 1]!), phase: 'steady' },
    ]);
    expect(seedOf(runs)).toBe(2);
  });

  it('was not interrupted, if there is one', () => {
    const [first, ...others] = seeded([300, 500, 200]);
    const stopped = { run: run({ seed: 9, partial: true, objectives: [] }) };
    expect(seedOf([stopped, first!, ...others])).toBe(1);
    expect(seedOf([stopped])).toBe(9);
  });
});

describe('doubts about a run', () => {
  it('has none where the arm did what it says', () => {
    expect(doubts(run(), 'meets', 0.05)).toEqual([]);
  });

  it('names a broken arm that passes', () => {
    expect(doubts(run(), 'misses', 0.05)).toHaveLength(1);
  });

  it('does not confirm a miss without its evidence', () => {
    const skew = (measured: number) => ({
      ...{ name: 'skew', sentence: '', comparison: '>=' as const, target: 2, unit: '×' },
      ...{ measured, holds: measured >= 2 },
    });
    const missed = (measured: number) => run({ objectives: [objective(500)], evidence: [skew(measured)] });
    expect(doubts(missed(2.5), 'misses', 0.05)).toEqual([]);
    expect(doubts(missed(1.1), 'misses', 0.05)).toEqual(['no evidence of skew: 1.1 ×, not >= 2 ×']);
  });

  it('has a unit beside the limit as beside the figure, and none beside pure numbers', () => {
    const evidence = { name: 'busy', sentence: '', comparison: '>=' as const, holds: false };
    const missed = run({
      objectives: [objective(50)],
      evidence: [
        { ...evidence, measured: 68.3, target: 80, unit: '%' },
        { ...evidence, name: 'many', measured: 3, target: 4, unit: '1' },
      ],
    });
    expect(doubts(missed, 'misses', 0.05)).toEqual([
      'expected that it misses its objectives, it met them: p99 50 ms (target <= 100 ms)',
      'no evidence of busy: 68.3 %, not >= 80 %',
      'no evidence of many: 3, not >= 4',
    ]);
  });

  it('keeps what was met by too little apart from what was missed', () => {
    const named = (name: string, measured: number) => ({ ...objective(measured), name });
    const objectives = [named('slow', 400), named('near', 97), named('fine', 20)];
    objectives.push({ ...named('none', 0), target: 0, margin: 0 });
    expect(doubts(run({ objectives }), 'meets', 0.05)).toEqual([
      'expected that it meets its objectives, it missed them: slow 400 ms (target <= 100 ms)',
      'met by less than the margin of 5 %: near 97 ms (target <= 100 ms)',
    ]);
    expect(doubts(run({ objectives: objectives.slice(1) }), 'meets', 0.05)).toEqual([
      'expected that it meets its objectives, it came too close to call, within the margin of 5 %: near 97 ms (target <= 100 ms)',
    ]);
  });

  it('takes an invariant that was never checked for a failure', () => {
    expect(doubts(run({ invariants: [invariant({ checked: 0 })] }), 'meets', 0.05)).toEqual([
      "'read-your-writes' was never checked",
    ]);
  });

  it('reports an invariant broken against the rules, and one that should have broken and did not', () => {
    const broken = run({ invariants: [invariant({ violations: 2, examples: ['at 3 s'] })] });
    expect(doubts(broken, 'meets', 0.05)[0]).toContain('was violated 2 times: at 3 s');
    const once = run({ invariants: [invariant({ violations: 1, examples: ['at 3 s'] })] });
    expect(doubts(once, 'meets', 0.05)[0]).toContain('was violated once: at 3 s');
    const intact = run({ invariants: [invariant({ expectedToBreak: true })] });
    expect(doubts(intact, 'meets', 0.05)[0]).toContain('should have been violated');
  });
});

it('a fault of links that touched no message is doubted, and one that touched some is not', () => {
  const figures = (lost: number, slowed: number) => [
    { name: 'database reads', value: 7, unit: '1' },
    { name: 'messages lost', value: lost, unit: '1' },
    { name: 'messages slowed down', value: slowed, unit: '1' },
  ];
  const said = (lost: number, slowed: number) =>
    doubts(run({ figures: figures(lost, slowed) }), 'meets', 0.05);
  expect(said(0, 0)).toEqual(['a fault of links lasted its time and touched no message']);
  const without = run({ figures: [{ name: 'database reads', value: 0, unit: '1' }] });
  expect([said(1, 0), said(0, 3), doubts(without, 'meets', 0.05)]).toEqual([[], [], []]);
});

it('requests that failed by an error of the program itself are doubted, and no other failures', () => {
  const operation = (...errors: readonly (readonly [kind: string, count: number])[]): OperationResult => ({
    operation: 'get',
    conservation: { arrivals: 9, completed: 0, failed: 9, inFlight: 0 },
    errors: errors.map(([kind, count]) => ({ kind, definite: true, count })),
    latency: { count: 0, sumMs: 0, maxMs: 0, buckets: [] },
    goodputPerSecond: null,
    breakdown: [],
  });
  const said = (...operations: readonly OperationResult[]) =>
    doubts(run({ phases: [{ name: 'trigger', operations: [...operations] }] }), 'meets', 0.05);
  expect(said(operation(['timeout', 3]))).toEqual([]);
  expect(said(operation(['timeout', 3], ['internal', 1]))).toEqual([
    '1 request failed by an error of the program itself',
  ]);
  expect(said(operation(['internal', 2]), operation(['internal', 3]))).toEqual([
    '5 requests failed by an error of the program itself',
  ]);
});

describe('doubts over seeds', () => {
  it('names two seeds as such, and any number that is no row', () => {
    const told = (...seeds: readonly number[]) =>
      doubtsOverSeeds(
        seeds.map((seed) => run({ seed, partial: true })),
        'meets',
        0.05,
      );
    expect([told(1, 2), told(1, 3, 4)]).toEqual([
      ['seeds 1 and 2: the run was interrupted'],
      ['seeds 1, 3 and 4: the run was interrupted'],
    ]);
  });

  it('says once what is the same at several seeds, with the range of its figures', () => {
    const missed = (seed: number, measured: number) => run({ seed, objectives: [objective(measured)] });
    const told = doubtsOverSeeds([missed(1, 130), missed(2, 150), missed(3, 140)], 'meets', 0.05);
    expect(told).toEqual([
      'seeds 1 to 3: expected that it meets its objectives, it missed them: p99 130–150 ms (target <= 100 ms)',
    ]);
  });

  it('keeps apart what differs, and names the seeds of each', () => {
    const interrupted = (seed: number) => run({ seed, partial: true });
    const violated = run({ seed: 4, invariants: [invariant({ violations: 2, examples: ['at 3 s'] })] });
    expect(
      doubtsOverSeeds([interrupted(1), run({ seed: 2 }), interrupted(3), violated], 'meets', 0.05),
    ).toEqual([
      'seeds 1 and 3: the run was interrupted',
      "seed 4: 'read-your-writes' was violated 2 times: at 3 s",
    ]);
  });
});
