import { expect, test } from 'vitest';
import { judge } from './judge.ts';
import type { Law } from './law.ts';

const law: Law = {
  name: 'a law',
  experiment: { name: 'an experiment', run: () => ({}) },
  figure: 'figure',
  expected: 10,
  tolerance: 1,
  unit: 's',
  source: 'a book',
  wrong: 2,
};
/** Ten samples around a centre, alternately above and below. */
const around = (centre: number, deviation: number) =>
  Array.from({ length: 10 }, (_, i) => centre + (i % 2 === 0 ? deviation : -deviation));

test('a mean within the tolerance whose interval holds the value passes', () => {
  const result = judge(law, around(10.1, 0.3));
  expect(result).toMatchObject({ verdict: 'pass', reason: null, expected: 10, tolerance: 1, unit: 's' });
  expect(result.measured).toBeCloseTo(10.1, 12);
  expect(result.interval[0]).toBeLessThan(10);
  expect(result.interval[1]).toBeGreaterThan(10.2);
});

test('a mean outside the tolerance fails, even if its interval holds the value', () => {
  expect(judge(law, around(11.2, 1.5)).reason).toMatch(/outside the tolerance/);
});

test('a small error that the tolerance would hide fails when the interval shows it', () => {
  expect(judge(law, around(10.5, 0.01)).reason).toMatch(/does not hold the expected value/);
});

test('a stated bias allows as much, and no more', () => {
  expect(judge({ ...law, bias: 0.5 }, around(10.45, 0.01)).verdict).toBe('pass');
  expect(judge({ ...law, bias: 0.3 }, around(10.45, 0.01)).verdict).toBe('fail');
});

test('a measurement too noisy to tell anything fails, however well its mean lies', () => {
  expect(judge(law, around(10, 2)).reason).toMatch(/too wide to tell/);
});

test('a figure that was not measured fails', () => {
  expect(judge(law, [Number.NaN, 10]).reason).toBe('nothing was measured');
});

test('an exact figure without any spread passes', () => {
  expect(judge(law, [10, 10, 10]).verdict).toBe('pass');
});

test('an interval may reach twice the tolerance to either side, and no further', () => {
  // Ten samples as far apart as the tolerance: the interval reaches 1.6 of it to each side of their mean.
  expect(judge(law, around(10, 1)).verdict).toBe('pass');
  expect(judge({ ...law, tolerance: 4 }, around(10, 4)).verdict).toBe('pass');
  for (const centre of [9.1, 10.9]) expect(judge(law, around(centre, 1)).reason).toMatch(/too wide to tell/);
});
