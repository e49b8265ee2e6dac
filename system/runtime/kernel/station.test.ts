import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Simulation } from './simulation.ts';
import { type Discipline, Station, type StationOptions } from './station.ts';

function setUp(options: Partial<StationOptions> = {}) {
  const simulation = new Simulation({ seed: 1 });
  const station = new Station(simulation, { name: 'disk', servers: 1, ...options });
  const done: [number, number][] = [];
  const handler = simulation.register((job) => done.push([job, simulation.nowNs]));
  return { simulation, station, done, handler };
}

/** Job numbers in the order of their completion: four jobs enter while job 0 is served. */
function orderOf(discipline: Discipline, priorities: readonly number[] = [0, 0, 0, 0]): number[] {
  const { simulation, station, done, handler } = setUp({ discipline });
  station.enter(handler, 0, 100);
  const enter = simulation.register((job) => station.enter(handler, job, 100, priorities[job - 1]));
  for (let job = 1; job <= 4; job++) simulation.schedule(job, enter, job);
  simulation.advance(10_000);
  return done.map(([job]) => job);
}

test('first in, first out', () => expect(orderOf('fifo')).toEqual([0, 1, 2, 3, 4]));

test('last in, first out', () => expect(orderOf('lifo')).toEqual([0, 4, 3, 2, 1]));

test('by priority, and by arrival within one', () =>
  expect(orderOf('priority', [3, 1, 0, 1])).toEqual([0, 3, 2, 4, 1]));

test('other disciplines take no notice of a priority', () =>
  expect(orderOf('fifo', [3, 1, 0, 1])).toEqual([0, 1, 2, 3, 4]));

test('a priority that does not exist and a service time that makes no sense are errors', () => {
  const { station, handler } = setUp({ discipline: 'priority' });
  expect(() => station.enter(handler, 0, 10, 4)).toThrow(/disk: priorities are 0 to 3, not 4/);
  expect(() => station.enter(handler, 0, Number.NaN)).toThrow(/disk: a service cannot take NaN ns/);
  expect(() => station.enter(handler, 0, -1)).toThrow(RangeError);
  expect(station.read().arrivals).toBe(0);
  expect(() => new Station(new Simulation({ seed: 1 }), { name: 'disk', servers: 0 })).toThrow(/disk/);
});

test('as many jobs as servers are served at once, and each completion tells its wait and its service', () => {
  const { simulation, station, done, handler } = setUp({ servers: 2 });
  const told: number[][] = [];
  const tell = simulation.register(() => told.push([station.lastWaitNs, station.lastServiceNs]));
  station.enter(handler, 0, 100);
  station.enter(handler, 1, 300);
  station.enter(tell, 2, 50);
  expect([station.busy, station.waiting]).toEqual([2, 1]);
  simulation.advance(10_000);
  expect(done).toEqual([
    [0, 100],
    [1, 300],
  ]);
  expect(told).toEqual([[100, 50]]);
});

test('infinitely many servers delay without queueing', () => {
  const { simulation, station, done, handler } = setUp({ servers: Number.POSITIVE_INFINITY });
  for (let job = 0; job < 1_000; job++) station.enter(handler, job, 100);
  simulation.advance(100);
  expect(done.length).toBe(1_000);
});

test('a full queue sheds what comes, and takes jobs again when one has left', () => {
  const { simulation, station, done, handler } = setUp({ queueLimit: 2 });
  const tickets = [0, 1, 2, 3].map((job) => station.enter(handler, job, 100));
  expect(tickets.map((ticket) => ticket >= 0)).toEqual([true, true, true, false]);
  station.withdraw(tickets[1]!);
  expect(station.enter(handler, 4, 100)).toBeGreaterThanOrEqual(0);
  simulation.advance(10_000);
  expect(done.map(([job]) => job)).toEqual([0, 2, 4]);
  expect(station.read()).toMatchObject({ arrivals: 5, shed: 1, cancelled: 1, completions: 3 });
});

test('a job withdrawn in service frees its server at once and says how much service it had', () => {
  const { simulation, station, done, handler } = setUp();
  const first = station.enter(handler, 0, 1_000);
  station.enter(handler, 1, 100);
  simulation.schedule(
    300,
    simulation.register(() => {
      expect(station.withdraw(first)).toBe(300);
      expect(station.withdraw(first)).toBe(0);
    }),
  );
  simulation.advance(10_000);
  expect(done).toEqual([[1, 400]]);
  expect(station.read().busyNs).toBe(400);
});

