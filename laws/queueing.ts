/** Laws of queueing: M/M/c, M/G/1, processor sharing, Little's law, the utilisation law. */
import { meanWait, meanWaitGeneral, waitProbability } from './formulas.ts';
import type { Experiment, Law } from './law.ts';
import { measureQueue, type QueueModel } from './queue.ts';
import {
  deterministic,
  exponentialService,
  hyperexponential,
  lognormalService,
  type ServiceLaw,
} from './service-laws.ts';

/** A service time that is 5 % too long must be noticed everywhere. */
const WRONG = 1.05;

function queueExperiment(name: string, model: QueueModel): Experiment {
  return { name, run: (seed, strain) => ({ ...measureQueue(seed, { ...model, serviceStrain: strain }) }) };
}

/**
 * Servers, utilisation, jobs a seed, relative tolerance of the mean wait. The noise of a mean wait grows with
 * 1 / (1 − rho)² (Whitt 1989, "Planning queueing simulations"), so the heavier the load, the longer the run and the wider
 * the tolerance: about the half-width of the interval at the default seeds.
 */
const MULTI_SERVER: readonly (readonly [number, number, number, number])[] = [
  [1, 0.7, 100_000, 0.03],
  [1, 0.8, 125_000, 0.04],
  [1, 0.9, 300_000, 0.05],
  [1, 0.95, 600_000, 0.08],
  [4, 0.7, 75_000, 0.05],
  [4, 0.8, 100_000, 0.05],
  [4, 0.9, 225_000, 0.06],
  [4, 0.95, 400_000, 0.1],
  [16, 0.7, 100_000, 0.1],
  [16, 0.8, 125_000, 0.08],
  [16, 0.9, 200_000, 0.08],
  [16, 0.95, 350_000, 0.12],
  [64, 0.7, 150_000, 0.4],
  [64, 0.8, 125_000, 0.25],
  [64, 0.9, 150_000, 0.15],
  [64, 0.95, 300_000, 0.16],
];

const multiServer = MULTI_SERVER.flatMap(([servers, rho, jobs, tolerance]): Law[] => {
  const experiment = queueExperiment(`M/M/${servers} at ${rho}`, {
    servers,
    rho,
    jobs,
    service: exponentialService,
  });
  const wait = meanWait(servers, rho);
  const probability = waitProbability(servers, rho);
  const common = { experiment, source: 'Erlang C (Erlang 1917), computed', wrong: WRONG };
  return [
    {
      ...common,
      name: `${experiment.name}: mean wait`,
      figure: 'wait',
      expected: wait,
      tolerance: wait * tolerance,
      unit: 'service times',
    },
    {
      ...common,
      name: `${experiment.name}: share that waits`,
      figure: 'waitProbability',
      expected: probability,
      // The share varies less than the length of the wait does.
      tolerance: Math.min(0.02, probability * tolerance),
      unit: '1',
    },
  ];
});

/** Service law, utilisation, jobs a seed, relative tolerance. */
const GENERAL: readonly (readonly [ServiceLaw, number, number, number])[] = [
  [deterministic, 0.5, 60_000, 0.02],
  [deterministic, 0.9, 250_000, 0.05],
  [lognormalService(1), 0.7, 180_000, 0.05],
  [hyperexponential(4), 0.7, 200_000, 0.06],
];

const general = GENERAL.map(([service, rho, jobs, tolerance]): Law => {
  const expected = meanWaitGeneral(rho, service.squaredVariation);
  const experiment = queueExperiment(`M/${service.name}/1 at ${rho}`, { servers: 1, rho, jobs, service });
  return {
    name: `${experiment.name}: mean wait`,
    experiment,
    figure: 'wait',
    expected,
    tolerance: expected * tolerance,
    unit: 'service times',
    source: 'Pollaczek–Khinchine formula (1930, 1932), computed',
    wrong: WRONG,
  };
});

/** With one server 1 / (1 − rho) whatever the service law; with several, what M/M/c gives (also insensitive). */
const SHARED: readonly (readonly [ServiceLaw, number, number, number, number])[] = [
  [deterministic, 1, 0.8, 60_000, 0.04],
  [exponentialService, 1, 0.8, 80_000, 0.05],
  [hyperexponential(4), 1, 0.8, 100_000, 0.07],
  [hyperexponential(4), 4, 0.8, 90_000, 0.05],
];

const shared = SHARED.map(([service, servers, rho, jobs, tolerance]): Law => {
  const expected = 1 + meanWait(servers, rho);
  const experiment = queueExperiment(`M/${service.name}/${servers} processor sharing at ${rho}`, {
    servers,
    rho,
    jobs,
    service,
    discipline: 'processor-sharing',
  });
  return {
    name: `${experiment.name}: mean time in system`,
    experiment,
    figure: 'timeInSystem',
    expected,
    tolerance: expected * tolerance,
    unit: 'service times',
    source: 'Insensitivity of processor sharing (Kleinrock 1976, vol. 2, section 4.4), computed',
    wrong: WRONG,
  };
});

/** L = λ W: jobs present from the station's own integral, W from what each completion told, λ as the model was given it. */
const littlesLaw = (['fifo', 'processor-sharing'] as const).map((discipline): Law => {
  const model = { servers: 4, rho: 0.8, jobs: 60_000, service: hyperexponential(4), discipline };
  return {
    name: `Little's law, ${discipline}: jobs present over rate times time`,
    experiment: {
      name: `Little's law, ${discipline}`,
      run(seed, strain) {
        const { present, arrivalRate, timeInSystem } = measureQueue(seed, {
          ...model,
          arrivalStrain: strain,
        });
        return { ratio: present / (arrivalRate * timeInSystem) };
      },
    },
    figure: 'ratio',
    expected: 1,
    tolerance: 0.01,
    unit: '1',
    source: "Little's law (Little 1961), exact",
    wrong: WRONG,
  };
});

const utilisation: Law = {
  name: 'Utilisation law: busy share of 4 servers',
  experiment: queueExperiment('Utilisation law', {
    servers: 4,
    rho: 0.8,
    jobs: 60_000,
    service: exponentialService,
  }),
  figure: 'utilisation',
  expected: 0.8,
  tolerance: 0.008,
  unit: '1',
  source: 'Utilisation law (Denning & Buzen 1978), exact',
  wrong: WRONG,
};

export const queueingLaws: readonly Law[] = [
  ...multiServer,
  ...general,
  ...shared,
  ...littlesLaw,
  utilisation,
];
