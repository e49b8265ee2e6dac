/** Every machine of a system as load tables and metrics show it: those of engines, and the instances of services. */
import type { EmbeddedEngine, EngineNode } from '../engines/engine.ts';
import type { AudioDelivery } from './delivery.ts';
import type { Engines, Services } from './services.ts';

export interface LoadedNode extends EngineNode {
  readonly engine: string;
}

/** `audio` null: nobody fetches any. */
export function nodesOf(
  engines: Engines,
  services: Services,
  audio: Pick<AudioDelivery, 'hosts' | 'edge' | 's3'> | null,
): LoadedNode[] {
  return [
    ...Object.values(engines).flatMap(nodesOfEngine),
    ...[...services.hosts, ...(audio?.hosts ?? [])].map(({ service, host }) => ({
      engine: service,
      machine: host.machine,
      stations: [host.cpu],
      requests: () => host.cpu.read().completions,
      largestBytes: () => null,
    })),
    ...(audio === null ? [] : [audio.edge, audio.s3].flatMap(nodesOfEngine)),
  ];
}

function nodesOfEngine({ name, nodes }: EmbeddedEngine): LoadedNode[] {
  return nodes.map((node: EngineNode) => ({ ...pick(node), engine: name }));
}

/** Spreading a node would read its getters once; these are what is used of it. */
const pick = (node: EngineNode): EngineNode => ({
  machine: node.machine,
  stations: node.stations,
  requests: () => node.requests(),
  largestBytes: () => node.largestBytes(),
});
