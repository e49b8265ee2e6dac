/**
 * Signed URLs as JWTs (RFC 7519) with Ed25519 signatures (RFC 8037): points of presence need the public keys alone. Key n
 * signs during the n-th rotation period and is taken until the last URL that it signed has expired, as in virtual time.
 */
import { base64url, compactVerify, exportJWK, generateKeyPair, type JSONWebKeySet, SignJWT } from 'jose';
import { SECOND } from '../../ports/clock.ts';
import {
  refusalOf,
  type UrlGrant,
  type UrlRefusal,
  type UrlSigner,
  type UrlVerifier,
} from '../../ports/url-signer.ts';

export interface JwtUrlSignerOptions {
  /** The run's clock, in ns, of whoever signs. */
  readonly now: () => number;
  /** The wall clock at the run's beginning: JWTs count from 1970. */
  readonly startedAtMs: number;
  readonly lifetimeS: number;
  readonly rotationS: number;
}

export interface JwtUrlSigner extends UrlSigner, UrlVerifier {
  sign: (...parameters: Parameters<UrlSigner['sign']>) => Promise<string>;
  verify: (...parameters: Parameters<UrlVerifier['verify']>) => Promise<UrlGrant | UrlRefusal>;
  /** The public keys that URLs in circulation are signed with. */
  publicKeys(): Promise<JSONWebKeySet>;
}

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

const ALGORITHM = 'EdDSA';
/** A type of its own (RFC 8725, 3.11): an access token is no URL, and the other way round. */
const TYPE = 'url+jwt';
const LONGEST_TOKEN = 2_048;

export function createJwtUrlSigner(options: JwtUrlSignerOptions): JwtUrlSigner {
  const { now, lifetimeS, rotationS } = options;
  const startedAtS = Math.floor(options.startedAtMs / 1_000);
  const keys = new Map<number, Promise<KeyPair>>();
  const keyIdAt = (ns: number) => 1 + Math.max(0, Math.floor(ns / SECOND / rotationS));
  const oldestAt = (ns: number) => keyIdAt(ns - lifetimeS * SECOND);

  const signingKey = (keyId: number): Promise<KeyPair> => {
    let pair = keys.get(keyId);
    if (pair === undefined) {
      pair = generateKeyPair(ALGORITHM, { crv: 'Ed25519' });
      keys.set(keyId, pair);
      // A period more than the last URL needs: a verifier's clock may be behind.
      for (const known of keys.keys()) if (known < oldestAt(now()) - 1) keys.delete(known);
    }
    return pair;
  };

  return {
    async sign(_context, { path, maxKbps, listenerId, notBeforeNs, expiresAtNs }) {
      const keyId = keyIdAt(now());
      const { privateKey } = await signingKey(keyId);
      return new SignJWT(maxKbps === undefined ? { path } : { path, kbps: maxKbps })
        .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: String(keyId) })
        .setSubject(listenerId)
        .setNotBefore(startedAtS + notBeforeNs / SECOND)
        .setExpirationTime(startedAtS + expiresAtNs / SECOND)
        .sign(privateKey);
    },

    async verify(token, check) {
      if (token === '' || token.length > LONGEST_TOKEN) return token === '' ? 'missing' : 'malformed';
      const keyId = keyIdOf(token);
      if (keyId === null) return 'malformed';
      const { nowNs, toleranceNs } = check;
      const pair = keys.get(keyId);
      const accepted = keyId >= oldestAt(nowNs - toleranceNs) && keyId <= keyIdAt(nowNs + toleranceNs);
      if (pair === undefined || !accepted) return 'unknown-key';
      let payload: Uint8Array;
      try {
        ({ payload } = await compactVerify(token, (await pair).publicKey, { algorithms: [ALGORITHM] }));
      } catch {
        return 'tampered';
      }
      const grant = grantOf(payload, startedAtS);
      return grant === null ? 'malformed' : (refusalOf(grant, check) ?? grant);
    },

    async publicKeys() {
      const published = [...keys].map(async ([keyId, pair]) => {
        const jwk = await exportJWK((await pair).publicKey);
        return { ...jwk, kid: String(keyId), alg: ALGORITHM, use: 'sig' };
      });
      return { keys: await Promise.all(published) };
    },
  };
}

/** Of a token that has the form; null: it has not. */
function keyIdOf(token: string): number | null {
  const parts = token.split('.');
  if (parts.length !== 3) return null;
  try {
    // The last character of base64url may carry bits that mean nothing: a signature has one way to be written here.
    if (base64url.encode(base64url.decode(parts[2]!)) !== parts[2]) return null;
    const header: unknown = JSON.parse(new TextDecoder().decode(base64url.decode(parts[0]!)));
    if (typeof header !== 'object' || header === null) return null;
    const { typ, kid } = header as Record<string, unknown>;
    if (typ !== TYPE || typeof kid !== 'string' || !/^[1-9]\d{0,9}$/.test(kid)) return null;
    return Number(kid);
  } catch {
    return null;
  }
}

function grantOf(payload: Uint8Array, startedAtS: number): UrlGrant | null {
  const { path, kbps, sub, nbf, exp } = JSON.parse(new TextDecoder().decode(payload)) as Record<
    string,
    unknown
  >;
  if (typeof path !== 'string' || typeof sub !== 'string') return null;
  if (!Number.isSafeInteger(nbf) || !Number.isSafeInteger(exp)) return null;
  if (kbps !== undefined && !Number.isSafeInteger(kbps)) return null;
  return {
    path,
    ...(kbps === undefined ? {} : { maxKbps: kbps as number }),
    listenerId: sub,
    notBeforeNs: ((nbf as number) - startedAtS) * SECOND,
    expiresAtNs: ((exp as number) - startedAtS) * SECOND,
  };
}
