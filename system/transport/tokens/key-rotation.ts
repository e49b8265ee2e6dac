/**
 * A new signing key at intervals, so that a key that somebody got hold of is not good for ever. Retired keys stay
 * published until their last token has expired: nobody is logged out.
 */
import type { Clock, Timer } from '../../ports/clock.ts';
import type { AuthorizationEvent, AuthorizationServer } from './authorization-server.ts';

export interface KeyRotationOptions {
  readonly authorization: Pick<AuthorizationServer, 'rotateKeys'>;
  readonly clock: Pick<Clock, 'after' | 'cancel'>;
  readonly periodNs: number;
  readonly onEvent: (event: AuthorizationEvent) => void;
}

/** Begins now with a whole period; the returned function ends it. */
export function scheduleKeyRotation(options: KeyRotationOptions): () => void {
  const { authorization, clock, periodNs, onEvent } = options;
  let timer: Timer;
  const arm = () => {
    timer = clock.after(periodNs, () => {
      arm();
      authorization.rotateKeys().catch((error: unknown) =>
        onEvent({
          level: 'error',
          message: 'the signing keys were not rotated: the present key goes on signing until the next time',
          error,
        }),
      );
    });
  };
  arm();
  return () => clock.cancel(timer);
}
