import { PortError } from '../../ports/errors.ts';

/** What a checked access token says. */
export interface Verified {
  /** The id of a listener or a label; a client that speaks for itself is its own subject. */
  readonly subject: string;
  readonly clientId: string;
  readonly scopes: ReadonlySet<string>;
  readonly expiresAtMs: number;
}

/** Throws `permission-denied`, naming the scope, when the token does not have it. */
export function requireScope(verified: Verified, scope: string): void {
  if (!verified.scopes.has(scope))
    throw new PortError(
      'permission-denied',
      'tokens.requireScope',
      true,
      `the token lacks the scope ${scope}`,
    );
}
