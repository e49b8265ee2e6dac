/** The bitrate that a listener gets: the highest that his plan allows and that his line carries with headroom. */
import { BITRATES_KBPS, type BitrateKbps } from '../../contracts/audio-path.ts';
import type { DeliveryKnobs } from './knobs.ts';

export type Plan = 'free' | 'premium';

export const isPlan = (text: string): text is Plan => text === 'free' || text === 'premium';

/** `bandwidthKbps` 0: not known, so the middle one is tried. The lowest is given to whom none fits: better late than never. */
export function bitrateFor(
  plan: Plan,
  bandwidthKbps: number,
  knobs: Pick<DeliveryKnobs, 'freeKbps' | 'premiumKbps' | 'headroom'>,
): BitrateKbps {
  const most = plan === 'premium' ? knobs.premiumKbps : knobs.freeKbps;
  const carried = bandwidthKbps === 0 ? BITRATES_KBPS[1] : bandwidthKbps / knobs.headroom;
  let best: BitrateKbps = BITRATES_KBPS[0];
  for (const kbps of BITRATES_KBPS) if (kbps <= most && kbps <= carried) best = kbps;
  return best;
}
