import { expect, it } from 'vitest';
import { settingText } from './figures.ts';
import {
  formatBytes,
  formatDuration,
  formatLarge,
  formatNumber,
  formatQuantity,
  formatSpread,
  spreadOf,
} from './numbers.ts';

it.each([
  [0, '0'],
  [0.0312, '0.031'],
  [4.519, '4.52'],
  [45.21, '45.2'],
  [452.4, '452'],
  [45_200, '45,200'],
  [Number.NaN, '–'],
  [Number.NEGATIVE_INFINITY, '–'],
])('%d reads %s', (value, text) => expect(formatNumber(value)).toBe(text));

it.each([
  [8.04, 'ms', '8.04 ms'],
  [12_400, 'ms', '12.4 s'],
  [31.26, '%', '31.3 %'],
  [0.031, '%', '0.03 %'],
  [0, '%', '0 %'],
  [0.004, '%', '< 0.01 %'],
  [99.96, '%', '> 99.9 %'],
  [100, '%', '100 %'],
  [117e6, 'bytes', '117 MB'],
  [12, '1', '12'],
  [3, 'reads/s', '3 reads/s'],
])('%d %s reads %s', (value, unit, text) => expect(formatQuantity(value, unit)).toBe(text));

it.each([
  [0.8, '0.8 s'],
  [41.7, '42 s'],
  [200, '3 min 20 s'],
  [7_500, '2 h 5 min'],
])('%d seconds read %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

it('large counts read in words, bytes in decimal units', () => {
  expect(formatLarge(5_240_000)).toBe('5.24 million');
  expect(formatLarge(812)).toBe('812');
  expect(formatBytes(1_500)).toBe('1.5 kB');
});

it('the range of the seeds is shown only where it can be seen', () => {
  expect(formatSpread(spreadOf([44, 45, 52]), 'ms')).toBe('45 ms (44–52)');
  expect(formatSpread(spreadOf([45, 45, 45.001]), 'ms')).toBe('45 ms');
  expect(formatSpread(spreadOf([1, 2, 3]), '1')).toBe('2 (1–3)');
  expect(formatSpread(spreadOf([9_000, 9_500, 12_000]), 'ms')).toBe('9,500 ms (9,000 ms–12 s)');
  expect(formatSpread(spreadOf([0, 0, 0.004]), '%')).toBe('0 % (0–< 0.01)');
  expect(formatSpread(null, 'ms')).toBe('–');
});

it('a setting keeps the digits that it has, however small it is', () => {
  expect(settingText(0.0004, '$')).toBe('0.0004 $');
  expect([settingText(0), settingText(0.5), settingText(12.345, 'ms'), settingText(1_500)]).toEqual([
    '0',
    '0.5',
    '12.3 ms',
    '1,500',
  ]);
});
