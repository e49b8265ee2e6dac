/**
 * The live system on localhost: the same engines and services as in virtual time, run along the wall clock, without any
 * dependency. With costs, a disk that is slow in the model is slow here; without, only the work itself takes time.
 */
import type { GatewayApi } from '../contracts/generated/gateway.ts';
import type { LiveEvent } from '../contracts/live-audio.ts';
import { METADATA_METHODS, type MetadataApi } from '../contracts/metadata.ts';
import type { EmbeddedEngine, Gauge } from '../engines/engine.ts';
import { Telemetry, type TelemetryOptions } from '../observability/index.ts';
import type { Clock } from '../ports/clock.ts';
import type { ChildContext, Context, Trace } from '../ports/context.ts';
import { PortError } from '../ports/errors.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import { type AccessToken, identityOf, type TokenVerifier } from '../ports/tokens.ts';
import type { Drain } from '../runtime/drive.ts';
import { CallContext, ProcessLife, type Simulation, untraced } from '../runtime/kernel/index.ts';
import { liveNowNs, newEpochMs } from '../runtime/live-clock.ts';
import { type Lateness, RealTime } from '../runtime/real-time.ts';
import type { GatewayKnobs } from '../services/gateway/knobs.ts';
import { createPublicCall } from '../services/gateway/public-call.ts';
import type { MetadataKnobs } from '../services/metadata/knobs.ts';
import { type LabelApi, OLDEST_PLAY_MS } from '../transport/http/index.ts';
import type { DeadLetterDesk, FaultDesk, FaultState, ReindexDesk } from '../transport/telemetry/index.ts';
import { createDeadLetterDesk } from './dead-letters.ts';
import { audioConfiguration } from './delivery-knobs.ts';
import { createEnvironment, section } from './environment.ts';
import { createFaultDesk, faultGauge } from './fault-desk.ts';
import { followedWaits } from './followed-waits.ts';
import { createLabelApi } from './label-api.ts';
import { createLiveAudio, type LiveAudio } from './live-audio.ts';
import { createMetadataEdge, type MetadataEdge, readFromGateway } from './metadata-edge.ts';
import { countersOf, nodesOf } from './nodes.ts';
import { createReindexDesk, reindexGauges } from './reindex-desk.ts';
import type { Elsewhere, ServiceApis } from './services.ts';
import { createSystem, type SystemEngines, type SystemHooks, type SystemOptions } from './system.ts';
import { tracedObjects } from './traced-ports.ts';

export interface EmbeddedOptions extends SystemOptions {
  readonly seed: number;
  /** Whether service and network take the time that the models say. */
  readonly costs: boolean;
  readonly drain?: Drain;
  /** Makes the clients of services that run in other processes. */
  readonly elsewhere?: (outside: OutsideWaits) => Elsewhere;
  /** Sites whose pages may embed audio; default: none. */
  readonly allowedOrigins?: readonly string[];
  /** What is observed of it; left out: nothing. */
  readonly telemetry?: TelemetryOptions;
  /** A fault that was asked for begins, or ends. */
  readonly onInjected?: (fault: FaultState) => void;
  /** A defect inside the system: nothing is answered afterwards. */
  readonly onFault: (error: Error) => void;
}

/** What a client of another process needs from the system that waits for it. */
export interface OutsideWaits {
  readonly clock: Clock;
  /** Unix time, in ms, at which it stands at 0. */
  readonly epochMs: number;
  /** Opens a call that is settled from outside, at any time; rejects when the context is cancelled before. */
  wait<T>(
    context: Context,
    operation: string,
    begin: (done: (error: Error | null, value?: T) => void) => () => void,
  ): Promise<T>;
}

export interface EmbeddedSystem {
  /** What apps and labels call, over the model's network; inside `enter` only. */
  readonly api: {
    readonly gateway: GatewayApi;
    readonly metadata: MetadataApi;
    readonly labels: LabelApi;
    /** Outside of `enter`: signatures take the host's time. */
    readonly audio: Pick<LiveAudio, 'track' | 'event' | 'onAir'>;
  };
  /** The edge, and what the routes of audio need. */
  readonly audio: LiveAudio;
  /** Null: messages have no schemas, and none is set aside. */
  readonly deadLetters: DeadLetterDesk | null;
  /** Null: search runs in another process. */
  readonly reindex: ReindexDesk | null;
  /** Makes machines and links of this process fail. */
  readonly faults: FaultDesk;
  /** Calls `work` at the present time and resolves as it does. */
  enter<T>(work: () => Promise<T>): Promise<T>;
  /** The services that can be alone, for callers in other processes; inside `enter` only. */
  readonly behind: ServiceApis;
  /** A context for a request from outside; inside `enter` only, and to be closed when the request is over. */
  context(from?: RequestOrigin): ChildContext;
  /** The system's time; timers are set inside `enter` or `settle`. */
  readonly clock: Clock;
  /** Unix time, in ms, at which it stands at 0. */
  readonly epochMs: number;
  /** Calls `work` at the present time; it is no call from outside, and is counted nowhere. */
  settle(work: () => void): void;
  /** For how long the system's next event has been due, in ns. */
  readonly lagNs: number;
  lateness(): Lateness;
  readonly gauges: readonly Gauge[];
  readonly telemetry: Telemetry | null;
  ready(): boolean;
  /** Nothing happens any more. Resolves when what it was writing is written. */
  stop(): Promise<void>;
}

