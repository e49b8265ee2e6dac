import { expect, test } from 'vitest';
import { PortError } from '../ports/errors.ts';
import { createAdaptiveThrottle } from './adaptive-throttle.ts';
import { createRateLimiter } from './rate-limiter.ts';
import { createBench } from './test-support.ts';

function throttleOn(bench: ReturnType<typeof createBench>) {
  return createAdaptiveThrottle({
    clock: bench.simulation,
    random: bench.simulation.random('throttle'),
    operation: 'backend',
  });
}

test("an accepting backend is never throttled, and the formula is the book's", async () => {
  const bench = createBench();
  const throttle = throttleOn(bench);
  for (let i = 0; i < 30; i++)
    void bench.outcome(throttle.run(bench.context(i), (c) => bench.call(c, 1, 'x')));
  for (let i = 0; i < 70; i++)
    void bench.outcome(throttle.run(bench.context(i), (c) => bench.fail(c, 1, 'not-found')));
  await bench.run(2);
  expect(throttle.rejectionProbability()).toBe(0);
  expect(throttle.rejectionProbability()).toBe(Math.max(0, (100 - 2 * 100) / 101));
});

test('a backend that accepts 100 of 1,000 requests a second soon sees about K times 100', async () => {
  const bench = createBench();
  const throttle = throttleOn(bench);
  const capacity = createRateLimiter({
    clock: bench.simulation,
    operation: 'backend',
    ratePerSecond: 100,
    burst: 10,
  });
  let sent = 0;
  for (let i = 0; i < 40_000; i++) {
    bench.at(i, () => {
      void bench.outcome(
        throttle.run(bench.context(i), (context) => {
          if (i >= 20_000) sent++;
          return capacity.take().allowed ? bench.call(context, 1, 'x') : bench.fail(context, 1, 'overloaded');
        }),
      );
    });
  }
  await bench.run(41_000);
  expect(sent / 20).toBeGreaterThan(190);
  expect(sent / 20).toBeLessThan(215);
});

test('callers who give up on a backend that hangs do not make it look as if it accepted', async () => {
  const bench = createBench();
  const throttle = throttleOn(bench);
  for (let i = 0; i < 100; i++) {
    const context = bench.context(i);
    void bench.outcome(throttle.run(context, (c) => bench.call(c, 10_000, 'x')));
    bench.at(50, () => context.cancel(new PortError('cancelled', 'page', false)));
  }
  await bench.run(60);
  expect(throttle.rejectionProbability()).toBe(0);
  for (let i = 100; i < 200; i++)
    void bench.outcome(throttle.run(bench.context(i), (c) => bench.fail(c, 1, 'overloaded')));
  await bench.run(100);
  expect(throttle.rejectionProbability()).toBeGreaterThan(0.95);
});

test("the probability is the book's, and requests of more than two minutes ago are forgotten", async () => {
  const bench = createBench();
  const throttle = throttleOn(bench);
  const kinds = [
    'overloaded',
    'rate-limited',
    'unavailable',
    'timeout',
    'reset',
    'deadline-exceeded',
  ] as const;
  bench.at(1000, () => {
    for (const kind of kinds)
      for (let i = 0; i < 2; i++)
        void bench.outcome(throttle.run(bench.context(i), (c) => bench.fail(c, 0, kind)));
    for (const kind of ['not-found', 'cancelled'] as const)
      void bench.outcome(throttle.run(bench.context(), (c) => bench.fail(c, 0, kind)));
    void bench.outcome(throttle.run(bench.context(), (c) => bench.call(c, 0, 'x')));
  });
  const seen: number[] = [];
  for (const ms of [1001, 115_000, 125_000]) bench.at(ms, () => seen.push(throttle.rejectionProbability()));
  await bench.run();
  // Fourteen requests, of which two were accepted; who gave up proves nothing.
  expect(seen).toEqual([10 / 15, 10 / 15, 0]);
});

test('what the backend answers comes through, and what is refused here does not reach it', async () => {
  const bench = createBench();
  const drawn: unknown[] = [];
  const throttle = createAdaptiveThrottle({
    clock: bench.simulation,
    operation: 'backend',
    entity: 3,
    random: {
      uniform(...key) {
        drawn.push(key);
        return 0.7;
      },
    },
  });
  let calls = 0;
  const outcomes: Promise<string>[] = [];
  for (let i = 0; i < 4; i++)
    bench.at(i, () => {
      const work = throttle.run(bench.context(i), (c) => {
        calls++;
        return bench.fail(c, 0, 'unavailable');
      });
      outcomes.push(bench.outcome(work));
    });
  await bench.run();
  // 1/2 and 2/3 are below the draw, 3/4 is not.
  expect(await Promise.all(outcomes)).toEqual([
    'unavailable@0',
    'unavailable@1',
    'unavailable@2',
    'overloaded@3',
  ]);
  expect([calls, throttle.rejectionProbability()]).toEqual([3, 4 / 5]);
  expect(drawn).toEqual([1, 2, 3].map((request) => [3, request, 0]));
});
