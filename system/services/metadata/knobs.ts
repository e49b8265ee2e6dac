import type { Knobs, KnobValues } from '../../ports/knobs.ts';

export const metadataKnobs = {
  readFrom: {
    default: 'gateway',
    unit: '',
    description:
      'Where apps read tracks, artists, albums, podcasts, episodes and lyrics: at the nearest point of presence, which keeps copies, or at the gateway',
    values: ['gateway', 'edge'],
  },
  // As long as a catalogue service keeps its own copies.
  ttlS: {
    default: 60,
    unit: 's',
    description: 'How long a point of presence answers from a copy; 0: it asks each time',
    min: 0,
  },
  // RFC 5861, stale-if-error. estimate: an old title is better than none for as long as an outage usually lasts.
  staleIfErrorS: {
    default: 600,
    unit: 's',
    description: 'How long after that a copy may still be served when the gateway does not answer',
    min: 0,
  },
  // estimate: answers are about 1 KB, so a quarter of a million of them.
  cacheMB: { default: 256, unit: 'MB', description: 'Copies of metadata at each point of presence', min: 0 },
  // nginx waits 60 s for an upstream; a listener has left long before.
  originTimeoutMs: {
    default: 2_000,
    unit: 'ms',
    description: 'How long a point of presence waits for the gateway, both ways included',
    min: 1,
  },
} as const satisfies Knobs;

export type MetadataKnobs = KnobValues<typeof metadataKnobs>;
