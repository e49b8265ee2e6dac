import type { Knobs, KnobValues } from '../../ports/knobs.ts';

export const identityKnobs = {
  // Access tokens of the Spotify Web API say expires_in: 3600.
  tokenLifetimeS: { default: 3_600, unit: 's', description: 'How long a token is valid', min: 1 },
  // estimate: signing keys of public identity providers live for days to weeks.
  keyRotationS: {
    default: 86_400,
    unit: 's',
    description: 'How long a key signs before the next one',
    min: 1,
  },
  // estimate: what verifiers of published key sets do by default lies between one and ten minutes.
  keyRefreshS: {
    default: 300,
    unit: 's',
    description: 'How often a verifier asks for the keys; a retired one is accepted that much longer',
    min: 1,
  },
} as const satisfies Knobs;

export type IdentityKnobs = KnobValues<typeof identityKnobs>;
