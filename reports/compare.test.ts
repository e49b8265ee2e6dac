import { describe, expect, it } from 'vitest';
import { compareResults, passes, renderComparison } from './compare.ts';
import type { Comparison } from './comparison.ts';
import { bucketMiddleMs, bucketOf } from './percentiles.ts';
import { ReportError } from './report-error.ts';
import type { RunResult } from './result.ts';
import { sampleResult } from './sample-result.ts';

const seeds = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const stampede = (count: number) => sampleResult({ seeds: seeds(count), scenarios: ['cache-stampede'] });

const armOf = (result: RunResult, name: string) =>
  result.scenarios[0]!.cases[0]!.arms.find((arm) => arm.name === name)!;

const reasons = ({ arms }: Comparison) => arms.flatMap(({ regressions }) => regressions);

/** Every latency of an arm times `factor`, at all seeds or at some. */
function slowed(result: RunResult, name: string, factor: number, at?: readonly number[]): RunResult {
  const copy = structuredClone(result);
  copy.digest = 'changed';
  for (const run of armOf(copy, name).runs.filter(({ seed }) => at?.includes(seed) ?? true))
    for (const { operations } of run.phases)
      for (const { latency } of operations) {
        latency.maxMs *= factor;
        latency.buckets = latency.buckets.map(([bucket, count]) => [
          bucketOf(bucketMiddleMs(bucket) * factor),
          count,
        ]);
      }
  return copy;
}

