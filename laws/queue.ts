/**
 * One station with Poisson arrivals, measured in steady state: the model behind the laws of queueing. Everything is
 * read where any user of the kernel would read it: the station's sums, and the times that a completion tells.
 */
import { Simulation, Station, type StationOptions } from '../system/runtime/kernel/index.ts';
import type { ServiceLaw } from './service-laws.ts';

/** Mean service time; whole nanoseconds are fine enough by a factor of a million. */
const SERVICE_NS = 1_000_000;

export interface QueueModel {
  readonly servers: number;
  /** Utilisation. */
  readonly rho: number;
  readonly service: ServiceLaw;
  /** Jobs measured; a quarter as many go before them as a warm-up. */
  readonly jobs: number;
  readonly discipline?: StationOptions['discipline'];
  /** Makes service times, or the arrival rate, wrong by this factor. */
  readonly serviceStrain?: number;
  readonly arrivalStrain?: number;
}

/** Times in units of the mean service time, as the law states it. */
export interface QueueFigures {
  readonly wait: number;
  readonly waitProbability: number;
  readonly timeInSystem: number;
  readonly utilisation: number;
  /** Mean number of jobs present. */
  readonly present: number;
  /** Arrivals per service time that the model was meant to have. */
  readonly arrivalRate: number;
}

export function measureQueue(seed: number, model: QueueModel): QueueFigures {
  const { servers, service, jobs } = model;
  const simulation = new Simulation({ seed });
  const station = new Station(simulation, {
    name: 'station',
    servers,
    discipline: model.discipline ?? 'fifo',
  });
  const arrivals = simulation.stream('arrivals');
  const services = simulation.stream('services');
  const arrivalRate = servers * model.rho;
  const gapNs = SERVICE_NS / (arrivalRate * (model.arrivalStrain ?? 1));
  const serviceNs = SERVICE_NS * (model.serviceStrain ?? 1);
  let inSystemNs = 0;
  let completed = 0;
  const done = simulation.register(() => {
    inSystemNs += station.lastWaitNs + station.lastServiceNs;
    completed++;
  });
  let left = Math.ceil(jobs * 1.25);
  let start = station.read();
  let finish: typeof start | null = null;
  const arrive = simulation.register(() => {
    if (left === jobs) {
      start = station.read();
      inSystemNs = 0;
      completed = 0;
    }
    if (left-- === 0) {
      finish = station.read();
      return;
    }
    simulation.schedule(arrivals.exponential(gapNs), arrive);
    station.enter(done, 0, service.draw(services) * serviceNs);
  });
  simulation.schedule(0, arrive);
  while (finish === null) simulation.advance(simulation.nowNs + 1_000 * SERVICE_NS);
  const end: typeof start = finish;
  const elapsedNs = end.atNs - start.atNs;
  const started = end.started - start.started;
  return {
    wait: (end.waitNs - start.waitNs) / started / SERVICE_NS,
    waitProbability: (end.waitedCount - start.waitedCount) / started,
    timeInSystem: inSystemNs / completed / SERVICE_NS,
    utilisation: (end.busyNs - start.busyNs) / (servers * elapsedNs),
    present: (end.presentNs - start.presentNs) / elapsedNs,
    arrivalRate,
  };
}
