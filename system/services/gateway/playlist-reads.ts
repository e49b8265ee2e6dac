/**
 * Reads of the playlist service as the knobs have it: tried again within a budget, and held back while most of them fail.
 * With the defaults they are plain calls. Only reads: an edit that was tried twice could be made twice.
 */
import type { PlaylistApi } from '../../contracts/generated/playlist.ts';
import { createAttemptBudget, createCircuitBreaker, createRetry } from '../../policies/index.ts';
import { type Clock, MILLISECOND, type Random, SECOND } from '../../ports/clock.ts';
import type { GatewayKnobs } from './knobs.ts';

type Read = PlaylistApi['getPlaylist'];

export interface PlaylistReadsDependencies {
  readonly playlist: Pick<PlaylistApi, 'getPlaylist'>;
  readonly clock: Clock;
  readonly knobs: GatewayKnobs;
  /** Draws the back-off; needed only with more than one attempt. */
  readonly random?: Random;
  /** Of the gateway's instances: they draw apart. */
  readonly instance?: number;
}

export function createPlaylistReads(dependencies: PlaylistReadsDependencies): Read {
  const { playlist } = dependencies;
  const plain: Read = (context, request) => playlist.getPlaylist(context, request);
  return repeated(dependencies, guarded(dependencies, plain));
}

/** Every attempt passes the breaker: one that stays open keeps retries away too. */
function guarded({ clock, knobs }: PlaylistReadsDependencies, read: Read): Read {
  if (!knobs.readBreaker) return read;
  const breaker = createCircuitBreaker({
    clock,
    operation: 'playlist.getPlaylist',
    // resilience4j's defaults.
    failureRate: 0.5,
    minimumCalls: 100,
    probes: 10,
    // Not its defaults: those are the last 100 calls, whenever they were, and 60 s, which is longer than most incidents here.
    windowNs: 10 * SECOND,
    openNs: 5 * SECOND,
  });
  return (context, request) => breaker.run(context, (attempt) => read(attempt, request));
}

function repeated({ clock, random, knobs, instance = 0 }: PlaylistReadsDependencies, read: Read): Read {
  if (knobs.readAttempts === 1) return read;
  if (random === undefined)
    throw new RangeError('Reads that are tried again need random numbers to spread them.');
  const retry = createRetry({
    clock,
    random,
    entity: instance,
    attempts: knobs.readAttempts,
    baseDelayNs: knobs.readBackoffMs * MILLISECOND,
    maxDelayNs: 10 * knobs.readBackoffMs * MILLISECOND,
    // A whole further attempt for every read is no budget at all.
    ...(knobs.readRetryBudget < 1
      ? { budget: createAttemptBudget({ clock, share: knobs.readRetryBudget }) }
      : {}),
  });
  return (context, request) => retry.run(context, { idempotent: true }, (attempt) => read(attempt, request));
}
