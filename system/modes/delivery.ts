/**
 * Everything that brings audio to listeners, on one environment: the delivery service on its machines, the edge, and the
 * object store behind it with the population's audio. It stands beside the other services: whoever composes a system
 * creates it and wires its clients.
 *
 *   app ──▶ delivery: bitrate, version, signed URL      app ──▶ point of presence ──▶ shield ──▶ object store
 */
import type { Population } from '../../fixtures/index.ts';
import { audioPath, BITRATES_KBPS, parseAudioPath } from '../contracts/audio-path.ts';
import type { DeliveryApi } from '../contracts/generated/delivery.ts';
import { isOnAir, type LiveEvent } from '../contracts/live-audio.ts';
import { createEdge, type EdgeKnobs, type EmbeddedEdge, type WarmSource } from '../edge/index.ts';
import { createS3, type EmbeddedS3 } from '../engines/s3/index.ts';
import type { Context } from '../ports/context.ts';
import { PortError } from '../ports/errors.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { ImmediateUrlSigner, ImmediateUrlVerifier } from '../ports/url-signer.ts';
import {
  type Balancing,
  type CallObserver,
  Host,
  lognormal,
  type Machine,
  Remote,
} from '../runtime/kernel/index.ts';
import { createDeliveryService } from '../services/delivery/delivery-service.ts';
import type { DeliveryKnobs } from '../services/delivery/knobs.ts';
import { createUrlSigner } from '../services/delivery/url-signer.ts';
import { createVersionCache, type VersionSource, type Versions } from '../services/delivery/version-cache.ts';
import { AudioObjects, audioBytes, trackObject } from './audio-objects.ts';
import { type SimulatedEnvironment, section } from './environment.ts';
import { type MethodCosts, remoteApi } from './remote-api.ts';
import type { ServiceHost } from './services.ts';

const SERVICE = 'delivery';

export interface DeliveryOptions {
  readonly environment: SimulatedEnvironment;
  /** Every knob by its full name; those of `audioKnobs` are read. */
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly population: Population;
  /**
   * How an instance on this machine learns the version of a track or an episode; default: all of the population have
   * their first.
   */
  readonly currentVersion?: (machine: Machine) => VersionSource;
  readonly liveEvents?: readonly LiveEvent[];
  /** Signs and checks URLs; default: the model. Where a transport does both, one that leaves it to that. */
  readonly signer?: ImmediateUrlSigner & ImmediateUrlVerifier;
  readonly allowedOrigins?: readonly string[];
  /** The object store as whoever stores audio sees it; default: as it is. */
  readonly ingestThrough?: (store: ObjectStore) => ObjectStore;
  /** The service, where it runs in another process. */
  readonly elsewhere?: DeliveryApi | undefined;
  /** Told of every call to the service. */
  readonly observer?: CallObserver | null;
  /** Whether caches begin with the most popular tracks, as after a long time, or empty. Default: true. */
  readonly warm?: boolean;
}

export interface AudioDelivery {
  /** The service as a client on this machine sees it. */
  delivery(from: Machine): DeliveryApi;
  readonly edge: EmbeddedEdge;
  readonly s3: EmbeddedS3;
  readonly liveEvents: readonly LiveEvent[];
  /** Every instance of the service, for load tables. */
  readonly hosts: readonly ServiceHost[];
  /** Stores a further version of a track at every bitrate; publish it when this has resolved. */
  storeVersion(context: Context, version: NewVersion): Promise<void>;
}

export interface NewVersion {
  readonly trackId: string;
  /** 2 or more for a track of the population: the first one is there. */
  readonly version: number;
  readonly durationMs: number;
}

/**
 * estimate, as for other services: parse, look up, sign, answer. An Ed25519 signature takes about 30 µs (openssl speed
 * ed25519) and is included.
 */
const COST = () => lognormal(150_000, 450_000);

/**
 * Shares of the bitrates among plays. estimate: 39 % subscribers, most of whose lines carry 320 kbit/s; the lowest is for
 * lines below 240 kbit/s.
 */
const BITRATE_SHARES: Readonly<Record<number, number>> = { 96: 0.02, 160: 0.6, 320: 0.38 };

