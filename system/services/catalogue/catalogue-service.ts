/**
 * The catalogue: what there is to listen to, and its publication. A row first, then the event that search learns from.
 * Both are done when a publication is answered; whoever got an error publishes again, which changes nothing that was done.
 */
import type { CatalogueApi, Track } from '../../contracts/generated/catalogue.ts';
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { Row } from '../../ports/wide-column-store.ts';
import { hashOf } from '../hash.ts';
import { createAudio } from './audio.ts';
import { type CatalogueDependencies, createCatalogueWorkings, notFound } from './catalogue-workings.ts';
import type { CatalogueKnobs } from './knobs.ts';
import { createOwnership } from './ownership.ts';
import { createPodcasts } from './podcasts.ts';
import { createReleases } from './releases.ts';
import { episodesById, trackRow, tracksById } from './tables.ts';
import { createTrackDetails } from './track-details.ts';

export type { CatalogueDependencies };

export function createCatalogueService(dependencies: CatalogueDependencies): CatalogueApi {
  const { clock, knobs } = dependencies;
  const workings = createCatalogueWorkings(dependencies);
  const ownership = createOwnership(workings);
  const { rowsOf, tell } = workings;
  const local = workings.memory<Track>(knobs.localCacheTracks);

  async function readTrack(context: Context, trackId: string): Promise<Track> {
    const row = (await rowsOf(context, tracksById, trackId))[0];
    if (row === undefined) throw notFound('catalogue.getTrack', `track ${trackId}`);
    const track = trackOf(row);
    local.set(trackId, track);
    return track;
  }

  async function findTrack(context: Context, trackId: string): Promise<Track | undefined> {
    try {
      return local.get(trackId) ?? (await readTrack(context, trackId));
    } catch (error) {
      if (error instanceof PortError && error.kind === 'not-found') return undefined;
      throw error;
    }
  }

  async function exists(context: Context, audioId: string): Promise<boolean> {
    if ((await findTrack(context, audioId)) !== undefined) return true;
    return (await rowsOf(context, episodesById, audioId)).length > 0;
  }

  return {
    async getTrack(context, { trackId }) {
      const track = local.get(trackId) ?? (await readTrack(context, trackId));
      return { track };
    },

    async publishTrack(context, { track: delivered, publisher }) {
      const operation = 'catalogue.publishTrack';
      if (delivered === undefined || delivered.trackId === '')
        throw new PortError('invalid', operation, true, 'no track');
      const track: Track = { ...delivered, publishedAtNs: clock.now() };
      const isNew = await ownership.ofTrack(context, operation, publisher, track);
      await ownership.write(context, operation, isNew, tracksById, trackRow(track));
      local.delete(track.trackId);
      await tell(context, eventKey(track, knobs), { track });
      return { publishedAtNs: track.publishedAtNs };
    },

    ...createTrackDetails(workings, findTrack, ownership),
    ...createReleases(workings, ownership),
    ...createPodcasts(workings, ownership),
    ...createAudio(workings, exists, ownership),
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
