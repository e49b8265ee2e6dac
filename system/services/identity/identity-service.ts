/**
 * Issues tokens, and publishes the keys by which anybody can check them without asking. Keys follow from time alone: key
 * n signs during the n-th rotation period. So all instances agree, and a restarted one knows what it needs.
 *
 *   key 7 signs │ key 8 signs │ key 9 signs
 *               └ key 7 is still listed until the last token that it signed has expired; key 9 is listed ahead
 */
import type { IdentityApi, Key } from '../../contracts/generated/identity.ts';
import { type Clock, type Random, SECOND } from '../../ports/clock.ts';
import { PortError } from '../../ports/errors.ts';
import type { AccessToken } from '../../ports/tokens.ts';
import type { IdentityKnobs } from './knobs.ts';
import { signatureOf } from './signature.ts';
import { createTokenVerifier } from './token-verifier.ts';

export interface IdentityDependencies {
  readonly clock: Clock;
  /** Where the keys come from: the same purpose in every instance. */
  readonly random: Random;
  readonly knobs: IdentityKnobs;
}

export function createIdentityService(dependencies: IdentityDependencies): IdentityApi {
  const { clock, random, knobs } = dependencies;
  const lifetimeNs = knobs.tokenLifetimeS * SECOND;
  const rotationNs = knobs.keyRotationS * SECOND;

  // Key 0 would be left out on the wire.
  const keyIdAt = (ns: number) => 1 + Math.max(0, Math.floor(ns / rotationNs));
  const secretOf = (keyId: number) => Math.floor(random.uniform(keyId) * 2 ** 32);

  const listKeys = async () => {
    const nowNs = clock.now();
    const keys: Key[] = [];
    for (let keyId = keyIdAt(nowNs - lifetimeNs); keyId <= keyIdAt(nowNs) + 1; keyId++)
      keys.push({ keyId, secret: secretOf(keyId) });
    return { keys };
  };

  const verifier = createTokenVerifier({ clock, identity: { listKeys }, knobs });

  return {
    async issueToken(_context, { listenerId }) {
      if (listenerId === '') throw new PortError('invalid', 'identity.issueToken', true, 'no listener id');
      const nowNs = clock.now();
      const expiresAtNs = nowNs + lifetimeNs;
      const keyId = keyIdAt(nowNs);
      const signature = signatureOf(secretOf(keyId), listenerId, expiresAtNs, keyId);
      const token: AccessToken = { subject: listenerId, expiresAtNs, keyId, signature };
      return { token };
    },

    verifyToken: async (context, { token }) => verifier.verify(context, token),

    listKeys,
  };
}
