import { afterEach, expect, test } from 'vitest';
import type { Drain } from './drive.ts';
import { CallContext, MILLISECOND, ProcessLife, Simulation } from './kernel/index.ts';
import { RealTime } from './real-time.ts';

const started: RealTime[] = [];

afterEach(() => {
  for (const realTime of started.splice(0)) realTime.stop();
});

function setUp(drain: Drain = 'checkpoint') {
  const simulation = new Simulation({ seed: 1 });
  const faults: Error[] = [];
  const realTime = new RealTime(simulation, { drain, onFault: (error) => faults.push(error) });
  started.push(realTime);
  const context = new CallContext(1, new ProcessLife('test'));
  return { simulation, realTime, faults, context };
}

test.each<Drain>(['checkpoint', 'tick', 'public'])(
  'work enters at the present time and continues when its time has come (drain: %s)',
  async (drain) => {
    const { simulation, realTime, context } = setUp(drain);
    const times = await realTime.enter(async () => {
      const before = simulation.nowNs;
      const seen = [];
      for (let i = 0; i < 20; i++) {
        await simulation.sleep(context, MILLISECOND / 4);
        seen.push(simulation.nowNs - before);
      }
      return { seen, lateNs: realTime.wallNs - simulation.nowNs };
    });
    // Sub-millisecond steps keep their own times, although no timer is that fine.
    expect(times.seen).toEqual(Array.from({ length: 20 }, (_, i) => ((i + 1) * MILLISECOND) / 4));
    expect(times.lateNs).toBeGreaterThanOrEqual(0);
    expect(realTime.lateness().count).toBe(1);
  },
);

test('model time never runs ahead of the wall clock', async () => {
  const { simulation, realTime, context } = setUp();
  const ahead: number[] = [];
  await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      realTime.enter(async () => {
        for (let step = 0; step < 10; step++) {
          await simulation.sleep(context, (i + 1) * 10_000);
          ahead.push(simulation.nowNs - realTime.wallNs);
        }
      }),
    ),
  );
  expect(ahead).toHaveLength(500);
  expect(Math.max(...ahead)).toBeLessThanOrEqual(0);
});

test('requests begin in the order in which they came, at times that do not go back', async () => {
  const { simulation, realTime } = setUp();
  const begun: [number, number][] = [];
  await Promise.all(
    Array.from({ length: 100 }, (_, i) =>
      realTime.enter(async () => {
        begun.push([i, simulation.nowNs]);
      }),
    ),
  );
  expect(begun.map(([i]) => i)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  expect(begun.every(([, ns], i) => i === 0 || ns >= begun[i - 1]![1])).toBe(true);
});

test('an error inside work rejects its own request and nothing else', async () => {
  const { realTime, faults } = setUp();
  await expect(realTime.enter(async () => Promise.reject(new RangeError('mine')))).rejects.toThrow('mine');
  expect(await realTime.enter(async () => 'fine')).toBe('fine');
  expect(faults).toEqual([]);
});

test('work that throws before it makes a promise rejects as well', async () => {
  const { realTime } = setUp();
  const thrower = () => {
    throw new RangeError('at once');
  };
  await expect(realTime.enter(thrower)).rejects.toThrow('at once');
  expect(await realTime.enter(async () => 'fine')).toBe('fine');
});

test('a defect in an event is reported once, and the system takes no more work', async () => {
  const { simulation, realTime, faults } = setUp();
  await realTime.enter(async () => {
    simulation.schedule(
      0,
      simulation.register(() => {
        throw new Error('a broken engine');
      }),
    );
  });
  await expect.poll(() => faults.map(({ message }) => message)).toEqual(['a broken engine']);
  await expect(realTime.enter(async () => 1)).rejects.toThrow('stopped');
});

test('without costs stations and networks take no time, timers do', async () => {
  const simulation = new Simulation({ seed: 1, costs: false });
  const realTime = new RealTime(simulation, { onFault: () => {} });
  started.push(realTime);
  const context = new CallContext(1, new ProcessLife('test'));
  const elapsedNs = await realTime.enter(async () => {
    const before = simulation.nowNs;
    await simulation.sleep(context, 2 * MILLISECOND);
    return simulation.nowNs - before;
  });
  expect(elapsedNs).toBe(2 * MILLISECOND);
});

test.each<Drain>(['checkpoint', 'tick', 'public'])(
  'what something outside settles goes on in model time, before anything else happens (drain: %s)',
  async (drain) => {
    const { simulation, realTime, context } = setUp(drain);
    const order: string[] = [];
    const done = realTime.enter(async () => {
      const call = simulation.open<string>(context, 'disk');
      // From a host's timer, as a thread's message would come.
      setTimeout(() => {
        order.push('the disk is done');
        realTime.settle(() => call.resolve('written'));
      }, 5);
      const answer = await call.promise;
      const settledNs = simulation.nowNs;
      order.push(answer);
      await simulation.sleep(context, MILLISECOND);
      order.push('a millisecond later');
      return { settledNs, sleptNs: simulation.nowNs - settledNs };
    });
    const { settledNs, sleptNs } = await done;
    expect(order).toEqual(['the disk is done', 'written', 'a millisecond later']);
    expect(settledNs).toBeGreaterThanOrEqual(4 * MILLISECOND);
    expect(sleptNs).toBe(MILLISECOND);
  },
);

test('after stop nothing is settled any more', async () => {
  const { realTime } = setUp();
  let called = false;
  realTime.stop();
  realTime.settle(() => {
    called = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 5));
  expect(called).toBe(false);
});

test('a run may go on at a time that is not zero', async () => {
  const simulation = new Simulation({ seed: 1, startNs: 5_000 * MILLISECOND });
  const realTime = new RealTime(simulation, { onFault: () => {} });
  started.push(realTime);
  expect(await realTime.enter(async () => simulation.now())).toBeGreaterThanOrEqual(5_000 * MILLISECOND);
});

test('a process that keeps up has no lag, however long nothing was to do; one that is held up has', async () => {
  const { simulation, realTime, context } = setUp();
  await realTime.enter(async () => undefined);
  await new Promise((resolve) => setTimeout(resolve, 30));
  expect(realTime.lagNs).toBe(0);
  const due = realTime.enter(() => simulation.sleep(context, MILLISECOND));
  await realTime.enter(async () => undefined);
  const untilMs = performance.now() + 30;
  while (performance.now() < untilMs);
  expect(realTime.lagNs).toBeGreaterThan(10 * MILLISECOND);
  await due;
  expect(realTime.lagNs).toBe(0);
});

test('held time stands still, and what came meanwhile enters when it begins', async () => {
  const simulation = new Simulation({ seed: 1, startNs: 1_000 });
  const realTime = new RealTime(simulation, { held: true, onFault: () => {} });
  started.push(realTime);
  let entered = false;
  const work = realTime.enter(async () => {
    entered = true;
    return simulation.nowNs;
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect({ entered, nowNs: simulation.nowNs }).toEqual({ entered: false, nowNs: 1_000 });
  realTime.begin();
  // The time for which it was held has not passed.
  expect(await work).toBeLessThan(300 * MILLISECOND);
});
