/**
 * What happens to audio that a label delivers: it is stored at every bitrate, then its version is published. In that
 * order, so that whoever learns of a version finds its bytes.
 */
import type { CatalogueApi, GetAudioResponse, Publisher } from '../contracts/generated/catalogue.ts';
import type { Context } from '../ports/context.ts';
import { PortError } from '../ports/errors.ts';
import type { AudioDelivery } from './delivery.ts';

/** The headers of a file alone take what 57 ms of the lowest bitrate take. */
const SHORTEST_MS = 100;

export interface DeliveredAudio {
  /** Of a track or an episode. */
  readonly audioId: string;
  /** Names the content, as a hash of it would: the same again is no new version. */
  readonly contentId: string;
  readonly publisher: Publisher;
}

/** Resolves with the version that the content has. A delivery that failed is to be tried again: nothing is counted twice. */
export type AudioIngest = (context: Context, audio: DeliveredAudio) => Promise<{ version: number }>;

export type IngestDependencies = Pick<CatalogueApi, 'getTrack' | 'getEpisode' | 'getAudio' | 'deliverAudio'> &
  Pick<AudioDelivery, 'storeVersion'>;

export function createAudioIngest(dependencies: IngestDependencies): AudioIngest {
  const { getTrack, getEpisode, getAudio, deliverAudio, storeVersion } = dependencies;

  async function durationOf(context: Context, audioId: string): Promise<number> {
    try {
      return (await getTrack(context, { trackId: audioId })).track!.durationMs;
    } catch (error) {
      if (!(error instanceof PortError && error.kind === 'not-found')) throw error;
      return (await getEpisode(context, { episodeId: audioId })).episode!.durationMs;
    }
  }

  return async (context, { audioId, contentId, publisher }) => {
    const durationMs = await durationOf(context, audioId);
    if (durationMs < SHORTEST_MS)
      throw new PortError(
        'invalid',
        'audio.deliver',
        true,
        `${audioId} lasts ${durationMs} ms, and audio at least ${SHORTEST_MS} ms`,
      );
    // Asked as whoever delivers: what is of another label is refused before anything is stored.
    const expected = nextVersion(await getAudio(context, { audioId, publisher }), contentId);
    await storeVersion(context, { trackId: audioId, version: expected, durationMs });
    const { version } = await deliverAudio(context, { audioId, contentId, publisher });
    // Another delivery has taken the number meanwhile.
    if (version !== expected) await storeVersion(context, { trackId: audioId, version, durationMs });
    return { version };
  };
}

/** The number that the content has, or will have if nobody else delivers meanwhile. */
function nextVersion(present: GetAudioResponse, contentId: string): number {
  if (present.contentId === contentId) return present.version;
  return present.contentId === '' ? 1 : present.version + 1;
}
