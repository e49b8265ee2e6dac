/**
 * The public keys that a verifier accepts. Asked for when a token names an unknown one, by one request for all who
 * wait and at most once a second: tokens that somebody made up must not become load on whoever issues them. Asked for
 * again at intervals, beside the requests, so that a key that was taken away is noticed.
 */
import { type CryptoKey, calculateJwkThumbprint, importJWK, type JSONWebKeySet, type JWK } from 'jose';
import { PortError } from '../../ports/errors.ts';

/** Where keys come from: a function in the same process, or the address of a key set. */
export type KeySource = URL | string | (() => JSONWebKeySet | Promise<JSONWebKeySet>);

export type SigningAlgorithm = 'ES256' | 'EdDSA';
export const SIGNING_ALGORITHMS: readonly SigningAlgorithm[] = ['ES256', 'EdDSA'];

export interface VerificationKey {
  readonly kid: string;
  readonly alg: SigningAlgorithm;
  readonly key: CryptoKey;
  readonly thumbprint: string;
  /** Set once the key is no longer published: whatever was verified with it ends. */
  removed: boolean;
}

export interface KeySet {
  /**
   * Resolves to undefined when the key is not published. Rejects with `unavailable` when the key is unknown and nobody
   * answers: the token can then be neither accepted nor refused.
   */
  find(kid: string): Promise<VerificationKey | undefined>;
  /** Costs nothing until the keys are due; then it asks for them without waiting. */
  refreshIfDue(nowMs: number): void;
  /** Asks now, for when a key was taken away in a hurry. */
  refresh(): Promise<void>;
}

export interface KeySetOptions {
  readonly source: KeySource;
  readonly now: () => number;
  /** How often the keys are asked for again. */
  readonly refreshMs: number;
}

const PAUSE_MS = 1_000;
/** estimate: a key set is one small answer; whoever needs longer is down. */
const ANSWER_WITHIN_MS = 5_000;

export function createKeySet(options: KeySetOptions): KeySet {
  const { now, refreshMs } = options;
  const ask = typeof options.source === 'function' ? options.source : fetchFrom(new URL(options.source));
  let keys: ReadonlyMap<string, VerificationKey> = new Map();
  let asking: Promise<void> | undefined;
  let askedMs = Number.NEGATIVE_INFINITY;
  let dueMs = Number.NEGATIVE_INFINITY;
  let failure: PortError | undefined;

  const load = async () => {
    try {
      const next = await importAll(await ask(), keys);
      for (const key of keys.values()) if (next.get(key.kid) !== key) key.removed = true;
      keys = next;
      failure = undefined;
      dueMs = now() + refreshMs;
    } catch (cause) {
      // Whoever has a known key still gets in while the issuer is down.
      failure = new PortError('unavailable', 'tokens.keys', true, 'the keys of the issuer cannot be had');
      failure.cause = cause;
      dueMs = now() + PAUSE_MS;
    }
  };

  const refresh = (): Promise<void> => {
    if (asking === undefined) {
      askedMs = now();
      asking = load().finally(() => {
        asking = undefined;
      });
    }
    return asking;
  };

  return {
    async find(kid) {
      const known = keys.get(kid);
      if (known !== undefined) return known;
      if (asking !== undefined || now() >= askedMs + PAUSE_MS) await refresh();
      const found = keys.get(kid);
      if (found === undefined && failure !== undefined) throw failure;
      return found;
    },
    refreshIfDue(nowMs) {
      if (nowMs >= dueMs && asking === undefined) void refresh();
    },
    refresh,
  };
}

/** Keys that did not change stay the same object, so that what they verified stays cached. */
async function importAll(
  published: JSONWebKeySet,
  known: ReadonlyMap<string, VerificationKey>,
): Promise<ReadonlyMap<string, VerificationKey>> {
  if (!Array.isArray(published?.keys)) throw new TypeError('a key set has a list of keys');
  const next = new Map<string, VerificationKey>();
  for (const jwk of published.keys) {
    const alg = algorithmOf(jwk);
    // Key sets may list keys for other purposes: RFC 7517, section 5, says to ignore what is not understood.
    if (alg === undefined || typeof jwk.kid !== 'string' || (jwk.use !== undefined && jwk.use !== 'sig'))
      continue;
    const thumbprint = await calculateJwkThumbprint(jwk);
    const before = known.get(jwk.kid);
    if (before !== undefined && !before.removed && before.thumbprint === thumbprint) {
      next.set(jwk.kid, before);
      continue;
    }
    const { d: _private, key_ops: _operations, ...publicJwk } = jwk;
    const key = (await importJWK(publicJwk, alg)) as CryptoKey;
    next.set(jwk.kid, { kid: jwk.kid, alg, key, thumbprint, removed: false });
  }
  return next;
}

export function algorithmOf(jwk: JWK): SigningAlgorithm | undefined {
  if (jwk.kty === 'EC' && jwk.crv === 'P-256' && (jwk.alg ?? 'ES256') === 'ES256') return 'ES256';
  if (jwk.kty === 'OKP' && jwk.crv === 'Ed25519' && (jwk.alg ?? 'EdDSA') === 'EdDSA') return 'EdDSA';
  return undefined;
}

function fetchFrom(url: URL): () => Promise<JSONWebKeySet> {
  return async () => {
    const response = await fetch(url, {
      headers: { accept: 'application/jwk-set+json, application/json' },
      // The keys decide who gets in: they come from where they were said to be, or not at all.
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
    if (!response.ok) throw new Error(`${url.href} answered ${response.status}`);
    return (await response.json()) as JSONWebKeySet;
  };
}
