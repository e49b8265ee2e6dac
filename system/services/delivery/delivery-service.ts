/**
 * Says where a listener may fetch a track: picks the bitrate, names the present version, and signs. What it gives out is
 * good for an hour and asks nobody: the points of presence check the signature themselves.
 */
import {
  audioPath,
  type BitrateKbps,
  isId,
  livePlaylistPath,
  livePrefix,
} from '../../contracts/audio-path.ts';
import type { AuthoriseResponse, DeliveryApi } from '../../contracts/generated/delivery.ts';
import { type Clock, SECOND } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { ImmediateUrlSigner } from '../../ports/url-signer.ts';
import { bitrateFor, isPlan } from './bitrate.ts';
import type { DeliveryKnobs } from './knobs.ts';
import { createVersionCache, type VersionSource } from './version-cache.ts';

export interface DeliveryDependencies {
  readonly clock: Clock;
  readonly signer: ImmediateUrlSigner;
  /** The version of a track's audio that plays now. */
  readonly currentVersion: VersionSource;
  /** Whether a live event of this id is on the air. */
  readonly isLive: (eventId: string, nowNs: number) => boolean;
  readonly knobs: DeliveryKnobs;
}

/** What both kinds of request have in common. */
interface Listener {
  readonly listenerId: string;
  readonly bandwidthKbps: number;
  readonly plan: string;
}

export function createDeliveryService(dependencies: DeliveryDependencies): DeliveryApi {
  const { clock, signer, currentVersion, isLive, knobs } = dependencies;
  const versions = createVersionCache(clock, currentVersion, knobs);

  const bitrateOf = (operation: string, { listenerId, bandwidthKbps, plan }: Listener): BitrateKbps => {
    if (!isId(listenerId)) throw invalid(operation, 'listenerId is no id');
    if (!(bandwidthKbps >= 0 && bandwidthKbps < Number.POSITIVE_INFINITY))
      throw invalid(operation, `a bandwidth of ${bandwidthKbps} kbit/s`);
    if (!isPlan(plan)) throw invalid(operation, `plan is free or premium, not '${plan}'`);
    return bitrateFor(plan, bandwidthKbps, knobs);
  };

  const grant = (
    context: Context,
    listenerId: string,
    path: string,
    grantPath: string,
    bitrateKbps: BitrateKbps,
  ): AuthoriseResponse => {
    const notBeforeNs = Math.floor(clock.now() / SECOND) * SECOND;
    const expiresAtNs = notBeforeNs + knobs.urlLifetimeS * SECOND;
    const token = signer.sign(context, { path: grantPath, listenerId, notBeforeNs, expiresAtNs });
    return { path, grantPath, token, bitrateKbps, notBeforeNs, expiresAtNs };
  };

  return {
    async authorise(context, request) {
      const operation = 'delivery.authorise';
      const { listenerId, trackId } = request;
      const kbps = bitrateOf(operation, request);
      if (!isId(trackId)) throw invalid(operation, 'trackId is no id');
      const version = versions.known(trackId) ?? (await versions.ask(context, trackId));
      const path = audioPath(trackId, version, kbps);
      return grant(context, listenerId, path, path, kbps);
    },

    async authoriseLive(context, request) {
      const operation = 'delivery.authoriseLive';
      const { listenerId, eventId } = request;
      const kbps = bitrateOf(operation, request);
      if (!isId(eventId)) throw invalid(operation, 'eventId is no id');
      if (!isLive(eventId, clock.now()))
        throw new PortError('not-found', operation, true, `no event '${eventId}' is on the air`);
      return grant(context, listenerId, livePlaylistPath(eventId, kbps), livePrefix(eventId), kbps);
    },
  };
}

function invalid(operation: string, detail: string): PortError {
  return new PortError('invalid', operation, true, detail);
}
