/**
 * Audio in the live system: the same delivery, edge and store as in virtual time, with JWTs for the signatures and bytes
 * for the bodies. Cryptography takes the host's time, so it happens outside the simulation: a URL is signed when the
 * service has said what it grants, and checked before the edge is asked.
 */
import { numberOfId } from '../../fixtures/ids.ts';
import { liveMasterPath } from '../contracts/audio-path.ts';
import type { AuthoriseResponse } from '../contracts/generated/delivery.ts';
import { isOnAir, type LiveEvent } from '../contracts/live-audio.ts';
import { MILLISECOND, SECOND } from '../ports/clock.ts';
import type { ChildContext, Context } from '../ports/context.ts';
import type { Identity } from '../ports/tokens.ts';
import type { ImmediateUrlSigner, ImmediateUrlVerifier } from '../ports/url-signer.ts';
import type { Machine } from '../runtime/kernel/index.ts';
import type { DeliveryKnobs } from '../services/delivery/knobs.ts';
import type { PublicCall } from '../services/gateway/public-call.ts';
import {
  type AudioRoutesOptions,
  createAudioBodies,
  createJwtUrlSigner,
  type JwtUrlSigner,
} from '../transport/media/index.ts';
import { type AudioDelivery, createDelivery, type DeliveryOptions } from './delivery.ts';
import { section } from './environment.ts';
import { placeOfCountry } from './listener-places.ts';

export interface LiveAudioOptions extends Omit<DeliveryOptions, 'signer'> {
  /** The machine that outside requests come in at. */
  readonly outside: Machine;
  readonly enter: <T>(work: () => Promise<T>) => Promise<T>;
  readonly context: () => ChildContext;
  /** The wall clock on the system's scale, in ns. */
  readonly now: () => number;
  /** Deadline and rate limits of the gateway: a URL is asked for like anything else. */
  readonly call: PublicCall;
  /** The wall clock at the system's time 0. */
  readonly startedAtMs: number;
}

export interface StreamRequest {
  readonly listenerId: string;
  /** The app through which he asks. */
  readonly clientId?: string;
  /** Of a track or an episode, or of a live event. */
  readonly id: string;
  /** 0: not known. */
  readonly bandwidthKbps: number;
}

export interface Stream {
  /** Without the host. */
  readonly url: string;
  readonly bitrateKbps: number;
  readonly expiresAtMs: number;
}

export interface LiveAudio extends AudioDelivery {
  /** For `audioRoutes`. */
  readonly routes: AudioRoutesOptions;
  readonly signer: JwtUrlSigner;
  /** Where a listener may fetch a track or an episode; his plan is that of the population. Outside `enter`. */
  track(context: Context, request: StreamRequest): Promise<Stream>;
  /** The same for a live event: the playlist of a bitrate, and beside it the one that names all of them. */
  event(context: Context, request: StreamRequest): Promise<Stream & { readonly masterUrl: string }>;
  /** Events that have begun and are not over. Outside `enter`. */
  onAir(context: Context, who: Identity): Promise<LiveEvent[]>;
}

/** What is asked of the delivery for a track and for an event. */
interface Asked {
  readonly listenerId: string;
  readonly bandwidthKbps: number;
  readonly plan: string;
}

/** Nothing is signed inside, and no token is taken there: the edge sees what the transport has checked. */
const leftToTransport: ImmediateUrlSigner & ImmediateUrlVerifier = {
  sign: () => '',
  verify: () => 'unknown-key',
};

export function createLiveAudio(options: LiveAudioOptions): LiveAudio {
  const { configuration, population, outside, enter, context, now, startedAtMs, call } = options;
  const { liveEvents = [], allowedOrigins = [] } = options;
  const audio = createDelivery({ ...options, signer: leftToTransport });
  const { urlLifetimeS, keyRotationS } = section<DeliveryKnobs>(configuration, 'delivery');
  const signer = createJwtUrlSigner({
    now,
    startedAtMs,
    lifetimeS: urlLifetimeS,
    rotationS: keyRotationS,
  });
  const delivery = audio.delivery(outside);
  /** Null: whoever is not of the population. */
  const numberOf = (listenerId: string): number | null => {
    const listener = numberOfId(listenerId);
    return Number.isSafeInteger(listener) && listener >= 0 && listener < population.listeners
      ? listener
      : null;
  };
  const planOf = (listenerId: string) => {
    const listener = numberOf(listenerId);
    return listener !== null && population.models.listeners.isPremium(listener) ? 'premium' : 'free';
  };
  const granted = async (
    of: Context,
    request: StreamRequest,
    operation: string,
    authorise: (limited: Context, asked: Asked) => Promise<AuthoriseResponse>,
  ): Promise<Stream> => {
    const { listenerId, bandwidthKbps } = request;
    const answer = await enter(() =>
      call(of, request, operation, (limited) =>
        authorise(limited, { listenerId, bandwidthKbps, plan: planOf(listenerId) }),
      ),
    );
    return signed(of, listenerId, answer);
  };

  const signed = async (of: Context, listenerId: string, granted: AuthoriseResponse): Promise<Stream> => {
    const { path, grantPath, maxKbps, bitrateKbps, notBeforeNs, expiresAtNs } = granted;
    const limit = maxKbps === 0 ? {} : { maxKbps };
    const token = await signer.sign(of, { path: grantPath, ...limit, listenerId, notBeforeNs, expiresAtNs });
    // JWTs count whole seconds.
    const expiresAtMs = (Math.floor(startedAtMs / 1_000) + expiresAtNs / SECOND) * 1_000;
    return { url: `${path}?token=${token}`, bitrateKbps, expiresAtMs };
  };
  return {
    ...audio,
    signer,
    routes: {
      edge: audio.edge,
      onRefusal: () => audio.edge.countRefusal(),
      verifier: signer,
      bodies: createAudioBodies(),
      enter,
      context,
      now,
      toleranceNs: audio.edge.knobs.clockToleranceS * 1_000 * MILLISECOND,
      liveEvents,
      allowedOrigins,
      placeOf(listenerId) {
        const listener = numberOf(listenerId);
        return listener === null ? 0 : placeOfCountry(population.models.listeners.listener(listener).country);
      },
    },
    track: (of, request) =>
      granted(of, request, 'audio.track', (limited, asked) =>
        delivery.authorise(limited, { ...asked, trackId: request.id }),
      ),

    async event(of, request) {
      const media = await granted(of, request, 'audio.event', (limited, asked) =>
        delivery.authoriseLive(limited, { ...asked, eventId: request.id }),
      );
      // The token is for everything of the event.
      return { ...media, masterUrl: liveMasterPath(request.id) + media.url.slice(media.url.indexOf('?')) };
    },

    onAir: (of, who) =>
      enter(() =>
        call(of, who, 'audio.events', async () => liveEvents.filter((event) => isOnAir(event, now()))),
      ),
  };
}
