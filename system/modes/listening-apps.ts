/**
 * Apps that play: they ask for a URL, fetch what will be heard and some seconds ahead, and start as soon as the first
 * moments are there. What an app has kept, and what other listeners deliver, never reaches the servers.
 */
import { listenerId, trackId } from '../../fixtures/ids.ts';
import type { Population } from '../../fixtures/index.ts';
import type { DeliveryApi } from '../contracts/generated/delivery.ts';
import {
  AccessLines,
  BUFFER_RULES,
  downloadMs,
  type EdgeKnobs,
  type EmbeddedEdge,
  type PlaybackReport,
  simulatePlayback,
} from '../edge/index.ts';
import type { Context } from '../ports/context.ts';
import type { Simulation } from '../runtime/kernel/index.ts';
import { placeOfCountry } from './listener-places.ts';

export type AudioSource = 'app' | 'peers' | 'servers';

export interface Play {
  readonly listener: number;
  readonly track: number;
  readonly listenedMs: number;
}

/** What an app has fetched for a play. */
export interface FetchedAudio {
  readonly source: AudioSource;
  /** 0 where nothing had to be asked for. */
  readonly bitrateKbps: number;
  /** Bytes from the edge. */
  readonly bytes: number;
  /** Whether the point of presence had all of it. */
  readonly cached: boolean;
}

export interface PlayDelivery extends FetchedAudio {
  /** From the tap to the first sound. */
  readonly startupMs: number;
}

export interface ListeningAppsOptions {
  readonly simulation: Simulation;
  readonly population: Population;
  readonly delivery: DeliveryApi;
  readonly edge: EmbeddedEdge;
}

/** Kreitz & Niemelä, P2P 2010: the client asks the servers for about 15 s of music first. */
const AHEAD_MS = 15_000;
/** estimate: reading from flash and decoding. */
const LOCAL_MS = 20;
/** The service is at the first site, where the object store is. */
const SERVICE_SITE = 0;
const SEGMENT_MS = 10_000;

const KEPT_BY_APP: FetchedAudio = Object.freeze({ source: 'app', bitrateKbps: 0, bytes: 0, cached: true });

export class ListeningApps {
  readonly #simulation: Simulation;
  readonly #population: Population;
  readonly #delivery: DeliveryApi;
  readonly #edge: EmbeddedEdge;
  readonly #lines: AccessLines;
  readonly #sources: ReturnType<Simulation['random']>;

  constructor(options: ListeningAppsOptions) {
    const { simulation, population, delivery, edge } = options;
    this.#simulation = simulation;
    this.#population = population;
    this.#delivery = delivery;
    this.#edge = edge;
    this.#lines = new AccessLines(simulation);
    this.#sources = simulation.random('audio source');
  }

  sourceOf({ listener, track }: Play, request: number, knobs: EdgeKnobs): AudioSource {
    const u = this.#sources.uniform(listener, track, request);
    if (u < knobs.clientCacheShare) return 'app';
    return u < knobs.clientCacheShare + knobs.peerShare ? 'peers' : 'servers';
  }

  async play(context: Context, play: Play): Promise<PlayDelivery> {
    const sinceNs = this.#simulation.now();
    const fetched = await this.fetch(context, play);
    return { ...fetched, startupMs: this.#startupMs(play, context.request, fetched, sinceNs) };
  }

  /** A play as far as servers see it; of when the listener hears something it says nothing. */
  fetch(context: Context, play: Play): FetchedAudio | Promise<FetchedAudio> {
    const source = this.sourceOf(play, context.request, this.#edge.knobs);
    // Most plays: they wait for nobody.
    return source === 'app' ? KEPT_BY_APP : this.#fetch(context, play, source);
  }

  async #fetch(context: Context, play: Play, source: 'peers' | 'servers'): Promise<FetchedAudio> {
    const { listener, track, listenedMs } = play;
    const { premium, country } = this.#population.models.listeners.listener(listener);
    const { path, token, bitrateKbps } = await this.#delivery.authorise(context, {
      listenerId: listenerId(listener),
      trackId: trackId(track),
      bandwidthKbps: this.#lines.bandwidthKbps(listener),
      plan: premium ? 'premium' : 'free',
    });
    if (source === 'peers') return { source, bitrateKbps, bytes: 0, cached: true };
    const to = Math.ceil(((listenedMs + AHEAD_MS) * bitrateKbps) / 8);
    const request = { path, token, range: { from: 0, to }, place: placeOfCountry(country) };
    const answer = await this.#edge.fetch(context, request);
    return { source, bitrateKbps, bytes: answer.to - answer.from, cached: answer.cached };
  }

  #startupMs({ listener }: Play, request: number, fetched: FetchedAudio, sinceNs: number): number {
    const { source, bitrateKbps } = fetched;
    if (source === 'app') return LOCAL_MS;
    const place = placeOfCountry(this.#population.models.listeners.listener(listener).country);
    const serviceNs = this.#edge.roundTripNs(place, SERVICE_SITE, request);
    const edgeNs = this.#edge.roundTripNs(place, this.#edge.siteOf(place), request);
    const startBytes = (BUFFER_RULES.startMs * bitrateKbps) / 8;
    const transferMs = this.#simulation.costs
      ? downloadMs(startBytes, edgeNs / 1e6, this.#lines.presentKbps(listener, request, 0))
      : 0;
    const peersNs = source === 'peers' ? edgeNs : 0;
    const waitedNs = this.#simulation.now() - sinceNs + serviceNs + peersNs;
    return waitedNs / 1e6 + transferMs;
  }

  /** How a play goes on after its start: what the line gives, and what the player makes of it. */
  playback(play: Play, request: number, { bitrateKbps, startupMs }: PlayDelivery): PlaybackReport {
    const { premium } = this.#population.models.listeners.listener(play.listener);
    return simulatePlayback({
      bitratesKbps: premium ? [96, 160, 320] : [96, 160],
      startKbps: bitrateKbps,
      playMs: play.listenedMs,
      segmentMs: SEGMENT_MS,
      firstByteMs: (segment) => (segment === 0 ? startupMs : 0),
      bandwidthKbps: (segment) => this.#lines.presentKbps(play.listener, request, 1 + segment),
    });
  }
}
