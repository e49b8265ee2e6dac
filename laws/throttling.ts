/**
 * Adaptive throttling in its steady state: a client whose demand is far above what the backend accepts refuses its own
 * requests until the backend sees K times what it accepts, however high the demand (Google SRE book 2016, "Handling
 * Overload").
 */
import { createAdaptiveThrottle } from '../system/policies/index.ts';
import { PortError } from '../system/ports/errors.ts';
import { drive } from '../system/runtime/drive.ts';
import {
  CallContext,
  MILLISECOND,
  ProcessLife,
  SECOND,
  Simulation,
  Station,
} from '../system/runtime/kernel/index.ts';
import type { Law } from './law.ts';

const CAPACITY_PER_SECOND = 100;
const WARM_UP_NS = 24 * SECOND;
const MEASURED_NS = 48 * SECOND;
/** A twentieth of the book's two minutes: the steady state is the same and comes sooner. */
const WINDOW_NS = 6 * SECOND;

interface Throttled {
  /** What reaches the backend over what it accepts. */
  readonly sentOverAccepted: number;
  /** Share of the demand that the client refuses by itself. */
  readonly refused: number;
}

async function measureThrottling(seed: number, k: number, demandPerSecond: number): Promise<Throttled> {
  const simulation = new Simulation({ seed });
  const life = new ProcessLife('client');
  const arrivals = simulation.stream('arrivals');
  // A server of constant service times behind a short queue: it accepts its capacity, and sheds the rest at once.
  const backend = new Station(simulation, { name: 'backend', servers: 1, queueLimit: 20 });
  const serviceNs = SECOND / CAPACITY_PER_SECOND;
  const throttle = createAdaptiveThrottle({
    clock: simulation,
    random: simulation.random('throttle'),
    operation: 'backend.call',
    k,
    windowNs: WINDOW_NS,
  });
  const waiting: (() => void)[] = [];
  const served = simulation.register((request) => {
    waiting[request]!();
    delete waiting[request];
  });
  const call = (context: CallContext): Promise<void> => {
    const pending = simulation.open<void>(context, 'backend.call');
    const ticket = backend.enter(served, context.request, serviceNs);
    if (ticket < 0) pending.reject(new PortError('overloaded', 'backend.call', true));
    else waiting[context.request] = () => pending.resolve();
    return pending.promise;
  };
  let demand = 0;
  const arrive = simulation.registerEntry((request) => {
    simulation.schedule(arrivals.exponential(SECOND / demandPerSecond), arrive, request + 1);
    demand++;
    const context = new CallContext(request, life);
    throttle.run(context, () => call(context)).catch(() => {});
  });
  simulation.schedule(MILLISECOND, arrive);
  await drive(simulation, { untilNs: WARM_UP_NS });
  const before = backend.read();
  demand = 0;
  await drive(simulation, { untilNs: WARM_UP_NS + MEASURED_NS });
  const after = backend.read();
  const sent = after.arrivals - before.arrivals;
  return {
    sentOverAccepted: sent / (sent - (after.shed - before.shed)),
    refused: 1 - sent / demand,
  };
}

/** K, demand per second. */
const CASES: readonly (readonly [number, number])[] = [
  [2, 400],
  [1.5, 300],
];

/** The strain makes K wrong. */
export const throttlingLaws: readonly Law[] = CASES.flatMap(([k, demand]) => {
  const name = `Adaptive throttling, K = ${k}, demand ${demand / CAPACITY_PER_SECOND} times the capacity`;
  const experiment = {
    name,
    run: async (seed: number, strain: number) => ({ ...(await measureThrottling(seed, k * strain, demand)) }),
  };
  const common = {
    experiment,
    unit: '1',
    source: 'Google SRE book 2016, "Handling Overload"; computed',
    wrong: 1.1,
  };
  return [
    {
      ...common,
      name: `${name}: sent over accepted`,
      figure: 'sentOverAccepted',
      expected: k,
      tolerance: k * 0.02,
      // The formula is K exactly for infinite counts; over a window of some thousand requests it is curved and lags.
      bias: k * 0.005,
    },
    {
      ...common,
      name: `${name}: refused by the client`,
      figure: 'refused',
      expected: 1 - (k * CAPACITY_PER_SECOND) / demand,
      tolerance: 0.015,
      bias: 0.005,
    },
  ];
});