test('a pause lengthens what is in service and holds what would begin', () => {
  const { simulation, station, done, handler } = setUp({ servers: 2 });
  station.enter(handler, 0, 100);
  const pause = simulation.register((until) => station.pauseUntil(until));
  const enter = simulation.register((job) => station.enter(handler, job, 100));
  simulation.schedule(40, pause, 90); // 50 ns
  simulation.schedule(60, enter, 1);
  simulation.schedule(80, pause, 110); // 20 ns more
  simulation.schedule(95, pause, 100); // within the pause: nothing more
  simulation.schedule(150, pause, 160); // a second one: 10 ns
  simulation.advance(10_000);
  expect(done).toEqual([
    [0, 180],
    [1, 220],
  ]);
});

test('the service that a withdrawn job had does not count the pauses', () => {
  const { simulation, station, handler } = setUp();
  const ticket = station.enter(handler, 0, 1_000);
  simulation.schedule(
    100,
    simulation.register(() => station.pauseUntil(300)),
  );
  const used: number[] = [];
  const withdraw = simulation.register(() => used.push(station.withdraw(ticket)));
  simulation.schedule(250, withdraw);
  simulation.advance(10_000);
  const again = setUp();
  again.station.pauseUntil(300);
  const held = again.station.enter(again.handler, 0, 1_000);
  again.simulation.schedule(
    700,
    again.simulation.register(() => used.push(again.station.withdraw(held))),
  );
  again.simulation.advance(10_000);
  expect(used).toEqual([100, 400]);
});

test('a cleared station has lost its jobs and its pause, and serves new ones', () => {
  const { simulation, station, done, handler } = setUp();
  for (let job = 0; job < 3; job++) station.enter(handler, job, 100);
  simulation.schedule(
    50,
    simulation.register(() => {
      station.pauseUntil(5_000);
      station.clear();
      station.enter(handler, 9, 100);
    }),
  );
  simulation.advance(10_000);
  expect(done).toEqual([[9, 150]]);
  expect(station.read()).toMatchObject({ arrivals: 4, cancelled: 3, completions: 1, busyNs: 150 });
});

type Step =
  | { do: 'enter'; afterNs: number; serviceNs: number; priority: number }
  | { do: 'withdraw'; afterNs: number; which: number }
  | { do: 'pause'; afterNs: number; forNs: number }
  | { do: 'clear'; afterNs: number };

const afterNs = fc.integer({ min: 0, max: 40 });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 10,
      arbitrary: fc.record({
        do: fc.constant('enter' as const),
        afterNs,
        serviceNs: fc.integer({ min: 0, max: 90 }),
        priority: fc.nat(3),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('withdraw' as const), afterNs, which: fc.nat() }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('pause' as const),
        afterNs,
        forNs: fc.integer({ min: 0, max: 60 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const), afterNs }) },
  ),
  { maxLength: 150 },
);

test('jobs are conserved, whatever is entered, withdrawn, paused or cleared', () => {
  const disciplines: Discipline[] = ['fifo', 'lifo', 'priority', 'processor-sharing'];
  const options = fc.record({
    discipline: fc.constantFrom(...disciplines),
    servers: fc.constantFrom(1, 2, 3, Number.POSITIVE_INFINITY),
    queueLimit: fc.constantFrom(0, 1, 5, Number.POSITIVE_INFINITY),
  });
  fc.assert(
    fc.property(options, steps, (stationOptions, plan) => {
      const { simulation, station, done, handler } = setUp(stationOptions);
      const live = new Map<number, number>();
      const completed = simulation.register((job) => {
        expect(live.delete(job)).toBe(true);
        simulation.call(handler, job);
      });
      let withdrawn = 0;
      let shed = 0;
      const act = simulation.register((index) => {
        const step = plan[index]!;
        if (step.do === 'enter') {
          const ticket = station.enter(completed, index, step.serviceNs, step.priority);
          if (ticket >= 0) live.set(index, ticket);
          else shed++;
        } else if (step.do === 'withdraw') {
          const jobs = [...live.keys()];
          if (jobs.length > 0) {
            const job = jobs[step.which % jobs.length]!;
            station.withdraw(live.get(job)!);
            live.delete(job);
            withdrawn++;
          }
        } else if (step.do === 'pause') station.pauseUntil(simulation.nowNs + step.forNs);
        else {
          withdrawn += live.size;
          live.clear();
          station.clear();
        }
        expect(station.busy + station.waiting).toBe(live.size);
        expect(station.busy).toBeLessThanOrEqual(stationOptions.servers);
        if (station.waiting > 0) expect(station.busy).toBe(stationOptions.servers);
        if (index + 1 < plan.length) simulation.schedule(plan[index + 1]!.afterNs, act, index + 1);
      });
      if (plan.length > 0) simulation.schedule(plan[0]!.afterNs, act, 0);
      simulation.advance(1e9);
      const reading = station.read();
      const entered = plan.filter((step) => step.do === 'enter').length;
      expect(live.size).toBe(0);
      expect([station.busy, station.waiting]).toEqual([0, 0]);
      expect([reading.arrivals, reading.shed, reading.cancelled]).toEqual([entered, shed, withdrawn]);
      expect(reading.completions).toBe(entered - shed - withdrawn);
      expect(done.length).toBe(reading.completions);
    }),
    { seed: 11, numRuns: 400 },
  );
});

