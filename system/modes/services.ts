/** The services on their machines, wired to each other and to the engines' ports. */
import type { CatalogueApi } from '../contracts/generated/catalogue.ts';
import type { DeliveryApi } from '../contracts/generated/delivery.ts';
import type { GatewayApi } from '../contracts/generated/gateway.ts';
import type { IdentityApi } from '../contracts/generated/identity.ts';
import type { ListeningApi } from '../contracts/generated/listening.ts';
import type { PlaylistApi } from '../contracts/generated/playlist.ts';
import type { SearchApi } from '../contracts/generated/search.ts';
import type { EmbeddedCassandra } from '../engines/cassandra/index.ts';
import type { EmbeddedElasticsearch } from '../engines/elasticsearch/index.ts';
import type { EmbeddedKafka } from '../engines/kafka/index.ts';
import type { EmbeddedRedis } from '../engines/redis/index.ts';
import type { Context } from '../ports/context.ts';
import { PortError } from '../ports/errors.ts';
import type { TokenVerifier } from '../ports/tokens.ts';
import {
  type Balancing,
  CallContext,
  type CallObserver,
  Host,
  type Machine,
  Remote,
  untraced,
} from '../runtime/kernel/index.ts';
import { createCatalogueService } from '../services/catalogue/catalogue-service.ts';
import type { CatalogueKnobs } from '../services/catalogue/knobs.ts';
import { createGatewayService } from '../services/gateway/gateway-service.ts';
import type { GatewayKnobs } from '../services/gateway/knobs.ts';
import { createIdentityService } from '../services/identity/identity-service.ts';
import type { IdentityKnobs } from '../services/identity/knobs.ts';
import { createTokenVerifier } from '../services/identity/token-verifier.ts';
import { createEditConsumer } from '../services/listening/edit-consumer.ts';
import { createHistoryConsumer } from '../services/listening/history-consumer.ts';
import type { ListeningKnobs } from '../services/listening/knobs.ts';
import { createListeningService } from '../services/listening/listening-service.ts';
import { createRecentlyPlayedConsumer } from '../services/listening/recently-played-consumer.ts';
import {
  createSessionStateWorker,
  createTopChartsWorker,
  isStreaming,
} from '../services/listening/stream-workers.ts';
import type { StreamPosition } from '../services/listening/streams/stream-worker.ts';
import type { PlaylistKnobs } from '../services/playlist/knobs.ts';
import { createPlaylistService } from '../services/playlist/playlist-service.ts';
import type { IndexerKnobs, ReindexKnobs, SearchKnobs } from '../services/search/knobs.ts';
import { createReindexWorker, type ReindexWorker } from '../services/search/reindex-worker.ts';
import { createSearchIndexer } from '../services/search/search-indexer.ts';
import { createSearchService } from '../services/search/search-service.ts';
import { type SimulatedEnvironment, section } from './environment.ts';
import { type MethodCosts, remoteApi } from './remote-api.ts';
import {
  catalogueCosts,
  gatewayCosts,
  identityCosts,
  listeningCosts,
  playlistCosts,
  searchCosts,
} from './service-costs.ts';

export interface Engines {
  readonly cassandra: EmbeddedCassandra;
  readonly redis: EmbeddedRedis;
  readonly kafka: EmbeddedKafka;
  readonly elasticsearch: EmbeddedElasticsearch;
}

/** What services see of the engines. */
export type EnginePorts = {
  readonly [Name in keyof Engines]: Pick<Engines[Name], 'connect'>;
} & { readonly elasticsearch: Pick<EmbeddedElasticsearch, 'connect' | 'admin'> };

/**
 * The contracts that can be served by another process. `identity` is not among them: the live gateway's tokens are made and
 * checked by its transport.
 */
export interface ServiceApis {
  readonly catalogue: CatalogueApi;
  readonly playlist: PlaylistApi;
  readonly listening: ListeningApi;
  readonly search: SearchApi;
  readonly delivery: DeliveryApi;
}

export type Elsewhere = Partial<ServiceApis>;

/** Created here; `delivery` stands beside them (`delivery.ts`). */
type CreatedApis = Omit<ServiceApis, 'delivery'>;

export interface ServiceOptions {
  readonly environment: SimulatedEnvironment;
  readonly engines: EnginePorts;
  /** Full configuration by knob name. */
  readonly configuration: Readonly<Record<string, unknown>>;
  /** Told whenever a playlist is put together from the database. */
  readonly onPlaylistRebuild?: (playlistId: string) => void;
  /** Checks tokens where requests come in; default: the model, which asks the identity service for keys. */
  readonly tokens?: TokenVerifier;
  /** Services that run in other processes; their consumers run there too. */
  readonly elsewhere?: Elsewhere;
  /** Somebody may ask for the index to be made anew at any time. */
  readonly operated?: boolean;
  /** Told of every call between services. */
  readonly observer?: CallObserver;
}

/** An instance of a service. */
export interface ServiceHost {
  readonly service: string;
  readonly host: Host<unknown>;
}