describe('comparing results', () => {
  it('a result compared with itself is identical', () => {
    const result = stampede(3);
    const comparison = compareResults(result, result);
    expect(comparison).toMatchObject({ identical: true, regressed: false, pairs: 3, remarks: [] });
    expect(renderComparison(comparison)).toContain('identical');
  });

  it('below five pairs nothing is significant, yet twice as slow in each of three pairs is a regression', () => {
    const comparison = compareResults(stampede(3), slowed(stampede(3), 'lock', 2));
    const changes = comparison.arms.flatMap((arm) => arm.changes);
    expect(changes.every(({ significant, pValue }) => !significant && pValue === null)).toBe(true);
    expect(comparison).toMatchObject({ regressed: true, undecided: false });
    const text = renderComparison(comparison);
    expect(text).toContain('✗ Regressed: cache-stampede / lock.');
    expect(text).toContain('playlist.get hot p99 is worse by more than 10 % in each of 3 pairs');
    expect(text).toContain('3 pairs an arm: too few to call a difference significant');
    expect(text.replaceAll(/\s+/g, ' ')).toContain('all of 3 are worse in 1 of 8 cases');
  });

  it('two pairs, or three that disagree, cannot tell: that is said, and is no tick', () => {
    const two = compareResults(stampede(2), slowed(stampede(2), 'lock', 4.5));
    expect(two).toMatchObject({ regressed: false, undecided: true });
    expect(renderComparison(two)).toMatch(/^\? Cannot tell: cache-stampede \/ lock/);
    expect(renderComparison(two)).not.toContain('✓');
    expect(renderComparison(two).replaceAll(/\s+/g, ' ')).toContain('run both with --repeat 5');
    const disagreeing = slowed(stampede(3), 'lock', 2, [1, 3]);
    expect(compareResults(stampede(3), disagreeing)).toMatchObject({ regressed: false, undecided: true });
    const one = slowed(stampede(3), 'lock', 2, [1]);
    expect(compareResults(stampede(3), one)).toMatchObject({ regressed: false, undecided: false });
  });

  it('a median 350 % worse that is significant is a regression though one pair is better', () => {
    const later = slowed(slowed(stampede(5), 'lock', 4.5, [1, 2, 3, 4]), 'lock', 0.95, [5]);
    const comparison = compareResults(stampede(5), later);
    const change = comparison.arms
      .find(({ arm }) => arm === 'lock')!
      .changes.find(({ metric }) => metric === 'playlist.get hot p99')!;
    expect(change).toMatchObject({ significant: true, worsePairs: 4, betterPairs: 1 });
    expect(comparison.regressed).toBe(true);
    expect(renderComparison(comparison)).toContain('worse in 4 of 5, significant');
  });

  it('errors and goodput count, and so does the percentile of the headline', () => {
    const failing = stampede(3);
    failing.digest = 'changed';
    for (const run of armOf(failing, 'lock').runs)
      for (const { conservation } of run.phases.flatMap(({ operations }) => operations)) {
        const moved = Math.round(conservation.completed * 0.05);
        conservation.completed -= moved;
        conservation.failed += moved;
      }
    expect(reasons(compareResults(stampede(3), failing))).toContain(
      'playlist.get hot errors is worse by more than 1 point in each of 3 pairs',
    );
    // 5 % of the requests more: as a share of what failed before it would be any figure, or none.
    expect(renderComparison(compareResults(stampede(3), failing))).toMatch(
      /playlist\.get hot errors .* → .* \+(4\.\d+|5) points {2}worse in 3 of 3/,
    );
    const less = stampede(3);
    less.digest = 'changed';
    const [before, after] = [stampede(3), less];
    for (const [result, rate] of [[before, 100] as const, [after, 80] as const])
      for (const run of armOf(result, 'lock').runs)
        for (const operation of run.phases.flatMap(({ operations }) => operations))
          operation.goodputPerSecond = rate;
    expect(reasons(compareResults(before, after))).toContain(
      'playlist.get hot goodput is worse by more than 10 % in each of 3 pairs',
    );
    const slow = [stampede(3), slowed(stampede(3), 'lock', 2)] as const;
    for (const { scenarios } of slow) scenarios[0]!.cases[0]!.headline.percentile = 99.9;
    for (const percentile of ['p99', 'p99.9'])
      expect(reasons(compareResults(...slow))).toContain(
        `playlist.get hot ${percentile} is worse by more than 10 % in each of 3 pairs`,
      );
  });

  it('half a point more errors is no regression, however many times as many that is', () => {
    const later = stampede(5);
    later.digest = 'changed';
    for (const run of armOf(later, 'healthy').runs)
      for (const { conservation } of run.phases.flatMap(({ operations }) => operations)) {
        const moved = Math.round(conservation.completed * 0.005);
        conservation.completed -= moved;
        conservation.failed += moved;
      }
    expect(compareResults(stampede(5), later)).toMatchObject({ regressed: false, undecided: false });
  });

  it('says how many figures chance would call significant only where that is one or more', () => {
    const comparison = compareResults(stampede(5), slowed(stampede(5), 'lock', 1.2));
    const few = renderComparison({ ...comparison, tested: 1 }).replaceAll(/\s+/g, ' ');
    expect(few).toContain('1 figure that differs was tested at 5 %.');
    const many = renderComparison({ ...comparison, tested: 40 }).replaceAll(/\s+/g, ' ');
    expect(many).toContain('40 figures that differ were tested at 5 %: if nothing had changed, about 2 of');
    const one = { ...comparison, regressed: false, arms: comparison.arms.slice(0, 1) };
    expect(renderComparison(one)).toContain('✓ No regression in 1 arm.');
  });

  it('p99 worse by more than 10 % at each of five seeds is a regression', () => {
    const comparison = compareResults(stampede(5), slowed(stampede(5), 'lock', 1.2));
    expect(comparison.regressed).toBe(true);
    expect(comparison.arms.filter(({ regressions }) => regressions.length > 0).map(({ arm }) => arm)).toEqual(
      ['lock'],
    );
    const text = renderComparison(comparison);
    expect(text).toContain('✗ Regressed: cache-stampede / lock.');
    expect(text).toMatch(/\d+ figures that differ were tested at 5 %/);
    expect(text).toMatch(/playlist\.get hot p99 .* → .*\+(19\.\d|20) % {2}worse in 5 of 5, significant/);
  });

  it('p99 worse by 5 %, and p99 better, are no regressions', () => {
    expect(compareResults(stampede(5), slowed(stampede(5), 'lock', 1.05))).toMatchObject({
      regressed: false,
      undecided: false,
    });
    const better = compareResults(stampede(5), slowed(stampede(5), 'lock', 0.5));
    expect(better.regressed).toBe(false);
    expect(renderComparison(better)).toContain('better in 5 of 5, significant');
  });

  it('an arm that is no longer confirmed is a regression at any number of seeds', () => {
    const later = structuredClone(stampede(1));
    later.digest = 'changed';
    const sentence = 'It says a lot. Not confirmed: p99 130 ms (target <= 100 ms).';
    Object.assign(later.scenarios[0]!.cases[0]!.arms[2]!.verdict, { confirmed: false, sentence });
    const comparison = compareResults(stampede(1), later);
    expect(comparison.regressed).toBe(true);
    const text = renderComparison(comparison);
    expect(text).toContain('no longer confirmed: p99 130 ms (target <= 100 ms).');
    expect(text).not.toContain('It says a lot');
  });

  it('takes the reasons of a verdict from their own field, whatever its sentence says', () => {
    const later = structuredClone(stampede(1));
    later.digest = 'changed';
    Object.assign(later.scenarios[0]!.cases[0]!.arms[2]!.verdict, {
      confirmed: false,
      sentence:
        'It writes Not confirmed: in its log. Not judged: --set a.knob overrides what this arm changes.',
      reasons: ['--set a.knob overrides what this arm changes', 'and more'],
    });
    expect(reasons(compareResults(stampede(1), later))).toContain(
      'no longer confirmed: --set a.knob overrides what this arm changes; and more.',
    );
  });

  it('says which settings differ, and in which arms', () => {
    const [earlier, later] = [stampede(1), stampede(1)];
    later.digest = 'changed';
    const { arms } = later.scenarios[0]!.cases[0]!;
    for (const arm of arms) arm.configuration['cassandra.nodes'] = 48;
    const nodes = earlier.scenarios[0]!.cases[0]!.arms[0]!.configuration['cassandra.nodes'] ?? 'not there';
    arms[2]!.configuration['new.knob'] = true;
    const { remarks } = compareResults(earlier, later);
    expect(remarks).toEqual([
      `Settings that differ: cassandra.nodes ${nodes} → 48, new.knob not there → true (cache-stampede / ${arms[2]!.name}).`,
    ]);
    expect(compareResults(earlier, stampede(1)).remarks).toEqual([]);
  });

  /** As somebody has it who sent so many times as many requests of an operation in the trigger, and served them worse. */
  function busier(result: RunResult, operation: string, factor: number): RunResult {
    const later = slowed(result, 'lock', 2);
    for (const { name, operations } of armOf(later, 'lock').runs.flatMap(({ phases }) => phases))
      for (const one of operations)
        if (name === 'trigger' && one.operation === operation) one.conservation.arrivals *= factor;
    return later;
  }

  it('another load is said, is no regression of the system, and does not pass', () => {
    const [before, after] = [stampede(3), busier(stampede(3), 'playlist.get hot', 2)];
    const comparison = compareResults(before, after);
    expect(comparison).toMatchObject({ regressed: false, undecided: false, incomparable: true });
    expect(passes(comparison)).toBe(false);
    const phase = armOf(before, 'lock').runs[0]!.phases.find(({ name }) => name === 'trigger')!;
    const { arrivals } = phase.operations.find((one) => one.operation === 'playlist.get hot')!.conservation;
    const [from, to] = [arrivals, 2 * arrivals].map((count) => count.toLocaleString('en-US'));
    expect(comparison.remarks).toEqual([
      `The load differs: playlist.get hot in trigger ${from} → ${to} arrivals at seed 1 (cache-stampede / lock).`,
    ]);
    const text = renderComparison(comparison);
    expect(text).toMatch(/^\? Not comparable: cache-stampede \/ lock/);
    expect(text).toContain('? cache-stampede / lock (fixed');
    expect(text).not.toMatch(/[✗✓]|Regressed/);
  });

  it('an arm that is no longer confirmed under another load is not comparable, and others are judged as ever', () => {
    const later = slowed(busier(stampede(3), 'playlist.get hot', 2), 'longer ttl', 2);
    Object.assign(armOf(later, 'lock').verdict, { confirmed: false });
    const comparison = compareResults(stampede(3), later);
    expect(comparison).toMatchObject({ regressed: true, incomparable: true });
    const text = renderComparison(comparison).replaceAll(/\s+/g, ' ');
    expect(text).toMatch(
      /^✗ Regressed: cache-stampede \/ longer ttl\. Not comparable: cache-stampede \/ lock/,
    );
  });

  it('requests that follow an answer are no load, and sizes that differ are said as such', () => {
    const [before, after] = [stampede(3), stampede(3)];
    after.digest = 'changed';
    for (const result of [before, after])
      for (const { operations } of armOf(result, 'lock').runs.flatMap(({ phases }) => phases)) {
        const readBack = structuredClone(operations[0]!);
        readBack.operation = 'playlist.add-track read-back';
        if (result === after) readBack.conservation.arrivals++;
        operations.push(readBack);
      }
    expect(compareResults(before, after)).toMatchObject({ incomparable: false, remarks: [] });
    const half = busier(stampede(3), 'playlist.get hot', 0.5);
    half.scale.listeners = 500_000;
    half.scenarios[0]!.listeners = 500_000;
    const comparison = compareResults(stampede(3), half);
    expect(comparison.incomparable).toBe(false);
    expect(comparison.remarks.join()).toContain('The sizes differ');
  });

  it('live, the rate that was asked for is the load: what came of it is not the same twice', () => {
    const [before, after] = [stampede(3), busier(stampede(3), 'playlist.get hot', 1.01)];
    for (const result of [before, after]) {
      result.mode = 'embedded';
      for (const { configuration } of result.scenarios[0]!.cases[0]!.arms) configuration['load.rate'] = 50;
    }
    expect(compareResults(before, after)).toMatchObject({ incomparable: false, regressed: true });
    armOf(after, 'lock').configuration['load.rate'] = 20;
    const comparison = compareResults(before, after);
    expect(comparison).toMatchObject({ incomparable: true, regressed: false });
    expect(comparison.remarks.join()).toContain(
      'The load differs: 50 → 20 journeys/s (cache-stampede / lock).',
    );
  });

  it('seeds and arms without a partner are left out and named', () => {
    const later = stampede(5);
    later.scenarios[0]!.cases[0]!.arms.pop();
    later.scale.listeners = 500_000;
    const { remarks, pairs, arms } = compareResults(stampede(3), later);
    expect(pairs).toBe(3);
    expect(arms).toHaveLength(4);
    expect(remarks.join(' ')).toMatch(
      /sizes differ.*Only in the earlier.*longer ttl.*without a partner.*4, 5/,
    );
  });

  it('results that share nothing cannot be compared', () => {
    const other = sampleResult({ seeds: [1], scenarios: ['consumer-lag'] });
    expect(() => compareResults(stampede(1), other)).toThrow(ReportError);
  });
});

