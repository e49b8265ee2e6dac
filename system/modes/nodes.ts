/** What load tables and metrics show of a system: its machines, those of engines and services, and what engines count. */
import type { Counter, EmbeddedEngine, EngineNode } from '../engines/engine.ts';
import type { Network } from '../runtime/kernel/index.ts';
import type { AudioDelivery } from './delivery.ts';
import type { MetadataEdge } from './metadata-edge.ts';
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

/** `audio` and `metadata` null: nobody fetches any at the edge. */
export function countersOf(
  engines: Engines,
  network: Pick<Network, 'lost' | 'delayed'>,
  audio: Pick<AudioDelivery, 'edge' | 's3'> | null,
  metadata: Pick<MetadataEdge, 'counters'> | null,
): Counter[] {
  const all: EmbeddedEngine[] = [
    ...Object.values(engines),
    ...(audio === null ? [] : [audio.edge, audio.s3]),
  ];
  return [
    ...all.flatMap(({ counters = [] }) => counters),
    ...(metadata?.counters ?? []),
    {
      name: 'network_messages_lost',
      description: 'Messages that a faulty link lost; each try counts.',
      read: () => network.lost,
    },
    {
      name: 'network_messages_delayed',
      description: 'Messages that a faulty link slowed down.',
      read: () => network.delayed,
    },
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
