import type { Knobs, KnobValues } from '../../ports/knobs.ts';

export const deliveryKnobs = {
  // The design being implemented: signed URLs expire after about an hour.
  urlLifetimeS: { default: 3_600, unit: 's', description: 'How long a signed URL is valid', min: 1 },
  // estimate: as long as the keys of access tokens sign.
  keyRotationS: {
    default: 86_400,
    unit: 's',
    description: 'How long a key signs URLs before the next one',
    min: 1,
  },
  // The design being implemented: Ogg Vorbis at 96, 160 and 320 kbit/s, the last one for subscribers.
  freeKbps: { default: 160, unit: 'kbit/s', description: 'Highest bitrate without a subscription', min: 1 },
  premiumKbps: { default: 320, unit: 'kbit/s', description: 'Highest bitrate of subscribers', min: 1 },
  // estimate: bandwidth varies, and a buffer has to fill faster than it is played.
  headroom: {
    default: 1.5,
    unit: '1',
    description: 'By how much the measured bandwidth has to exceed a bitrate',
    min: 1,
  },
  // estimate: as many tracks as the catalogue's own instances keep.
  versionCacheTracks: {
    default: 20_000,
    unit: '1',
    description: 'Tracks whose present version an instance remembers; 0: none',
    min: 0,
  },
  // estimate: for so long a new version is not heard by everybody.
  versionCacheTtlMs: {
    default: 60_000,
    unit: 'ms',
    description: 'How long it remembers them',
    min: 0,
  },
} as const satisfies Knobs;

export type DeliveryKnobs = KnobValues<typeof deliveryKnobs>;
