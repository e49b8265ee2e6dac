/** The kernel with services: async functions that await a port, and the memory of a request in flight. */
import { type Drain, drive } from '../system/runtime/drive.ts';
import {
  CallContext,
  type PendingCall,
  ProcessLife,
  type RandomStream,
  Simulation,
  Station,
} from '../system/runtime/kernel/index.ts';
import { runBareHops } from './bare-hops.ts';
import { type BenchMeasure, cpuSeconds } from './measure.ts';

const SERVICE_NS = 1_000_000;
const HOPS = 6;
const SERVERS = 4;
/** Utilisation of each hop. */
const RHO = 0.75;
const REQUESTS = 100_000;

/** A port in front of one station, built as the engines are: slots, one registered handler, one promise per call. */
class StationPort {
  readonly #simulation: Simulation;
  readonly #station: Station;
  readonly #services: RandomStream;
  readonly #answer: number;
  readonly #calls: (PendingCall<number> | null)[] = [];
  readonly #free: number[] = [];

  constructor(simulation: Simulation, name: string, servers: number) {
    this.#simulation = simulation;
    this.#station = new Station(simulation, { name, servers });
    this.#services = simulation.stream(`${name} service`);
    this.#answer = simulation.register((slot) => {
      const call = this.#calls[slot]!;
      this.#calls[slot] = null;
      this.#free.push(slot);
      call.resolve(1);
    });
  }

  get(context: CallContext): Promise<number> {
    const call = this.#simulation.open<number>(context, 'port.get');
    const slot = this.#free.pop() ?? this.#calls.length;
    this.#calls[slot] = call;
    this.#station.enter(this.#answer, slot, this.#services.exponential(SERVICE_NS));
    return call.promise;
  }
}

/** Requests that pass six stations in turn. Returns the awaits that were resumed. */
export async function runHops(requests: number, drain: Drain): Promise<number> {
  const simulation = new Simulation({ seed: 1 });
  const life = new ProcessLife('service');
  const arrivals = simulation.stream('arrivals');
  const ports = Array.from({ length: HOPS }, (_, i) => new StationPort(simulation, `hop ${i}`, SERVERS));
  let awaits = 0;
  const request = async (number: number) => {
    const context = new CallContext(number, life);
    for (const port of ports) {
      await port.get(context);
      awaits++;
    }
  };
  const arrive = simulation.register((number) => {
    if (number + 1 < requests) {
      simulation.schedule(arrivals.exponential(SERVICE_NS / (SERVERS * RHO)), arrive, number + 1);
    }
    void request(number);
  });
  simulation.schedule(0, arrive);
  await drive(simulation, { untilNs: Number.MAX_SAFE_INTEGER, drain });
  return awaits;
}

function awaitsMeasure(name: string, drain: Drain, target: number | null): BenchMeasure {
  return {
    name,
    unit: 'awaits/CPU-s',
    model: `async service, one await per hop, ${HOPS} hops of ${SERVERS} servers at ${RHO}, a context per request, drain '${drain}'`,
    better: 'higher',
    target,
    async sample() {
      let awaits = 0;
      const seconds = await cpuSeconds(async () => {
        awaits = await runHops(REQUESTS, drain);
      });
      return awaits / seconds;
    },
  };
}

const BARE = { requests: REQUESTS, hops: HOPS, servers: SERVERS, serviceNs: SERVICE_NS, rho: RHO };

/** In one run, one after the other: a machine that is slow today is slow for both. */
const toBareAwaits: BenchMeasure = {
  name: 'serviceAwaitsToBareAwaits',
  unit: '×',
  model: `awaits/CPU-s of the services to those of bare async functions on the same heap, without contexts, cancellation and statistics: what the kernel leaves of this machine's own speed`,
  better: 'higher',
  target: null,
  async sample() {
    let awaits = 0;
    const services = await cpuSeconds(async () => {
      awaits = await runHops(REQUESTS, 'checkpoint');
    });
    let bareAwaits = 0;
    const bare = await cpuSeconds(async () => {
      bareAwaits = await runBareHops(BARE);
    });
    return awaits / services / (bareAwaits / bare);
  },
};

const IN_FLIGHT = 100_000;

/** Bytes of heap and buffers per request that waits for a port: collected before and after, so garbage does not count. */
async function bytesInFlight(requests: number): Promise<number> {
  const collect = collector();
  const simulation = new Simulation({ seed: 1 });
  const life = new ProcessLife('service');
  const port = new StationPort(simulation, 'slow port', Number.POSITIVE_INFINITY);
  let answered = 0;
  const request = async (number: number) => {
    await port.get(new CallContext(number, life));
    answered++;
  };
  const arrive = simulation.register((number) => {
    if (number + 1 < requests) simulation.schedule(0, arrive, number + 1);
    void request(number);
  });
  simulation.schedule(0, arrive);
  collect();
  const before = memoryInUse();
  await drive(simulation, { untilNs: 0, drain: 'public' });
  collect();
  const bytes = (memoryInUse() - before) / requests;
  await drive(simulation, { untilNs: Number.MAX_SAFE_INTEGER, drain: 'public' });
  if (answered !== requests) throw new Error(`${requests - answered} requests were not answered.`);
  return bytes;
}

function memoryInUse(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** The collector, called twice because what the first pass finalises only the second frees. */
function collector(): () => void {
  process.getBuiltinModule('node:v8').setFlagsFromString('--expose-gc');
  const collect = process.getBuiltinModule('node:vm').runInNewContext('gc') as () => void;
  return () => {
    collect();
    collect();
  };
}

export const serviceMeasures: readonly BenchMeasure[] = [
  awaitsMeasure('serviceAwaitsPerCpuSecond', 'checkpoint', 2_000_000),
  awaitsMeasure('serviceAwaitsPerCpuSecondPublicDrain', 'public', null),
  toBareAwaits,
  {
    name: 'bytesPerInFlightRequest',
    unit: 'bytes',
    model: `${IN_FLIGHT.toLocaleString('en-US')} requests in flight: async frame, promise, context, pending call, event and station slot of each`,
    better: 'lower',
    target: null,
    sample: () => bytesInFlight(IN_FLIGHT),
  },
];
