import type { Context } from './context.ts';

/**
 * Signed URLs: whoever has one may fetch what it names, until it expires, without anybody being asked. The service that
 * grants holds the signer, points of presence hold the verifier. A transport that carries JWTs implements both; in
 * virtual time a model stands in for the cryptography. Times are whole seconds of the run, as JWTs have them.
 */
export interface UrlGrant {
  /** '/audio/t42/1/160.ogg'; a path that ends with '/' grants everything below it. */
  readonly path: string;
  readonly listenerId: string;
  readonly notBeforeNs: number;
  readonly expiresAtNs: number;
}

export type UrlRefusal =
  | 'missing' // there is no token
  | 'malformed'
  | 'unknown-key' // signed with a key that is not, or no longer, accepted
  | 'tampered' // the signature does not fit
  | 'other-path' // granted for something else
  | 'not-yet-valid'
  | 'expired';

/** Keys rotate: a token says which one it was signed with. */
export interface UrlSigner {
  /** The token that a URL carries as `?token=`. */
  sign(context: Context, grant: UrlGrant): string | Promise<string>;
}

/** What a verifier is asked: its own clock, and by how much that may be off. */
export interface UrlCheck {
  readonly path: string;
  readonly nowNs: number;
  readonly toleranceNs: number;
}

export interface UrlVerifier {
  /** What the token grants, or why it does not count. An implementation that need not wait answers at once. */
  verify(token: string, check: UrlCheck): UrlGrant | UrlRefusal | Promise<UrlGrant | UrlRefusal>;
}
