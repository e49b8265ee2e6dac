/**
 * The metastable failure of HotOS 2021 (Bronson, Aghayev, Charapko & Zhu, "Metastable Failures in Distributed Systems"):
 * a database of 300 requests a second, clients that give up after a second and retry once. Work that nobody waits for
 * any more burns capacity all the same. Above 150 a second an outage leaves a load of twice the demand behind it, more
 * than the database can do: it is busy with answers that come too late, for ever.
 */
import { createRetry, withTimeout } from '../system/policies/index.ts';
import type { Context } from '../system/ports/context.ts';
import { drive } from '../system/runtime/drive.ts';
import { CallContext, ProcessLife, SECOND, Simulation, Station } from '../system/runtime/kernel/index.ts';
import type { Law } from './law.ts';

const CAPACITY_PER_SECOND = 300;
const TIMEOUT_NS = SECOND;
const OUTAGE_FROM_S = 5;
const OUTAGE_S = 10;

class Database {
  readonly station: Station;
  readonly #simulation: Simulation;
  readonly #services;
  readonly #answers = new Map<number, () => void>();
  readonly #answered: number;
  #calls = 0;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.#services = simulation.stream('database service');
    this.station = new Station(simulation, { name: 'database', servers: 1 });
    this.#answered = simulation.register((number) => {
      this.#answers.get(number)!();
      this.#answers.delete(number);
    });
  }

  get calls(): number {
    return this.#calls;
  }

  /** No `onCancel`: the database does not learn that its client has gone. */
  query(context: Context): Promise<void> {
    const call = this.#simulation.open<void>(context, 'database.query');
    const number = this.#calls++;
    this.#answers.set(number, () => call.resolve());
    this.station.enter(this.#answered, number, this.#services.exponential(SECOND / CAPACITY_PER_SECOND));
    return call.promise;
  }
}

class Clients {
  started = 0;
  succeeded = 0;

  constructor(simulation: Simulation, database: Database, demandPerSecond: number) {
    const life = new ProcessLife('client');
    const arrivals = simulation.stream('arrivals');
    const retry = createRetry({
      clock: simulation,
      random: simulation.random('retry'),
      attempts: 2,
      baseDelayNs: 0,
      maxDelayNs: 0,
    });
    const request = async (number: number) => {
      await retry.run(new CallContext(number, life), { idempotent: true }, (context) =>
        withTimeout(simulation, context, TIMEOUT_NS, 'database.query', (child) => database.query(child)),
      );
      this.succeeded++;
    };
    const arrive = simulation.registerEntry((number) => {
      simulation.schedule(arrivals.exponential(SECOND / demandPerSecond), arrive, number + 1);
      this.started++;
      request(number).catch(() => {});
    });
    simulation.schedule(0, arrive);
  }
}

/** Load and goodput per second over a window that begins `afterS` seconds after the outage. */
async function measureAfterOutage(seed: number, demandPerSecond: number, afterS: number, windowS: number) {
  const simulation = new Simulation({ seed });
  const database = new Database(simulation);
  const clients = new Clients(simulation, database, demandPerSecond);
  await drive(simulation, { untilNs: OUTAGE_FROM_S * SECOND });
  database.station.pauseUntil((OUTAGE_FROM_S + OUTAGE_S) * SECOND);
  const fromNs = (OUTAGE_FROM_S + OUTAGE_S + afterS) * SECOND;
  await drive(simulation, { untilNs: fromNs });
  const before = { calls: database.calls, ok: clients.succeeded, waiting: database.station.waiting };
  await drive(simulation, { untilNs: fromNs + windowS * SECOND });
  return {
    load: (database.calls - before.calls) / windowS,
    goodput: (clients.succeeded - before.ok) / windowS,
    /** Growth of the database's queue, per second. */
    growth: (database.station.waiting - before.waiting) / windowS,
  };
}

/**
 * Where the queue stops shrinking. While all calls time out, the queue grows by twice the demand less the capacity; measured
 * right after the outage on both sides of the threshold, the line through both crosses zero at it.
 */
async function measureThreshold(seed: number, strain: number): Promise<number> {
  const [low, high] = [120, 180];
  const [shrinks, grows] = [
    await measureAfterOutage(seed, low * strain, 2, 20),
    await measureAfterOutage(seed, high * strain, 2, 20),
  ];
  return low + ((high - low) * -shrinks.growth) / (grows.growth - shrinks.growth);
}

const SOURCE = 'Bronson et al., HotOS 2021';
/** Recovery at 140 a second: the queue of 10 s · 280/s shrinks by 300 − 280 a second, so 140 s; 220 s leave room for chance. */
const recovers = {
  name: 'Metastable failure: 140/s after an outage',
  run: (seed: number, strain: number) => measureAfterOutage(seed, 140 * strain, 220, 20),
};
const stays = {
  name: 'Metastable failure: 280/s after an outage',
  run: (seed: number, strain: number) => measureAfterOutage(seed, 280 * strain, 60, 15),
};

/** The strain makes the demand wrong. */
export const metastableLaws: readonly Law[] = [
  {
    name: 'Metastable failure: demand above which an outage lasts for ever',
    experiment: {
      name: 'Metastable failure: threshold',
      run: async (seed, strain) => ({ threshold: await measureThreshold(seed, strain) }),
    },
    figure: 'threshold',
    expected: CAPACITY_PER_SECOND / 2,
    tolerance: 4,
    unit: 'requests/s',
    source: SOURCE,
    wrong: 1.1,
  },
  {
    name: 'Metastable failure: 140/s recovers (goodput)',
    experiment: recovers,
    figure: 'goodput',
    expected: 140,
    tolerance: 4,
    unit: 'requests/s',
    source: SOURCE,
    wrong: 1.2,
  },
  {
    name: 'Metastable failure: 280/s stays (load on the database)',
    experiment: stays,
    figure: 'load',
    expected: 560,
    tolerance: 10,
    unit: 'requests/s',
    source: SOURCE,
    wrong: 1.1,
  },
  {
    name: 'Metastable failure: 280/s stays (goodput)',
    experiment: stays,
    figure: 'goodput',
    expected: 0,
    tolerance: 3,
    unit: 'requests/s',
    source: SOURCE,
    wrong: 0.4,
  },
];
