/** What everything of a simulated system shares: the simulation, the network, numbers of machines and of hops. */
import type { EngineEnvironment } from '../engines/engine.ts';
import type { Hop } from '../ports/context.ts';
import { Machine, Network, Simulation } from '../runtime/kernel/index.ts';

export interface SimulatedEnvironment extends EngineEnvironment {
  /** Names of the hops given out so far, by number. */
  readonly hops: readonly string[];
  /** Every machine made so far. */
  readonly machines: readonly Machine[];
}

/** `costs` false: services and networks take no time. `startNs`: where the clock begins. */
export function createEnvironment(seed: number, costs = true, startNs = 0): SimulatedEnvironment {
  const simulation = new Simulation({ seed, costs, startNs });
  const network = new Network(simulation);
  const hops: string[] = [];
  const machines: Machine[] = [];
  return {
    simulation,
    network,
    hops,
    machines,
    createMachine(name) {
      const machine = new Machine(simulation, machines.length, name);
      machines.push(machine);
      return machine;
    },
    hop(name): Hop {
      const known = hops.indexOf(name);
      return known >= 0 ? known : hops.push(name) - 1;
    },
  };
}

/** The settings of one component ('cassandra.nodes' → nodes) out of a full configuration. */
export function section<K>(configuration: Readonly<Record<string, unknown>>, component: string): K {
  const prefix = `${component}.`;
  const entries = Object.entries(configuration).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(entries.map(([name, value]) => [name.slice(prefix.length), value])) as K;
}
