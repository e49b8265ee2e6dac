/** The kernel without promises: M/M/8 at 0.85, and what the event queue costs by its length. */
import { Simulation, Station } from '../system/runtime/kernel/index.ts';
import { type BenchMeasure, cpuSeconds } from './measure.ts';

const SERVERS = 8;
const RHO = 0.85;
const SERVICE_NS = 1_000_000;
const JOBS = 1_500_000;

/** Arrivals and completions of `jobs` jobs. Returns the events that were processed. */
export function runQueue(jobs: number): number {
  const simulation = new Simulation({ seed: 1 });
  const station = new Station(simulation, { name: 'station', servers: SERVERS });
  const arrivals = simulation.stream('arrivals');
  const services = simulation.stream('services');
  const done = simulation.register(() => {});
  let left = jobs;
  const arrive = simulation.register(() => {
    if (--left > 0) simulation.schedule(arrivals.exponential(SERVICE_NS / (SERVERS * RHO)), arrive);
    station.enter(done, 0, services.exponential(SERVICE_NS));
  });
  simulation.schedule(0, arrive);
  simulation.advance(Number.POSITIVE_INFINITY);
  return simulation.events;
}

const callbackEvents: BenchMeasure = {
  name: 'callbackEventsPerCpuSecond',
  unit: 'events/CPU-s',
  model: `M/M/${SERVERS} at ${RHO}: one station, exponential times drawn by stream, ${JOBS / 1e6} million jobs of two events`,
  better: 'higher',
  target: 6_000_000,
  async sample() {
    let events = 0;
    const seconds = await cpuSeconds(() => {
      events = runQueue(JOBS);
    });
    return events / seconds;
  },
};

const HOLDS = 1_000_000;

/** The hold model (Jones 1986): a constant number of pending events, each of which schedules its successor. */
export function hold(pending: number, events: number): Promise<number> {
  const simulation = new Simulation({ seed: 1 });
  const gaps = simulation.stream('gaps');
  const mean = pending * 1_000;
  const fire: number = simulation.register(() => simulation.schedule(gaps.exponential(mean), fire));
  for (let i = 0; i < pending; i++) simulation.schedule(gaps.exponential(mean), fire);
  return cpuSeconds(() => {
    // A hold moves time by mean / pending = 1,000 ns on average.
    while (simulation.events < events) simulation.advance(simulation.nowNs + 1_000 * 10_000);
  }).then((seconds) => (seconds / simulation.events) * 1e9);
}

const eventQueue = (
  [
    ['eventQueueNsAtThousand', 1_000],
    ['eventQueueNsAtHundredThousand', 100_000],
    ['eventQueueNsAtMillion', 1_000_000],
  ] as const
).map(
  ([name, pending]): BenchMeasure => ({
    name,
    unit: 'CPU-ns/event',
    model: `hold model: ${pending.toLocaleString('en-US')} pending events, exponential increments, each event schedules the next`,
    better: 'lower',
    target: null,
    sample: () => hold(pending, HOLDS),
  }),
);

export const callbackMeasures: readonly BenchMeasure[] = [callbackEvents, ...eventQueue];
