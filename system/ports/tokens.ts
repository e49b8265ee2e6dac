import type { Context } from './context.ts';

/**
 * An access token: claims, and a check value over them that only the issuer can make. A transport that carries JWTs
 * checks and maps them; in virtual time a model stands in for the cryptography.
 */
export interface AccessToken {
  /** Whom it was issued to: the id of a listener. */
  readonly subject: string;
  /** On the issuer's clock. */
  readonly expiresAtNs: number;
  /** The key it was signed with: keys rotate. */
  readonly keyId: number;
  readonly signature: number;
  /** The app (OAuth client) that it was issued through, where the issuer says so. */
  readonly clientId?: string;
}

export interface Identity {
  readonly listenerId: string;
  readonly clientId?: string;
}

/** For who has checked the token in another way. */
export function identityOf({ subject: listenerId, clientId }: AccessToken): Identity {
  return clientId === undefined ? { listenerId } : { listenerId, clientId };
}

/**
 * Rejects with `unauthenticated`, or throws it at once: absent, expired, tampered with, or signed with a key that is no
 * longer accepted. Whoever knows the key answers without a promise.
 */
export interface TokenVerifier {
  verify(context: Context, token: AccessToken | undefined): Identity | Promise<Identity>;
}
