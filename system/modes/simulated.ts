/**
 * The whole system in virtual time: engines' embedded arms, services on machines, a population. Together with its
 * neighbours in this folder the only place that names services and engines; scenarios see what is exported here.
 */
import { HOT_PREFIX, hotPlaylistId, listenerId, playlistId, trackId } from '../../fixtures/ids.ts';
import type { Population } from '../../fixtures/index.ts';
import type { Track } from '../contracts/generated/catalogue.ts';
import type { CatalogueUpdate } from '../contracts/generated/events.ts';
import type { GetPlaylistResponse } from '../contracts/generated/playlist.ts';
import { METADATA_METHODS } from '../contracts/metadata.ts';
import { CATALOGUE_UPDATES, PLAYS } from '../contracts/topics.ts';
import type { EmbeddedEngine, Gauge } from '../engines/engine.ts';
import type { EmbeddedKafka } from '../engines/kafka/index.ts';
import { Telemetry, type TelemetryOptions } from '../observability/index.ts';
import type { Context } from '../ports/context.ts';
import type { LogRecord } from '../ports/event-log.ts';
import type { AccessToken } from '../ports/tokens.ts';
import type { Machine, Simulation } from '../runtime/kernel/index.ts';
import { CallContext, ProcessLife } from '../runtime/kernel/index.ts';
import { signatureOf } from '../services/identity/signature.ts';
import { HISTORY_GROUP } from '../services/listening/history-consumer.ts';
import { KEY_PREFIX } from '../services/playlist/cache-aside.ts';
import type { PlaylistKnobs } from '../services/playlist/knobs.ts';
import { tracksTable } from '../services/playlist/tables.ts';
import { entriesOf } from '../services/playlist/track-order.ts';
import { CATALOGUE_INDEX, trackDocumentId } from '../services/search/catalogue-index.ts';
import { INDEXER_GROUP } from '../services/search/search-indexer.ts';
import { createEnvironment, type SimulatedEnvironment, section } from './environment.ts';
import type { Events } from './events.ts';
import { type MachineName, type MachineSelection, selectMachines } from './fault-machines.ts';
import { Faults } from './faults.ts';
import { countersOf, type LoadedNode, nodesOf } from './nodes.ts';
import { INDEXED_SAMPLE } from './search-sample.ts';
import type { createServices, Engines } from './services.ts';
import { type Edge, edgeOf } from './simulated-edge.ts';
import { createSystem, type SystemOptions } from './system.ts';

export type { Faults, Gauge, LoadedNode, MachineName, MachineSelection };

export interface SimulatedOptions extends SystemOptions {
  readonly seed: number;
  /** What is observed of it beside the figures of the harness; left out: nothing. */
  readonly telemetry?: Omit<TelemetryOptions, 'numbered' | 'outermost'>;
}

/** What listeners and labels can do. Playlists and tracks are named by their ids. */
export interface Clients {
  play(
    context: Context,
    playId: number,
    listener: number,
    track: number,
    skipped: boolean,
    listenedMs: number,
  ): Promise<unknown>;
  openPlaylist(
    context: Context,
    listener: number,
    playlist: string,
    minimumSnapshot: number,
  ): Promise<GetPlaylistResponse>;
  addTrack(
    context: Context,
    listener: number,
    playlist: string,
    track: string,
  ): Promise<{ readonly snapshot: number }>;
  follow(context: Context, listener: number, playlist: string): Promise<unknown>;
  search(context: Context, listener: number, text: string): Promise<unknown>;
  /** Reads what a track is called and who made it: at the edge, where the knob says so. */
  lookUpTrack(context: Context, listener: number, track: string): Promise<unknown>;
  publishTrack(context: Context, track: Track): Promise<unknown>;
}

