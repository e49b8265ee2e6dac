/** What the tests of this folder share: a server on a real simulation, and processes that talk to it. */
import { drive } from '../../runtime/drive.ts';
import {
  CallContext,
  Machine,
  MILLISECOND,
  Network,
  RequestTrace,
  Simulation,
} from '../../runtime/kernel/index.ts';
import type { EngineEnvironment } from '../engine.ts';
import { createRedis } from './embedded.ts';
import type { RedisKnobs } from './knobs.ts';

export function createBench(options: { seed?: number; knobs?: Partial<RedisKnobs> } = {}) {
  const simulation = new Simulation({ seed: options.seed ?? 1 });
  const network = new Network(simulation);
  const hops: string[] = [];
  let machines = 0;
  const environment: EngineEnvironment = {
    simulation,
    network,
    createMachine: (name) => new Machine(simulation, machines++, name),
    hop(name) {
      const known = hops.indexOf(name);
      return known >= 0 ? known : hops.push(name) - 1;
    },
  };
  const redis = createRedis(environment, options.knobs === undefined ? {} : { knobs: options.knobs });
  let requests = 0;
  return {
    simulation,
    network,
    redis,
    hops,
    machine: (name: string) => environment.createMachine(name),
    context(machine: Machine) {
      return new CallContext(requests++, machine.life, new RequestTrace(hops.map(() => 0)));
    },
    at(ms: number, action: () => void) {
      simulation.schedule(ms * MILLISECOND - simulation.nowNs, simulation.registerEntry(action));
    },
    run: (untilMs: number) => drive(simulation, { untilNs: untilMs * MILLISECOND }),
    ms: () => simulation.nowNs / MILLISECOND,
  };
}
