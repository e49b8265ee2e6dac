/** Every machine of a system as load tables and metrics show it: those of engines, and the instances of services. */
import type { EmbeddedEngine, EngineNode } from '../engines/engine.ts';
import type { Engines, Services } from './services.ts';

export interface LoadedNode extends EngineNode {
  readonly engine: string;
}

export function nodesOf(engines: Engines, services: Services): LoadedNode[] {
  return [
    ...Object.values(engines).flatMap(nodesOfEngine),
    ...services.hosts.map(({ service, host }) => ({
      engine: service,
      machine: host.machine,
      stations: [host.cpu],
      requests: () => host.cpu.read().completions,
      largestBytes: () => null,
    })),
  ];
}

export function nodesOfEngine({ name, nodes }: EmbeddedEngine): LoadedNode[] {
  return nodes.map((node: EngineNode) => ({ ...pick(node), engine: name }));
}

/** Spreading a node would read its getters once; these are what is used of it. */
const pick = (node: EngineNode): EngineNode => ({
  machine: node.machine,
  stations: node.stations,
  requests: () => node.requests(),
  largestBytes: () => node.largestBytes(),
});
