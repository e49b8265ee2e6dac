/**
 * The keys of the authorization server, one after the other:
 *
 *   key 7 signed │ key 8 signs │ key 9 is next
 *                └ key 7 is still published until the last token that it signed has expired; key 9 is published ahead,
 *                  so that verifiers know it before its first token arrives
 */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { PortError } from '../../ports/errors.ts';
import { algorithmOf, type SigningAlgorithm } from './key-set.ts';

export interface SigningKey {
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  readonly privateJwk: JWK;
  readonly publicJwk: JWK;
  /** When the last token that it signed expires. */
  lastExpiryMs: number;
}

export interface SigningKeys {
  readonly current: SigningKey;
  /** All that are published: the one that signs, the next one, the retired ones. */
  readonly all: readonly SigningKey[];
  /** The next key signs from now on. */
  rotate(): Promise<void>;
  /** Takes away the retired keys whose tokens have all expired; true when there was one. */
  retire(): boolean;
}

export interface SigningKeysOptions {
  /** Private JWKs, ES256 or EdDSA: the first signs, the others follow. Without any, or after the last, keys are made. */
  readonly given: readonly JWK[];
  /** For so long tokens live: a token whose making a rotation overtook is still covered. */
  readonly tokenLifetimeMs: number;
  readonly now: () => number;
}

export async function createSigningKeys(options: SigningKeysOptions): Promise<SigningKeys> {
  const { tokenLifetimeMs, now } = options;
  const coming: SigningKey[] = [];
  for (const jwk of options.given) coming.push(await keyFrom(jwk));
  const kids = new Set(coming.map(({ kid }) => kid));
  if (kids.size < coming.length) throw invalid('two of the signing keys have the same kid');
  let current = coming.shift() ?? (await makeKey());
  if (coming.length === 0) coming.push(await makeKey());
  let retired: readonly SigningKey[] = [];

  return {
    get current() {
      return current;
    },
    get all() {
      return [current, ...coming, ...retired];
    },
    async rotate() {
      if (coming.length < 2) coming.push(await makeKey());
      current.lastExpiryMs = Math.max(current.lastExpiryMs, now() + tokenLifetimeMs);
      retired = [...retired, current];
      current = coming.shift()!;
    },
    retire() {
      const nowMs = now();
      const kept = retired.filter(({ lastExpiryMs }) => lastExpiryMs > nowMs);
      const changed = kept.length < retired.length;
      retired = kept;
      return changed;
    },
  };
}

/** ES256: of the fast algorithms the one that every JWT library knows. */
async function makeKey(): Promise<SigningKey> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return keyFrom(await exportJWK(privateKey));
}

async function keyFrom(jwk: JWK): Promise<SigningKey> {
  const alg = algorithmOf(jwk);
  if (alg === undefined) throw invalid('a signing key is EC P-256 (ES256) or OKP Ed25519 (EdDSA)');
  if (typeof jwk.d !== 'string') throw invalid('a signing key needs its private part, d');
  const { kty, crv, x, y, d } = jwk;
  const publicPart = { kty, crv, x, ...(y === undefined ? {} : { y }) };
  const kid = jwk.kid ?? (await calculateJwkThumbprint(publicPart as JWK));
  const publicJwk = { ...publicPart, kid, alg, use: 'sig' } as JWK;
  return { kid, alg, publicJwk, privateJwk: { ...publicJwk, d }, lastExpiryMs: 0 };
}

function invalid(why: string): PortError {
  return new PortError('invalid', 'tokens.keys', true, why);
}
