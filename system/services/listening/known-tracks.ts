/**
 * Which tracks there are, as far as charts need to know. Whatever an app says was played is recorded, also while the
 * catalogue does not answer; but what is shown to everybody is asked for first. Answers are remembered: few tracks come to
 * the top of a chart, again and again.
 */
import type { CatalogueApi } from '../../contracts/generated/catalogue.ts';
import { withTimeout } from '../../policies/timeout.ts';
import { type Clock, SECOND } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { KeyCheck } from './streams/sinks.ts';

export interface KnownTracksDependencies {
  readonly catalogue: Pick<CatalogueApi, 'getTracks'>;
  readonly clock: Clock;
}

/** Ids of one request: as many as the catalogue takes by default (`catalogue.batchLimit`). */
const BATCH = 50;
/** estimate: a job that waits longer for names is behind with plays. */
const TIMEOUT_NS = SECOND;
/** Tracks stay: see the README of the catalogue. estimate: asked for once an hour costs nothing. */
const KNOWN_NS = 3_600 * SECOND;
/** estimate: who publishes what is played already waits a minute for the chart. */
const UNKNOWN_NS = 60 * SECOND;
/** estimate: a hundred times the length of a chart. */
const REMEMBERED = 10_000;

interface Verdict {
  readonly exists: boolean;
  readonly untilNs: number;
}

export function createKnownTracks({ catalogue, clock }: KnownTracksDependencies): KeyCheck {
  /** In the order of asking: the oldest leaves first. */
  const verdicts = new Map<string, Verdict>();

  function verdictOf(trackId: string): Verdict | undefined {
    const verdict = verdicts.get(trackId);
    return verdict !== undefined && clock.now() < verdict.untilNs ? verdict : undefined;
  }

  function remember(trackId: string, exists: boolean): void {
    verdicts.delete(trackId);
    if (verdicts.size >= REMEMBERED) verdicts.delete(verdicts.keys().next().value!);
    verdicts.set(trackId, { exists, untilNs: clock.now() + (exists ? KNOWN_NS : UNKNOWN_NS) });
  }

  async function ask(context: Context, trackIds: readonly string[]): Promise<void> {
    const { missingIds } = await withTimeout(clock, context, TIMEOUT_NS, 'listening.topCharts', (limited) =>
      catalogue.getTracks(limited, { trackIds, details: false }),
    );
    const missing = new Set(missingIds);
    for (const trackId of trackIds) remember(trackId, !missing.has(trackId));
  }

  return {
    isOut: (trackId) => verdictOf(trackId)?.exists === false,

    async learn(context, trackIds) {
      const asked = trackIds.filter((trackId) => verdictOf(trackId) === undefined);
      try {
        for (let i = 0; i < asked.length; i += BATCH) await ask(context, asked.slice(i, i + BATCH));
        return true;
      } catch (error) {
        if (context.cancelled !== null || !(error instanceof PortError)) throw error;
        return false;
      }
    },
  };
}
