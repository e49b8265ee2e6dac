import { expect, test } from 'vitest';
import { judgeChange } from './regression.ts';

type Pair = readonly [before: number, after: number];

const judged = (values: readonly Pair[], changes: Partial<Parameters<typeof judgeChange>[0]> = {}) =>
  judgeChange({ unit: 'ms', lowerIsBetter: true, values, significant: false, ...changes });
const pairs = (count: number, ...pair: Pair): Pair[] => Array.from({ length: count }, () => pair);

test('worse by more than a tenth in each of three pairs is a regression, by a tenth it is none', () => {
  expect(judged(pairs(3, 100, 111))).toEqual({
    decision: 'regression',
    why: 'worse by more than 10 % in each of 3 pairs',
  });
  expect(judged(pairs(3, 100, 110)).decision).toBe('none');
  expect(judged(pairs(3, 100, 89)).decision).toBe('none');
  expect(judged(pairs(3, 100, 89), { lowerIsBetter: false }).decision).toBe('regression');
  expect(judged(pairs(3, 100, 111), { lowerIsBetter: false }).decision).toBe('none');
  // It is the size that counts where a figure can be below zero.
  expect(judged(pairs(3, -100, -80)).decision).toBe('regression');
});

test('of a share, points count: one is none, and more is a regression, whatever it was before', () => {
  const unit = '%';
  expect(judged(pairs(3, 0, 1), { unit }).decision).toBe('none');
  expect(judged(pairs(3, 0.1, 0.9), { unit }).decision).toBe('none');
  expect(judged(pairs(3, 50, 51.1), { unit })).toEqual({
    decision: 'regression',
    why: 'worse by more than 1 point in each of 3 pairs',
  });
});

test('anything is worse than nothing at all, and nothing is not', () => {
  expect(judged(pairs(3, 0, 0.001)).decision).toBe('regression');
  expect(judged(pairs(3, 0, 0)).decision).toBe('none');
  expect(judged(pairs(3, 0, 5), { lowerIsBetter: false }).decision).toBe('none');
});

test('fewer than five pairs that do not all agree cannot tell, five can, and the paired test decides', () => {
  expect(judged(pairs(1, 100, 200))).toEqual({
    decision: 'cannot tell',
    why: 'worse by more than 10 % in the only pair',
  });
  expect(judged(pairs(2, 100, 200)).why).toBe('worse by more than 10 % in the median of 2 pairs');
  const disagreeing = (worse: number): Pair[] => [...pairs(worse, 100, 200), [100, 90]];
  expect(judged(disagreeing(3)).decision).toBe('cannot tell');
  expect(judged(disagreeing(4)).decision).toBe('none');
  expect(judged(disagreeing(4), { significant: true })).toEqual({
    decision: 'regression',
    why: 'worse by more than 10 % in the median of 5 pairs, significantly',
  });
  expect(judged([]).decision).toBe('none');
});
