import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Simulation } from './simulation.ts';

const run = (simulation: Simulation, untilNs = 1e12) => {
  let pause = simulation.advance(untilNs);
  while (pause === 'settled') pause = simulation.advance(untilNs);
  return pause;
};

test('a cancelled timer does not fire, and cancelling it twice or after it fired is harmless', () => {
  const simulation = new Simulation({ seed: 1 });
  const fired: string[] = [];
  const a = simulation.after(10, () => fired.push('a'));
  const b = simulation.after(10, () => fired.push('b'));
  simulation.cancel(a);
  simulation.cancel(a);
  run(simulation);
  simulation.cancel(b);
  expect(fired).toEqual(['b']);
});

test('a late cancel cannot hit the next owner of the slot', () => {
  const simulation = new Simulation({ seed: 1 });
  const fired: string[] = [];
  const first = simulation.after(10, () => fired.push('first'));
  run(simulation);
  simulation.after(10, () => fired.push('second'));
  simulation.cancel(first);
  run(simulation);
  expect(fired).toEqual(['first', 'second']);
});

test('whatever is set and cancelled, exactly the live timers fire, at their times and in the order they were set', () => {
  // Three recurring delays (lanes), and delays that never come back (the heap); some are cancelled, some from a callback.
  const plan = fc.array(
    fc.record({
      delay: fc.oneof(fc.constantFrom(10, 20, 500), fc.integer({ min: 0, max: 1_000 })),
      setAt: fc.integer({ min: 0, max: 300 }),
      cancelAt: fc.option(fc.integer({ min: 0, max: 900 }), { nil: null }),
    }),
    { maxLength: 120 },
  );
  fc.assert(
    fc.property(plan, (timers) => {
      const simulation = new Simulation({ seed: 1 });
      const fired: { id: number; at: number }[] = [];
      const handles = new Map<number, number>();
      const set = simulation.register((id) => {
        handles.set(
          id,
          simulation.after(timers[id]!.delay, () => fired.push({ id, at: simulation.nowNs })),
        );
      });
      const cancel = simulation.register((id) => {
        const handle = handles.get(id);
        if (handle !== undefined) simulation.cancel(handle);
      });
      timers.forEach(({ setAt, cancelAt }, id) => {
        simulation.schedule(setAt, set, id);
        if (cancelAt !== null) simulation.schedule(cancelAt, cancel, id);
      });
      expect(run(simulation)).toBe('empty');
      const expected = timers
        .map(({ delay, setAt, cancelAt }, id) => ({ id, at: setAt + delay, setAt, cancelAt }))
        // A cancel of the same instant was scheduled first: it comes before the timer.
        .filter(({ at, setAt, cancelAt }) => cancelAt === null || cancelAt > at || cancelAt < setAt)
        .sort((a, b) => a.at - b.at || a.setAt - b.setAt || a.id - b.id)
        .map(({ id, at }) => ({ id, at }));
      expect(fired).toEqual(expected);
    }),
    { seed: 3, numRuns: 300 },
  );
});

test('a hundred thousand cancelled timeouts of one length leave one event in the heap', () => {
  const simulation = new Simulation({ seed: 1 });
  for (let i = 0; i < 100_000; i++) simulation.cancel(simulation.after(5_000, () => {}));
  expect(simulation.pendingEvents).toBeLessThanOrEqual(2);
  expect(run(simulation)).toBe('empty');
});

test('random back-offs do not use up the lanes that timeouts of one length need', () => {
  const simulation = new Simulation({ seed: 1 });
  for (let i = 0; i < 1_000; i++) simulation.after(1_000_000 + i * 7, () => {});
  const before = simulation.pendingEvents;
  for (let i = 0; i < 10_000; i++) simulation.after(500, () => {});
  expect(simulation.pendingEvents - before).toBeLessThanOrEqual(2);
});

test('however many timers of one length wait, and wherever the oldest stands, all fire in the order they were set', () => {
  const simulation = new Simulation({ seed: 1 });
  const log: [string, number][] = [];
  const note = (what: string) => log.push([what, simulation.nowNs]);
  const event = simulation.register((id) => note(`event ${id}`));
  const set = simulation.register((id) => {
    simulation.schedule(1_000, event, 2 * id);
    simulation.after(1_000, () => note(`timer ${id}`));
    simulation.schedule(1_000, event, 2 * id + 1);
  });
  // Forty wait when the first fires; then the ring turns, and is too small twice while its oldest is not at its begin.
  const slowly = Array.from({ length: 60 }, (_, i) => 25 * i);
  const setAt = [...slowly, ...Array.from({ length: 300 }, (_, i) => 1_500 + i)];
  for (const [id, at] of setAt.entries()) simulation.schedule(at, set, id);
  expect(run(simulation)).toBe('empty');
  const expected = setAt.flatMap((at, id) =>
    [`event ${2 * id}`, `timer ${id}`, `event ${2 * id + 1}`].map((what) => [what, at + 1_000]),
  );
  expect(log).toEqual(expected);
});

test('a cancel reaches no later timer in the place of one that fired, or that was passed over', () => {
  const simulation = new Simulation({ seed: 1 });
  const fired: number[] = [];
  // The first makes the lane; the third stands behind the second, which is cancelled and passed over.
  const old = [0, 1, 2].map((i) => simulation.after(10, () => fired.push(i)));
  simulation.cancel(old[1]!);
  run(simulation);
  for (let i = 3; i < 6; i++) simulation.after(10, () => fired.push(i));
  for (const timer of old) simulation.cancel(timer);
  run(simulation);
  expect(fired).toEqual([0, 2, 3, 4, 5]);
});
