/**
 * Engines and services on one environment, with the population as their base layer: what virtual time and the live
 * system have in common. Clocks, tokens and clients are the business of the mode.
 */
import { hotPlaylistId } from '../../fixtures/ids.ts';
import {
  createPopulation,
  PlayProfile,
  type Population,
  type TransferablePlayProfile,
} from '../../fixtures/index.ts';
import { CATALOGUE_UPDATES, PLAYLIST_UPDATES, PLAYS } from '../contracts/topics.ts';
import { type BaseLayer, type CassandraKnobs, createCassandra } from '../engines/cassandra/index.ts';
import { createElasticsearch } from '../engines/elasticsearch/index.ts';
import { createKafka } from '../engines/kafka/index.ts';
import { createRedis } from '../engines/redis/index.ts';
import type { EmbeddedSchemaRegistry } from '../engines/schema-registry/index.ts';
import type { TopicDefinition } from '../ports/event-log.ts';
import type { TableDefinition } from '../ports/wide-column-store.ts';
import type { Simulation } from '../runtime/kernel/index.ts';
import { furtherCatalogueTables, tracksById } from '../services/catalogue/tables.ts';
import type { ListeningKnobs } from '../services/listening/knobs.ts';
import { furtherListeningTopics } from '../services/listening/stream-workers.ts';
import { streamTables } from '../services/listening/streams/tables.ts';
import {
  knownPlays,
  listeningEdits,
  listeningHistory,
  listeningSegments,
} from '../services/listening/tables.ts';
import { furtherPlaylistTables, playlistTables } from '../services/playlist/tables.ts';
import { catalogueIndex } from '../services/search/catalogue-index.ts';
import type { SearchKnobs } from '../services/search/knobs.ts';
import { CatalogueRows, type HotPlaylists } from './catalogue-rows.ts';
import { type SimulatedEnvironment, section } from './environment.ts';
import { codedPorts, type Events, eventsOf, withDeadLetters } from './events.ts';
import { TOPIC_REPLICAS } from './knobs.ts';
import { layeredRows } from './layered-rows.ts';
import { MediaRows } from './media-rows.ts';
import { preloadSearch } from './search-sample.ts';
import {
  createServices,
  type EnginePorts,
  type Engines,
  type ServiceOptions,
  type Services,
} from './services.ts';
import { type FollowsCalls, tracedPorts } from './traced-ports.ts';

export interface SystemOptions {
  readonly listeners: number;
  /** Every knob by its full name. */
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly hotPlaylists: HotPlaylists;
  /** A measured profile of plays; null: the population's own law. */
  readonly plays: unknown;
}

export interface System {
  readonly population: Population;
  readonly rows: CatalogueRows;
  readonly engines: SystemEngines;
  readonly services: Services;
  /** Null: values travel through the log as they are. */
  readonly events: Events | null;
  /** The engines as services see them; through their log, messages go as they are carried. */
  readonly ports: EnginePorts;
}

export interface SystemEngines extends Engines {
  /** Where messages have schemas. */
  readonly registry?: EmbeddedSchemaRegistry;
}

const TABLES: readonly TableDefinition[] = [
  tracksById,
  ...playlistTables,
  listeningHistory,
  listeningSegments,
  listeningEdits,
  ...furtherPlaylistTables,
  ...furtherCatalogueTables,
  ...streamTables,
  // Behind the others: what is drawn for a table depends on its place.
  knownPlays,
];

export interface SystemHooks
  extends Pick<ServiceOptions, 'onPlaylistRebuild' | 'tokens' | 'observer' | 'elsewhere' | 'operated'> {
  /** Stands between services and engines. */
  readonly ports?: (engines: Engines, simulation: Simulation) => EnginePorts;
  /** Follows calls of engines; left out: nothing stands in their way. */
  readonly tracer?: FollowsCalls;
}

/** Partitions of the topic playlist_updates: as many as plays has by default. */
const PLAYLIST_PARTITIONS = 12;

