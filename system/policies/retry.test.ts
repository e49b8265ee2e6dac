import { describe, expect, test } from 'vitest';
import type { Context } from '../ports/context.ts';
import { PortError } from '../ports/errors.ts';
import { MILLISECOND, untraced } from '../runtime/kernel/index.ts';
import { createAttemptBudget } from './budget.ts';
import { createRetry, type RetryDependencies } from './retry.ts';
import { createBench } from './test-support.ts';

const IDEMPOTENT = { idempotent: true };

function retryOn(bench: ReturnType<typeof createBench>, options: Partial<RetryDependencies> = {}) {
  return createRetry({
    clock: bench.simulation,
    random: bench.simulation.random('retry jitter'),
    attempts: 3,
    baseDelayNs: 10 * MILLISECOND,
    maxDelayNs: 1000 * MILLISECOND,
    ...options,
  });
}

describe('retry', () => {
  test('a passing failure is retried with attempt numbers of its own until it succeeds', async () => {
    const bench = createBench();
    const attempts: number[] = [];
    const work = async (context: Context) => {
      attempts.push(context.attempt);
      if (attempts.length < 3) await bench.fail(context, 1, 'unavailable');
      return bench.call(context, 1, 'x');
    };
    const outcome = bench.outcome(retryOn(bench).run(bench.context(), IDEMPOTENT, work));
    await bench.run();
    expect(await outcome).toMatch(/^ok:x@/);
    expect(attempts).toEqual([0, 1, 2]);
  });

  test('attempt numbers of nested layers never meet', async () => {
    const bench = createBench();
    const outer = retryOn(bench, { attempts: 4 });
    const inner = retryOn(bench, { attempts: 4 });
    const attempts: number[] = [];
    const outcome = bench.outcome(
      outer.run(bench.context(), IDEMPOTENT, (context) =>
        inner.run(context, IDEMPOTENT, (child) => {
          attempts.push(child.attempt);
          return bench.fail(child, 1, 'unavailable');
        }),
      ),
    );
    await bench.run();
    await outcome;
    expect(attempts).toEqual(Array.from({ length: 16 }, (_, i) => i));
  });

  test.each([
    ['not-found', true, true, 1],
    ['circuit-open', true, true, 1],
    ['rate-limited', true, true, 1],
    ['timeout', false, false, 1],
    ['timeout', false, true, 3],
    ['unavailable', true, false, 3],
  ] as const)(
    '%s (definite %s) with idempotent %s is tried %i times',
    async (kind, definite, idempotent, times) => {
      const bench = createBench();
      let tries = 0;
      const outcome = bench.outcome(
        retryOn(bench).run(bench.context(), { idempotent }, (context) => {
          tries++;
          return bench.fail(context, 1, kind, definite);
        }),
      );
      await bench.run();
      expect(await outcome).toMatch(new RegExp(`^${kind}@`));
      expect(tries).toBe(times);
    },
  );

  test("the callee's wish is respected: no attempt before retryAfterMs", async () => {
    const bench = createBench();
    const times: number[] = [];
    const outcome = bench.outcome(
      retryOn(bench, { attempts: 2 }).run(bench.context(), IDEMPOTENT, (context) => {
        times.push(bench.simulation.nowNs / MILLISECOND);
        return bench.fail(context, 0, 'rate-limited', true, 500);
      }),
    );
    await bench.run();
    await outcome;
    expect(times[1]).toBeGreaterThanOrEqual(500);
    expect(times[1]).toBeLessThanOrEqual(510);
  });

  test('no attempt is made that could not begin before the deadline', async () => {
    const bench = createBench();
    const context = bench.context(0, untraced, 100 * MILLISECOND);
    const outcome = bench.outcome(
      retryOn(bench).run(context, IDEMPOTENT, (child) => bench.fail(child, 5, 'overloaded', true, 500)),
    );
    await bench.run();
    expect(await outcome).toBe('overloaded@5');
  });

  test('with a budget of 10 % a dead callee sees 1.1 times the load, not 3 times', async () => {
    const bench = createBench();
    const retry = retryOn(bench, { budget: createAttemptBudget({ clock: bench.simulation, share: 0.1 }) });
    let tries = 0;
    const requests = 2000;
    for (let request = 0; request < requests; request++) {
      bench.at(request, () => {
        void bench.outcome(
          retry.run(bench.context(request), IDEMPOTENT, (context) => {
            tries++;
            return bench.fail(context, 1, 'unavailable');
          }),
        );
      });
    }
    await bench.run();
    expect(tries / requests).toBeGreaterThan(1.09);
    expect(tries / requests).toBeLessThan(1.12);
  });

  test('a caller that gives up during the back-off ends it at once', async () => {
    const bench = createBench();
    const context = bench.context();
    let tries = 0;
    const outcome = bench.outcome(
      retryOn(bench, { baseDelayNs: 1e12, maxDelayNs: 1e12 }).run(context, IDEMPOTENT, (child) => {
        tries++;
        return bench.fail(child, 1, 'unavailable');
      }),
    );
    bench.at(7, () => context.cancel(new PortError('cancelled', 'page', false)));
    await bench.run();
    expect(await outcome).toBe('cancelled@7');
    expect(tries).toBe(1);
  });

  test('back-offs double up to the longest, full jitter is a share of each, and the wish of the callee comes on top', async () => {
    const bench = createBench();
    const times: number[] = [];
    const random = { uniform: () => 0.5 };
    const retry = retryOn(bench, { attempts: 6, random, maxDelayNs: 50 * MILLISECOND });
    const work = (context: Context) => {
      times.push(bench.simulation.nowNs / MILLISECOND);
      return bench.fail(context, 0, 'overloaded', true, times.length === 5 ? 100 : undefined);
    };
    void bench.outcome(retry.run(bench.context(), IDEMPOTENT, work));
    await bench.run();
    // Halves of 10, 20, 40, 50 and 50 ms; 100 ms more before the last.
    expect(times).toEqual([0, 5, 15, 35, 60, 185]);
    expect(retry.retries).toBe(5);
  });

  test('each caller and each attempt draws a jitter of its own', async () => {
    const bench = createBench();
    const keys: string[] = [];
    const random = {
      uniform(entity: number, request?: number, attempt?: number) {
        keys.push(`${entity} ${request} ${attempt}`);
        return 0.5;
      },
    };
    const retry = retryOn(bench, { random, entity: 7 });
    const contexts = [bench.context(1), bench.context(2), bench.context(1).child({ attempt: 1 })];
    for (const context of contexts)
      void bench.outcome(retry.run(context, IDEMPOTENT, (c) => bench.fail(c, 1, 'unavailable')));
    await bench.run();
    expect(keys.toSorted()).toEqual(['7 1 1', '7 1 2', '7 1 4', '7 1 5', '7 2 1', '7 2 2']);
  });

  test('the error is that of the last attempt, and an attempt that is over hears no more of its caller', async () => {
    const bench = createBench();
    const context = bench.context().child({ attempt: 1 });
    const attempts: Context[] = [];
    const outcome = bench.outcome(
      retryOn(bench).run(context, IDEMPOTENT, (attempt) => {
        attempts.push(attempt);
        return bench.fail(attempt, 1, attempts.length === 3 ? 'not-found' : 'unavailable');
      }),
    );
    await bench.run();
    expect(await outcome).toMatch(/^not-found@/);
    context.cancel(new PortError('cancelled', 'page', false));
    expect(attempts.map(({ attempt, cancelled }) => [attempt, cancelled])).toEqual([
      [3, null],
      [4, null],
      [5, null],
    ]);
  });

  test('nothing is tried again for a caller that has given up, nor after its process has crashed', async () => {
    const bench = createBench();
    const budget = createAttemptBudget({ clock: bench.simulation, share: 0.1 });
    const gone = bench.context();
    const outcome = bench.outcome(
      retryOn(bench, { budget }).run(gone, IDEMPOTENT, async () => {
        gone.cancel(new PortError('cancelled', 'page', false));
        throw new PortError('reset', 'engine', true);
      }),
    );
    await bench.run();
    expect(await outcome).toBe('reset@0');
    expect(budget.tokens).toBeGreaterThanOrEqual(10);
    const crashed = bench.outcome(
      retryOn(bench, { budget }).run(bench.context(), IDEMPOTENT, async () => {
        bench.life.alive = false;
        throw new PortError('reset', 'engine', true);
      }),
    );
    expect(await crashed).toMatch(/^reset@/);
    expect(budget.tokens).toBeGreaterThanOrEqual(10);
  });

  test.each([0, 1.5, -1, Number.NaN])('%d attempts are no policy', (attempts) => {
    expect(() => retryOn(createBench(), { attempts })).toThrow(RangeError);
  });

  test('a policy of one attempt does the work once', async () => {
    const bench = createBench();
    const outcome = bench.outcome(
      retryOn(bench, { attempts: 1 }).run(bench.context(), IDEMPOTENT, (c) => bench.fail(c, 1, 'reset')),
    );
    await bench.run();
    expect(await outcome).toBe('reset@1');
  });
});
