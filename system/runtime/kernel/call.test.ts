import { expect, test } from 'vitest';
import { CallContext, ProcessLife } from './context.ts';
import { Simulation } from './simulation.ts';

const macrotask = () => new Promise((resolve) => setImmediate(resolve));

function setUp() {
  const simulation = new Simulation({ seed: 1 });
  const life = new ProcessLife('service');
  return { simulation, life, context: new CallContext(1, life) };
}

test('a call settles once: what comes after the first answer is ignored', async () => {
  const { simulation, context } = setUp();
  const call = simulation.open<number>(context, 'get');
  call.resolve(1);
  call.resolve(2);
  call.reject(new Error('late'));
  call.abandon(new Error('later'));
  expect(await call.promise).toBe(1);
  expect(simulation.unanswered().size).toBe(0);
});

test('a promise of a dead incarnation never settles, by answer or by cancellation', async () => {
  const { simulation, life, context } = setUp();
  const outcomes: string[] = [];
  const calls = ['a', 'b', 'c'].map((name) => {
    const call = simulation.open<number>(context, name);
    call.promise.then(
      () => outcomes.push(`${name} resolved`),
      () => outcomes.push(`${name} rejected`),
    );
    return call;
  });
  life.alive = false;
  calls[0]!.resolve(1);
  calls[1]!.reject(new Error('no'));
  context.cancel(new Error('crash'));
  await macrotask();
  expect(outcomes).toEqual([]);
  expect(simulation.advance(10)).toBe('empty');
});

test('cancelling tells the engine once, with the argument that it left, and the caller sees the reason', async () => {
  const { simulation, context } = setUp();
  const told: number[] = [];
  const call = simulation.open<number>(context, 'get');
  call.onCancel = (argument) => told.push(argument);
  call.cancelArgument = 42;
  context.cancel(new Error('deadline'));
  context.cancel(new Error('again'));
  await expect(call.promise).rejects.toThrow('deadline');
  expect(told).toEqual([42]);
});

test('an answered call is not cancelled any more', async () => {
  const { simulation, context } = setUp();
  const told: number[] = [];
  const call = simulation.open<number>(context, 'get');
  call.onCancel = (argument) => told.push(argument);
  call.resolve(7);
  context.cancel(new Error('late'));
  expect(await call.promise).toBe(7);
  expect(told).toEqual([]);
});

test('a call on a context that is cancelled already is rejected at once', async () => {
  const { simulation, context } = setUp();
  context.cancel(new Error('gone'));
  const call = simulation.open<number>(context, 'get');
  expect(call.settled).toBe(true);
  await expect(call.promise).rejects.toThrow('gone');
});

test('calls leave the list of unanswered ones in any order', () => {
  const { simulation, context } = setUp();
  const calls = Array.from({ length: 6 }, () => simulation.open<number>(context, 'get'));
  for (const [answered, left] of [
    [2, 5],
    [5, 4],
    [0, 3],
    [3, 2],
    [1, 1],
  ] as const) {
    calls[answered]!.resolve(0);
    expect(simulation.unanswered().get('get')).toBe(left);
  }
  calls[4]!.resolve(0);
  expect(simulation.unanswered().size).toBe(0);
});

test('what comes after the answer takes no other call from the list of unanswered ones, and tells no engine', () => {
  const { simulation, context } = setUp();
  simulation.open<number>(context, 'other');
  const call = simulation.open<number>(context, 'get');
  simulation.open<number>(context, 'other');
  const told: number[] = [];
  call.onCancel = (argument) => told.push(argument);
  call.resolve(1);
  call.resolve(2);
  call.reject(new Error('late'));
  call.abandon(new Error('later'));
  expect([...simulation.unanswered()]).toEqual([['other', 2]]);
  expect(told).toEqual([]);
});

test.each(['resolve', 'reject'] as const)(
  'an event that ends a call by %s lets its continuations run before time moves',
  (how) => {
    const { simulation, context } = setUp();
    const call = simulation.open<void>(context, 'get');
    call.promise.catch(() => {});
    const answer = simulation.register(() =>
      how === 'resolve' ? call.resolve() : call.reject(new Error('no')),
    );
    simulation.schedule(10, answer);
    simulation.schedule(
      20,
      simulation.register(() => {}),
    );
    expect([simulation.advance(100), simulation.nowNs]).toEqual(['settled', 10]);
    expect([simulation.advance(100), simulation.nowNs]).toEqual(['empty', 20]);
  },
);