test.each([
  [{ discipline: 'lifo ' }, /discipline 'lifo ', and can have fifo, lifo, priority, processor-sharing/],
  [{ servers: 1.5 }, /whole servers, or Infinity, not 1\.5/],
  [{ queueLimit: -1 }, /cannot have -1 waiting/],
  [{ queueLimit: Number.NaN }, /cannot have NaN waiting/],
])('a station of %j is refused', (options, why) =>
  expect(
    () => new Station(new Simulation({ seed: 1 }), { name: 'disk', servers: 1, ...(options as object) }),
  ).toThrow(why),
);

test('a service that never ends is refused: it would hold its server for good', () => {
  const simulation = new Simulation({ seed: 1 });
  const station = new Station(simulation, { name: 'disk', servers: 1 });
  expect(() =>
    station.enter(
      simulation.register(() => {}),
      0,
      Number.POSITIVE_INFINITY,
    ),
  ).toThrow(/cannot take Infinity/);
});

test('the sums of a reading are those of the jobs: busy, present, waited, whatever leaves meanwhile', () => {
  const { simulation, station, handler } = setUp();
  const [, , third] = [0, 1, 2].map((job) => station.enter(handler, job, 100));
  simulation.schedule(
    50,
    simulation.register(() => station.withdraw(third!)),
  );
  simulation.advance(120);
  // Three were there for 50 ns, two for as long, and one is.
  expect(station.read()).toMatchObject({ atNs: 120, busyNs: 120, presentNs: 150 + 100 + 20 });
  simulation.advance(1_000);
  expect(station.read()).toEqual({
    atNs: 200,
    arrivals: 3,
    completions: 2,
    shed: 0,
    cancelled: 1,
    busyNs: 200,
    presentNs: 350,
    waitNs: 100,
    started: 2,
    waitedCount: 1,
  });
});

test('shared, a job has waited for what sharing and pauses took beyond its service', () => {
  const { simulation, station, done, handler } = setUp({ discipline: 'processor-sharing' });
  const told: number[][] = [];
  const tell = simulation.register(() => told.push([station.lastWaitNs, station.lastServiceNs]));
  const enter = simulation.register((job) => station.enter(job === 4 ? tell : handler, job, 100));
  const withdraw = simulation.register(() => told.push([station.withdraw(station.enter(handler, 9, 100))]));
  simulation.schedule(0, enter, 1);
  simulation.schedule(0, enter, 2);
  simulation.schedule(300, enter, 3);
  simulation.schedule(500, enter, 4);
  simulation.schedule(
    550,
    simulation.register(() => station.pauseUntil(600)),
  );
  simulation.schedule(700, withdraw);
  simulation.advance(10_000);
  expect(done).toEqual([
    [1, 200],
    [2, 200],
    [3, 400],
  ]);
  expect(told).toEqual([[50, 100], [0]]);
  expect(station.read()).toMatchObject({
    arrivals: 5,
    completions: 4,
    cancelled: 1,
    busyNs: 200 + 100 + 150,
    presentNs: 400 + 100 + 150,
    waitNs: 100 + 100 + 50,
    started: 5,
    waitedCount: 3,
  });
});

test('without costs a service takes no time, and jobs pass all the same', () => {
  const simulation = new Simulation({ seed: 1, costs: false });
  const station = new Station(simulation, { name: 'disk', servers: 1 });
  const done: [number, number][] = [];
  const handler = simulation.register((job) => done.push([job, simulation.nowNs]));
  for (const job of [0, 1]) station.enter(handler, job, 1_000);
  simulation.advance(10_000);
  expect(done).toEqual([
    [0, 0],
    [1, 0],
  ]);
});

test('hundreds of jobs that wait keep their order, their service and their wait', () => {
  const { simulation, station, done, handler } = setUp();
  for (let job = 0; job < 300; job++) station.enter(handler, job, 1 + (job % 3));
  simulation.advance(10_000);
  const doneNs = (job: number) => 6 * Math.floor(job / 3) + [1, 3, 6][job % 3]!;
  expect(done).toEqual(Array.from({ length: 300 }, (_, job) => [job, doneNs(job)]));
  expect(station.read()).toMatchObject({ busyNs: 600, started: 300, waitedCount: 299 });
});
