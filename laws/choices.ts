/**
 * The power of d choices: each job looks at d random queues and joins the shortest. The formula is the limit of many
 * queues; with 400 the mean is within a percent of it.
 */
import { Simulation, Station } from '../system/runtime/kernel/index.ts';
import { meanTimeWithChoices } from './formulas.ts';
import type { Law } from './law.ts';

/** One choice makes no queue depend on another: fewer queues, each for longer, reach their steady state. */
const queuesFor = (d: number) => (d === 1 ? 100 : 400);
const SERVICE_NS = 1_000_000;

function measureTime(seed: number, d: number, lambda: number, jobs: number): number {
  const simulation = new Simulation({ seed });
  const queues = queuesFor(d);
  const arrivals = simulation.stream('arrivals');
  const services = simulation.stream('services');
  const picks = simulation.stream('picks');
  const stations = Array.from(
    { length: queues },
    (_, i) => new Station(simulation, { name: `queue ${i}`, servers: 1 }),
  );
  let sumNs = 0;
  let completed = 0;
  /** Jobs of the warm-up that are still in each queue; queues are FIFO, so they leave first. */
  const early = new Int32Array(queues);
  const done = simulation.register((queue) => {
    const station = stations[queue]!;
    if (early[queue]! > 0) {
      early[queue]!--;
      return;
    }
    sumNs += station.lastWaitNs + station.lastServiceNs;
    completed++;
  });
  const present = (queue: number) => stations[queue]!.busy + stations[queue]!.waiting;
  const warmUp = Math.ceil(jobs / 3);
  let left = jobs + warmUp;
  const arrive = simulation.register(() => {
    if (left === jobs) {
      sumNs = 0;
      completed = 0;
      // Who is there now is rather one with a long stay: counted without those who have left, he would raise the mean.
      for (let queue = 0; queue < queues; queue++) early[queue] = present(queue);
    }
    if (left-- === 0) return;
    simulation.schedule(arrivals.exponential(SERVICE_NS / (queues * lambda)), arrive);
    let best = Math.floor(picks.uniform() * queues);
    for (let k = 1; k < d; k++) {
      const other = Math.floor(picks.uniform() * queues);
      if (present(other) < present(best)) best = other;
    }
    stations[best]!.enter(done, best, services.exponential(SERVICE_NS));
  });
  simulation.schedule(0, arrive);
  // The jobs that are there at the end leave under no load: too few to matter, and leaving them out would favour short ones.
  simulation.advance(Number.POSITIVE_INFINITY);
  return sumNs / completed / SERVICE_NS;
}

/** Choices, load, jobs a seed, relative tolerance. */
const CASES: readonly (readonly [number, number, number, number])[] = [
  [1, 0.5, 30_000, 0.025],
  [1, 0.7, 60_000, 0.03],
  [1, 0.9, 180_000, 0.06],
  [2, 0.5, 40_000, 0.015],
  [2, 0.7, 50_000, 0.02],
  [2, 0.9, 75_000, 0.03],
  [3, 0.5, 40_000, 0.015],
  [3, 0.7, 50_000, 0.015],
  [3, 0.9, 75_000, 0.03],
];

export const choiceLaws: readonly Law[] = CASES.map(([d, lambda, jobs, tolerance]) => {
  const name = `Power of ${d} choice${d === 1 ? '' : 's'} at ${lambda}, ${queuesFor(d)} queues`;
  const expected = meanTimeWithChoices(d, lambda);
  return {
    name: `${name}: mean time in system`,
    experiment: {
      name,
      run: (seed, strain) => ({ time: measureTime(seed, d, lambda * strain, jobs) }),
    },
    figure: 'time',
    expected,
    tolerance: expected * tolerance,
    unit: 'service times',
    source: 'Mitzenmacher 1996, computed',
    wrong: 1.05,
  };
});
