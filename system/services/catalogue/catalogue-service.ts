/**
 * Tracks by id, and their publication: the row first, then the event that search learns from. Both are done when
 * `publishTrack` answers; whoever got an error publishes again, which changes nothing that was done.
 */
import type { CatalogueApi, Track } from '../../contracts/generated/catalogue.ts';
import { type CatalogueUpdate, sizeOfCatalogueUpdate } from '../../contracts/generated/events.ts';
import { CATALOGUE_UPDATES } from '../../contracts/topics.ts';
import { type Clock, MILLISECOND } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { EventProducer } from '../../ports/event-log.ts';
import type { Row, WideColumnStore } from '../../ports/wide-column-store.ts';
import { hashOf } from '../hash.ts';
import type { CatalogueKnobs } from './knobs.ts';
import { createLocalCache } from './local-cache.ts';
import { trackRow, tracksById } from './tables.ts';

export interface CatalogueDependencies {
  readonly store: WideColumnStore;
  readonly events: EventProducer;
  readonly clock: Clock;
  readonly knobs: CatalogueKnobs;
}

export function createCatalogueService(dependencies: CatalogueDependencies): CatalogueApi {
  const { store, events, clock, knobs } = dependencies;
  const local = createLocalCache<Track>(clock, knobs.localCacheTracks, knobs.localCacheTtlMs * MILLISECOND);

  async function readTrack(context: Context, trackId: string): Promise<Track> {
    const consistency = knobs.readConsistency;
    const rows = await store.select(context, { table: tracksById.name, partition: [trackId], consistency });
    const row = rows[0];
    if (row === undefined) throw new PortError('not-found', 'catalogue.getTrack', true, `track ${trackId}`);
    return trackOf(row);
  }

  return {
    async getTrack(context, { trackId }) {
      let track = local.get(trackId);
      if (track === undefined) {
        track = await readTrack(context, trackId);
        local.set(trackId, track);
      }
      return { track };
    },

    async publishTrack(context, { track: delivered }) {
      if (delivered === undefined || delivered.trackId === '')
        throw new PortError('invalid', 'catalogue.publishTrack', true, 'no track');
      const track: Track = { ...delivered, publishedAtNs: clock.now() };
      await store.upsert(context, { table: tracksById.name, row: trackRow(track), consistency: 'QUORUM' });
      local.delete(track.trackId);
      const update: CatalogueUpdate = { track };
      const bytes = sizeOfCatalogueUpdate(update);
      await events.send(context, {
        topic: CATALOGUE_UPDATES,
        key: eventKey(track, knobs),
        value: update,
        bytes,
      });
      return { publishedAtNs: track.publishedAtNs };
    },
  };
}

/**
 * One key is one partition, and one partition is one consumer: a label that delivers a whole catalogue on a release
 * Friday holds up everybody who shares its partition. With a salt a label's tracks spread, each track's own updates
 * stay in order, and only the order between a label's tracks is given up.
 */
export function eventKey(
  { trackId, labelId }: Pick<Track, 'trackId' | 'labelId'>,
  knobs: Pick<CatalogueKnobs, 'eventKey' | 'eventKeySalts'>,
): string {
  if (knobs.eventKey === 'track') return trackId;
  if (knobs.eventKey === 'label') return labelId;
  return `${labelId}#${hashOf(trackId) % knobs.eventKeySalts}`;
}

function trackOf(row: Row): Track {
  return {
    trackId: row.track_id as string,
    title: row.title as string,
    artistId: row.artist_id as string,
    artistName: row.artist_name as string,
    labelId: row.label_id as string,
    durationMs: row.duration_ms as number,
    popularity: row.popularity as number,
    publishedAtNs: row.published_at_ns as number,
  };
}
