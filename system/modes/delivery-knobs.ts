/** Knobs of everything that brings audio, and metadata, near listeners, by component. */
import { edgeKnobs } from '../edge/knobs.ts';
import { s3Knobs } from '../engines/s3/index.ts';
import type { Knobs } from '../ports/knobs.ts';
import { deliveryKnobs } from '../services/delivery/knobs.ts';
import { metadataKnobs } from '../services/metadata/knobs.ts';
import { hostKnobs } from './host-knobs.ts';

export const audioKnobs: Readonly<Record<'audio' | 'delivery' | 'edge' | 'metadata' | 's3', Knobs>> = {
  audio: {
    plays: {
      default: 'off',
      unit: '',
      description:
        'Whether plays of listeners fetch their audio: authorised, then from the edge; off: they are recorded only',
      values: ['off', 'on'],
    },
  },
  delivery: { ...deliveryKnobs, ...hostKnobs(4, 2) },
  edge: edgeKnobs,
  metadata: metadataKnobs,
  s3: s3Knobs,
};

/** What grows with the population: see SCALED_KNOBS and SCALED_AMOUNTS of `knobs.ts`. */
export const SCALED_AUDIO_KNOBS: readonly string[] = ['delivery.cores', 'edge.cores'];
export const SCALED_AUDIO_AMOUNTS: readonly string[] = [
  'edge.cacheGB',
  'edge.shieldCacheGB',
  'edge.egressGbps',
];

/** Their defaults by full name, under what is given. */
export function audioConfiguration(
  given: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const defaults = Object.entries(audioKnobs).flatMap(([component, knobs]) =>
    Object.entries(knobs).map(([name, knob]) => [`${component}.${name}`, knob.default]),
  );
  return { ...Object.fromEntries(defaults), ...given };
}
