import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SlidingCounts } from './window.ts';

const STEPS = 5;
const WINDOW_NS = 1000;
const STEP_NS = WINDOW_NS / STEPS;

test('counts are those of the present step and the four before it, whatever gaps there are', () => {
  const gap = fc.oneof(fc.nat(STEP_NS), fc.nat(3 * WINDOW_NS));
  const event = fc.record({
    gap,
    first: fc.nat(9),
    second: fc.nat(9),
    clear: fc.nat(20).map((n) => n === 0),
  });
  fc.assert(
    fc.property(fc.nat(10 * WINDOW_NS), fc.array(event, { maxLength: 30 }), (startNs, events) => {
      const counts = new SlidingCounts(WINDOW_NS, STEPS);
      let nowNs = startNs;
      let known: { step: number; first: number; second: number }[] = [];
      for (const { gap, first, second, clear } of events) {
        nowNs += gap;
        const step = Math.floor(nowNs / STEP_NS);
        counts.moveTo(nowNs);
        if (clear) {
          counts.clear();
          known = [];
        }
        counts.add(first, second);
        known.push({ step, first, second });
        const inside = known.filter((one) => one.step > step - STEPS);
        const sum = (of: 'first' | 'second') => inside.reduce((total, one) => total + one[of], 0);
        expect([counts.first, counts.second]).toEqual([sum('first'), sum('second')]);
      }
    }),
    { numRuns: 200 },
  );
});

test.each([0, -1, Number.NaN])('a window of %d ns is refused', (windowNs) => {
  expect(() => new SlidingCounts(windowNs, STEPS)).toThrow(RangeError);
});
