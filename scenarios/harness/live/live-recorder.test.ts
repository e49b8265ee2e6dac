import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LiveRecorder } from './live-recorder.ts';

const PHASES = [
  { name: 'warm-up', startS: 0, endS: 2, measured: false },
  { name: 'steady', startS: 2, endS: 10, measured: true },
];
const recorder = (endS = 10) =>
  new LiveRecorder({
    operations: ['play', 'search'],
    phases: [PHASES[0]!, { ...PHASES[1]!, endS }],
    goodWithinMs: [100, 250],
  });
const broken = { kind: 'overloaded', definite: true, why: 'as asked' };

test('what arrived is answered, failed or in flight, by operation and phase', () => {
  const booked = recorder();
  for (let i = 0; i < 5; i++) booked.arrive('play', 'steady', 3);
  booked.answer('play', 'steady', 3.1, 50);
  booked.answer('play', 'steady', 3.2, 200);
  booked.fail('play', 'steady', 3.3, broken);
  booked.arrive('search', 'warm-up', 1);
  const [warmUp, steady] = booked.results();
  expect(warmUp!.operations.map(({ operation }) => operation)).toEqual(['search']);
  const [play] = steady!.operations;
  expect(play!.conservation).toEqual({ arrivals: 5, completed: 2, failed: 1, inFlight: 2 });
  expect(play!.errors).toEqual([{ kind: 'overloaded', definite: true, count: 1 }]);
  // One of the two was within the objective, over 8 measured seconds.
  expect(play!.goodputPerSecond).toBeCloseTo(1 / 8, 9);
  expect(play!.latency.count).toBe(2);
  expect(booked.totals()).toEqual({ arrivals: 6, completed: 2, failed: 1 });
});

test('who waited in vain counts in the latencies, who was shed at once does not', () => {
  const booked = recorder();
  booked.fail('play', 'steady', 3, broken);
  booked.fail('play', 'steady', 4, { ...broken, kind: 'timeout' });
  booked.waited('play', 'steady', 4, 10_000);
  booked.arrive('play', 'steady', 4);
  const { latency } = booked.results()[1]!.operations[0]!;
  expect([latency.count, latency.maxMs]).toEqual([1, 10_000]);
});

describe('the series', () => {
  const seriesOf = (booked: LiveRecorder, name: string) =>
    booked.series().find((series) => series.name === name)!.values;

  test('has one value a second, with gaps where nothing was measured', () => {
    const booked = recorder();
    booked.arrive('play', 'steady', 4.2);
    booked.answer('play', 'steady', 4.9, 30);
    booked.answer('play', 'steady', 99, 40);
    expect(seriesOf(booked, 'play rate')).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
    // What is answered after the end belongs to the last second.
    expect(seriesOf(booked, 'play p99')).toEqual([null, null, null, null, 30, null, null, null, null, 40]);
  });

  test('is the same in whatever order samples come within a few seconds', () => {
    const samples = Array.from({ length: 30 }, (_, i) => 2 + i / 10);
    const book = (order: readonly number[]) => {
      const booked = recorder();
      for (const atS of order) booked.answer('play', 'steady', atS, 10 + atS);
      return seriesOf(booked, 'play p99');
    };
    const expected = book(samples);
    fc.assert(
      fc.property(fc.shuffledSubarray(samples, { minLength: samples.length }), (order) => {
        expect(book(order)).toEqual(expected);
      }),
    );
  });

  test('of a run of a day has at most 3,600 values', () => {
    const booked = recorder(86_400);
    for (let atS = 0; atS < 86_400; atS += 30) booked.arrive('play', 'steady', atS);
    expect(seriesOf(booked, 'play rate')).toHaveLength(3_600);
    expect(seriesOf(booked, 'play rate')[7]).toBeCloseTo(1 / 24, 3);
  });
});

test('only the measured phase tells how late the generator was', () => {
  const booked = recorder();
  booked.late('warm-up', 500);
  booked.late('steady', 3);
  expect(booked.lateness.maxMs).toBe(3);
});

test('of each kind of error the first few examples are kept', () => {
  const booked = recorder();
  for (let i = 0; i < 9; i++) booked.fail('play', 'steady', 3, { ...broken, why: `number ${i}` });
  expect(booked.examples.get('overloaded')).toEqual(['play: number 0', 'play: number 1', 'play: number 2']);
});
