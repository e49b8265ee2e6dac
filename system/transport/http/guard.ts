/**
 * Lets a request in, or says why not, before its body is read: the process has to keep up, and the token has to be valid
 * and carry the scope of the route.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { PortError } from '../../ports/errors.ts';
import { Challenge } from './problem.ts';
import type { HttpOptions } from './server.ts';

/** Who a verified access token speaks for. */
export interface Bearer {
  readonly subject: string;
  readonly clientId: string;
  readonly scopes: ReadonlySet<string>;
  readonly expiresAtMs: number;
}

/** Both throw or reject with `unauthenticated`. `verifyCached` answers at once for a token that was verified before. */
export interface BearerVerifier {
  verifyCached(token: string): Bearer | undefined;
  verify(token: string): Promise<Bearer>;
}

type Hook = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => void;

/** Gives the hook for routes that need a scope. */
export type Guard = (scope: string) => Hook;

/** Counts a request as in flight until its answer is gone; throws `overloaded` where it is one too many. */
export type Admit = (reply: FastifyReply, operation: string) => void;

/** A count of its own for what is added: bodies that are taken slowly must not keep short requests out. */
export function createAdmission({ system, maxInFlight, maxLagMs }: HttpOptions): Admit {
  const maxLagNs = maxLagMs * 1e6;
  let inFlight = 0;
  return (reply, operation) => {
    if (inFlight >= maxInFlight)
      throw new PortError('overloaded', operation, true, `${maxInFlight} requests are in flight`);
    if (system.lagNs > maxLagNs)
      throw new PortError('overloaded', operation, true, 'the process cannot keep up');
    inFlight++;
    reply.request.admitted = true;
    reply.raw.once('close', () => {
      inFlight--;
    });
  };
}

export function createGuard({ tokens }: HttpOptions, admit: Admit): Guard {
  const tokenOf = createBearerTokens();
  return (scope) => (request, reply, done) => {
    try {
      admit(reply, 'gateway');
      const token = tokenOf(request);
      const known = tokens.verifyCached(token);
      if (known !== undefined) {
        accept(request, known, scope);
        done();
        return;
      }
      tokens
        .verify(token)
        .then((bearer) => {
          accept(request, bearer, scope);
          done();
        })
        .catch(done);
    } catch (error) {
      done(error as Error);
    }
  };
}

function accept(request: FastifyRequest, bearer: Bearer, scope: string): void {
  if (!bearer.scopes.has(scope))
    throw new Challenge('permission-denied', 'gateway', `the token lacks the scope ${scope}`, {
      error: 'insufficient_scope',
      scope,
    });
  request.bearer = bearer;
}

/**
 * A connection sends the same token again and again: as long as its header is the same text, the token is the same string,
 * whose shape and hash are known. Whether it is still good is asked each time.
 */
function createBearerTokens(): (request: FastifyRequest) => string {
  const last = new WeakMap<object, { readonly header: string; readonly token: string }>();
  return ({ headers: { authorization: header }, raw: { socket } }) => {
    const known = last.get(socket);
    if (known !== undefined && known.header === header) return known.token;
    const token = bearerToken(header);
    last.set(socket, { header: header!, token });
    return token;
  };
}

function bearerToken(header: string | undefined): string {
  const found = header === undefined ? null : /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(header);
  if (found === null) throw new Challenge('unauthenticated', 'gateway', 'no bearer token was given', {});
  return found[1]!;
}
