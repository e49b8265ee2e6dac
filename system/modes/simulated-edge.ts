/** The edge as apps meet it in virtual time: audio and metadata, each where a knob asks for it. */
import type { Population } from '../../fixtures/index.ts';
import type { Telemetry } from '../observability/index.ts';
import type { Context } from '../ports/context.ts';
import type { AccessToken } from '../ports/tokens.ts';
import type { Machine } from '../runtime/kernel/index.ts';
import type { MetadataKnobs } from '../services/metadata/knobs.ts';
import { type AudioDelivery, createDelivery } from './delivery.ts';
import { type SimulatedEnvironment, section } from './environment.ts';
import { placeOfCountry } from './listener-places.ts';
import { ListeningApps } from './listening-apps.ts';
import { createMetadataEdge, type MetadataEdge } from './metadata-edge.ts';
import type { Services } from './services.ts';

/** What apps reach at the points of presence. */
export interface Edge {
  /** Null: plays are recorded only. */
  readonly play: ListeningApps['fetch'] | null;
  readonly lookUp: (
    context: Context,
    listener: number,
    request: { readonly token: AccessToken; readonly trackId: string },
  ) => Promise<unknown>;
  /** Null: nobody fetches any. */
  readonly audio: AudioDelivery | null;
  /** Null: it is the gateway's alone. */
  readonly metadata: MetadataEdge | null;
}

/** The edge, where a knob asks for it. Every track has its first version: no journey delivers another. */
export function edgeOf(
  environment: SimulatedEnvironment,
  configuration: Readonly<Record<string, unknown>>,
  parts: {
    readonly population: Population;
    readonly services: Services;
    readonly clients: Machine;
    readonly observer: Telemetry | null;
  },
): Edge {
  const { population, services, clients, observer } = parts;
  const plays = configuration['audio.plays'] === 'on';
  const knobs = section<MetadataKnobs>(configuration, 'metadata');
  const gateway = services.gateway(clients);
  const fromGateway: Edge['lookUp'] = (context, _listener, request) => gateway.getTrack(context, request);
  if (!plays && knobs.readFrom !== 'edge')
    return { play: null, lookUp: fromGateway, audio: null, metadata: null };
  const { simulation } = environment;
  const observing = observer === null ? {} : { observer };
  const audio = createDelivery({ environment, configuration, population, ...observing });
  const { edge } = audio;
  const apps = new ListeningApps({ simulation, population, delivery: audio.delivery(clients), edge });
  const play: Edge['play'] = plays ? (context, one) => apps.fetch(context, one) : null;
  if (knobs.readFrom !== 'edge') return { play, lookUp: fromGateway, audio, metadata: null };
  const metadata = createMetadataEdge({
    environment,
    edge,
    knobs,
    services,
    ...observing,
  });
  return {
    play,
    lookUp(context, listener, request) {
      const { country } = population.models.listeners.listener(listener);
      return metadata.from(placeOfCountry(country)).getTrack(context, request);
    },
    audio,
    metadata,
  };
}
