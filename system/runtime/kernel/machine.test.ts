import { expect, test } from 'vitest';
import { CallContext } from './context.ts';
import { Machine } from './machine.ts';
import { Simulation } from './simulation.ts';
import { Station } from './station.ts';

function setUp() {
  const simulation = new Simulation({ seed: 1 });
  const machine = new Machine(simulation, 3, 'cassandra-3');
  const station = new Station(simulation, { name: 'read stage', servers: 1 });
  machine.attach(station);
  const done: [number, number][] = [];
  const handler = simulation.register((job) => done.push([job, simulation.nowNs]));
  return { simulation, machine, station, done, handler };
}

const at = (simulation: Simulation, ns: number, action: () => void) =>
  simulation.schedule(
    ns,
    simulation.register(() => action()),
  );

test('a crash loses the queues, ends the life and tells its listeners once', () => {
  const { simulation, machine, station, done, handler } = setUp();
  let told = 0;
  machine.onCrash(() => told++);
  station.enter(handler, 0, 100);
  station.enter(handler, 1, 100);
  at(simulation, 50, () => {
    machine.crash();
    machine.crash();
  });
  simulation.advance(10_000);
  expect([machine.up, machine.life.alive, told, done]).toEqual([false, false, 1, []]);
});

test('a pause tells its listeners when it begins and when it becomes longer', () => {
  const { simulation, machine } = setUp();
  const told: [number, number][] = [];
  const since: number[] = [];
  machine.onPause(() => {
    told.push([simulation.nowNs, machine.pausedUntilNs]);
    since.push(machine.pausedSinceNs);
  });
  at(simulation, 10, () => machine.pause(100));
  at(simulation, 20, () => machine.pause(50));
  at(simulation, 20, () => machine.pause(90));
  at(simulation, 30, () => machine.pause(200));
  // The instant in which one ends is the first of the next.
  at(simulation, 230, () => machine.pause(10));
  at(simulation, 250, () => machine.pause(0));
  simulation.advance(1_000);
  expect(told).toEqual([
    [10, 110],
    [30, 230],
    [230, 240],
  ]);
  expect(since).toEqual([10, 10, 230]);
});

test('a restart begins a new life, in which calls are answered; those of the old one never are', async () => {
  const { simulation, machine } = setUp();
  let started = 0;
  machine.onRestart(() => started++);
  const settled: string[] = [];
  const call = (name: string) => {
    const opened = simulation.open<void>(new CallContext(1, machine.life), name);
    opened.promise.then(() => settled.push(name));
    return opened;
  };
  const old = call('old');
  machine.crash();
  machine.restart();
  machine.restart();
  const fresh = call('fresh');
  old.resolve();
  fresh.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  expect([started, machine.up, machine.life.number, settled]).toEqual([1, true, 2, ['fresh']]);
});

test('a pause freezes every station of the machine; the longest of several counts', () => {
  const { simulation, machine, station, done, handler } = setUp();
  station.enter(handler, 0, 100);
  at(simulation, 10, () => machine.pause(200));
  at(simulation, 20, () => machine.pause(50));
  simulation.advance(10_000);
  expect(done).toEqual([[0, 300]]);
  expect([machine.pausedSinceNs, machine.pausedUntilNs]).toEqual([10, 210]);
  expect(() => machine.pause(-1)).toThrow(/cassandra-3 cannot pause for -1 ns/);
});

test('a crash ends the pause: the process that starts anew is not held by it', () => {
  const { simulation, machine, station, done, handler } = setUp();
  at(simulation, 10, () => {
    machine.pause(5_000);
    machine.crash();
    machine.restart();
    station.enter(handler, 7, 100);
  });
  simulation.advance(10_000);
  expect(done).toEqual([[7, 110]]);
  expect(machine.pausedUntilNs).toBeLessThanOrEqual(10);
});