export interface SimulatedSystem {
  readonly simulation: Simulation;
  readonly population: Population;
  readonly clients: Clients;
  readonly hops: readonly string[];
  readonly nodes: readonly LoadedNode[];
  /** Makes machines and links fail. */
  readonly faults: Faults;
  /** What links did to messages so far. */
  readonly network: { readonly lost: number; readonly delayed: number };
  readonly telemetry: Telemetry | null;
  /** Grows while the system starts: read it when the run begins. */
  readonly gauges: readonly Gauge[];
  hotPlaylist(index: number): string;
  /** The database nodes that hold the first hot playlist, by their order; after the last comes the first again. */
  replicaOfHotPlaylist(index: number): Machine;
  readonly machines: readonly Machine[];
  machinesOf(selection: MachineSelection): readonly Machine[];
  samplePlaylist(request: number): string;
  sampleTrack(request: number): string;
  titleOf(request: number): string;
  release(request: number, hotLabel: boolean): Track;
  /** Tells what happens to playlists in cache and database from now on; one observer at a time. */
  observePlaylists(observer: PlaylistObserver): void;
  /** Checks at the end of a run, outside time. */
  isSearchable(track: string): boolean;
  /** Stored by the index, and searchable after its next refresh. */
  isIndexed(track: string): boolean;
  /** Tracks in the log that the indexer has not committed. */
  waitingForIndex(): ReadonlySet<string>;
  storedTracks(playlist: string): ReadonlySet<string>;
  /** How often each play is in the history, and which are in the log still. */
  storedPlays(): {
    readonly times: Pick<ReadonlyMap<number, number>, 'get'>;
    readonly waiting: ReadonlySet<number>;
  };
  /** Requests of listeners and labels that the kernel holds open. */
  unansweredByClients(): number;
}

/** What happens to playlists between cache and database; all but the last is told of the hot ones alone. */
export interface PlaylistObserver {
  /** An instance begins to put it together from the database. */
  rebuilt(playlist: string): void;
  /** A coordinator of the database begins to read one of its partitions. */
  selected(playlist: string): void;
  /** The cache was asked for it. */
  lookedUp(playlist: string, hit: boolean, isHot: boolean): void;
}

const TOKEN_LIFETIME_NS = 3_600e9;
/** Between the columns of a partition key, as the engine tells it. */
const KEY_SEPARATOR = '\u0000';

/** A playlist's partitions begin with its id; the bucket comes after it. */
function playlistOf(partitionKey: string): string {
  const end = partitionKey.indexOf(KEY_SEPARATOR);
  return end < 0 ? partitionKey : partitionKey.slice(0, end);
}

