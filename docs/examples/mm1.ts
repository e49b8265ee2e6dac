/** An M/M/1 queue on the kernel: jobs come at random, one server takes them in turn. Theory: mean wait = ρ/(1 − ρ) · service. */
import { MILLISECOND, SECOND, Simulation, Station } from '@rehearsal/rehearse/kernel';

const serviceNs = 10 * MILLISECOND;
const utilisation = 0.8;

const simulation = new Simulation({ seed: 1 });
const station = new Station(simulation, { name: 'server', servers: 1 });
const arrivals = simulation.stream('arrivals');
const services = simulation.stream('services');

const done = simulation.register(() => {});
const arrive = simulation.register(() => {
  station.enter(done, 0, services.exponential(serviceNs));
  simulation.schedule(arrivals.exponential(serviceNs / utilisation), arrive);
});
simulation.schedule(0, arrive);
simulation.advance(20_000 * SECOND);

const { waitNs, started } = station.read();
const theoryMs = ((utilisation / (1 - utilisation)) * serviceNs) / MILLISECOND;
console.log(`mean wait of ${started} jobs: ${(waitNs / started / MILLISECOND).toFixed(2)} ms`);
console.log(`theory:                        ${theoryMs.toFixed(2)} ms`);
