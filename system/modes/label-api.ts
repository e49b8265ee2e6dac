/** What labels call: metadata goes to the catalogue, audio to the store first. Both past the gateway service, by its rules. */
import type { CatalogueApi, Publisher } from '../contracts/generated/catalogue.ts';
import { SECOND } from '../ports/clock.ts';
import type { Context } from '../ports/context.ts';
import type { Identity } from '../ports/tokens.ts';
import type { PublicCall } from '../services/gateway/public-call.ts';
import { type LabelApi, PUBLICATIONS } from '../transport/http/index.ts';
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
  // The store may take its time; a catalogue that is silent is waited for no longer than by anybody else.
  const briefly =
    <Request, Answer>(method: (context: Context, request: Request) => Promise<Answer>) =>
    (context: Context, request: Request) =>
      call(context, null, 'audio.deliver', (limited) => method(limited, request));
  const deliver = createAudioIngest({
    getTrack: briefly(catalogue.getTrack),
    getEpisode: briefly(catalogue.getEpisode),
    getAudio: briefly(catalogue.getAudio),
    deliverAudio: briefly(catalogue.deliverAudio),
    storeVersion,
  });
  const publications = PUBLICATIONS.map((name) => {
    const publish = catalogue[name] as (context: Context, request: object) => Promise<unknown>;
    return [
      name,
      (context: Context, who: Identity, request: object) =>
        call(context, who, `catalogue.${name}`, (limited) =>
          publish(limited, { ...request, publisher: publisherOf(who) }),
        ),
    ];
  });
  return {
    ...(Object.fromEntries(publications) as Omit<LabelApi, 'deliverAudio'>),
    deliverAudio: (context, who, audio) =>
      call(
        context,
        who,
        'audio.deliver',
        (limited) => deliver(limited, { ...audio, publisher: publisherOf(who) }),
        STORING_NS,
      ),
  };
}

/** Whoever a token is of publishes as its subject. */
const publisherOf = ({ listenerId }: Identity): Publisher => ({ labelId: listenerId });
