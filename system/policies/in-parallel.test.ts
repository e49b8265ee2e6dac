import { expect, test } from 'vitest';
import type { Context } from '../ports/context.ts';
import { RequestTrace } from '../runtime/kernel/index.ts';
import { inParallel } from './in-parallel.ts';
import { createBench } from './test-support.ts';

test('answers come in the order of the items, after the slowest, whose time alone is booked', async () => {
  const bench = createBench();
  const trace = new RequestTrace([0]);
  const work = inParallel(bench.context(0, trace), [5, 9, 2], async (context, ms) => {
    const value = await bench.call(context, ms, ms * 10);
    context.trace.add(0, ms);
    return value;
  });
  const outcome = bench.outcome(work);
  await bench.run();
  expect(await outcome).toBe('ok:50,90,20@9');
  expect(trace.partsNs).toEqual([9]);
});

test('the first failure is the answer, stops the rest, and its time is booked', async () => {
  const bench = createBench();
  const trace = new RequestTrace([0]);
  const work = inParallel(bench.context(0, trace), [5, 9, 2], async (context, ms) => {
    context.trace.add(0, ms);
    if (ms === 5) await bench.fail(context, ms, 'timeout');
    return bench.call(context, ms, ms);
  });
  const outcome = bench.outcome(work);
  await bench.run();
  expect(await outcome).toBe('timeout@5');
  expect(bench.inService).toBe(0);
  expect(trace.partsNs).toEqual([5]);
});

test('a caller that gives up takes every branch with it', async () => {
  const bench = createBench();
  const context = bench.context();
  const work = inParallel(context, [5, 9], (branch, ms) => bench.call(branch, ms, ms));
  const outcome = bench.outcome(work);
  bench.at(3, () => context.cancel(new Error('gone')));
  await bench.run();
  expect(await outcome).toBe('Error: gone@3');
  expect(bench.inService).toBe(0);
});

test('each branch draws its own randomness', async () => {
  const bench = createBench();
  const work = inParallel(bench.context(), ['a', 'b', 'c'], async (context) => context.attempt);
  expect(new Set(await work).size).toBe(3);
});

test('the rest is stopped when the first fails, whatever it fails with, and nothing is done for who has given up', async () => {
  const bench = createBench();
  const work = (thrown: unknown) =>
    bench.outcome(
      inParallel(bench.context(), [5, 90], async (context, ms) => {
        await bench.call(context, ms, ms);
        throw thrown;
      }),
    );
  const outcomes = [work(new Error('no')), work('no text of an error')];
  bench.at(6, () => expect(bench.inService).toBe(0));
  const gone = bench.context();
  gone.cancel(new Error('gone'));
  let calls = 0;
  outcomes.push(bench.outcome(inParallel(gone, [1], async () => calls++)));
  await bench.run();
  expect(await Promise.all(outcomes)).toEqual(['Error: no@5', 'no text of an error@5', 'Error: gone@0']);
  expect(calls).toBe(0);
});

test('numbers of branches leave room for the retries of each, and go on from that of the caller', async () => {
  const bench = createBench();
  const context = bench.context().child({ attempt: 3 });
  expect(await inParallel(context, ['a', 'b', 'c'], async (branch) => branch.attempt)).toEqual([3, 19, 35]);
});

test('a branch that has answered is not cancelled with its caller', async () => {
  const bench = createBench();
  const context = bench.context();
  const branches: Context[] = [];
  const work = inParallel(context, [1, 2], async (branch) => branches.push(branch));
  await work;
  context.cancel(new Error('gone'));
  expect(branches.map(({ cancelled }) => cancelled)).toEqual([null, null]);
});

test('the work of a branch, and of branches within it, is found under the request', async () => {
  const bench = createBench();
  const trace = Object.assign(new RequestTrace([0]), { correlationId: 'r1' });
  const found = await inParallel(bench.context(0, trace), [1], (branch) =>
    inParallel(branch, [2], async (inner) => [inner.trace.origin === trace, inner.trace.correlationId]),
  );
  expect(found).toEqual([[[true, 'r1']]]);
});