export interface Services {
  /** The public API and the labels' way in, as a client on this machine sees them. */
  gateway(from: Machine): GatewayApi;
  catalogue(from: Machine): CatalogueApi;
  /** What checks tokens on this machine, for whoever answers in the gateway's place. */
  tokens(machine: Machine): TokenVerifier;
  /** Every service behind the gateway, by name, as a caller on this machine sees it. */
  readonly behind: { readonly [Name in keyof CreatedApis]: (from: Machine) => CreatedApis[Name] } & {
    readonly identity: (from: Machine) => IdentityApi;
  };
  readonly identity: IdentityApi;
  /** Every instance of every service, for load tables. */
  readonly hosts: readonly ServiceHost[];
  /** Makes the search index anew; undefined: none runs here, or not at the moment. */
  readonly reindexer: () => ReindexWorker | undefined;
  /** How far the stream jobs are; null: none run here. */
  readonly streams: (() => readonly StreamPosition[]) | null;
}

interface HostSettings {
  readonly instances: number;
  readonly cores: number;
  readonly queueLimit: number;
  readonly cancellation: boolean;
  readonly balancing: Balancing;
}

/** Whose consumers they are: where the service runs, they run. */
const OWNER_OF_WORKER: Readonly<Record<string, keyof ServiceApis>> = {
  history: 'listening',
  edits: 'listening',
  recent: 'listening',
  'session-state': 'listening',
  'top-charts': 'listening',
  indexer: 'search',
  reindexer: 'search',
};

/** Requests of background work are numbered from here, apart from those of listeners. */
const BACKGROUND_REQUESTS = 2 ** 50;