export function createDelivery(options: DeliveryOptions): AudioDelivery {
  const {
    environment,
    configuration,
    population,
    liveEvents = [],
    allowedOrigins = [],
    ingestThrough = (store) => store,
    warm = true,
  } = options;
  const { simulation } = environment;
  const objects = new AudioObjects({ population, liveEvents, now: () => simulation.now() });
  const s3 = createS3(environment, { knobs: section(configuration, 's3'), baseLayer: objects });
  const knobs = section<DeliveryKnobs & HostSettings>(configuration, 'delivery');
  const signer =
    options.signer ?? createUrlSigner({ clock: simulation, random: simulation.random('url keys'), knobs });
  const edge = createEdge(environment, {
    knobs: section<EdgeKnobs>(configuration, 'edge'),
    origin: (machine) => s3.connect(machine),
    verifier: signer,
    allowedOrigins,
    ...(warm ? { warm: popularAudio(population, s3) } : {}),
  });
  const { elsewhere, currentVersion } = options;
  const versionsOf = (machine: Machine): Versions =>
    currentVersion === undefined
      ? firstVersions(objects)
      : createVersionCache(simulation, currentVersion(machine), knobs);
  const { delivery, hosts } =
    elsewhere === undefined
      ? serviceOf(options, knobs, { signer, versionsOf })
      : { delivery: () => elsewhere, hosts: [] };
  const ingest = ingestThrough(s3.connect(environment.createMachine('audio-ingest')));
  return {
    delivery,
    edge,
    s3,
    liveEvents,
    hosts,
    async storeVersion(context, { trackId: id, version, durationMs }) {
      for (const kbps of BITRATES_KBPS) {
        const object = trackObject(id, version, kbps, durationMs);
        await ingest.put(context, audioPath(id, version, kbps).slice(1), object);
      }
    },
  };
}

/** The service on its machines. */
function serviceOf(
  { environment, liveEvents = [], observer = null }: DeliveryOptions,
  knobs: DeliveryKnobs & HostSettings,
  parts: { readonly signer: ImmediateUrlSigner; readonly versionsOf: (machine: Machine) => Versions },
): Pick<AudioDelivery, 'delivery' | 'hosts'> {
  const { simulation, network } = environment;
  const { signer, versionsOf } = parts;
  const { instances, cores, queueLimit, cancellation, balancing, ...own } = knobs;
  const events = new Map(liveEvents.map((event) => [event.id, event]));
  const hosts = Array.from({ length: instances }, (_unused, i) => {
    const machine = environment.createMachine(`${SERVICE}-${i + 1}`);
    const start = () =>
      createDeliveryService({
        clock: simulation,
        signer,
        versions: versionsOf(machine),
        isLive: (id, nowNs) => {
          const event = events.get(id);
          return event !== undefined && isOnAir(event, nowNs);
        },
        knobs: own as DeliveryKnobs,
      });
    return new Host<DeliveryApi>(simulation, machine, { cores, queueLimit, start });
  });
  const hop = (name: string) => environment.hop(name);
  const remote = new Remote(simulation, network, hosts, {
    service: SERVICE,
    hop,
    cancellation,
    balancing,
    observer,
  });
  const costs: MethodCosts<DeliveryApi> = { authorise: COST(), authoriseLive: COST() };
  return {
    delivery: remoteApi(remote, costs),
    hosts: hosts.map((host) => ({ service: SERVICE, host: host as Host<unknown> })),
  };
}

interface HostSettings {
  readonly instances: number;
  readonly cores: number;
  readonly queueLimit: number;
  readonly cancellation: boolean;
  readonly balancing: Balancing;
}

/** Who knows all of them needs no cache. */
function firstVersions(objects: AudioObjects): Versions {
  return {
    known: (id) => (objects.has(id) ? 1 : undefined),
    async ask(_context, id) {
      throw new PortError('not-found', 'delivery.authorise', true, `there is no audio ${id}`);
    },
  };
}

/** Tracks by how often each of their bitrates is played: 320 kbit/s of the first track before 96 of it. */
function popularAudio(population: Population, s3: EmbeddedS3): WarmSource {
  const { catalogue } = population.models;
  const meanBytes = Object.entries(BITRATE_SHARES).reduce(
    (sum, [kbps, share]) => sum + share * audioBytes(catalogue.meanDurationMs, Number(kbps)),
    0,
  );
  return {
    meanBytes,
    exponent: catalogue.exponent,
    objects: population.tracks,
    rankOf(path) {
      const audio = parseAudioPath(path);
      if (audio === null || audio.version !== 1) return Number.POSITIVE_INFINITY;
      const track = Number(audio.trackId.slice(1));
      if (!(track < population.tracks)) return Number.POSITIVE_INFINITY;
      // Of r ranks a bitrate that gets a share of the plays has about that share of the r most wanted objects.
      return Math.ceil(catalogue.rankOf(track) / BITRATE_SHARES[audio.kbps]!);
    },
    find: (path) => s3.inspect(path.slice(1)),
  };
}
