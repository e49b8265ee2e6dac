import { describe, expect, test } from 'vitest';
import type { Context } from '../ports/context.ts';
import { PortError } from '../ports/errors.ts';
import { MILLISECOND, untraced } from '../runtime/kernel/index.ts';
import { createBench } from './test-support.ts';
import { withTimeout } from './timeout.ts';

describe('withTimeout', () => {
  test('work that ends in time is answered, and its timer never fires', async () => {
    const bench = createBench();
    const context = bench.context();
    const outcome = bench.outcome(
      withTimeout(bench.simulation, context, 50 * MILLISECOND, 'read', (child) => bench.call(child, 20, 'x')),
    );
    await bench.run(1000);
    expect(await outcome).toBe('ok:x@20');
    expect(context.cancelled).toBeNull();
  });

  test('work that takes longer is cancelled at the deadline and the engine is told', async () => {
    const bench = createBench();
    const outcome = bench.outcome(
      withTimeout(bench.simulation, bench.context(), 50 * MILLISECOND, 'read', (child) =>
        bench.call(child, 80, 'x'),
      ),
    );
    await bench.run(1000);
    expect(await outcome).toBe('deadline-exceeded@50');
    expect(bench.inService).toBe(0);
  });

  test('a caller with less time left than the timeout keeps its own deadline', async () => {
    const bench = createBench();
    let seen = 0;
    const context = bench.context(0, untraced, 30 * MILLISECOND);
    const outcome = bench.outcome(
      withTimeout(bench.simulation, context, 50 * MILLISECOND, 'read', (child) => {
        seen = child.deadlineNs;
        return bench.call(child, 80, 'x');
      }),
    );
    await bench.run(1000);
    expect(await outcome).toBe('deadline-exceeded@30');
    expect(seen).toBe(30 * MILLISECOND);
  });

  test('the error says that the outcome is unknown once work has begun, and certain if it has not', async () => {
    const bench = createBench();
    const begun = withTimeout(bench.simulation, bench.context(), 1, 'read', (child) =>
      bench.call(child, 80, 'x'),
    );
    const late = withTimeout(bench.simulation, bench.context(0, untraced, 0), 1, 'read', () =>
      Promise.resolve(1),
    );
    const errors = Promise.all([begun.catch((error) => error), late.catch((error) => error)]);
    await bench.run(1000);
    const [first, second] = (await errors) as PortError[];
    expect([first!.definite, second!.definite]).toEqual([false, true]);
    expect(first).toBeInstanceOf(PortError);
  });

  test('when the caller cancels, its reason comes through and the timer is dropped', async () => {
    const bench = createBench();
    const context = bench.context();
    const outcome = bench.outcome(
      withTimeout(bench.simulation, context, 50 * MILLISECOND, 'read', (child) => bench.call(child, 80, 'x')),
    );
    bench.at(10, () => context.cancel(new PortError('cancelled', 'page', false)));
    await bench.run(1000);
    expect(await outcome).toBe('cancelled@10');
    expect(bench.inService).toBe(0);
  });

  test('later in the run it is the same: the time left counts from now', async () => {
    const bench = createBench();
    const outcomes: Promise<string>[] = [];
    bench.at(100, () => {
      for (const deadlineMs of [90, 100, 130, 500]) {
        const context = bench.context(0, untraced, deadlineMs * MILLISECOND);
        const work = (child: Context) => bench.call(child, 80, 'x');
        outcomes.push(bench.outcome(withTimeout(bench.simulation, context, 50 * MILLISECOND, 'read', work)));
      }
    });
    await bench.run(1000);
    expect(await Promise.all(outcomes)).toEqual([
      'deadline-exceeded@100',
      'deadline-exceeded@100',
      'deadline-exceeded@130',
      'deadline-exceeded@150',
    ]);
  });

  test('a caller that has given up has nothing done, and gets its own reason', async () => {
    const bench = createBench();
    const context = bench.context();
    context.cancel(new PortError('cancelled', 'page', false));
    let calls = 0;
    const outcome = bench.outcome(
      withTimeout(bench.simulation, context, 50 * MILLISECOND, 'read', async () => calls++),
    );
    await bench.run();
    expect([await outcome, calls]).toEqual(['cancelled@0', 0]);
  });

  test('once answered, neither the timer nor the caller reaches the context of the work', async () => {
    const bench = createBench();
    const context = bench.context();
    let child: Context | undefined;
    const outcome = bench.outcome(
      withTimeout(bench.simulation, context, 50 * MILLISECOND, 'read', (given) => {
        child = given;
        return bench.call(given, 20, 'x');
      }),
    );
    bench.at(100, () => {
      expect(child!.cancelled).toBeNull();
      context.cancel(new PortError('cancelled', 'page', false));
    });
    await bench.run(1000);
    expect(await outcome).toBe('ok:x@20');
    expect(child!.cancelled).toBeNull();
  });

  test('work that throws before it waits is told of, and leaves neither timer nor child', async () => {
    const bench = createBench();
    const context = bench.context();
    let child: Context | undefined;
    const work = (given: Context): Promise<string> => {
      child = given;
      throw new PortError('invalid', 'read', true);
    };
    const outcome = bench.outcome(withTimeout(bench.simulation, context, 50 * MILLISECOND, 'read', work));
    await bench.run(1000);
    expect(await outcome).toBe('invalid@0');
    context.cancel(new PortError('cancelled', 'page', false));
    expect(child!.cancelled).toBeNull();
  });

  test('what is used again keeps nothing of whom it served: many at once, one after the other, each as if alone', async () => {
    const bench = createBench();
    const outcomes: Promise<string>[] = [];
    const expected: string[] = [];
    for (let i = 0; i < 300; i++) {
      const [startMs, takesMs, limitMs] = [(i * 7) % 90, 1 + ((i * 13) % 40), 20 + (i % 3)];
      bench.at(startMs, () => {
        const work = (child: Context) =>
          i % 5 === 0 ? bench.fail(child, takesMs, 'conflict') : bench.call(child, takesMs, i);
        const told = (operation: string, error: unknown) =>
          new PortError((error as PortError).kind, `${operation} for ${i}`, true);
        const limited = withTimeout<unknown>(
          bench.simulation,
          bench.context(),
          limitMs * MILLISECOND,
          'read',
          work,
          told,
        );
        outcomes.push(
          limited.then(
            (value) => `${value}`,
            (error: PortError) => `${error.operation} ${error.kind}`,
          ),
        );
        // Of two timers for the same moment the one that was set first comes first.
        const late = takesMs >= limitMs;
        if (late) expected.push(`read for ${i} deadline-exceeded`);
        else expected.push(i % 5 === 0 ? `read for ${i} conflict` : `${i}`);
      });
    }
    await bench.run(1000);
    expect(await Promise.all(outcomes)).toEqual(expected);
    expect(bench.inService).toBe(0);
  });
});
