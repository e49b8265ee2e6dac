import { expect, test } from 'vitest';
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
