import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Simulation } from './simulation.ts';
import { Station } from './station.ts';

interface Job {
  atNs: number;
  serviceNs: number;
  withdrawAtNs: number | null;
}

/** The definition, step by step: between two events every job present gets the same share of the servers. */
function byDefinition(jobs: readonly Job[], servers: number): Map<number, number> {
  const left = new Map<number, number>();
  const ends = new Map<number, number>();
  let nowNs = 0;
  for (;;) {
    const share = Math.min(1, servers / left.size);
    let nextNs = Number.POSITIVE_INFINITY;
    for (const job of jobs) {
      if (job.atNs > nowNs) nextNs = Math.min(nextNs, job.atNs);
      if (job.withdrawAtNs !== null && job.withdrawAtNs > nowNs) nextNs = Math.min(nextNs, job.withdrawAtNs);
    }
    for (const work of left.values()) nextNs = Math.min(nextNs, nowNs + work / share);
    if (nextNs === Number.POSITIVE_INFINITY) return ends;
    for (const [job, work] of left) {
      const rest = work - (nextNs - nowNs) * share;
      left.set(job, rest);
      if (rest < 1e-9) {
        ends.set(job, nextNs);
        left.delete(job);
      }
    }
    nowNs = nextNs;
    jobs.forEach((job, number) => {
      if (job.withdrawAtNs === nowNs) left.delete(number);
      if (job.atNs === nowNs) left.set(number, job.serviceNs);
    });
  }
}

function onTheKernel(jobs: readonly Job[], servers: number): Map<number, number> {
  const simulation = new Simulation({ seed: 1 });
  const station = new Station(simulation, { name: 'cpu', servers, discipline: 'processor-sharing' });
  const ends = new Map<number, number>();
  const tickets = new Map<number, number>();
  const done = simulation.register((job) => {
    tickets.delete(job);
    ends.set(job, simulation.nowNs);
  });
  const enter = simulation.register((job) =>
    tickets.set(job, station.enter(done, job, jobs[job]!.serviceNs)),
  );
  const withdraw = simulation.register((job) => {
    const ticket = tickets.get(job);
    if (ticket !== undefined) station.withdraw(ticket);
  });
  jobs.forEach((job, number) => {
    simulation.schedule(job.atNs, enter, number);
    if (job.withdrawAtNs !== null) simulation.schedule(job.withdrawAtNs, withdraw, number);
  });
  simulation.advance(1e15);
  return ends;
}

test('every job ends when the definition of processor sharing says, to within rounding to nanoseconds', () => {
  // Microseconds, so that rounding up to whole nanoseconds stays small beside what is compared.
  const job = fc.record({
    atNs: fc.integer({ min: 1, max: 300 }).map((us) => us * 1_000),
    serviceNs: fc.integer({ min: 1, max: 100 }).map((us) => us * 1_000 + 7),
    withdrawAtNs: fc.option(
      fc.integer({ min: 1, max: 500 }).map((us) => us * 1_000 + 333),
      { nil: null, freq: 4 },
    ),
  });
  fc.assert(
    fc.property(fc.array(job, { maxLength: 30 }), fc.integer({ min: 1, max: 4 }), (drawn, servers) => {
      const jobs = drawn.map((one) =>
        one.withdrawAtNs !== null && one.withdrawAtNs <= one.atNs ? { ...one, withdrawAtNs: null } : one,
      );
      const expected = byDefinition(jobs, servers);
      const measured = onTheKernel(jobs, servers);
      // A job may end within rounding of the time at which it is withdrawn; then either outcome is right.
      for (const [number, { withdrawAtNs }] of jobs.entries()) {
        const ends = expected.get(number) ?? measured.get(number);
        if (ends === undefined) continue;
        if (withdrawAtNs !== null && Math.abs(withdrawAtNs - ends) < 100) continue;
        expect(Math.abs(measured.get(number)! - expected.get(number)!)).toBeLessThan(100);
      }
    }),
    { seed: 2, numRuns: 300 },
  );
});

test('a job alone takes its service time exactly, even after a hundred thousand others', () => {
  const simulation = new Simulation({ seed: 1 });
  const station = new Station(simulation, { name: 'cpu', servers: 1, discipline: 'processor-sharing' });
  let last = 0;
  const done = simulation.register(() => {
    last = simulation.nowNs;
  });
  const enter = simulation.register((service) => station.enter(done, 0, service));
  for (let i = 0; i < 100_000; i++) simulation.schedule(i * 10, enter, 3 + (i % 11));
  simulation.schedule(1e12, enter, 12_345);
  simulation.advance(1e13);
  expect(last).toBe(1e12 + 12_345);
});

test('a completion tells by how much sharing delayed the job; nothing is served during a pause', () => {
  const simulation = new Simulation({ seed: 1 });
  const station = new Station(simulation, { name: 'cpu', servers: 1, discipline: 'processor-sharing' });
  const told: number[][] = [];
  const done = simulation.register((job) =>
    told.push([job, simulation.nowNs, station.lastWaitNs, station.lastServiceNs]),
  );
  station.enter(done, 0, 100);
  station.enter(done, 1, 300);
  expect([station.busy, station.waiting]).toEqual([1, 1]);
  simulation.schedule(
    100,
    simulation.register(() => station.pauseUntil(1_100)),
  );
  simulation.advance(1e6);
  // Half speed for 100 ns, 1,000 ns of pause, half speed for 100 ns, then job 1 alone for its last 200 ns.
  expect(told).toEqual([
    [0, 1_200, 1_100, 100],
    [1, 1_400, 1_100, 300],
  ]);
  expect(station.read()).toMatchObject({ completions: 2, waitNs: 2_200, busyNs: 1_400, presentNs: 2_600 });
});

test('jobs beyond the bound are shed, and a withdrawn job says how much service it had', () => {
  const simulation = new Simulation({ seed: 1 });
  const options = { name: 'cpu', servers: 1, discipline: 'processor-sharing', queueLimit: 1 } as const;
  const station = new Station(simulation, options);
  const done = simulation.register(() => {});
  const first = station.enter(done, 0, 1_000);
  station.enter(done, 1, 1_000);
  expect(station.enter(done, 2, 1_000)).toBe(-1);
  const used: number[] = [];
  simulation.schedule(
    300,
    simulation.register(() => used.push(station.withdraw(first), station.withdraw(first))),
  );
  simulation.advance(1e6);
  expect(used).toEqual([150, 0]);
  expect(simulation.nowNs).toBeGreaterThanOrEqual(1_150);
  expect(station.read()).toMatchObject({ shed: 1, cancelled: 1, completions: 1 });
});
