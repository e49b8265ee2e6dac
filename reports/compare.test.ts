import { describe, expect, it } from 'vitest';
import { compareResults, renderComparison } from './compare.ts';
import { bucketMiddleMs, bucketOf } from './percentiles.ts';
import { ReportError } from './report-error.ts';
import type { RunResult } from './result.ts';
import { sampleResult } from './sample-result.ts';

const seeds = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
const made = new Map<number, RunResult>();
/** A fresh copy: making one costs far more than copying it. */
function stampede(count: number): RunResult {
  const result = made.get(count) ?? sampleResult({ seeds: seeds(count), scenarios: ['cache-stampede'] });
  made.set(count, result);
  return structuredClone(result);
}

/** Every latency of an arm times `factor`. */
function slowed(result: RunResult, name: string, factor: number): RunResult {
  const copy = structuredClone(result);
  copy.digest = 'changed';
  for (const run of copy.scenarios[0]!.cases[0]!.arms.find((arm) => arm.name === name)!.runs)
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

  it('below five pairs nothing is significant, and slower alone is no regression', () => {
    const comparison = compareResults(stampede(4), slowed(stampede(4), 'lock', 2));
    const changes = comparison.arms.flatMap((arm) => arm.changes);
    expect(changes.every(({ significant, pValue }) => !significant && pValue === null)).toBe(true);
    expect(comparison.regressed).toBe(false);
    expect(renderComparison(comparison)).toContain(
      '4 pairs an arm: too few to call a difference significant',
    );
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
    expect(compareResults(stampede(5), slowed(stampede(5), 'lock', 1.05)).regressed).toBe(false);
    const better = compareResults(stampede(5), slowed(stampede(5), 'lock', 0.5));
    expect(better.regressed).toBe(false);
    expect(renderComparison(better)).toContain('better in 5 of 5, significant');
  });

  it('an arm that is no longer confirmed is a regression at any number of seeds', () => {
    const later = structuredClone(stampede(1));
    later.digest = 'changed';
    Object.assign(later.scenarios[0]!.cases[0]!.arms[2]!.verdict, { confirmed: false });
    const comparison = compareResults(stampede(1), later);
    expect(comparison.regressed).toBe(true);
    expect(renderComparison(comparison)).toContain('no longer confirmed');
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