/** What a request from outside brings along. */
export interface RequestOrigin {
  readonly correlationId?: string | undefined;
  /** Where whoever accepted it has made one; null or left out: made here. */
  readonly trace?: Trace | null;
  /** The span of its caller in another process. */
  readonly traceparent?: string | undefined;
  /** Its number where another process began it, and the try. */
  readonly request?: number | undefined;
  readonly attempt?: number;
  /** How long its caller waits still. */
  readonly remainingNs?: number;
}

/** On the air since before the start: there is something to hear at once. */
const LIVE_EVENT: LiveEvent = { id: 'concert', startNs: -60e9, endNs: null };

/** Without costs there is nothing to wait for: no collector's pauses, no other tenants' writes. */
const FREE_OF_COST: Readonly<Record<string, unknown>> = {
  'cassandra.backgroundWriteBytesPerSecond': 0,
  'cassandra.youngGenerationMB': 1e9,
};

/**
 * The transport has checked the token's signature before it made an `AccessToken` of it, and nothing else can call the
 * gateway here; what is left is to hold the token's end against the clock of whoever checked it.
 */
const checkedByTransport: TokenVerifier = {
  async verify(_context, token) {
    if (token === undefined) throw new PortError('unauthenticated', 'gateway', true, 'no token');
    return identityOf(token);
  },
};

export function createEmbeddedSystem(options: EmbeddedOptions): EmbeddedSystem {
  const { system, begin } = composeEmbeddedSystem(options);
  begin();
  return system;
}

/** A system in which time has not begun, and what it is made of: for those who put something back before. */
export interface HeldSystem {
  readonly system: EmbeddedSystem;
  readonly engines: SystemEngines;
  readonly simulation: Simulation;
  readonly realTime: RealTime;
  /** Time begins: what has passed meanwhile has passed here too. */
  begin(): void;
}

/** What stands around a system whose time is held. */
export interface Surroundings {
  /** Unix time, in ms, at which the clock stands at 0, and where it begins; default: one that is new. */
  readonly epochMs?: number;
  readonly startNs?: number;
  readonly ports?: SystemHooks['ports'];
  /** The store of audio as whoever stores it sees it. */
  readonly ingest?: (store: ObjectStore, simulation: Simulation) => ObjectStore;
  /** Beside those of the engines. */
  readonly gauges?: readonly Gauge[];
}

