import { describe, expect, it } from 'vitest';
import { PoissonStream, phaseWindows } from './arrivals.ts';
import type { Traffic } from './scenario.ts';

const phases = phaseWindows([
  { name: 'warm-up', seconds: 10 },
  { name: 'steady', seconds: 100 },
  { name: 'trigger', seconds: 100 },
]);
const traffic: Traffic = {
  operation: 'test',
  journey: { kind: 'search' },
  perSecond: { steady: 50, trigger: 400 },
};

function arrivals(seed: number, factor = 1): number[] {
  const stream = new PoissonStream(seed, traffic, phases, factor);
  const times: number[] = [];
  for (; stream.timeNs < Number.POSITIVE_INFINITY; stream.next()) times.push(stream.timeNs / 1e9);
  return times;
}

describe('a Poisson stream', () => {
  it('keeps the rate of each phase within four standard deviations', () => {
    const times = arrivals(3);
    const within = (from: number, to: number) => times.filter((t) => t >= from && t < to).length;
    expect(within(0, 10)).toBe(0);
    expect(Math.abs(within(10, 110) - 5_000)).toBeLessThan(4 * Math.sqrt(5_000));
    expect(Math.abs(within(110, 210) - 40_000)).toBeLessThan(4 * Math.sqrt(40_000));
  });

  it('has exponential gaps: their standard deviation equals their mean', () => {
    const times = arrivals(5).filter((t) => t >= 110);
    const gaps = times.slice(1).map((t, i) => t - times[i]!);
    const mean = gaps.reduce((a, b) => a + b, 0) / gaps.length;
    const deviation = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length);
    expect(deviation / mean).toBeCloseTo(1, 1);
  });

  it('is a pure function of the seed, and the factor scales its rate', () => {
    expect(arrivals(9)).toEqual(arrivals(9));
    expect(arrivals(9)).not.toEqual(arrivals(10));
    expect(arrivals(9, 0.25).length / arrivals(9).length).toBeCloseTo(0.25, 1);
  });

  it('ends with the phase that has a rate, goes on with the next that has one, and counts what came', () => {
    const perSecond = { 'warm-up': 5, trigger: 5 };
    const outside: number[] = [];
    for (let seed = 1; seed <= 20; seed++) {
      const stream = new PoissonStream(seed, { ...traffic, perSecond }, phases, 1);
      let came = 0;
      for (; stream.timeNs < Number.POSITIVE_INFINITY; stream.next()) {
        const s = stream.timeNs / 1e9;
        if (!((s > 0 && s <= 10) || (s >= 110 && s <= 210))) outside.push(s);
        came++;
      }
      expect(stream.count).toBe(came);
    }
    expect(outside).toEqual([]);
    const always = new PoissonStream(1, { ...traffic, perSecond: { always: 5, steady: 0 } }, phases, 1);
    const within = { 'warm-up': 0, steady: 0, trigger: 0 };
    for (; always.timeNs < Number.POSITIVE_INFINITY; always.next())
      within[always.timeNs <= 10e9 ? 'warm-up' : always.timeNs < 110e9 ? 'steady' : 'trigger']++;
    expect(within.steady).toBe(0);
    expect(within['warm-up']).toBeGreaterThan(20);
    expect(within.trigger).toBeGreaterThan(400);
  });
});
