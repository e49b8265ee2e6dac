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

  test('a call that began before it opened says nothing about the probes', async () => {
    const bench = createBench();
    const breaker = breakerOn(bench);
    const call = (work: Parameters<typeof breaker.run<unknown>>[1]) =>
      void bench.outcome(breaker.run(bench.context(), work));
    bench.at(0, () => {
      // Two slow ones that fail, and one that succeeds, while it is half-open.
      for (const ms of [1200, 1210]) call((c) => bench.fail(c, ms, 'timeout', false));
      call((c) => bench.call(c, 1220, 'late'));
      for (let i = 0; i < 10; i++) call((c) => bench.fail(c, 1, 'unavailable'));
    });
    bench.at(1100, () => call((c) => bench.call(c, 200, 'probe')));
    bench.at(1250, () => expect([breaker.state, breaker.opened]).toEqual(['half-open', 1]));
    bench.at(1260, () => call((c) => bench.call(c, 1, 'probe')));
    bench.at(1270, () => expect(breaker.state).toBe('half-open'));
    await bench.run();
    expect([breaker.state, breaker.opened]).toEqual(['closed', 1]);
  });

  test('closed again it has forgotten the failures for which it opened', async () => {
    const bench = createBench();
    const breaker = breakerOn(bench);
    const failing = () =>
      void bench.outcome(breaker.run(bench.context(), (c) => bench.fail(c, 0, 'timeout')));
    for (let i = 0; i < 10; i++) bench.at(0, failing);
    for (let i = 0; i < 2; i++)
      bench.at(
        1100,
        () => void bench.outcome(breaker.run(bench.context(), (c) => bench.call(c, 1, 'probe'))),
      );
    for (let i = 0; i < 9; i++) bench.at(1200, failing);
    bench.at(1300, () => expect(breaker.state).toBe('closed'));
    bench.at(1300, failing);
    await bench.run();
    expect([breaker.state, breaker.opened]).toEqual(['open', 2]);
  });

  test('failures that are older than the window are no reason to open', async () => {
    const bench = createBench();
    const breaker = breakerOn(bench);
    const failing = () =>
      void bench.outcome(breaker.run(bench.context(), (c) => bench.fail(c, 0, 'timeout')));
    for (const ms of [20_000, 40_000]) for (let i = 0; i < 9; i++) bench.at(ms, failing);
    bench.at(40_001, () => expect(breaker.state).toBe('closed'));
    bench.at(40_002, failing);
    await bench.run();
    expect(breaker.state).toBe('open');
  });

  test('every time that it is half-open it lets as many probes through, answered and not', async () => {
    const bench = createBench();
    // Two answers decide, of three probes.
    const breaker = createCircuitBreaker({
      clock: bench.simulation,
      operation: 'catalogue',
      failureRate: 0.5,
      minimumCalls: 2,
      windowNs: 10 * SECOND,
      openNs: 1 * SECOND,
      probes: 3,
    });
    const through: number[] = [];
    const send = (ms: number, fails: boolean) =>
      void bench.outcome(
        breaker.run(bench.context(), (c) => {
          through.push(bench.simulation.nowNs / MILLISECOND);
          return fails ? bench.fail(c, ms, 'timeout') : bench.call(c, ms, 'x');
        }),
      );
    bench.at(0, () => [0, 1].map(() => send(0, true)));
    // One probe is answered, two are in the air: a fourth is refused, and the second answer opens it again.
    for (const s of [1, 3, 5]) {
      bench.at(s * 1000 + 1, () => [1, 500, 900].map((ms) => send(ms, true)));
      bench.at(s * 1000 + 100, () => send(1, false));
    }
    bench.at(7001, () => [1, 500, 900].map((ms) => send(ms, false)));
    await bench.run();
    expect(through).toEqual([0, 0, 1001, 1001, 1001, 3001, 3001, 3001, 5001, 5001, 5001, 7001, 7001, 7001]);
    expect([breaker.state, breaker.opened]).toEqual(['closed', 4]);
  });
});
