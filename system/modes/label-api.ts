/** What labels call: tracks go to the catalogue, audio to the store first. Both past the gateway service, by its rules. */
import type { CatalogueApi } from '../contracts/generated/catalogue.ts';
import { SECOND } from '../ports/clock.ts';
import type { PublicCall } from '../services/gateway/public-call.ts';
import type { LabelApi } from '../transport/http/index.ts';
import { createAudioIngest } from './audio-ingest.ts';
import type { AudioDelivery } from './delivery.ts';

/**
 * Three minutes of audio are stored in about a second, most of it the store's first bytes. A day of it, the longest that a
 * track may be, is 6.2 GB at all bitrates together: 73 s at the store's 85 MB/s.
 */
const STORING_NS = 120 * SECOND;

export function createLabelApi(
  catalogue: CatalogueApi,
  storeVersion: AudioDelivery['storeVersion'],
  call: PublicCall,
): LabelApi {
  const deliver = createAudioIngest({
    // The store may take its time; a catalogue that is silent is waited for no longer than by anybody else.
    getTrack: (context, request) =>
      call(context, null, 'audio.deliver', (limited) => catalogue.getTrack(limited, request)),
    getAudio: (context, request) =>
      call(context, null, 'audio.deliver', (limited) => catalogue.getAudio(limited, request)),
    deliverAudio: (context, request) =>
      call(context, null, 'audio.deliver', (limited) => catalogue.deliverAudio(limited, request)),
    storeVersion,
  });
  return {
    publishTrack: (context, who, request) =>
      call(context, who, 'catalogue.publishTrack', (limited) => catalogue.publishTrack(limited, request)),
    deliverAudio: (context, who, audio) =>
      call(context, who, 'audio.deliver', (limited) => deliver(limited, audio), STORING_NS),
  };
}