it('an arm that was interrupted is not compared, and not called a regression', () => {
  const before = stampede(3);
  const after = stampede(3);
  after.digest = 'changed';
  const arm = armOf(after, 'lock');
  arm.runs[2]!.partial = true;
  Object.assign(arm.verdict, { observed: 'inconclusive', confirmed: false });
  const comparison = compareResults(before, after);
  expect([comparison.regressed, comparison.incomparable, passes(comparison)]).toEqual([false, true, false]);
  expect(reasons(comparison)).toEqual([]);
  const text = renderComparison(comparison);
  expect(text).toContain('? Not comparable: cache-stampede / lock was interrupted in one of the two.');
  expect(text).not.toContain('no longer confirmed');
});

it('where medians of both sides and of the pairs’ changes disagree, the table says how they come about', () => {
  const before = stampede(3);
  const after = slowed(before, 'lock', 0.8);
  const say = 'the median change of the pairs';
  expect(renderComparison(compareResults(before, after)).replaceAll('\n', ' ')).not.toContain(say);
  // The slowest seed changes places: 14.5, 13.5, 25.0 and 12.4, 15.8, 16.0.
  const runs = (result: RunResult) => armOf(result, 'lock').runs;
  for (const [result, values] of [
    [before, [14.5, 13.5, 25]],
    [after, [12.4, 15.8, 16]],
  ] as const)
    for (const [i, run] of runs(result).entries()) run.objectives[0]!.measured = values[i]!;
  expect(renderComparison(compareResults(before, after)).replaceAll('\n', ' ')).toContain(say);
});