export function createServices(options: ServiceOptions): Services {
  const { environment, engines, configuration } = options;
  const { simulation, network } = environment;
  const { cassandra, redis, kafka, elasticsearch } = engines;
  const hosts: ServiceHost[] = [];
  const clock = simulation;
  let backgroundWork = 0;

  const contextOf = (machine: Machine) =>
    new CallContext(BACKGROUND_REQUESTS + backgroundWork++, machine.life, untraced);
  /** Work that outlives its request: it ends with its process, and its failures are its own. */
  const backgroundOf = (machine: Machine) => (work: (context: Context) => Promise<void>) => {
    work(contextOf(machine)).catch((error: unknown) => {
      if (!(error instanceof PortError)) throw error;
    });
  };

  function service<Api extends object>(
    name: string,
    settings: HostSettings,
    costs: MethodCosts<Api>,
    start: (machine: Machine, instance: number) => Api,
  ): (from: Machine) => Api {
    const there = options.elsewhere?.[name as keyof Elsewhere];
    if (there !== undefined) return () => there as unknown as Api;
    const instances = Array.from({ length: settings.instances }, (_, i) => {
      const machine = environment.createMachine(`${name}-${i + 1}`);
      const { cores, queueLimit } = settings;
      const host = new Host<Api>(simulation, machine, { cores, queueLimit, start: () => start(machine, i) });
      hosts.push({ service: name, host: host as Host<unknown> });
      return host;
    });
    const hop = (hopName: string) => environment.hop(hopName);
    const { cancellation, balancing } = settings;
    const remote = new Remote(simulation, network, instances, {
      service: name,
      hop,
      cancellation,
      balancing,
      observer: options.observer ?? null,
    });
    return remoteApi(remote, costs);
  }

  /** A process that only consumes: it begins its loop again when its machine restarts. Returns those that run. */
  function worker<Worker extends { run(context: Context): Promise<void> }>(
    name: string,
    count: number,
    create: (machine: Machine) => Worker,
  ): () => Worker[] {
    const newest = new Map<Machine, Worker>();
    const running = () => [...newest].flatMap(([machine, one]) => (machine.up ? [one] : []));
    const owner = OWNER_OF_WORKER[name];
    if (owner !== undefined && options.elsewhere?.[owner] !== undefined) return running;
    for (let i = 1; i <= count; i++) {
      const machine = environment.createMachine(`${name}-${i}`);
      const begin = () => {
        const begun = create(machine);
        newest.set(machine, begun);
        begun.run(contextOf(machine)).catch((error: Error) => {
          throw new Error(`${machine.name} has stopped: ${error.message}`, { cause: error });
        });
      };
      machine.onRestart(begin);
      simulation.schedule(0, simulation.registerEntry(begin));
    }
    return running;
  }

  const identityKnobs = section<IdentityKnobs>(configuration, 'identity');
  const keys = simulation.random('identity keys');
  const createIdentity = () => createIdentityService({ clock, random: keys, knobs: identityKnobs });
  const small: HostSettings = {
    instances: 2,
    cores: 2,
    queueLimit: 2_000,
    cancellation: true,
    balancing: 'round-robin',
  };
  const identity = service<IdentityApi>('identity', small, identityCosts, createIdentity);

  const catalogueKnobs = section<CatalogueKnobs & HostSettings>(configuration, 'catalogue');
  const catalogue = service<CatalogueApi>('catalogue', catalogueKnobs, catalogueCosts, (machine) =>
    createCatalogueService({
      store: cassandra.connect(machine),
      events: kafka.connect(machine).createProducer(machine.name),
      clock,
      knobs: catalogueKnobs,
    }),
  );

  const playlistKnobs = section<PlaylistKnobs & HostSettings>(configuration, 'playlist');
  const xfetch = simulation.random('playlist xfetch');
  const playlist = service<PlaylistApi>('playlist', playlistKnobs, playlistCosts, (machine, instance) =>
    createPlaylistService({
      store: cassandra.connect(machine),
      cache: redis.connect(machine),
      events: kafka.connect(machine).createProducer(machine.name),
      catalogue: catalogue(machine),
      clock,
      random: xfetch,
      background: backgroundOf(machine),
      knobs: playlistKnobs,
      instance,
      waitHop: environment.hop('playlist.lock wait'),
      onRebuild: options.onPlaylistRebuild ?? (() => {}),
    }),
  );

  const listeningKnobs = section<ListeningKnobs & HostSettings>(configuration, 'listening');
  const listening = service<ListeningApi>('listening', listeningKnobs, listeningCosts, (machine) =>
    createListeningService({
      events: kafka.connect(machine).createProducer(machine.name),
      store: cassandra.connect(machine),
      ...(isStreaming(listeningKnobs) ? { cache: redis.connect(machine) } : {}),
      clock,
      knobs: listeningKnobs,
    }),
  );

  const searchKnobs = section<SearchKnobs & HostSettings>(configuration, 'search');
  const search = service<SearchApi>('search', searchKnobs, searchCosts, (machine) =>
    createSearchService({ index: elasticsearch.connect(machine), knobs: searchKnobs }),
  );

  const tokens = (machine: Machine) =>
    options.tokens ?? createTokenVerifier({ clock, identity: identity(machine), knobs: identityKnobs });
  const gatewayKnobs = section<GatewayKnobs & HostSettings>(configuration, 'gateway');
  const repeatedReads = simulation.random('gateway repeated reads');
  const gateway = service<GatewayApi>('gateway', gatewayKnobs, gatewayCosts, (machine, instance) =>
    createGatewayService({
      random: repeatedReads,
      instance,
      tokens: tokens(machine),
      playlist: playlist(machine),
      listening: listening(machine),
      search: search(machine),
      catalogue: catalogue(machine),
      cache: redis.connect(machine),
      clock,
      knobs: gatewayKnobs,
    }),
  );

  const pauses = simulation.random('consumer pauses');
  const consumer = (machine: Machine) => ({
    events: kafka.connect(machine),
    clock,
    random: pauses,
    background: backgroundOf(machine),
    clientId: machine.name,
  });
  worker('history', listeningKnobs.historyConsumers, (machine) =>
    createHistoryConsumer({ ...consumer(machine), store: cassandra.connect(machine), knobs: listeningKnobs }),
  );
  const indexerKnobs = section<IndexerKnobs>(configuration, 'indexer');
  worker('indexer', indexerKnobs.consumers, (machine) =>
    createSearchIndexer({ ...consumer(machine), index: elasticsearch.connect(machine), knobs: indexerKnobs }),
  );

  const reindexKnobs = section<ReindexKnobs>(configuration, 'reindex');
  const reindexes = reindexKnobs.afterS > 0 || options.operated === true;
  const reindexers = worker('reindexer', reindexes ? 1 : 0, (machine) => {
    const index = elasticsearch.connect(machine);
    const admin = elasticsearch.admin(machine);
    return createReindexWorker({ index, admin, clock, knobs: reindexKnobs }, searchKnobs);
  });

  worker('edits', 1, (machine) =>
    createEditConsumer({ ...consumer(machine), store: cassandra.connect(machine), knobs: listeningKnobs }),
  );

  const streamWorkers = isStreaming(listeningKnobs) ? listeningKnobs.streamWorkers : 0;
  const streamWorker = (machine: Machine) => ({
    ...consumer(machine),
    internal: kafka.connect(machine),
    store: cassandra.connect(machine),
    cache: redis.connect(machine),
    knobs: listeningKnobs,
  });
  worker('recent', streamWorkers, (machine) => createRecentlyPlayedConsumer(streamWorker(machine)));
  const sessions = worker('session-state', streamWorkers, (machine) =>
    createSessionStateWorker(streamWorker(machine)),
  );
  const charts = worker('top-charts', streamWorkers, (machine) =>
    createTopChartsWorker({ ...streamWorker(machine), catalogue: catalogue(machine) }),
  );
  const positions = () => [...sessions(), ...charts()].flatMap((one) => one.positions());
  const isHere = streamWorkers > 0 && options.elsewhere?.listening === undefined;

  const behind = { identity, catalogue, playlist, listening, search };
  const streams = isHere ? positions : null;
  const reindexer = () => reindexers()[0];
  return { gateway, catalogue, tokens, behind, identity: createIdentity(), hosts, reindexer, streams };
}
