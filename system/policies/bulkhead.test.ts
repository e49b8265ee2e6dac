import { describe, expect, test } from 'vitest';
import { PortError } from '../ports/errors.ts';
import { MILLISECOND, untraced } from '../runtime/kernel/index.ts';
import { createBulkhead } from './bulkhead.ts';
import { createBench } from './test-support.ts';

function bulkheadOn(
  { simulation: clock }: ReturnType<typeof createBench>,
  maxConcurrent: number,
  maxQueue: number,
) {
  return createBulkhead({ clock, operation: 'catalogue', maxConcurrent, maxQueue });
}

describe('bulkhead', () => {
  test('runs so many at once, queues so many in order, and sheds the rest', async () => {
    const bench = createBench();
    const bulkhead = bulkheadOn(bench, 2, 2);
    const outcomes = Promise.all(
      [0, 1, 2, 3, 4].map((i) => bench.outcome(bulkhead.run(bench.context(i), (c) => bench.call(c, 10, i)))),
    );
    await bench.run();
    expect(await outcomes).toEqual(['ok:0@10', 'ok:1@10', 'ok:2@20', 'ok:3@20', 'overloaded@0']);
    expect([bulkhead.running, bulkhead.waiting]).toEqual([0, 0]);
  });

  test('a caller that gives up leaves the queue, one that gives up at work frees its place', async () => {
    const bench = createBench();
    const bulkhead = bulkheadOn(bench, 1, 9);
    const contexts = [0, 1, 2].map((i) => bench.context(i));
    const outcomes = Promise.all(
      contexts.map((context, i) => bench.outcome(bulkhead.run(context, (c) => bench.call(c, 100, i)))),
    );
    bench.at(5, () => contexts[1]!.cancel(new PortError('cancelled', 'page', false)));
    bench.at(10, () => contexts[0]!.cancel(new PortError('cancelled', 'page', false)));
    await bench.run();
    expect(await outcomes).toEqual(['cancelled@10', 'cancelled@5', 'ok:2@110']);
    expect([bulkhead.running, bulkhead.waiting, bench.inService]).toEqual([0, 0, 0]);
  });

  test('nobody waits in the queue beyond its deadline', async () => {
    const bench = createBench();
    const bulkhead = bulkheadOn(bench, 1, 9);
    void bench.outcome(bulkhead.run(bench.context(), (c) => bench.call(c, 100, 'x')));
    const late = bench.context(1, untraced, 30 * MILLISECOND);
    const outcome = bench.outcome(bulkhead.run(late, (c) => bench.call(c, 1, 'x')));
    await bench.run();
    expect(await outcome).toBe('deadline-exceeded@30');
  });

  test.each([
    [1, 1],
    [1, 3],
    [2, 4],
  ])(
    'with %i places, callers who give up together with %i who wait leave every place free',
    async (maxConcurrent, waiting) => {
      const bench = createBench();
      const bulkhead = bulkheadOn(bench, maxConcurrent, 9);
      const contexts = Array.from({ length: maxConcurrent + waiting }, (_, i) => bench.context(i));
      // The call itself, with nothing around it: it ends before those who wait have left the queue.
      for (const context of contexts)
        void bench.outcome(bulkhead.run(context, (c) => bench.simulation.open<string>(c, 'engine').promise));
      bench.at(5, () => {
        for (const context of contexts) context.cancel(new PortError('cancelled', 'page', false));
      });
      const later: Promise<string>[] = [];
      bench.at(10, () => {
        expect([bulkhead.running, bulkhead.waiting]).toEqual([0, 0]);
        later.push(bench.outcome(bulkhead.run(bench.context(1), (c) => bench.call(c, 1, 'x'))));
      });
      await bench.run();
      expect(await Promise.all(later)).toEqual(['ok:x@11']);
    },
  );

  test('a caller that has given up takes no place', async () => {
    const bench = createBench();
    const bulkhead = bulkheadOn(bench, 1, 0);
    const gone = bench.context();
    gone.cancel(new PortError('cancelled', 'page', false));
    let calls = 0;
    const outcome = bench.outcome(bulkhead.run(gone, async () => calls++));
    await bench.run();
    expect([await outcome, calls, bulkhead.running]).toEqual(['cancelled@0', 0, 0]);
  });
});
