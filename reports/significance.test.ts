import { expect, test } from 'vitest';
import { pairedTest } from './significance.ts';
import { studentProbability, studentQuantile } from './student.ts';

test("quantiles of Student's t are the tabled ones", () => {
  const table: [number, number, number][] = [
    [0.9995, 1, 636.619],
    [0.9995, 2, 31.599],
    [0.9995, 4, 8.61],
    [0.9995, 9, 4.781],
    [0.975, 10, 2.228],
    [0.975, 15, 2.131],
    [0.995, 30, 2.75],
  ];
  for (const [p, degrees, t] of table) expect(studentQuantile(p, degrees)).toBeCloseTo(t, 2);
  expect(studentProbability(0, 7)).toBe(0.5);
});

test('a paired test gives the interval and the p-value of a textbook', () => {
  // Differences of ten pairs: mean 1.58, standard deviation 1.23 (Student 1908, table of Cushny and Peebles): t = 4.06, 9 degrees.
  const sleep = [1.2, 2.4, 1.3, 1.3, 0, 1, 1.8, 0.8, 4.6, 1.4];
  const { pValue, interval } = pairedTest(sleep);
  expect(pValue).toBeCloseTo(0.00283, 5);
  expect([interval.low, interval.high]).toEqual([expect.closeTo(0.7001, 4), expect.closeTo(2.4599, 4)]);
});

test('without spread a difference is certain, and none is none', () => {
  expect(pairedTest([2, 2, 2, 2, 2])).toEqual({
    pValue: 0,
    interval: { low: 2, high: 2 },
    significant: true,
  });
  expect(pairedTest([0, 0, 0, 0, 0])).toEqual({
    pValue: 1,
    interval: { low: 0, high: 0 },
    significant: false,
  });
});

test('a mean that four of ten pairs contradict is not significant, one that nine of ten bear out is', () => {
  const contradicted = pairedTest([20, 21, 19, 20, 22, 20, -1, -1, -1, -1]);
  expect(contradicted.pValue).toBeLessThan(0.02);
  expect(contradicted.significant).toBe(false);
  expect(pairedTest([9, 10, 11, -1, 9, 10, 11, 9, 10, 12]).significant).toBe(true);
  // Two of three are enough.
  expect(pairedTest([30, 31, 29, 30, 32, 30, -1, -1, -1]).significant).toBe(true);
});

test('pairs that do not differ contradict nothing: the others agree or not', () => {
  expect(pairedTest([5, 5, 5, 5, 0, 0, 0]).significant).toBe(true);
  expect(pairedTest([-5, -5, -5, -5, 0, 0, 0]).significant).toBe(true);
});

test('where nothing differs, at most one comparison of twenty is called significant, and intervals hold the truth', () => {
  let state = 1;
  /** Park and Miller's generator (1988): repeatable, and good enough for normal draws. */
  const uniform = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const TRIALS = 2_000;
  for (const pairs of [5, 8, 20]) {
    let called = 0;
    let held = 0;
    for (let trial = 0; trial < TRIALS; trial++) {
      const { significant, interval } = pairedTest(Array.from({ length: pairs }, normal));
      if (significant) called++;
      if (interval.low <= 0 && interval.high >= 0) held++;
    }
    // 2,000 trials: a standard deviation is half a point.
    expect(called / TRIALS, `${pairs} pairs`).toBeLessThan(0.065);
    expect(Math.abs(held / TRIALS - 0.95), `${pairs} pairs`).toBeLessThan(0.015);
  }
});
