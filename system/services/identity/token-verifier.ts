/**
 * Checks tokens where they arrive: no call to identity as long as the key is known. A key that is not known makes it ask,
 * once for all who wait and at most once a second: tokens that somebody made up must not become load on identity.
 */
import type { IdentityApi } from '../../contracts/generated/identity.ts';
import { createSingleFlight } from '../../policies/index.ts';
import { type Clock, SECOND } from '../../ports/clock.ts';
import type { Context } from '../../ports/context.ts';
import { PortError } from '../../ports/errors.ts';
import type { AccessToken, Identity, TokenVerifier } from '../../ports/tokens.ts';
import type { IdentityKnobs } from './knobs.ts';
import { signatureOf } from './signature.ts';

export interface TokenVerifierDependencies {
  readonly clock: Clock;
  readonly identity: Pick<IdentityApi, 'listKeys'>;
  readonly knobs: Pick<IdentityKnobs, 'keyRefreshS'>;
}

const UNKNOWN_KEY_PAUSE_NS = SECOND;

export function createTokenVerifier(dependencies: TokenVerifierDependencies): TokenVerifier {
  const { clock, identity, knobs } = dependencies;
  const refreshNs = knobs.keyRefreshS * SECOND;
  const flight = createSingleFlight<void>({ clock, operation: 'identity.listKeys' });
  let secrets: ReadonlyMap<number, number> = new Map();
  let askedNs = Number.NEGATIVE_INFINITY;

  const ask = async (context: Context) => {
    const { keys } = await identity.listKeys(context, {});
    secrets = new Map(keys.map(({ keyId, secret }) => [keyId, secret]));
  };

  const secretOf = async (context: Context, keyId: number): Promise<number | undefined> => {
    const known = secrets.get(keyId);
    const nowNs = clock.now();
    const due = known === undefined ? askedNs + UNKNOWN_KEY_PAUSE_NS : askedNs + refreshNs;
    if (nowNs < due && flight.size === 0) return known;
    if (nowNs >= due) askedNs = nowNs;
    try {
      await flight.run(context, 'keys', ask);
    } catch (error) {
      // Identity being down must not lock out those whose key is known.
      if (known === undefined || context.cancelled !== null) throw error;
      return known;
    }
    return secrets.get(keyId);
  };

  const verifyAsking = async (context: Context, token: AccessToken) =>
    identified(await secretOf(context, token.keyId), token);

  return {
    verify(context, token) {
      if (token === undefined) throw refused('no token');
      const nowNs = clock.now();
      if (token.expiresAtNs <= nowNs) throw refused('the token has expired');
      // Almost always the key is there and fresh: that path waits for nothing.
      const secret = nowNs < askedNs + refreshNs ? secrets.get(token.keyId) : undefined;
      if (secret !== undefined) return identified(secret, token);
      return verifyAsking(context, token);
    },
  };
}

function identified(secret: number | undefined, token: AccessToken): Identity {
  const { subject, expiresAtNs, keyId, signature } = token;
  if (secret === undefined) throw refused('the key is not accepted');
  if (signatureOf(secret, subject, expiresAtNs, keyId) !== signature) throw refused('the signature is wrong');
  return { listenerId: subject };
}

function refused(why: string): PortError {
  return new PortError('unauthenticated', 'identity.verify', true, why);
}
