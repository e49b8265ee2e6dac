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
});
