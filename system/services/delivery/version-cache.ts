/** The present version of a track's audio, from memory for a while: else every play would ask the catalogue. */
import { createSingleFlight } from '../../policies/index.ts';
import { type Clock, MILLISECOND } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import type { DeliveryKnobs } from './knobs.ts';

/** Rejects with `not-found` for a track that there is not. */
export type VersionSource = (context: Context, trackId: string) => Promise<number>;

/** The version of a track's audio that plays now. */
export interface Versions {
  /** Undefined: ask. */
  known(trackId: string): number | undefined;
  /** Rejects with `not-found` for a track that there is not. */
  ask(context: Context, trackId: string): Promise<number>;
}

export function createVersionCache(
  clock: Clock,
  source: VersionSource,
  knobs: Pick<DeliveryKnobs, 'versionCacheTracks' | 'versionCacheTtlMs'>,
): Versions {
  const ttlNs = knobs.versionCacheTtlMs * MILLISECOND;
  /** In the order of storing: a Map keeps it. */
  const entries = new Map<string, { readonly version: number; readonly staleAtNs: number }>();
  const flight = createSingleFlight<number>({ clock, operation: 'delivery.version' });
  return {
    known(trackId) {
      const entry = entries.get(trackId);
      return entry !== undefined && clock.now() < entry.staleAtNs ? entry.version : undefined;
    },
    ask: (context, trackId) =>
      flight.run(context, trackId, async (shared) => {
        const version = await source(shared, trackId);
        if (knobs.versionCacheTracks === 0) return version;
        entries.delete(trackId);
        if (entries.size >= knobs.versionCacheTracks) entries.delete(entries.keys().next().value!);
        entries.set(trackId, { version, staleAtNs: clock.now() + ttlNs });
        return version;
      }),
  };
}
