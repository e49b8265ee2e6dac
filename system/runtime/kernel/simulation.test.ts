import { expect, test } from 'vitest';
import { CallContext, ProcessLife } from './context.ts';
import { Simulation } from './simulation.ts';

function recorder(simulation: Simulation) {
  const log: [number, number][] = [];
  const handler = simulation.register((argument) => log.push([simulation.nowNs, argument]));
  return { log, handler };
}

test('events fire in the order of their times, not of their scheduling', () => {
  const simulation = new Simulation({ seed: 1 });
  const { log, handler } = recorder(simulation);
  for (const delay of [30, 10, 20]) simulation.schedule(delay, handler, delay);
  expect(simulation.advance(1_000)).toBe('empty');
  expect(log).toEqual([
    [10, 10],
    [20, 20],
    [30, 30],
  ]);
  expect(simulation.events).toBe(3);
});

test('events of one instant fire in the order in which they were scheduled, those scheduled meanwhile last', () => {
  const simulation = new Simulation({ seed: 1 });
  const log: number[] = [];
  const note = simulation.register((argument) => log.push(argument));
  const again = simulation.register((argument) => {
    log.push(argument);
    simulation.schedule(0, note, argument + 100);
  });
  for (let i = 0; i < 10; i++) simulation.schedule(5, i % 2 === 0 ? again : note, i);
  simulation.advance(5);
  expect(log).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 100, 102, 104, 106, 108]);
});

test('timers and events of one instant keep the order in which they were set, lanes included', () => {
  const simulation = new Simulation({ seed: 1 });
  const log: string[] = [];
  const note = simulation.register((argument) => log.push(`event ${argument}`));
  for (let i = 0; i < 6; i++) {
    simulation.after(50, () => log.push(`timer ${i}`));
    simulation.schedule(50, note, i);
  }
  while (simulation.advance(50) === 'settled');
  expect(log).toEqual([0, 1, 2, 3, 4, 5].flatMap((i) => [`timer ${i}`, `event ${i}`]));
});

test('delays are rounded to whole nanoseconds and a negative or undefined one is an error', () => {
  const simulation = new Simulation({ seed: 1 });
  const { log, handler } = recorder(simulation);
  simulation.schedule(1.4, handler);
  simulation.schedule(1.5, handler);
  simulation.advance(10);
  expect(log.map(([time]) => time)).toEqual([1, 2]);
  expect(() => simulation.schedule(-1, handler)).toThrow(RangeError);
  expect(() => simulation.schedule(Number.NaN, handler)).toThrow(RangeError);
  expect(() => simulation.after(-1, () => {})).toThrow(RangeError);
});

test('time stops where asked, includes that instant, and never runs backwards', () => {
  const simulation = new Simulation({ seed: 1 });
  const { log, handler } = recorder(simulation);
  simulation.schedule(100, handler);
  simulation.schedule(101, handler);
  expect(simulation.advance(100)).toBe('until');
  expect([simulation.now(), log.length]).toEqual([100, 1]);
  expect(simulation.advance(50)).toBe('until');
  expect(simulation.now()).toBe(100);
});

test('the stop check ends a run within some thousand events and the run can go on', () => {
  const simulation = new Simulation({ seed: 1 });
  const tick: number = simulation.register(() => simulation.schedule(1, tick));
  simulation.schedule(1, tick);
  expect(simulation.advance(1_000_000, null, () => true)).toBe('stopped');
  expect(simulation.events).toBeLessThanOrEqual(4096);
  expect(simulation.advance(10_000)).toBe('until');
  expect(simulation.events).toBe(10_000);
});

test('a settled call pauses the run before time moves', async () => {
  const simulation = new Simulation({ seed: 1 });
  const context = new CallContext(1, new ProcessLife('p'));
  const woke = simulation.sleep(context, 40).then(() => simulation.now());
  simulation.schedule(
    90,
    simulation.register(() => {}),
  );
  expect(simulation.advance(1_000)).toBe('settled');
  expect(await woke).toBe(40);
  expect(simulation.advance(1_000)).toBe('empty');
  expect(simulation.now()).toBe(90);
});

test('a timer pauses the run too: its callback may settle a promise of its own', () => {
  const simulation = new Simulation({ seed: 1 });
  simulation.after(10, () => {});
  expect(simulation.advance(1_000)).toBe('settled');
});

