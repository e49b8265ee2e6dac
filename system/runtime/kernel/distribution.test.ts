import { expect, test } from 'vitest';
import { constant, exponential, lognormal, normalQuantile } from './distribution.ts';

test('quantiles are those of the law, up to the width of a table entry', () => {
  for (const u of [0.01, 0.25, 0.5, 0.9, 0.99]) {
    expect(exponential(8).at(u)).toBeCloseTo(-Math.log(1 - u) * 8, 0);
    expect(constant(5).at(u)).toBe(5);
  }
  const latency = lognormal(200, 1_000);
  expect(latency.at(0.5) / 200).toBeCloseTo(1, 2);
  expect(latency.at(0.99) / 1_000).toBeCloseTo(1, 1);
});

test('a quantile function never falls, at the ends of the unit interval included', () => {
  for (const law of [constant(1), exponential(2), lognormal(1, 9)]) {
    let before = 0;
    for (const u of [2 ** -33, 0.001, 0.1, 0.5, 0.9, 0.999, 1 - 2 ** -33]) {
      expect(law.at(u)).toBeGreaterThanOrEqual(before);
      before = law.at(u);
    }
  }
});

test('the mean is that of the table: for an exponential within 0.1 % of the law, whose tail is cut', () => {
  expect(exponential(1).mean).toBeGreaterThan(0.999);
  expect(exponential(1).mean).toBeLessThan(1);
  // exp(mu + sigma² / 2)
  const sigma = Math.log(5) / 2.3263478740408408;
  expect(lognormal(200, 1_000).mean / (200 * Math.exp(sigma ** 2 / 2))).toBeCloseTo(1, 2);
});

test('the normal quantile function matches tabled values', () => {
  expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 8);
  expect(normalQuantile(0.01)).toBeCloseTo(-2.3263478740408408, 8);
  expect(normalQuantile(0.5)).toBeCloseTo(0, 12);
});
