/** Many tracks at once, what is known of each, and lyrics. */
import type { CatalogueApi, FullTrack, Track, TrackDetails } from '../../contracts/generated/catalogue.ts';
import { inParallel } from '../../policies/index.ts';
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { Row } from '../../ports/wide-column-store.ts';
import { expectContentId, imagesOf } from './artwork.ts';
import { type CatalogueWorkings, given, notFound } from './catalogue-workings.ts';
import type { Ownership } from './ownership.ts';
import { lyricsByTrack, trackDetails } from './tables.ts';

/** Undefined: there is no such track. */
export type FindTrack = (context: Context, trackId: string) => Promise<Track | undefined>;

export type TrackDetailsApi = Pick<
  CatalogueApi,
  'getTracks' | 'publishDetails' | 'getLyrics' | 'publishLyrics'
>;

export function createTrackDetails(
  workings: CatalogueWorkings,
  findTrack: FindTrack,
  ownership: Ownership,
): TrackDetailsApi {
  const { clock, knobs, rowsOf, write, memory } = workings;
  /** Null: known to have none. */
  const known = memory<TrackDetails | null>(knobs.localCacheTracks);

  async function detailsOf(context: Context, trackId: string): Promise<TrackDetails | null> {
    let details = known.get(trackId);
    if (details === undefined) {
      const [row] = await rowsOf(context, trackDetails, trackId);
      details = row === undefined ? null : detailsIn(row);
      known.set(trackId, details);
    }
    return details;
  }

  async function fullTrack(context: Context, trackId: string): Promise<FullTrack> {
    const track = await findTrack(context, trackId);
    const details = track === undefined ? null : await detailsOf(context, trackId);
    return full(track, details);
  }

  return {
    async getTracks(context, { trackIds, details }) {
      if (trackIds.length > knobs.batchLimit) {
        const detail = `${trackIds.length} tracks at once; at most ${knobs.batchLimit}`;
        throw new PortError('invalid', 'catalogue.getTracks', true, detail);
      }
      const found = await inParallel(context, trackIds, async (branch, trackId) =>
        details ? fullTrack(branch, trackId) : full(await findTrack(branch, trackId), null),
      );
      return {
        tracks: found.filter(({ track }) => track !== undefined),
        missingIds: trackIds.filter((_, i) => found[i]!.track === undefined),
      };
    },

    async publishDetails(context, { trackId, details, publisher }) {
      const operation = 'catalogue.publishDetails';
      if (details === undefined || trackId === '')
        throw new PortError('invalid', operation, true, 'a track and its details are needed');
      expectContentId(details.artworkId, operation);
      await ownership.ofTrackPart(context, operation, publisher, trackId);
      await write(context, trackDetails, detailsRow(trackId, details));
      known.delete(trackId);
      return { publishedAtNs: clock.now() };
    },

    async getLyrics(context, { trackId }) {
      const [row] = await rowsOf(context, lyricsByTrack, trackId);
      if (row === undefined) throw notFound('catalogue.getLyrics', `lyrics of track ${trackId}`);
      return { lyrics: { trackId, language: row.language as string, text: row.text as string } };
    },

    async publishLyrics(context, { lyrics: delivered, publisher }) {
      const operation = 'catalogue.publishLyrics';
      const { trackId, language, text } = given(delivered, 'trackId', operation);
      await ownership.ofTrackPart(context, operation, publisher, trackId);
      await write(context, lyricsByTrack, { track_id: trackId, language, text });
      return { publishedAtNs: clock.now() };
    },
  };
}

function full(track: Track | undefined, details: TrackDetails | null): FullTrack {
  return {
    ...(track === undefined ? {} : { track }),
    ...(details === null ? {} : { details }),
    artwork: imagesOf(details?.artworkId ?? ''),
  };
}

export function detailsRow(trackId: string, details: TrackDetails): Row {
  const { albumId, number, features, artworkId } = details;
  return {
    track_id: trackId,
    album_id: albumId,
    number,
    tempo: features?.tempo ?? null,
    key: features?.key ?? null,
    is_major: features?.isMajor ?? null,
    loudness_db: features?.loudnessDb ?? null,
    artwork_id: artworkId,
  };
}

function detailsIn(row: Row): TrackDetails {
  const features =
    typeof row.tempo === 'number'
      ? {
          features: {
            tempo: row.tempo,
            key: row.key as number,
            isMajor: row.is_major as boolean,
            loudnessDb: row.loudness_db as number,
          },
        }
      : {};
  return {
    albumId: row.album_id as string,
    number: row.number as number,
    ...features,
    artworkId: row.artwork_id as string,
  };
}
