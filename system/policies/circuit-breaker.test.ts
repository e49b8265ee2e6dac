import { describe, expect, test } from 'vitest';
import { PortError } from '../ports/errors.ts';
import { MILLISECOND, SECOND } from '../runtime/kernel/index.ts';
import { createCircuitBreaker } from './circuit-breaker.ts';
import { createBench } from './test-support.ts';

function breakerOn(bench: ReturnType<typeof createBench>, probes = 2) {
  return createCircuitBreaker({
    clock: bench.simulation,
    operation: 'catalogue',
    failureRate: 0.5,
    minimumCalls: 10,
    windowNs: 10 * SECOND,
    openNs: 1 * SECOND,
    probes,
  });
}

describe('circuit breaker', () => {
  test('opens at the failure rate, refuses without calling, and closes after its probes succeed', async () => {
    const bench = createBench();
    const breaker = breakerOn(bench);
    let healthy = false;
    let calls = 0;
    const seen: string[] = [];
    for (let i = 0; i < 20; i++) {
      bench.at(i * 100, () => {
        if (i >= 15) healthy = true;
        void bench
          .outcome(
            breaker.run(bench.context(), (context) => {
              calls++;
              return healthy ? bench.call(context, 1, 'x') : bench.fail(context, 1, 'timeout', false);
            }),
          )
          .then((text) => seen.push(text.split('@')[0]!));
      });
    }
    bench.at(950, () => expect(breaker.state).toBe('open'));
    bench.at(1950, () => {
      healthy = true;
      for (let i = 0; i < 3; i++)
        void bench
          .outcome(breaker.run(bench.context(), (context) => bench.call(context, 1, 'probe')))
          .then((text) => seen.push(text.split('@')[0]!));
    });
    await bench.run();
    expect(seen.slice(0, 10)).toEqual(Array(10).fill('timeout'));
    expect(seen.slice(10, 20)).toEqual(Array(10).fill('circuit-open'));
    // Two probes are let through at once, the third is refused; then the circuit is closed.
    expect(seen.slice(20)).toEqual(['circuit-open', 'ok:probe', 'ok:probe']);
    expect([breaker.state, breaker.opened, calls]).toEqual(['closed', 1, 10]);
  });

  test('says how long it stays open', async () => {
    const bench = createBench();
    const breaker = breakerOn(bench);
    let refused: PortError | undefined;
    for (let i = 0; i < 10; i++)
      bench.at(
        0,
        () => void bench.outcome(breaker.run(bench.context(), (c) => bench.fail(c, 0, 'unavailable'))),
      );
    bench.at(400, () => {
      breaker
        .run(bench.context(), () => Promise.resolve())
        .catch((error) => {
          refused = error;
        });
    });
    await bench.run();
    expect([refused!.kind, refused!.definite, refused!.retryAfterMs]).toEqual(['circuit-open', true, 600]);
  });

  test('a probe whose caller gave up frees its place, and a half of two that failed opens it again', async () => {
    const bench = createBench();
    const breaker = breakerOn(bench);
    for (let i = 0; i < 10; i++)
      bench.at(
        0,
        () => void bench.outcome(breaker.run(bench.context(), (c) => bench.fail(c, 0, 'unavailable'))),
      );
    const gaveUp = bench.context();
    bench.at(1100, () => {
      void bench.outcome(breaker.run(gaveUp, (c) => bench.call(c, 500, 'x')));
      void bench.outcome(breaker.run(bench.context(), (c) => bench.call(c, 1, 'x')));
    });
    bench.at(1200, () => {
      gaveUp.cancel(new PortError('cancelled', 'page', false));
    });
    bench.at(1300, () => {
      expect(breaker.state).toBe('half-open');
      void bench.outcome(breaker.run(bench.context(), (c) => bench.fail(c, 1, 'reset', false)));
    });
    await bench.run();
    expect([breaker.state, breaker.opened]).toEqual(['open', 2]);
  });

  test.each([
    [4, 'closed'],
    [5, 'open'],
  ])(
    'half-open waits for all probes and judges their rate: of ten, %i failed and it is %s',
    async (failing, after) => {
      const bench = createBench();
      const breaker = breakerOn(bench, 10);
      for (let i = 0; i < 10; i++)
        bench.at(
          0,
          () => void bench.outcome(breaker.run(bench.context(), (c) => bench.fail(c, 0, 'unavailable'))),
        );
      // The failures first: no rate of nine probes decides.
      for (let i = 0; i < 10; i++)
        bench.at(1100 + 10 * i, () => {
          expect(breaker.state).toBe(i === 0 ? 'open' : 'half-open');
          const probe = breaker.run(bench.context(), (c) =>
            i < failing ? bench.fail(c, 1, 'timeout', false) : bench.call(c, 1, 'x'),
          );
          void bench.outcome(probe);
        });
      await bench.run();
      expect([breaker.state, breaker.opened]).toEqual([after, after === 'open' ? 2 : 1]);
    },
  );

  test('answers that refuse for a reason do not open it, and old failures leave the window', async () => {
    const bench = createBench();
    const breaker = breakerOn(bench);
    for (let i = 0; i < 100; i++)
      bench.at(
        i,
        () => void bench.outcome(breaker.run(bench.context(), (c) => bench.fail(c, 0, 'not-found'))),
      );
    for (let i = 0; i < 9; i++) {
      bench.at(
        20_000,
        () => void bench.outcome(breaker.run(bench.context(), (c) => bench.fail(c, 0, 'timeout'))),
      );
      bench.at(
        40_000,
        () => void bench.outcome(breaker.run(bench.context(), (c) => bench.fail(c, 0, 'timeout'))),
      );
    }
    await bench.run((60_000_000 / MILLISECOND) * 1000);
    expect(breaker.state).toBe('closed');
  });
});