export async function createSimulatedSystem(options: SimulatedOptions): Promise<SimulatedSystem> {
  const { seed, configuration } = options;
  const environment = createEnvironment(seed);
  const clientMachine = environment.createMachine('clients');
  const telemetry =
    options.telemetry === undefined
      ? null
      : new Telemetry({ ...options.telemetry, numbered: true }, { clock: environment.simulation });
  const observed: { by: PlaylistObserver | null } = { by: null };
  const { population, rows, engines, services, events } = createSystem(environment, options, {
    ...(telemetry === null ? {} : { observer: telemetry, tracer: telemetry.tracer }),
    onPlaylistRebuild: (playlist) => {
      if (playlist.startsWith(HOT_PREFIX)) observed.by?.rebuilt(playlist);
    },
  });
  const { play, lookUp, audio, metadata } = edgeOf(environment, configuration, {
    population,
    services,
    clients: clientMachine,
    observer: telemetry,
  });
  const nodes = nodesOf(engines, services, audio);
  const gauges = () => [
    ...(Object.values(engines) as EmbeddedEngine[]).flatMap((engine) => engine.gauges),
    ...(audio === null ? [] : [...audio.edge.gauges, ...audio.s3.gauges]),
    ...(metadata?.gauges ?? []),
    ...(events?.gauges ?? []),
  ];
  const counters = countersOf(engines, environment.network, audio, metadata);
  telemetry?.watch({ nodes, gauges, counters, streams: services.streams });
  const { keys } = await services.identity.listKeys(new CallContext(0, new ProcessLife('start')), {});
  const key = keys[0]!;
  const token = (listener: number): AccessToken => {
    const subject = listenerId(listener);
    const { keyId, secret } = key;
    const signature = signatureOf(secret, subject, TOKEN_LIFETIME_NS, keyId);
    return { subject, expiresAtNs: TOKEN_LIFETIME_NS, keyId, signature };
  };
  return {
    simulation: environment.simulation,
    population,
    clients: createClients(services.gateway(clientMachine), services.catalogue(clientMachine), token, {
      play,
      lookUp,
    }),
    hops: environment.hops,
    nodes,
    faults: new Faults(environment),
    network: environment.network,
    telemetry,
    get gauges() {
      return gauges();
    },
    hotPlaylist: hotPlaylistId,
    replicaOfHotPlaylist(index) {
      const { cassandra } = engines;
      // Tables do not matter: replicas follow from the partition key alone.
      const replicas = cassandra.replicasOf('playlist_tracks', [hotPlaylistId(0)]);
      return cassandra.nodes[replicas[index % replicas.length]!]!.machine;
    },
    machinesOf: (selection) => selectMachines(selection, environment.machines),
    machines: environment.machines,
    samplePlaylist: (request) => playlistId(population.samplePlaylist(request)),
    sampleTrack: (request) => trackId(population.sampleTrack(request)),
    titleOf: (request) => rows.title(population.trackByRank(1 + (request % INDEXED_SAMPLE))),
    release: (request, hotLabel) => rows.release(request, hotLabel),
    observePlaylists(observer) {
      observed.by = observer;
      engines.cassandra.onRead = (_, partition) => {
        if (partition.startsWith(HOT_PREFIX)) observer.selected(playlistOf(partition));
      };
      engines.redis.onGet = (key, hit) => {
        if (!key.startsWith(KEY_PREFIX)) return;
        const playlist = key.slice(KEY_PREFIX.length);
        observer.lookedUp(playlist, hit, playlist.startsWith(HOT_PREFIX));
      };
    },
    ...createInspection(environment, engines, configuration, events),
  };
}

function createClients(
  gateway: ReturnType<ReturnType<typeof createServices>['gateway']>,
  catalogue: ReturnType<ReturnType<typeof createServices>['catalogue']>,
  token: (listener: number) => AccessToken,
  { play: fetchAudio, lookUp }: Pick<Edge, 'play' | 'lookUp'>,
): Clients {
  const recordPlay: Clients['play'] = (context, playId, listener, track, skipped, listenedMs) =>
    gateway.recordPlay(context, {
      token: token(listener),
      playId,
      trackId: trackId(track),
      listenedMs,
      skipped,
      playedAtNs: 0,
    });
  /** Once the audio is there. */
  const recordAfter = (fetched: Promise<unknown>, ...play: Parameters<Clients['play']>) =>
    fetched.then(() => recordPlay(...play));
  return {
    play:
      fetchAudio === null
        ? recordPlay
        : (context, playId, listener, track, skipped, listenedMs) => {
            const fetched = fetchAudio(context, { listener, track, listenedMs });
            return fetched instanceof Promise
              ? recordAfter(fetched, context, playId, listener, track, skipped, listenedMs)
              : recordPlay(context, playId, listener, track, skipped, listenedMs);
          },
    openPlaylist: (context, listener, playlist, minimumSnapshot) =>
      gateway.getPlaylist(context, {
        token: token(listener),
        playlistId: playlist,
        followersLimit: 0,
        minimumSnapshot,
      }),
    addTrack: (context, listener, playlist, track) =>
      gateway.addTrack(context, { token: token(listener), playlistId: playlist, trackId: track }),
    follow: (context, listener, playlist) =>
      gateway.follow(context, { token: token(listener), playlistId: playlist }),
    search: (context, listener, text) =>
      gateway.search(context, { token: token(listener), text, kind: 'track', size: 20 }),
    lookUpTrack: (context, listener, track) =>
      lookUp(context, listener, { token: token(listener), trackId: track }),
    publishTrack: (context, track) => catalogue.publishTrack(context, { track }),
  };
}

type Inspection = Pick<
  SimulatedSystem,
  'isSearchable' | 'isIndexed' | 'waitingForIndex' | 'storedTracks' | 'storedPlays' | 'unansweredByClients'
