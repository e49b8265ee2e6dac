import { expect, test } from 'vitest';
import type { PortError } from '../ports/errors.ts';
import { createRateLimiter } from './rate-limiter.ts';
import { createBench } from './test-support.ts';

test('a bucket allows its burst, then its rate, and says when to come back', async () => {
  const bench = createBench();
  const limiter = createRateLimiter({
    clock: bench.simulation,
    operation: 'login',
    ratePerSecond: 10,
    burst: 5,
  });
  let allowed = 0;
  for (let ms = 0; ms < 1000; ms += 10) {
    bench.at(ms, () => {
      if (limiter.take().allowed) allowed++;
    });
  }
  let refused: PortError | undefined;
  bench.at(999, () => {
    limiter
      .run(bench.context(), () => Promise.resolve(1))
      .catch((error) => {
        refused = error;
      });
  });
  await bench.run();
  expect(allowed).toBe(14); // 5 at once and one every 100 ms after
  expect([refused!.kind, refused!.definite]).toEqual(['rate-limited', true]);
  expect(refused!.retryAfterMs).toBeGreaterThan(0);
  expect(refused!.retryAfterMs).toBeLessThanOrEqual(100);
});

test('more than the bucket ever holds is a mistake, and not a matter of waiting', () => {
  const bench = createBench();
  const limiter = createRateLimiter({ clock: bench.simulation, operation: 'x', ratePerSecond: 10, burst: 5 });
  expect(limiter.take(5)).toEqual({ allowed: true, retryAfterMs: 0 });
  expect(limiter.take(5)).toEqual({ allowed: false, retryAfterMs: 500 });
  expect(() => limiter.take(6)).toThrow(/holds 5/);
});

test('it says to the millisecond when the tokens that were asked for are there, and they are', async () => {
  const bench = createBench();
  const clock = bench.simulation;
  const limiter = createRateLimiter({ clock, operation: 'login', ratePerSecond: 8, burst: 4 });
  const seen: unknown[] = [];
  const take = (tokens?: number) => {
    const { allowed, retryAfterMs } = limiter.take(tokens);
    seen.push(allowed ? 'taken' : retryAfterMs);
  };
  bench.at(0, () => {
    take(4);
    take();
    take(3);
  });
  bench.at(125, () => take());
  bench.at(125, () => take());
  // 10.5 ms later an eighth of a second lacks 114.5 ms.
  bench.at(135.5, () => take());
  // However long it was quiet, no more than the burst is saved up.
  bench.at(60_000, () => {
    for (let i = 0; i < 5; i++) take();
  });
  await bench.run();
  expect(seen).toEqual(['taken', 125, 375, 'taken', 125, 115, 'taken', 'taken', 'taken', 'taken', 125]);
});

test('what is allowed is done', async () => {
  const bench = createBench();
  const clock = bench.simulation;
  const limiter = createRateLimiter({ clock, operation: 'login', ratePerSecond: 1, burst: 1 });
  const outcomes = [1, 2].map((i) => bench.outcome(limiter.run(bench.context(), (c) => bench.call(c, 3, i))));
  await bench.run();
  expect(await Promise.all(outcomes)).toEqual(['ok:1@3', 'rate-limited@0']);
});

test.each([
  [0, 5],
  [-1, 5],
  [1, 0],
  [1, 0.9],
  [Number.NaN, 5],
  [1, Number.NaN],
])(
  'a rate of %d with a burst of %d is no bucket, and one a second with room for one is',
  (ratePerSecond, burst) => {
    const { simulation: clock } = createBench();
    const operation = 'login';
    expect(() => createRateLimiter({ clock, operation, ratePerSecond, burst })).toThrow(RangeError);
    expect(createRateLimiter({ clock, operation, ratePerSecond: 0.5, burst: 1 }).take().allowed).toBe(true);
  },
);
