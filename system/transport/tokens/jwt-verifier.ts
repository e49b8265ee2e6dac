/**
 * Checks access tokens (JWT, RFC 9068) where they arrive, without asking anybody for each. A token is checked once and
 * remembered under its whole text, so that its next use costs one look-up:
 *
 *   verifyCached ── remembered, not expired, key still published ──▶ Verified
 *        └─ undefined ──▶ verify: shape → algorithm → key → signature → claims ──▶ remembered
 */
import { errors, type JWTHeaderParameters, type JWTPayload, jwtVerify } from 'jose';
import { PortError } from '../../ports/errors.ts';
import { createKeySet, type KeySource, SIGNING_ALGORITHMS, type VerificationKey } from './key-set.ts';
import { createLruMap } from './lru-map.ts';
import type { Verified } from './verified.ts';

export interface JwtVerifierOptions {
  /** As tokens name it, to the letter. */
  readonly issuer: string;
  /** One of those that a token must be meant for. */
  readonly audience: string;
  /** The issuer's public keys: a function in the same process, or the address of its key set. */
  readonly jwks: KeySource;
  /** Tokens remembered; the one that was used longest ago makes room. */
  readonly maxCached?: number;
  /** How often the keys are asked for again: so long a key that was taken away may still be accepted. */
  readonly refreshMs?: number;
  /** Milliseconds since 1970, as tokens count. */
  readonly now?: () => number;
}

export interface JwtVerifier {
  /** A token that was verified before and is still good; undefined says nothing about the token. Never waits. */
  verifyCached(token: string): Verified | undefined;
  /**
   * Rejects with `unauthenticated`, naming which check failed but nothing of the token; with `unavailable` when the key
   * is unknown and the issuer cannot be asked for it.
   */
  verify(token: string): Promise<Verified>;
  /** Asks for the keys now instead of at the next interval. */
  refreshKeys(): Promise<void>;
}

interface Remembered {
  readonly verified: Verified;
  readonly key: VerificationKey;
}

/** estimate: about 1 KiB an entry, so 64 MiB; as many listeners at once keep their fast path. */
const MAX_CACHED = 65_536;
/** estimate: what verifiers of published key sets do by default lies between one and ten minutes. */
const REFRESH_MS = 60_000;
/** estimate: tokens of this issuer have about 600 characters; longer ones are not worth hashing. */
const MAX_TOKEN_LENGTH = 4_096;
/**
 * Three parts in base64url; a signature of 64 bytes has 86 characters, the last of which carries four bits of padding
 * that must be zero. Without that, one token would have 16 texts that all verify, and each would be remembered.
 */
const SHAPE = /^[\w-]+\.[\w-]+\.[\w-]{85}[AQgw]$/;

export function createJwtVerifier(options: JwtVerifierOptions): JwtVerifier {
  const { issuer, audience, now = () => Date.now() } = options;
  const keys = createKeySet({ source: options.jwks, now, refreshMs: options.refreshMs ?? REFRESH_MS });
  const remembered = createLruMap<Remembered>(options.maxCached ?? MAX_CACHED);

  const verifyCached = (token: string): Verified | undefined => {
    const nowMs = now();
    keys.refreshIfDue(nowMs);
    const entry = remembered.get(token);
    if (entry === undefined) return undefined;
    if (nowMs < entry.verified.expiresAtMs && !entry.key.removed) return entry.verified;
    remembered.delete(token);
    return undefined;
  };

  const keyOf = async ({ kid, alg }: JWTHeaderParameters): Promise<VerificationKey> => {
    if (typeof kid !== 'string') throw refused('the token names no key');
    const key = await keys.find(kid);
    if (key === undefined) throw refused('the key is not accepted');
    // A key is good for one algorithm, whatever the token says.
    if (key.alg !== alg) throw refused('the algorithm is not accepted');
    return key;
  };

  const check = async (token: string): Promise<Remembered> => {
    let key: VerificationKey | undefined;
    try {
      const { payload } = await jwtVerify(
        token,
        async (header) => {
          key = await keyOf(header as JWTHeaderParameters);
          return key.key;
        },
        {
          algorithms: [...SIGNING_ALGORITHMS],
          issuer,
          audience,
          typ: 'at+jwt',
          requiredClaims: ['exp', 'iat', 'sub', 'client_id'],
          currentDate: new Date(now()),
        },
      );
      return { verified: verifiedFrom(payload), key: key! };
    } catch (error) {
      throw error instanceof errors.JOSEError ? refused(reasonOf(error)) : error;
    }
  };

  return {
    verifyCached,
    async verify(token) {
      const cached = verifyCached(token);
      if (cached !== undefined) return cached;
      if (token.length > MAX_TOKEN_LENGTH) throw refused('the token is too long');
      if (!SHAPE.test(token)) throw refused('this is not a signed token');
      const entry = await check(token);
      if (!entry.key.removed) remembered.set(token, entry);
      return entry.verified;
    },
    refreshKeys: () => keys.refresh(),
  };
}

function verifiedFrom(payload: JWTPayload): Verified {
  const { sub, client_id: clientId, scope = '', exp } = payload;
  if (typeof sub !== 'string' || sub === '' || typeof clientId !== 'string' || typeof scope !== 'string')
    throw refused('a claim is not what it should be');
  const scopes = new Set(scope.split(' ').filter((word) => word !== ''));
  return Object.freeze({ subject: sub, clientId, scopes, expiresAtMs: exp! * 1_000 });
}

/** From the library's error to a sentence that shows neither the token nor the key. */
function reasonOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed) return REASONS[error.claim] ?? 'a claim is missing';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'the signature is wrong';
  if (error instanceof errors.JOSEAlgNotAllowed) return 'the algorithm is not accepted';
  return 'this is not a signed token';
}

const REASONS: Readonly<Record<string, string>> = {
  iss: 'the token comes from another issuer',
  aud: 'the token is meant for somebody else',
  nbf: 'the token is not valid yet',
  typ: 'this is not an access token',
};

function refused(why: string): PortError {
  return new PortError('unauthenticated', 'tokens.verify', true, why);
}
