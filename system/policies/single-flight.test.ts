import { describe, expect, test } from 'vitest';
import type { Context } from '../ports/context.ts';
import { PortError } from '../ports/errors.ts';
import { MILLISECOND, RequestTrace, untraced } from '../runtime/kernel/index.ts';
import { createSingleFlight } from './single-flight.ts';
import { createBench } from './test-support.ts';

const gaveUp = () => new PortError('cancelled', 'page', false);

describe('single flight', () => {
  test('callers of one key share one piece of work, callers of another do not', async () => {
    const bench = createBench();
    const flight = createSingleFlight<string>({ clock: bench.simulation, operation: 'load', hop: 0 });
    let calls = 0;
    const load = (key: string, trace = untraced) =>
      bench.outcome(
        flight.run(bench.context(0, trace), key, (context) => {
          calls++;
          context.trace.add(1, 10 * MILLISECOND);
          return bench.call(context, 10, `${key}${calls}`);
        }),
      );
    const traces = [new RequestTrace([0, 0]), new RequestTrace([0, 0])];
    const outcomes: Promise<string>[] = [load('a', traces[0]), load('b')];
    bench.at(4, () => void outcomes.push(load('a', traces[1])));
    bench.at(20, () => void outcomes.push(load('a')));
    await bench.run();
    expect(await Promise.all(outcomes)).toEqual(['ok:a1@10', 'ok:b2@10', 'ok:a1@10', 'ok:a3@30']);
    expect([calls, flight.size, flight.shared]).toEqual([3, 0, 1]);
    expect(traces.map((trace) => trace.partsNs)).toEqual([
      [0, 10 * MILLISECOND],
      [6 * MILLISECOND, 0],
    ]);
  });

  test('the one who started it may give up: the others get their answer', async () => {
    const bench = createBench();
    const flight = createSingleFlight<string>({ clock: bench.simulation, operation: 'load' });
    const starter = bench.context();
    const first = bench.outcome(flight.run(starter, 'a', (c) => bench.call(c, 10, 'x')));
    const second = bench.outcome(flight.run(bench.context(), 'a', () => Promise.reject(new Error('never'))));
    bench.at(5, () => starter.cancel(gaveUp()));
    await bench.run();
    expect([await first, await second]).toEqual(['cancelled@5', 'ok:x@10']);
  });

  test('when the last caller has left, the work is cancelled and the key is free', async () => {
    const bench = createBench();
    const flight = createSingleFlight<string>({ clock: bench.simulation, operation: 'load' });
    const contexts = [bench.context(), bench.context(0, untraced, 7 * MILLISECOND)];
    const outcomes = contexts.map((context) =>
      bench.outcome(flight.run(context, 'a', (c) => bench.call(c, 1000, 'x'))),
    );
    bench.at(5, () => contexts[0]!.cancel(gaveUp()));
    bench.at(8, () => {
      expect([flight.size, bench.inService]).toEqual([0, 0]);
      outcomes.push(bench.outcome(flight.run(bench.context(), 'a', (c) => bench.call(c, 1, 'y'))));
    });
    await bench.run();
    expect(await Promise.all(outcomes)).toEqual(['cancelled@5', 'deadline-exceeded@7', 'ok:y@9']);
  });

  test('an error goes to everybody, and the next caller tries anew', async () => {
    const bench = createBench();
    const flight = createSingleFlight<string>({ clock: bench.simulation, operation: 'load' });
    const outcomes = [0, 1].map(() =>
      bench.outcome(
        flight.run(bench.context(), 'a', async (c) => {
          await bench.fail(c, 3, 'unavailable');
          return 'never';
        }),
      ),
    );
    bench.at(5, () => void outcomes.push(bench.outcome(flight.run(bench.context(), 'a', async () => 'now'))));
    await bench.run();
    expect(await Promise.all(outcomes)).toEqual(['unavailable@3', 'unavailable@3', 'ok:now@5']);
  });

  test('a crash of the process leaves everybody without an answer', async () => {
    const bench = createBench();
    const flight = createSingleFlight<string>({ clock: bench.simulation, operation: 'load' });
    let answers = 0;
    for (let i = 0; i < 3; i++)
      void bench
        .outcome(flight.run(bench.context(i), 'a', (c) => bench.call(c, 10, 'x')))
        .then(() => answers++);
    bench.at(5, () => {
      bench.life.alive = false;
    });
    await bench.run();
    expect(answers).toBe(0);
  });

  test('work that goes on although nobody waits for it is not joined, and does not take the key from its successor', async () => {
    const bench = createBench();
    const flight = createSingleFlight<string>({ clock: bench.simulation, operation: 'load' });
    const deaf = bench.context(9);
    const starter = bench.context();
    // It does not listen to the context that it was given.
    const first = bench.outcome(flight.run(starter, 'a', () => bench.call(deaf, 30, 'old')));
    bench.at(5, () => starter.cancel(gaveUp()));
    const others: Promise<string>[] = [];
    const load = () =>
      others.push(bench.outcome(flight.run(bench.context(), 'a', (c) => bench.call(c, 50, 'new'))));
    bench.at(10, load);
    bench.at(40, load);
    await bench.run();
    expect([await first, ...(await Promise.all(others))]).toEqual(['cancelled@5', 'ok:new@60', 'ok:new@60']);
    expect([flight.size, flight.shared]).toEqual([0, 1]);
  });

  test('a caller that has given up starts nothing and joins nothing', async () => {
    const bench = createBench();
    const flight = createSingleFlight<string>({ clock: bench.simulation, operation: 'load' });
    const gone = bench.context();
    gone.cancel(gaveUp());
    let calls = 0;
    const outcome = bench.outcome(
      flight.run(gone, 'a', async () => {
        calls++;
        return 'x';
      }),
    );
    await bench.run();
    expect([await outcome, calls, flight.size]).toEqual(['cancelled@0', 0, 0]);
  });

  test('nothing is booked on a request that is over, and the work is found under it all the same', async () => {
    const bench = createBench();
    const flight = createSingleFlight<string>({ clock: bench.simulation, operation: 'load' });
    const trace = Object.assign(new RequestTrace([0]), { correlationId: 'r1' });
    const starter = bench.context(0, trace);
    const found: unknown[] = [];
    const work = async (context: Context) => {
      await bench.call(context, 10, 'x');
      context.trace.add(0, 10);
      found.push(context.trace.origin, context.trace.correlationId);
      return 'x';
    };
    void bench.outcome(flight.run(starter, 'a', work));
    const second = bench.outcome(flight.run(bench.context(), 'a', work));
    bench.at(5, () => starter.cancel(gaveUp()));
    await bench.run();
    expect(await second).toBe('ok:x@10');
    expect(trace.partsNs).toEqual([0]);
    expect(found).toEqual([trace, 'r1']);
  });

  test('what the work leaves behind is not cancelled when those who had the answer go', async () => {
    const bench = createBench();
    const flight = createSingleFlight<string>({ clock: bench.simulation, operation: 'load' });
    let behind: Promise<string> | undefined;
    const outcome = bench.outcome(
      flight.run(bench.context(), 'a', (c) => {
        behind = bench.outcome(bench.call(c, 30, 'stored'));
        return bench.call(c, 10, 'x');
      }),
    );
    await bench.run();
    expect([await outcome, await behind]).toEqual(['ok:x@10', 'ok:stored@30']);
  });
});
