/** What the tests of this folder share: a cluster on a real simulation, and a client of it. */
import type { IndexDefinition } from '../../ports/search-index.ts';
import { drive } from '../../runtime/drive.ts';
import {
  CallContext,
  Machine,
  MILLISECOND,
  Network,
  ProcessLife,
  RequestTrace,
  Simulation,
} from '../../runtime/kernel/index.ts';
import { createElasticsearch } from './embedded.ts';
import type { ElasticsearchKnobs } from './knobs.ts';

export const TRACKS: IndexDefinition = {
  name: 'tracks',
  shards: 3,
  replicas: 1,
  fields: { title: 'text', artist: 'text', genre: 'keyword', plays: 'long' },
  refreshIntervalMs: 1000,
};

export function createBench(
  options: { index?: Partial<IndexDefinition>; knobs?: Partial<ElasticsearchKnobs> } = {},
) {
  const simulation = new Simulation({ seed: 7 });
  const network = new Network(simulation);
  const machines: Machine[] = [];
  const hops: string[] = [];
  const createMachine = (name: string) => {
    const machine = new Machine(simulation, machines.length, name);
    machines.push(machine);
    return machine;
  };
  const client = createMachine('client');
  const elasticsearch = createElasticsearch(
    {
      simulation,
      network,
      createMachine,
      hop: (name) => (hops.includes(name) ? hops.indexOf(name) : hops.push(name) - 1),
    },
    { indices: [{ ...TRACKS, ...options.index }], knobs: options.knobs ?? {} },
  );
  const life = new ProcessLife('client');
  const template = hops.map(() => 0);
  return {
    simulation,
    network,
    client,
    elasticsearch,
    search: elasticsearch.connect(client),
    machine: (name: string) => machines.find((machine) => machine.name === name)!,
    context: (request = 0) => new CallContext(request, life, new RequestTrace(template)),
    parts: (context: CallContext) => (context.trace as RequestTrace).partsNs.reduce((a, b) => a + b, 0),
    at(ms: number, action: () => void) {
      simulation.schedule(ms * MILLISECOND, simulation.registerEntry(action));
    },
    run: (untilMs = 600_000) => drive(simulation, { untilNs: untilMs * MILLISECOND }),
    nowMs: () => simulation.nowNs / MILLISECOND,
  };
}

export type Bench = ReturnType<typeof createBench>;
