import { describe, expect, it } from 'vitest';
import { quantileMs } from '../../reports/percentiles.ts';
import { PortError } from '../../system/ports/errors.ts';
import { RequestTrace } from '../../system/runtime/kernel/index.ts';
import { phaseWindows } from './arrivals.ts';
import { Recorder } from './recorder.ts';

function recorder() {
  return new Recorder({
    operations: ['get', 'put'],
    phases: phaseWindows([
      { name: 'warm-up', seconds: 1 },
      { name: 'trigger', seconds: 2 },
    ]),
    hops: ['network', 'disk'],
    goodWithinMs: [10, Number.POSITIVE_INFINITY],
  });
}

function trace(network: number, disk: number): RequestTrace {
  const made = new RequestTrace([0, 0]);
  made.add(0, network);
  made.add(1, disk);
  return made;
}

describe('the recorder', () => {
  it('keeps arrivals = completed + failed + in flight, and goodput within the objective only', () => {
    const recording = recorder();
    for (let i = 0; i < 4; i++) recording.arrive(0, 1);
    recording.finish(0, 1, 5e6, null, trace(1e6, 4e6));
    recording.finish(0, 1, 50e6, null, trace(1e6, 49e6));
    recording.finish(0, 1, 1e6, new PortError('overloaded', 'get', true), trace(1e6, 0));
    const [result] = recording.results()[1]!.operations;
    expect(result!.conservation).toEqual({ arrivals: 4, completed: 2, failed: 1, inFlight: 1 });
    expect(result!.goodputPerSecond).toBe(0.5);
  });

  it('knows of no goodput where an operation has no latency objective', () => {
    const recording = recorder();
    recording.arrive(1, 1);
    recording.finish(1, 1, 5e6, null, trace(1e6, 4e6));
    expect(recording.results()[1]!.operations[0]!.goodputPerSecond).toBeNull();
  });

  it('counts a request that timed out at its deadline, and leaves a shed one out of the percentiles', () => {
    const recording = recorder();
    recording.arrive(0, 1);
    recording.arrive(0, 1);
    recording.finish(0, 1, 500e6, new PortError('deadline-exceeded', 'get', false), trace(0, 0));
    recording.finish(0, 1, 1e6, new PortError('overloaded', 'get', true), trace(0, 0));
    const [result] = recording.results()[1]!.operations;
    expect(result!.latency.count).toBe(1);
    expect(quantileMs(result!.latency, 1)).toBe(500);
    expect(result!.errors.map(({ kind, definite }) => `${kind} ${definite}`)).toEqual([
      'deadline-exceeded false',
      'overloaded true',
    ]);
  });

  it('breaks a percentile down into parts that add up to its latency', () => {
    const recording = recorder();
    for (let i = 1; i <= 100; i++) {
      recording.arrive(0, 1);
      recording.finish(0, 1, i * 1e6, null, trace(0.2e6, i * 0.7e6));
    }
    const { breakdown } = recording.results()[1]!.operations[0]!;
    for (const { totalMs, parts } of breakdown) {
      expect(parts.reduce((sum, { ms }) => sum + ms, 0)).toBeCloseTo(totalMs, 9);
      expect(parts.map(({ hop }) => hop)).toEqual(['network', 'disk', 'waiting elsewhere']);
    }
  });

  it('closes a second at a time: rate by start, errors and percentiles by answer', () => {
    const recording = recorder();
    recording.arrive(0, 1);
    recording.arrive(0, 1);
    recording.finish(0, 1, 3e6, null, trace(0, 0));
    recording.tick();
    recording.finish(0, 1, 4e6, new PortError('timeout', 'get', false), trace(0, 0));
    recording.tick();
    const series = Object.fromEntries(recording.series.map(({ name, values }) => [name, values]));
    expect(series['get rate']).toEqual([2, 0]);
    expect(series['get errors']).toEqual([0, 100]);
    expect(series['get p99']).toEqual([3, 4]);
    expect(series['put p99']).toEqual([null, null]);
  });
});
