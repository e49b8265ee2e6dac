import { Simulation } from '../../system/runtime/kernel/index.ts';
import { createUrlSigner } from '../../system/services/delivery/url-signer.ts';
import { createJwtUrlSigner } from '../../system/transport/media/jwt-url-signer.ts';
import { LIFETIME_S, ROTATION_S, urlSignerConformance } from './url-signers.ts';

urlSignerConformance('the model', (now, seed) => {
  const simulation = new Simulation({ seed });
  return createUrlSigner({
    clock: { now },
    random: simulation.random('url keys'),
    knobs: { urlLifetimeS: LIFETIME_S, keyRotationS: ROTATION_S },
  });
});

urlSignerConformance('JWTs', (now) =>
  createJwtUrlSigner({
    now,
    startedAtMs: 1_790_000_000_123,
    lifetimeS: LIFETIME_S,
    rotationS: ROTATION_S,
  }),
);
