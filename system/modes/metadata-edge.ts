/**
 * Metadata at the points of presence: an instance of the service on each of the edge's machines, in front of the gateway.
 * An app asks the nearest one; without it everybody asks the gateway.
 */
import {
  METADATA_METHODS,
  type MetadataApi,
  type MetadataOrigin,
  type MetadataOutcome,
} from '../contracts/metadata.ts';
import { type EmbeddedEdge, PLACES } from '../edge/index.ts';
import type { Counter, Gauge } from '../engines/engine.ts';
import { rateOf } from '../engines/rate.ts';
import type { Context } from '../ports/context.ts';
import { type CallObserver, Host, lognormal, Remote } from '../runtime/kernel/index.ts';
import { Copies } from '../services/metadata/copies.ts';
import type { MetadataKnobs } from '../services/metadata/knobs.ts';
import { createMetadataService } from '../services/metadata/metadata-service.ts';
import type { SimulatedEnvironment } from './environment.ts';
import { type MethodCosts, remoteApi } from './remote-api.ts';
import type { Services } from './services.ts';

/** The gateway is at the first site, where the origin is. */
const GATEWAY_SITE = 0;

export interface MetadataEdgeOptions {
  readonly environment: SimulatedEnvironment;
  readonly edge: EmbeddedEdge;
  readonly services: Pick<Services, 'gateway' | 'tokens'>;
  readonly knobs: MetadataKnobs;
  readonly observer?: CallObserver | undefined;
}

/** Since the start: answers by what they were, and the copies that there are now. */
export type MetadataFigures = Readonly<Record<MetadataOutcome | 'copies', number>>;

export interface MetadataEdge {
  /** As an app at a place (`PLACES`) sees it now. */
  from(place: number): MetadataApi;
  readonly figures: MetadataFigures;
  readonly gauges: readonly Gauge[];
  readonly counters: readonly Counter[];
}

export function createMetadataEdge(options: MetadataEdgeOptions): MetadataEdge {
  const { environment, edge, services, knobs, observer = null } = options;
  const { simulation } = environment;
  const apps = PLACES.map(({ name }) => environment.createMachine(`apps-${name}`));
  const placeOf = new Map(apps.map(({ id }, place) => [id, place]));
  const costs = costsOf(edge.knobs.requestMicros);
  const maxBytes = knobs.cacheMB * 1e6;
  const answers: Record<MetadataOutcome, number> = { hit: 0, miss: 0, stale: 0 };
  const copiesAt = new Map<number, Copies>();
  const clients = edge.points.map(({ site, name, machine, cpu }) => {
    const start = () => {
      // The machine that comes back is another one, with nothing in it.
      const copies = new Copies(maxBytes);
      copiesAt.set(site, copies);
      return createMetadataService({
        clock: simulation,
        tokens: services.tokens(machine),
        origin: services.gateway(machine),
        travel: (context, direction) =>
          direction === 'there'
            ? edge.travel(context, site, GATEWAY_SITE)
            : edge.travel(context, GATEWAY_SITE, site),
        copies,
        onAnswer(outcome, bytes) {
          answers[outcome]++;
          edge.countAnswer(site, bytes);
        },
        site: name,
        knobs,
      });
    };
    const host = new Host<MetadataApi>(simulation, machine, { cores: cpu, start });
    const remote = new Remote(simulation, edge.linkOf(site, placeOf), [host], {
      service: 'edge-metadata',
      hop: (hop) => environment.hop(hop),
      observer,
    });
    return remoteApi(remote, costs);
  });
  edge.onPurge = (site, target) => copiesAt.get(site)!.purge(target);
  const at = apps.map((app) => clients.map((client) => client(app)));
  const hits = rateOf(simulation, () => answers.hit);
  const all = rateOf(simulation, () => answers.hit + answers.miss + answers.stale);
  return {
    from: (place) => at[place]![edge.routeOf(place)]!,
    get figures() {
      return { ...answers, copies: [...copiesAt.values()].reduce((sum, { count }) => sum + count, 0) };
    },
    gauges: [
      {
        name: 'edge metadata hit ratio',
        unit: '1',
        group: 'cache',
        read() {
          const [part, whole] = [hits() ?? 0, all() ?? 0];
          return whole === 0 ? null : part / whole;
        },
        sinceLastLook: true,
      },
    ],
    counters: (['hit', 'miss', 'stale'] as const).map((outcome) => ({
      name: 'edge_metadata_answers',
      description:
        'Answers about tracks, artists and albums, by what became of them at the point of presence.',
      labels: { outcome },
      read: () => answers[outcome],
    })),
  };
}

/** The same shape, without points of presence: every answer is the gateway's own. */
export function readFromGateway(gateway: MetadataOrigin): MetadataApi {
  const through =
    <Request, Response>(call: (context: Context, request: Request) => Promise<Response>) =>
    async (context: Context, request: Request) => ({
      value: await call(context, request),
      ageNs: 0,
      outcome: 'miss' as const,
      servedBy: '',
    });
  return Object.fromEntries(
    METADATA_METHODS.map((method) => [method, through(gateway[method] as never)]),
  ) as unknown as MetadataApi;
}

/** As audio: a request for a copy is a look-up, whatever it is of. p99 three times the median, as in the other services. */
function costsOf(requestMicros: number): MethodCosts<MetadataApi> {
  const cost = lognormal(requestMicros * 1_000, 3 * requestMicros * 1_000);
  return Object.fromEntries(METADATA_METHODS.map((method) => [method, cost])) as MethodCosts<MetadataApi>;
}
