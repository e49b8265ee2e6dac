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
