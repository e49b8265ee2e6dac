import { describe, expect, test } from 'vitest';
import type { Context } from '../ports/context.ts';
import { PortError } from '../ports/errors.ts';
import { MILLISECOND, RequestTrace } from '../runtime/kernel/index.ts';
import { createAttemptBudget } from './budget.ts';
import { createHedge } from './hedge.ts';
import { createBench } from './test-support.ts';

function hedgeOn(bench: ReturnType<typeof createBench>, share = 1) {
  const budget = createAttemptBudget({ clock: bench.simulation, share });
  return createHedge({ clock: bench.simulation, delayNs: 10 * MILLISECOND, budget, hop: 0 });
}

describe('hedge', () => {
  test('a fast first attempt is never hedged', async () => {
    const bench = createBench();
    const hedge = hedgeOn(bench);
    const outcome = bench.outcome(hedge.run(bench.context(), (c) => bench.call(c, 5, 'x')));
    await bench.run();
    expect([await outcome, hedge.hedged]).toEqual(['ok:x@5', 0]);
  });

  test('a slow one is, the faster attempt wins, the loser is cancelled, and booked time adds up', async () => {
    const bench = createBench();
    const hedge = hedgeOn(bench);
    const trace = new RequestTrace([0, 0]);
    const work = async (context: Context) => {
      const ms = context.attempt === 0 ? 200 : 3;
      context.trace.add(1, ms * MILLISECOND);
      return bench.call(context, ms, context.attempt);
    };
    const outcome = bench.outcome(hedge.run(bench.context(0, trace), work));
    await bench.run();
    expect(await outcome).toBe('ok:1@13');
    expect([hedge.hedged, hedge.won, bench.inService]).toEqual([1, 1, 0]);
    expect(trace.partsNs).toEqual([10 * MILLISECOND, 3 * MILLISECOND]);
  });

  test("a failure of one attempt waits for the other; the first one's error is shown if both fail", async () => {
    const bench = createBench();
    const hedge = hedgeOn(bench);
    const survived = bench.outcome(
      hedge.run(bench.context(), (c) =>
        c.attempt === 0 ? bench.fail(c, 15, 'reset') : bench.call(c, 20, 'x'),
      ),
    );
    const failed = bench.outcome(
      hedge.run(bench.context(), (c) => bench.fail(c, 15, c.attempt === 0 ? 'reset' : 'timeout')),
    );
    await bench.run();
    expect(await survived).toBe('ok:x@30');
    expect(await failed).toBe('reset@25');
  });

  test('the budget keeps hedges to its share when everything is slow', async () => {
    const bench = createBench();
    const hedge = hedgeOn(bench, 0.05);
    for (let i = 0; i < 1000; i++)
      bench.at(i, () => void bench.outcome(hedge.run(bench.context(i), (c) => bench.call(c, 50, 'x'))));
    await bench.run();
    expect(hedge.hedged).toBeGreaterThan(45);
    expect(hedge.hedged).toBeLessThanOrEqual(60);
  });

  test('a caller that cancels stops both attempts', async () => {
    const bench = createBench();
    const hedge = hedgeOn(bench);
    const context = bench.context();
    const outcome = bench.outcome(hedge.run(context, (c) => bench.call(c, 100, 'x')));
    bench.at(20, () => {
      expect(bench.inService).toBe(2);
      context.cancel(new PortError('cancelled', 'page', false));
    });
    await bench.run();
    expect([await outcome, bench.inService]).toEqual(['cancelled@20', 0]);
  });

  test('no attempt is added after an answer, and none for a caller that has given up or crashed', async () => {
    const bench = createBench();
    const hedge = hedgeOn(bench);
    const gone = bench.context();
    const deaf = bench.context(9);
    void bench.outcome(hedge.run(gone, () => bench.call(deaf, 50, 'x')));
    bench.at(5, () => gone.cancel(new PortError('cancelled', 'page', false)));
    const failed = bench.outcome(hedge.run(bench.context(), (c) => bench.fail(c, 5, 'not-found')));
    bench.at(30, () => {
      void bench.outcome(hedge.run(bench.context(), () => new Promise(() => {})));
      bench.at(5, () => {
        bench.life.alive = false;
      });
    });
    await bench.run();
    expect([await failed, hedge.hedged]).toEqual(['not-found@5', 0]);
  });

  test('what the first attempt took is booked where it wins, and where both fail', async () => {
    const bench = createBench();
    const hedge = hedgeOn(bench);
    const work = (succeeds: boolean) => async (context: Context) => {
      const ms = context.attempt === 0 ? 20 : 30;
      context.trace.add(1, ms * MILLISECOND);
      return succeeds ? bench.call(context, ms, context.attempt) : bench.fail(context, ms, 'reset');
    };
    const traces = [new RequestTrace([0, 0]), new RequestTrace([0, 0])];
    const outcomes = [true, false].map((succeeds, i) =>
      bench.outcome(hedge.run(bench.context(i, traces[i]), work(succeeds))),
    );
    bench.at(21, () => expect(bench.inService).toBe(1));
    await bench.run();
    expect(await Promise.all(outcomes)).toEqual(['ok:0@20', 'reset@40']);
    expect(traces.map(({ partsNs }) => partsNs)).toEqual([
      [0, 20 * MILLISECOND],
      [0, 20 * MILLISECOND],
    ]);
    expect([hedge.hedged, hedge.won]).toEqual([2, 0]);
  });

  test('two answers in the same instant are one, booked once', async () => {
    const bench = createBench();
    const hedge = hedgeOn(bench);
    const trace = new RequestTrace([0, 0]);
    const outcome = bench.outcome(
      hedge.run(bench.context(0, trace), (context) => {
        context.trace.add(1, 20 * MILLISECOND);
        // No engine that could be told to stop.
        return bench.simulation.sleep(bench.context(9), (context.attempt === 0 ? 20 : 10) * MILLISECOND);
      }),
    );
    await bench.run();
    expect(await outcome).toBe('ok:undefined@20');
    expect([trace.partsNs, hedge.hedged, hedge.won]).toEqual([[0, 20 * MILLISECOND], 1, 0]);
  });

  test('attempts of nested layers never meet, and one that is over hears no more of its caller', async () => {
    const bench = createBench();
    const hedge = hedgeOn(bench);
    const context = bench.context().child({ attempt: 3 });
    const attempts: Context[] = [];
    const outcome = bench.outcome(
      hedge.run(context, (attempt) => {
        attempts.push(attempt);
        return attempts.length === 1 ? bench.fail(attempt, 15, 'reset') : bench.call(attempt, 20, 'x');
      }),
    );
    await bench.run();
    expect(await outcome).toBe('ok:x@30');
    const reason = new PortError('cancelled', 'page', false);
    context.cancel(reason);
    expect(attempts.map(({ attempt, cancelled }) => [attempt, cancelled === reason])).toEqual([
      [6, false],
      [7, false],
    ]);
  });
});
