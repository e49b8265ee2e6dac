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
import { bitrateFor, isPlan, type Plan } from './bitrate.ts';
import type { DeliveryKnobs } from './knobs.ts';
import type { Versions } from './version-cache.ts';

export interface DeliveryDependencies {
  readonly clock: Clock;
  readonly signer: ImmediateUrlSigner;
  readonly versions: Versions;
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
  const { clock, signer, versions, isLive, knobs } = dependencies;

  const checked = (operation: string, { listenerId, bandwidthKbps, plan }: Listener): Plan => {
    if (!isId(listenerId)) throw invalid(operation, 'listenerId is no id');
    if (!(bandwidthKbps >= 0 && bandwidthKbps < Number.POSITIVE_INFINITY))
      throw invalid(operation, `a bandwidth of ${bandwidthKbps} kbit/s`);
    if (!isPlan(plan)) throw invalid(operation, `plan is free or premium, not '${plan}'`);
    return plan;
  };

  const grant = (
    context: Context,
    listenerId: string,
    path: string,
    grantPath: string,
    bitrateKbps: BitrateKbps,
    maxKbps: number,
  ): AuthoriseResponse => {
    const notBeforeNs = Math.floor(clock.now() / SECOND) * SECOND;
    const expiresAtNs = notBeforeNs + knobs.urlLifetimeS * SECOND;
    const granted = { path: grantPath, listenerId, notBeforeNs, expiresAtNs };
    const token = signer.sign(context, maxKbps === 0 ? granted : { ...granted, maxKbps });
    return { path, grantPath, token, bitrateKbps, notBeforeNs, expiresAtNs, maxKbps };
  };

  return {
    async authorise(context, request) {
      const operation = 'delivery.authorise';
      const { listenerId, trackId } = request;
      const kbps = bitrateFor(checked(operation, request), request.bandwidthKbps, knobs);
      if (!isId(trackId)) throw invalid(operation, 'trackId is no id');
      const version = versions.known(trackId) ?? (await versions.ask(context, trackId));
      const path = audioPath(trackId, version, kbps);
      return grant(context, listenerId, path, path, kbps, 0);
    },

    async authoriseLive(context, request) {
      const operation = 'delivery.authoriseLive';
      const { listenerId, eventId } = request;
      const plan = checked(operation, request);
      const kbps = bitrateFor(plan, request.bandwidthKbps, knobs);
      // A player changes between bitrates as its line does, and asks nobody: the plan is the limit.
      const most = bitrateFor(plan, Number.POSITIVE_INFINITY, knobs);
      if (!isId(eventId)) throw invalid(operation, 'eventId is no id');
      if (!isLive(eventId, clock.now()))
        throw new PortError('not-found', operation, true, `no event '${eventId}' is on the air`);
      return grant(context, listenerId, livePlaylistPath(eventId, kbps), livePrefix(eventId), kbps, most);
    },
  };
}

function invalid(operation: string, detail: string): PortError {
  return new PortError('invalid', operation, true, detail);
}
