import { expect, test } from 'vitest';
import { counted, milliseconds, p, percent } from './index.ts';

test.each([
  [0, '0 %'],
  [0.0004, '< 0.1 %'],
  [0.0006, '0.1 %'],
  [0.2649, '26.5 %'],
  [0.9996, '> 99.9 %'],
  [1, '100 %'],
])('a share of %d reads %s', (share, text) => expect(percent(share)).toBe(text));

test('milliseconds become seconds from ten on', () => {
  expect([milliseconds(9_999), milliseconds(12_345)]).toEqual(['9,999 ms', '12.3 s']);
});

test.each([
  [1, '1 rebuild'],
  [0.9996, '1 rebuild'],
  [1.4, '1.4 rebuilds'],
  [0, '0 rebuilds'],
  [64, '64 rebuilds'],
])('%d is counted as %s, by what is shown of it', (count, text) =>
  expect(counted(count, 'rebuild')).toBe(text),
);

test.each([0.99, 0, -1, 100, Number.NaN])('p takes per cent, and not %d', (percentile) =>
  expect(() => p('search', percentile, 'trigger', 100)).toThrow(/takes a percentile from 1 to less than 100/),
);