>;

function createInspection(
  { simulation }: SimulatedEnvironment,
  { cassandra, kafka, elasticsearch }: Engines,
  configuration: Readonly<Record<string, unknown>>,
  events: Events | null,
): Inspection {
  const byEdge = new Set(
    configuration['metadata.readFrom'] === 'edge' ? METADATA_METHODS.map((name) => `gateway.${name}`) : [],
  );
  /** What points of presence ask the gateway is no client's request: that one is theirs. */
  const isOfClients = (operation: string) =>
    operation === 'catalogue.publishTrack' ||
    operation.startsWith('edge-metadata.') ||
    (operation.startsWith('gateway.') && !byEdge.has(operation));
  const messageOf = (record: LogRecord) => (events === null ? record.value : events.messageOf(record));
  const { name: tracksName } = tracksTable(section<PlaylistKnobs>(configuration, 'playlist'));
  return {
    isSearchable: (track) => elasticsearch.isSearchable(CATALOGUE_INDEX, trackDocumentId(track)),
    isIndexed: (track) => elasticsearch.has(CATALOGUE_INDEX, trackDocumentId(track)),
    waitingForIndex() {
      const waiting = uncommitted(kafka, INDEXER_GROUP, CATALOGUE_UPDATES);
      const tracks = waiting.map((record) => (messageOf(record) as CatalogueUpdate).track);
      return new Set(tracks.filter((track) => track !== undefined).map(({ trackId: id }) => id));
    },
    storedTracks: (playlist) =>
      new Set(entriesOf(cassandra.inspect(tracksName, [playlist])).map(({ trackId: id }) => id)),
    storedPlays() {
      const times = timesOf(playsInHistory());
      const waiting = uncommitted(kafka, HISTORY_GROUP, PLAYS).map(
        (record) => (messageOf(record) as { playId: number }).playId,
      );
      return { times, waiting: new Set(waiting) };
    },
    unansweredByClients() {
      let count = 0;
      for (const [operation, calls] of simulation.unanswered()) {
        if (isOfClients(operation)) count += calls;
      }
      return count;
    },
  };

  function playsInHistory(): number[] {
    const shards = Number(configuration['listening.historyShards']);
    const periods = Math.floor(simulation.nowNs / 1e9 / Number(configuration['listening.historyPeriodS']));
    const found: number[] = [];
    for (let shard = 0; shard < shards; shard++) {
      for (let period = 0; period <= periods; period++) {
        for (const row of cassandra.inspect('listening_segments', [shard, period])) {
          pushPlayIds(found, row.plays as string);
        }
      }
    }
    return found;
  }
}

/** The play ids of a segment (see `segment.ts`: a line a play, the id between the first two tabs), without its other fields. */
function pushPlayIds(found: number[], segment: string): void {
  let line = 0;
  while (line < segment.length) {
    let at = segment.indexOf('\t', line) + 1;
    let play = 0;
    // Digit by digit: hundreds of thousands of them are read at the end of a run.
    for (let digit = segment.charCodeAt(at) - 48; digit >= 0; digit = segment.charCodeAt(++at) - 48)
      play = play * 10 + digit;
    found.push(play);
    line = segment.indexOf('\n', at) + 1;
  }
}

/** How often each whole number is there. Plays are numbered from 1 on: a list by number is as long as there are plays. */
function timesOf(numbers: readonly number[]): Pick<ReadonlyMap<number, number>, 'get'> {
  const largest = numbers.reduce((most, number) => (number > most ? number : most), 0);
  const counts = new Uint32Array(largest + 1);
  for (const number of numbers) counts[number]!++;
  return { get: (number) => counts[number] };
}

/** Records that the group has still to handle. */
function uncommitted(kafka: EmbeddedKafka, group: string, topic: string): LogRecord[] {
  return kafka.inspect(topic).flatMap(({ partition, records }) => {
    const from = Math.max(0, kafka.committed(group, topic, partition));
    return records.filter(({ offset }) => offset >= from);
  });
}
