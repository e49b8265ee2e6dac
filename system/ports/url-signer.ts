import type { Context } from './context.ts';

/**
 * Signed URLs: whoever has one may fetch what it names, until it expires, without anybody being asked. The service that
 * grants holds the signer, points of presence hold the verifier. A transport that carries JWTs implements both; in
 * virtual time a model stands in for the cryptography. Times are whole seconds of the run, as JWTs have them.
 */
export interface UrlGrant {
  /** '/audio/t42/1/160.ogg'; a path that ends with '/' grants what is below it, up to `maxKbps`, and the list of that. */
  readonly path: string;
  /** Of a path that ends with '/' and goes on with bitrates: the highest that is granted; absent: none is. */
  readonly maxKbps?: number;
  readonly listenerId: string;
  readonly notBeforeNs: number;
  readonly expiresAtNs: number;
}

/** What lists the bitrates below a path: whoever is granted any of them may read it. */
export const MASTER_PLAYLIST = 'master.m3u8';

export type UrlRefusal =
  | 'missing' // there is no token
  | 'malformed'
  | 'unknown-key' // signed with a key that is not, or no longer, accepted
  | 'tampered' // the signature does not fit
  | 'other-path' // granted for something else
  | 'other-bitrate' // granted for lower ones of the same
  | 'not-yet-valid'
  | 'expired';

/** What a grant is held against: the verifier's own clock, and by how much that may be off. */
export interface UrlCheck {
  readonly path: string;
  readonly nowNs: number;
  readonly toleranceNs: number;
}

/** Keys rotate: a token says which one it was signed with. */
export interface UrlSigner {
  /** The token that a URL carries as `?token=`. */
  sign(context: Context, grant: UrlGrant): string | Promise<string>;
}

export interface UrlVerifier {
  /** What the token grants, or why it does not count. */
  verify(token: string, check: UrlCheck): UrlGrant | UrlRefusal | Promise<UrlGrant | UrlRefusal>;
}

/** Those that need not wait: cryptography of the host takes its own time, which virtual time cannot stop for. */
export interface ImmediateUrlSigner extends UrlSigner {
  sign(context: Context, grant: UrlGrant): string;
}

export interface ImmediateUrlVerifier extends UrlVerifier {
  verify(token: string, check: UrlCheck): UrlGrant | UrlRefusal;
}

/** Why a grant, whose signature is right, does not count here and now; null: it does. */
export function refusalOf(grant: UrlGrant, { path, nowNs, toleranceNs }: UrlCheck): UrlRefusal | null {
  if (grant.path !== path) {
    if (!grant.path.endsWith('/') || !path.startsWith(grant.path)) return 'other-path';
    const below = path.slice(grant.path.length);
    const kbps = below === MASTER_PLAYLIST ? 1 : kbpsOf(below);
    if (!(kbps <= (grant.maxKbps ?? 0))) return 'other-bitrate';
  }
  if (nowNs < grant.notBeforeNs - toleranceNs) return 'not-yet-valid';
  return nowNs >= grant.expiresAtNs + toleranceNs ? 'expired' : null;
}

/** What lies below a path begins with its bitrate: '160.m3u8', '160/7.aac'. NaN: it does not. */
const kbpsOf = (below: string) => Number(/^([1-9]\d{0,8})[./]/.exec(below)?.[1] ?? Number.NaN);

const REFUSALS: Readonly<Record<UrlRefusal, string>> = {
  missing: 'the URL carries no token',
  malformed: 'the token of the URL cannot be read',
  'unknown-key': 'the token of the URL was signed with a key that is not accepted',
  tampered: 'the signature of the URL does not fit',
  'other-path': 'the token was granted for another path',
  'other-bitrate': 'the token was granted for lower bitrates only',
  'not-yet-valid': 'the URL is not valid yet',
  expired: 'the URL has expired',
};

/** For the person who gets the answer. */
export const refusalText = (refusal: UrlRefusal): string => REFUSALS[refusal];
