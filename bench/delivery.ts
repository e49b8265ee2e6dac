/** Audio alone: what it costs to give a play its URL and its bytes, in virtual time. */
import { createPopulation } from '../fixtures/index.ts';
import { createDelivery } from '../system/modes/delivery.ts';
import { audioConfiguration } from '../system/modes/delivery-knobs.ts';
import { createEnvironment } from '../system/modes/environment.ts';
import { ListeningApps } from '../system/modes/listening-apps.ts';
import { drive } from '../system/runtime/drive.ts';
import { CallContext, ProcessLife, SECOND } from '../system/runtime/kernel/index.ts';
import { type BenchMeasure, cpuSeconds } from './measure.ts';

const PLAYS = 200_000;
/** Enough to keep some hundred in flight, and four service instances at a third of their capacity. */
const PLAYS_PER_SECOND = 10_000;
/** Tracks that are played: the caches hold all of them. */
const TRACKS = 2_000;
const LISTENED_MS = 60_000;

interface Run {
  readonly events: number;
  readonly seconds: number;
}

/** Every play needs the servers, and finds its track at the point of presence. */
async function deliver(): Promise<Run> {
  const environment = createEnvironment(1);
  const { simulation } = environment;
  const population = createPopulation({ seed: 1, listeners: 1_000_000 });
  const configuration = audioConfiguration({ 'edge.clientCacheShare': 0, 'delivery.cores': 8 });
  const { delivery, edge } = createDelivery({ environment, configuration, population });
  const apps = new ListeningApps({
    simulation,
    population,
    delivery: delivery(environment.createMachine('apps')),
    edge,
  });
  const life = new ProcessLife('apps');
  const tracks = Array.from({ length: TRACKS }, (_, i) => population.trackByRank(i + 1));
  const gap = simulation.stream('bench arrivals');
  let delivered = 0;
  let cached = 0;
  const play = async (i: number) => {
    const track = tracks[(i * 7_919) % TRACKS]!;
    const listener = (i * 104_729) % population.listeners;
    const context = new CallContext(i, life);
    const result = await apps.play(context, { listener, track, listenedMs: LISTENED_MS });
    delivered++;
    if (result.cached) cached++;
  };
  const arrive = simulation.registerEntry((i) => {
    if (i + 1 < PLAYS) simulation.schedule(gap.exponential(SECOND / PLAYS_PER_SECOND), arrive, i + 1);
    void play(i);
  });
  simulation.schedule(0, arrive);
  const seconds = await cpuSeconds(() =>
    drive(simulation, { untilNs: Number.MAX_SAFE_INTEGER, drain: 'checkpoint' }),
  );
  if (delivered !== PLAYS) throw new Error(`${PLAYS - delivered} plays were not delivered.`);
  if (cached < 0.9 * PLAYS) throw new Error(`Only ${cached} of ${PLAYS} plays were served from a cache.`);
  return { events: simulation.events, seconds };
}

const MODEL = `${PLAYS.toLocaleString('en-US')} plays: authorised by the service over its network, a minute and what is read ahead fetched from a point of presence that has it`;

export const deliveryMeasures: readonly BenchMeasure[] = [
  {
    name: 'microsPerDeliveredPlay',
    unit: 'µs',
    model: MODEL,
    better: 'lower',
    target: null,
    sample: async () => ((await deliver()).seconds * 1e6) / PLAYS,
  },
  {
    name: 'eventsPerDeliveredPlay',
    unit: 'events/play',
    model: MODEL,
    better: 'lower',
    target: null,
    sample: async () => (await deliver()).events / PLAYS,
  },
];
