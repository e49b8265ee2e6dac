import { expect, test } from 'vitest';
import { createAttemptBudget } from './budget.ts';

const SECOND_NS = 1e9;

/** A budget on a clock that the test moves. */
function setUp(share: number, reserve?: number) {
  let nowNs = 0;
  const budget = createAttemptBudget({
    clock: { now: () => nowNs },
    share,
    ...(reserve === undefined ? {} : { reserve }),
  });
  return {
    budget,
    pass(seconds: number) {
      nowNs += seconds * SECOND_NS;
    },
    /** So many requests, spread over the time. */
    requests(perSecond: number, seconds: number) {
      for (let i = 0; i < perSecond * seconds; i++) {
        nowNs += SECOND_NS / perSecond;
        budget.deposit();
      }
    },
    /** How many of so many extra attempts are allowed at this moment. */
    allowed(wanted: number) {
      let allowed = 0;
      for (let i = 0; i < wanted; i++) if (budget.withdraw()) allowed++;
      return allowed;
    },
  };
}

test('what requests earned in the last ten seconds is there for a blip, and not more than that', () => {
  const short = setUp(0.1);
  short.requests(100, 8);
  expect(short.allowed(60)).toBe(60);
  const long = setUp(0.1);
  long.requests(100, 60);
  const most = long.allowed(1_000);
  // A hundred, the reserve of ten, and less than a step of a second.
  expect(most).toBeGreaterThanOrEqual(100);
  expect(most).toBeLessThanOrEqual(110);
  expect(long.allowed(1)).toBe(0);
});

test('while everything fails, extra attempts are the share of the requests', () => {
  const { budget, requests, allowed } = setUp(0.1);
  requests(100, 20);
  allowed(1_000);
  let extra = 0;
  for (let i = 0; i < 60; i++) {
    requests(100, 1);
    extra += allowed(100);
  }
  // At most the reserve more, once in ten seconds.
  expect(extra / 6_000).toBeGreaterThan(0.095);
  expect(extra / 6_000).toBeLessThan(0.12);
  expect(budget.tokens).toBeLessThan(1);
});

test('a client of few requests has its reserve again after ten seconds', () => {
  const { allowed, pass } = setUp(0.1, 3);
  expect(allowed(5)).toBe(3);
  pass(5);
  expect(allowed(5)).toBe(0);
  pass(6);
  expect(allowed(5)).toBe(3);
});

test('without a share there is the reserve alone, without a reserve the share', () => {
  const none = setUp(0, 2);
  none.requests(100, 5);
  expect(none.allowed(5)).toBe(2);
  const half = setUp(0.5, 0);
  half.requests(4, 1);
  expect(half.allowed(5)).toBe(2);
  expect(() => setUp(1.5)).toThrow(/between 0 and 1/);
});

test.each([-0.1, 1.1, Number.NaN])('%d is no share', (share) => {
  expect(() => setUp(share)).toThrow(RangeError);
  expect([0, 1].map((limit) => setUp(limit).budget.tokens)).toEqual([10, 10]);
});
