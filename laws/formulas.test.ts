import { expect, test } from 'vitest';
import {
  cheHitRatio,
  meanAttempts,
  meanTimeWithChoices,
  meanWait,
  meanWaitGeneral,
  slowShare,
  waitProbability,
  zipf,
} from './formulas.ts';

/** The project's table: mean wait in service times, and share that waits, at 0.7, 0.8, 0.9, 0.95. */
const ERLANG: Record<number, [number, number][]> = {
  1: [
    [2.33, 0.7],
    [4, 0.8],
    [9, 0.9],
    [19, 0.95],
  ],
  4: [
    [0.357, 0.429],
    [0.746, 0.596],
    [1.97, 0.788],
    [4.46, 0.891],
  ],
  16: [
    [0.027, 0.13],
    [0.095, 0.305],
    [0.37, 0.591],
    [0.975, 0.78],
  ],
  64: [
    [0, 0.004],
    [0.004, 0.056],
    [0.049, 0.311],
    [0.184, 0.588],
  ],
};

test('Erlang C gives the tabled waits and shares', () => {
  for (const [servers, row] of Object.entries(ERLANG)) {
    [0.7, 0.8, 0.9, 0.95].forEach((rho, i) => {
      expect(Math.abs(meanWait(Number(servers), rho) - row[i]![0])).toBeLessThanOrEqual(0.005);
      expect(Math.abs(waitProbability(Number(servers), rho) - row[i]![1])).toBeLessThanOrEqual(0.0005001);
    });
  }
});

test('Pollaczek–Khinchine is M/M/1 for exponential service, and half of it for constant service', () => {
  expect(meanWaitGeneral(0.8, 1)).toBeCloseTo(meanWait(1, 0.8), 12);
  expect(meanWaitGeneral(0.8, 0)).toBeCloseTo(meanWait(1, 0.8) / 2, 12);
});

test('the power of d choices has the tabled times', () => {
  const table: [number, number[]][] = [
    [0.5, [2, 1.266, 1.125]],
    [0.7, [3.33, 1.614, 1.357]],
    [0.9, [10, 2.614, 2.028]],
  ];
  for (const [lambda, times] of table)
    for (const [i, time] of times.entries())
      expect(Math.abs(meanTimeWithChoices(i + 1, lambda) - time)).toBeLessThan(0.005);
});

test('fan-out makes 63.4 % and 18.1 % of requests slow', () => {
  expect(slowShare(100, 0.01)).toBeCloseTo(0.634, 3);
  expect(slowShare(2_000, 0.0001)).toBeCloseTo(0.181, 3);
});

test("Che's approximation gives the tabled hit ratios", () => {
  const table: [number, number, number][] = [
    [0.8, 17.4, 44.8],
    [1, 43.1, 69.7],
    [1.2, 70.7, 88.2],
  ];
  for (const [exponent, onePercent, tenPercent] of table) {
    const popularity = zipf(20_000, exponent);
    expect(100 * cheHitRatio(popularity, 200)).toBeCloseTo(onePercent, 1);
    expect(100 * cheHitRatio(popularity, 2_000)).toBeCloseTo(tenPercent, 1);
  }
});

test('retries until the first success or the last attempt', () => {
  expect(meanAttempts(3, 1)).toBe(3);
  expect(meanAttempts(3, 0.5)).toBe(1.75);
  expect(meanAttempts(4, 1) ** 3).toBe(64);
});