export function createSystem(
  environment: SimulatedEnvironment,
  options: SystemOptions,
  hooks: SystemHooks = {},
): System {
  const { listeners, configuration, hotPlaylists } = options;
  const playProfile =
    options.plays === null ? null : PlayProfile.fromTransferable(options.plays as TransferablePlayProfile);
  const { seed } = environment.simulation;
  const population = createPopulation({ seed, listeners, playProfile });
  const rows = new CatalogueRows(population, hotPlaylists, Number(configuration['playlist.buckets']));
  const media = new MediaRows(population);
  const engines = createEngines(environment, configuration, layeredRows(rows, media));
  const searchKnobs = section<SearchKnobs>(configuration, 'search');
  preloadSearch(engines.elasticsearch, searchKnobs, population, rows, media);
  preloadCassandra(engines, configuration, hotPlaylists);
  const { ports: between, tracer, ...rest } = hooks;
  const carrying = between?.(engines, environment.simulation) ?? engines;
  const ports = tracer === undefined ? carrying : tracedPorts(carrying, tracer);
  const events = eventsOf(environment, configuration, topicsOf(configuration), tracer);
  const services = createServices({
    environment,
    engines: codedPorts(ports, events),
    configuration,
    ...rest,
  });
  const all = events === null ? engines : { ...engines, registry: events.registry };
  return { population, rows, engines: all, services, events, ports };
}

function topicsOf(configuration: Readonly<Record<string, unknown>>): TopicDefinition[] {
  const topic = (name: string, partitions: number) => ({
    name,
    partitions,
    replicationFactor: TOPIC_REPLICAS,
  });
  return [
    topic(PLAYS, Number(configuration['listening.playPartitions'])),
    topic(PLAYLIST_UPDATES, PLAYLIST_PARTITIONS),
    topic(CATALOGUE_UPDATES, Number(configuration['catalogue.updatePartitions'])),
    ...furtherListeningTopics(section<ListeningKnobs>(configuration, 'listening'), TOPIC_REPLICAS),
  ];
}

function createEngines(
  environment: SimulatedEnvironment,
  configuration: Readonly<Record<string, unknown>>,
  baseLayer: BaseLayer,
): Engines {
  return {
    cassandra: createCassandra(environment, {
      tables: TABLES,
      knobs: section<CassandraKnobs>(configuration, 'cassandra'),
      baseLayer,
    }),
    redis: createRedis(environment, { knobs: section(configuration, 'redis') }),
    kafka: createKafka(environment, {
      topics: withDeadLetters(topicsOf(configuration), configuration),
      knobs: section(configuration, 'kafka'),
    }),
    elasticsearch: createElasticsearch(environment, {
      indices: [catalogueIndex(section<SearchKnobs>(configuration, 'search'))],
      knobs: section(configuration, 'elasticsearch'),
    }),
  };
}

/**
 * A cluster that has run for long, where other tenants write: size tiers just below the compaction threshold and
 * memtables part full, so that their next flushes lead to compactions at different times on different nodes.
 */
function preloadCassandra(
  { cassandra }: Engines,
  configuration: Readonly<Record<string, unknown>>,
  hot: HotPlaylists,
): void {
  const { schema } = section<{ schema: string }>(configuration, 'playlist');
  const followers = schema === 'wide' ? 'playlist_followers' : 'playlist_followers_bucketed';
  const flushBytes = cassandra.knobs.memtableFlushMB * 1e6;
  if (cassandra.knobs.backgroundWriteBytesPerSecond > 0) {
    const tiers = [
      { sstables: 3, bytes: flushBytes },
      { sstables: 3, bytes: 4 * flushBytes },
      { sstables: 1, bytes: 16 * flushBytes },
    ];
    cassandra.preload({ background: [{ table: followers, tiers }], pendingFlush: [0.15, 0.65] });
  }
  // Followed over years: every partition of theirs is in every SSTable, however many there are.
  const buckets =
    schema === 'wide'
      ? [[]]
      : Array.from({ length: Number(configuration['playlist.buckets']) }, (_, bucket) => [bucket]);
  const partitions = Array.from({ length: hot.count }, (_, i) =>
    buckets.map((bucket) => ({ table: followers, partition: [hotPlaylistId(i), ...bucket] })),
  ).flat();
  // Of few followers some buckets are empty.
  const held = partitions.filter(({ table, partition }) => cassandra.partitionBytes(table, partition) > 0);
  cassandra.preload({ largePartitions: held });
}
