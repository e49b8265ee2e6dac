/**
 * What happens to audio that a label delivers: it is stored at every bitrate, then its version is published. In that
 * order, so that whoever learns of a version finds its bytes.
 */
import type { CatalogueApi, GetAudioResponse } from '../contracts/generated/catalogue.ts';
import type { Context } from '../ports/context.ts';
import { PortError } from '../ports/errors.ts';
import type { AudioDelivery } from './delivery.ts';

/** The headers of a file alone take what 57 ms of the lowest bitrate take. */
const SHORTEST_MS = 100;

export interface DeliveredAudio {
  readonly trackId: string;
  /** Names the content, as a hash of it would: the same again is no new version. */
  readonly contentId: string;
}

/** Resolves with the version that the content has. A delivery that failed is to be tried again: nothing is counted twice. */
export type AudioIngest = (context: Context, audio: DeliveredAudio) => Promise<{ version: number }>;

export type IngestDependencies = Pick<CatalogueApi, 'getTrack' | 'getAudio' | 'deliverAudio'> &
  Pick<AudioDelivery, 'storeVersion'>;

export function createAudioIngest(dependencies: IngestDependencies): AudioIngest {
  const { getTrack, getAudio, deliverAudio, storeVersion } = dependencies;
  return async (context, { trackId, contentId }) => {
    const { durationMs } = (await getTrack(context, { trackId })).track!;
    if (durationMs < SHORTEST_MS)
      throw new PortError(
        'invalid',
        'audio.deliver',
        true,
        `track ${trackId} lasts ${durationMs} ms, and audio at least ${SHORTEST_MS} ms`,
      );
    const expected = nextVersion(await getAudio(context, { audioId: trackId }), contentId);
    await storeVersion(context, { trackId, version: expected, durationMs });
    const { version } = await deliverAudio(context, { audioId: trackId, contentId });
    // Another delivery has taken the number meanwhile.
    if (version !== expected) await storeVersion(context, { trackId, version, durationMs });
    return { version };
  };
}

/** The number that the content has, or will have if nobody else delivers meanwhile. */
function nextVersion(present: GetAudioResponse, contentId: string): number {
  if (present.contentId === contentId) return present.version;
  return present.contentId === '' ? 1 : present.version + 1;
}