test('an entry handler pauses the run, so what service code does without a call is finished at its time', async () => {
  const simulation = new Simulation({ seed: 1 });
  const finished: number[] = [];
  const serve = async () => {
    for (let k = 0; k < 5; k++) await null;
    finished.push(simulation.now());
  };
  const entry = simulation.registerEntry(() => void serve());
  simulation.schedule(10, entry);
  simulation.schedule(20, entry);
  expect(simulation.advance(1_000)).toBe('settled');
  await new Promise((resolve) => setImmediate(resolve));
  expect(simulation.advance(1_000)).toBe('settled');
  await new Promise((resolve) => setImmediate(resolve));
  expect(finished).toEqual([10, 20]);
});

test('a cancelled sleep rejects with the reason and its timer never fires', async () => {
  const simulation = new Simulation({ seed: 1 });
  const context = new CallContext(1, new ProcessLife('p'));
  const sleeping = simulation.sleep(context, 40);
  context.cancel(new Error('gave up'));
  await expect(sleeping).rejects.toThrow('gave up');
  while (simulation.advance(1_000) === 'settled');
  expect(simulation.unanswered().size).toBe(0);
});

test('calls that nobody answered are counted by operation, those of dead processes are not', () => {
  const simulation = new Simulation({ seed: 1 });
  const alive = new ProcessLife('a');
  const dead = new ProcessLife('b');
  for (let i = 0; i < 3; i++) simulation.open(new CallContext(i, alive), 'cache.get');
  simulation.open(new CallContext(4, alive), 'store.select');
  simulation.open(new CallContext(5, dead), 'store.select');
  dead.alive = false;
  expect([...simulation.unanswered()].sort()).toEqual([
    ['cache.get', 3],
    ['store.select', 1],
  ]);
});

test('a function in the place of a handler’s number is refused where it stands', () => {
  const simulation = new Simulation({ seed: 1 });
  const wrong = (() => {}) as unknown as number;
  expect(() => simulation.schedule(1, wrong)).toThrow(/register the function first/);
});

test('a run that goes on begins at the time that has passed, and its timers count from there', () => {
  const simulation = new Simulation({ seed: 7, startNs: 500 });
  const { log, handler } = recorder(simulation);
  expect([simulation.seed, simulation.now(), simulation.costs]).toEqual([7, 500, true]);
  simulation.schedule(10, handler, 1);
  simulation.advance(1_000);
  expect(log).toEqual([[510, 1]]);
});

test('where nothing is due the clock goes to the time that was asked for, and past nothing that is', () => {
  const simulation = new Simulation({ seed: 1 });
  const { log, handler } = recorder(simulation);
  expect(simulation.nextEventNs).toBe(Number.POSITIVE_INFINITY);
  simulation.schedule(100, handler);
  expect([simulation.nextEventNs, simulation.advance(60), simulation.now()]).toEqual([100, 'until', 60]);
  simulation.moveTo(80);
  expect(simulation.now()).toBe(80);
  simulation.moveTo(70);
  expect(simulation.now()).toBe(80);
  expect(() => simulation.moveTo(101)).toThrow(RangeError);
  simulation.moveTo(100);
  expect([simulation.now(), log.length]).toEqual([100, 0]);
  expect(simulation.advance(100)).toBe('empty');
  expect(log).toEqual([[100, 0]]);
  simulation.markSettled();
  expect(() => simulation.moveTo(200)).toThrow(RangeError);
});

test('with a drain a run goes on by itself, and time moves after what was drained', () => {
  const simulation = new Simulation({ seed: 1 });
  const seen: number[] = [];
  for (const delay of [10, 20]) simulation.after(delay, () => {});
  expect(simulation.advance(1_000, () => seen.push(simulation.now()))).toBe('empty');
  expect(seen).toEqual([10, 20]);
});

test('the timer of a sleep that was cancelled does not hold up the run', () => {
  const simulation = new Simulation({ seed: 1 });
  const context = new CallContext(1, new ProcessLife('p'));
  simulation.sleep(context, 40).catch(() => {});
  context.cancel(new Error('gave up'));
  expect(simulation.advance(100)).toBe('settled');
  // Its event passes without a word: nothing waits for what it would have woken.
  expect(simulation.advance(100)).toBe('empty');
  expect(simulation.calls).toBe(1);
});
