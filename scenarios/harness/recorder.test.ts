import { describe, expect, it } from 'vitest';
import { quantileMs } from '../../reports/percentiles.ts';
import { PortError } from '../../system/ports/errors.ts';
import { phaseWindows } from './arrivals.ts';
import { type HopSheet, HopSheets, HopTimes } from './hop-times.ts';
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

function trace(network: number, disk: number): HopSheet {
  const times = new HopTimes(new HopSheets(2).take());
  times.add(0, network);
  times.add(1, disk);
  return times.close();
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

  it('adds every phase and operation up, each of its own', () => {
    const recording = recorder();
    for (const [operation, phase] of [
      [0, 0],
      [0, 1],
      [0, 1],
      [1, 0],
      [1, 1],
      [1, 1],
      [1, 1],
    ] as const)
      recording.arrive(operation, phase);
    recording.finish(0, 0, 1e6, null, trace(0, 0));
    recording.finish(1, 1, 1e6, null, trace(0, 0));
    recording.finish(1, 1, 1e6, new PortError('reset', 'put', false), trace(0, 0));
    expect(recording.totals()).toEqual({ arrivals: 7, completed: 2, failed: 1 });
    const counted = recording
      .results()
      .map(({ name, operations }) => [
        name,
        ...operations.map(({ conservation: { arrivals, completed, failed } }) => [
          arrivals,
          completed,
          failed,
        ]),
      ]);
    expect(counted).toEqual([
      ['warm-up', [1, 1, 0], [1, 0, 0]],
      ['trigger', [2, 0, 0], [3, 1, 1]],
    ]);
  });

  it('calls good what took no longer than the objective, to the millisecond', () => {
    const recording = recorder();
    for (const ms of [9, 10, 10.001]) {
      recording.arrive(0, 1);
      recording.finish(0, 1, ms * 1e6, null, trace(0, 0));
    }
    expect(recording.results()[1]!.operations[0]!.goodputPerSecond).toBe(1);
  });

  it('counts errors by their kind, in an order that does not depend on which came first', () => {
    const recording = recorder();
    const failing = (error: Error) => {
      recording.arrive(0, 1);
      recording.finish(0, 1, 1e6, error, trace(0, 0));
    };
    for (const kind of ['unavailable', 'overloaded', 'unavailable', 'reset'] as const)
      failing(new PortError(kind, 'get', kind === 'overloaded'));
    failing(new TypeError('undefined is not a function'));
    expect(recording.results()[1]!.operations[0]!.errors).toEqual([
      { kind: 'internal', definite: false, count: 1 },
      { kind: 'overloaded', definite: true, count: 1 },
      { kind: 'reset', definite: false, count: 1 },
      { kind: 'unavailable', definite: false, count: 2 },
    ]);
  });

  it('breaks down the mean of the requests that were as slow, and names only hops that took time', () => {
    const recording = recorder();
    // 197 requests of 10 ms, and three of 80 ms that a disk and a lock held up by turns.
    for (let i = 0; i < 197; i++) {
      recording.arrive(0, 1);
      recording.finish(0, 1, 10e6, null, trace(10e6, 0));
    }
    for (const disk of [60, 20, 10]) {
      recording.arrive(0, 1);
      recording.finish(0, 1, 80e6, null, trace(10e6, disk * 1e6));
    }
    const { breakdown } = recording.results()[1]!.operations[0]!;
    expect(breakdown).toEqual([
      { percentile: 50, totalMs: 10, requests: 197, parts: [{ hop: 'network', ms: 10 }] },
      { percentile: 95, totalMs: 10, requests: 197, parts: [{ hop: 'network', ms: 10 }] },
      ...[99, 99.9].map((percentile) => ({
        percentile,
        totalMs: 80,
        requests: 3,
        parts: [
          { hop: 'network', ms: 10 },
          { hop: 'disk', ms: 30 },
          { hop: 'waiting elsewhere', ms: 40 },
        ],
      })),
    ]);
  });

  it('has a share of errors of the answers, and percentiles of those that say how long the work takes', () => {
    const recording = recorder();
    for (const ms of [40.12345, 10, 30, 20]) {
      recording.arrive(0, 1);
      recording.finish(0, 1, ms * 1e6, null, trace(0, 0));
    }
    recording.finish(0, 1, 1e6, new PortError('overloaded', 'get', true), trace(0, 0));
    recording.tick();
    recording.tick();
    const series = Object.fromEntries(recording.series.map(({ name, values }) => [name, values]));
    expect(series['get errors']).toEqual([20, null]);
    expect(series['get p50']).toEqual([20, null]);
    expect(series['get p99']).toEqual([40.12, null]);
    for (const { startS, stepS } of recording.series) expect([startS, stepS]).toEqual([0, 1]);
  });
});