export function composeEmbeddedSystem(
  options: EmbeddedOptions,
  {
    epochMs = newEpochMs(OLDEST_PLAY_MS),
    startNs = liveNowNs(epochMs),
    ports,
    ingest,
    gauges: further = [],
  }: Surroundings = {},
): HeldSystem {
  const { seed, costs, drain, onFault } = options;
  const environment = createEnvironment(seed, costs, startNs);
  const { simulation } = environment;
  const outside = environment.createMachine('clients');
  const configuration = costs ? options.configuration : { ...options.configuration, ...FREE_OF_COST };
  let broken = false;
  const realTime = new RealTime(simulation, {
    ...(drain === undefined ? {} : { drain }),
    held: true,
    onFault(error) {
      broken = true;
      onFault(error);
    },
  });
  // Answers wait for the socket in wall-clock time, and so do spans.
  const now = () => realTime.wallNs;
  const telemetry =
    options.telemetry === undefined ? null : new Telemetry(options.telemetry, { clock: simulation, now });
  const wait = waits(simulation, realTime);
  const elsewhere =
    options.elsewhere?.({
      clock: simulation,
      epochMs,
      wait: telemetry === null ? wait : followedWaits(wait, telemetry),
    }) ?? {};
  const {
    engines,
    services,
    population,
    events,
    ports: seen,
  } = createSystem(
    environment,
    { ...options, configuration },
    {
      tokens: checkedByTransport,
      operated: true,
      elsewhere,
      ...(telemetry === null ? {} : { observer: telemetry, tracer: telemetry.tracer }),
      ...(ports === undefined ? {} : { ports }),
    },
  );
  const life = new ProcessLife('clients');
  let requests = 0;
  const call = createPublicCall({
    cache: seen.redis.connect(outside),
    clock: simulation,
    knobs: section<GatewayKnobs>(configuration, 'gateway'),
  });
  const audio = createLiveAudio({
    environment,
    configuration: audioConfiguration(configuration),
    population,
    liveEvents: [LIVE_EVENT],
    allowedOrigins: options.allowedOrigins ?? [],
    currentVersion(machine) {
      const catalogue = services.behind.catalogue(machine);
      return async (context, audioId) => {
        const { version, contentId } = await catalogue.getAudio(context, { audioId });
        if (contentId !== '') return version;
        throw new PortError('not-found', 'delivery.authorise', true, `${audioId} has no audio yet`);
      };
    },
    elsewhere: elsewhere.delivery,
    ...(telemetry === null ? {} : { observer: telemetry }),
    ingestThrough(store) {
      const through = ingest?.(store, simulation) ?? store;
      return telemetry === null ? through : tracedObjects(through, telemetry.tracer);
    },
    outside,
    enter: (work) => realTime.enter(work),
    context: () => new CallContext(requests++, life),
    now,
    call,
    startedAtMs: epochMs,
  });
  const metadataKnobs = section<MetadataKnobs>(configuration, 'metadata');
  const metadata =
    metadataKnobs.readFrom === 'edge'
      ? createMetadataEdge({
          environment,
          edge: audio.edge,
          services,
          knobs: metadataKnobs,
          ...(telemetry === null ? {} : { observer: telemetry }),
        })
      : null;
  const { network, machines } = environment;
  const faults = createFaultDesk({
    simulation,
    network,
    machines,
    epochMs,
    enter: (work) => realTime.enter(work),
    ...(options.onInjected === undefined ? {} : { onChange: options.onInjected }),
  });
  const gauges = () => [
    ...(Object.values(engines) as EmbeddedEngine[]).flatMap((engine) => engine.gauges),
    ...(events?.gauges ?? []),
    ...audio.edge.gauges,
    ...audio.s3.gauges,
    ...reindexGauges(services.reindexer),
    ...(metadata?.gauges ?? []),
    faultGauge(faults),
    ...further,
  ];
  const nodes = nodesOf(engines, services, audio);
  const counters = countersOf(engines, network, audio, metadata);
  telemetry?.watch({ nodes, gauges, counters, streams: services.streams });
  let stopped = false;
  const system: EmbeddedSystem = {
    api: {
      gateway: services.gateway(outside),
      metadata: metadata === null ? readFromGateway(services.gateway(outside)) : nearest(metadata, audio),
      labels: createLabelApi(services.behind.catalogue(outside), audio.storeVersion, call),
      audio: { track: audio.track, event: audio.event, onAir: audio.onAir },
    },
    audio,
    deadLetters:
      events === null
        ? null
        : createDeadLetterDesk({
            events,
            log: seen.kafka,
            epochMs,
            kafka: engines.kafka,
            machine: environment.createMachine('redrive'),
            clock: simulation,
            enter: (work) => realTime.enter(work),
            context: () => system.context(),
          }),
    reindex:
      elsewhere.search === undefined
        ? createReindexDesk({ worker: services.reindexer, enter: (work) => realTime.enter(work) })
        : null,
    faults,
    enter: (work) => realTime.enter(work),
    behind: {
      catalogue: services.behind.catalogue(outside),
      playlist: services.behind.playlist(outside),
      listening: services.behind.listening(outside),
      search: services.behind.search(outside),
      delivery: audio.delivery(outside),
    },
    context({ request, attempt, remainingNs = Number.POSITIVE_INFINITY, ...from } = {}) {
      const trace = from.trace ?? telemetry?.tracer.proceed(from) ?? correlated(from.correlationId);
      return new CallContext(request ?? requests++, life, trace, simulation.nowNs + remainingNs, attempt);
    },
    clock: simulation,
    epochMs,
    settle: (work) => realTime.settle(work),
    get lagNs() {
      return realTime.lagNs;
    },
    lateness: () => realTime.lateness(),
    get gauges() {
      return gauges();
    },
    telemetry,
    ready: () => !stopped && !broken,
    async stop() {
      stopped = true;
      realTime.stop();
    },
  };
  const begin = () => realTime.begin(liveNowNs(epochMs));
  return { system, engines, simulation, realTime, begin };
}

/** Metadata as whoever a token stands for meets it: at the point of presence that is nearest to his place. */
function nearest(metadata: MetadataEdge, { routes }: LiveAudio): MetadataApi {
  const at =
    (method: (typeof METADATA_METHODS)[number]) => (context: Context, request: { token?: AccessToken }) => {
      const listener = request.token?.subject;
      const place = listener === undefined ? 0 : (routes.placeOf?.(listener) ?? 0);
      return metadata.from(place)[method](context, request as never);
    };
  return Object.fromEntries(METADATA_METHODS.map((method) => [method, at(method)])) as unknown as MetadataApi;
}

const correlated = (correlationId: string | undefined): Trace =>
  correlationId === undefined ? untraced : { ...untraced, correlationId };

function waits(simulation: Simulation, realTime: RealTime): OutsideWaits['wait'] {
  return <T>(
    context: Context,
    operation: string,
    begin: (done: (error: Error | null, value?: T) => void) => () => void,
  ) => {
    const call = simulation.open<T>(context, operation);
    if (call.settled) return call.promise;
    call.onCancel = begin((error, value) => {
      const settle = async () => {
        if (error === null) call.resolve(value as T);
        else call.reject(error);
      };
      // After the end of the system nobody waits for it.
      realTime.enter(settle).catch(() => {});
    });
    return call.promise;
  };
}
