/**
 * The authorization server of `rehearse serve`: oidc-provider with the grants, clients and keys of this system, its state
 * in memory. The library takes its keys once, so a rotation makes a new instance of it on the same state:
 *
 *   request ─▶ handler ─┬─ /oauth/interaction/… ─▶ the login page
 *                       └─ all else ─▶ the present Provider ─▶ memory store ◀─ the Provider of the next keys
 */
import { randomBytes } from 'node:crypto';
import type { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JSONWebKeySet, JWK } from 'jose';
import { Provider } from 'oidc-provider';
import { developmentClients, type OAuthClient } from './clients.ts';
import { answerLogin } from './login.ts';
import { createMemoryStore } from './memory-store.ts';
import { problemPage, sendPage } from './pages.ts';
import { LIFETIMES, type Lifetimes, namedBy, providerConfiguration } from './provider-configuration.ts';
import { createSigningKeys } from './signing-keys.ts';

/** Something that whoever runs the server may want to read in a log. */
export interface AuthorizationEvent {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly clientId?: string;
  readonly listenerId?: string;
  readonly labelId?: string;
  readonly error?: unknown;
}

export interface AuthorizationServerOptions {
  /** The address under which it is served: 'http://127.0.0.1:8080/oauth'. Its path is the prefix of every route. */
  readonly issuer: string;
  /** Who tokens are for. */
  readonly audience?: string;
  /** Private JWKs, ES256 or EdDSA: the first signs, the others follow at each rotation. Without any, they are made. */
  readonly keys?: readonly JWK[];
  readonly clients?: readonly OAuthClient[];
  readonly isListener: (id: string) => boolean;
  /** Named on the login page as one to try. */
  readonly exampleListenerId?: string;
  readonly lifetimes?: Partial<Lifetimes>;
  /** Sessions, logins, codes, refresh tokens and grants: so many of each are remembered. */
  readonly maxPerKind?: number;
  readonly onEvent?: (event: AuthorizationEvent) => void;
}

export interface AuthorizationServer {
  /**
   * Answers everything under the issuer's path and the two well-known addresses at the root. The body must not have been
   * read. Never rejects.
   */
  readonly handler: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  readonly prefix: string;
  /** The public keys, for verifiers in the same process. */
  jwks(): JSONWebKeySet;
  /** The next key signs from now on; the present one is published until its last token has expired. */
  rotateKeys(): Promise<void>;
  /** Forgets everything; requests get 503 from now on. */
  close(): void;
}

export const AUDIENCE = 'rehearsal';
/** estimate: about 1 KiB an entry and five kinds, so some 50 MiB. */
const MAX_PER_KIND = 10_000;
const BROKEN = 'a connection to the authorization server broke';
/** Where clients look that know the host only: OpenID Connect Discovery, and RFC 8414, section 3.1. */
const WELL_KNOWN = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server'];

export async function createAuthorizationServer(
  options: AuthorizationServerOptions,
): Promise<AuthorizationServer> {
  const { issuer, isListener, exampleListenerId, onEvent = () => {} } = options;
  const lifetimes = { ...LIFETIMES, ...options.lifetimes };
  const prefix = new URL(issuer).pathname.replace(/\/$/, '');
  const clients = new Map((options.clients ?? developmentClients).map((client) => [client.id, client]));
  // The library reads the host's clock: so does what is kept for it.
  const now = () => Date.now();
  const tokenLifetimeMs = lifetimes.accessTokenS * 1_000;
  const keys = await createSigningKeys({ given: options.keys ?? [], tokenLifetimeMs, now });
  const store = createMemoryStore(options.maxPerKind ?? MAX_PER_KIND, now);
  const cookieKeys = [randomBytes(32).toString('base64url')];
  const audience = options.audience ?? AUDIENCE;
  const make = () => {
    const shared = { clients, keys, store, cookieKeys, lifetimes, audience, prefix, isListener };
    const provider = new Provider(issuer, providerConfiguration(shared));
    report(provider, onEvent);
    return { provider, answer: provider.callback() };
  };
  let present = make();
  let closed = false;

  const retireKeys = () => {
    if (keys.retire()) present = make();
  };

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = request.url ?? '/';
    const inside = pathInside(url, prefix);
    if (closed) return sendPage(response, 503, problemPage('Closed', ['This server is going down.']));
    if (inside === undefined) return sendPage(response, 404, problemPage('Nothing here', [pathOf(url)]));
    retireKeys();
    if (inside.startsWith('/interaction/'))
      return answerLogin({ isListener, exampleListenerId }, present.provider, pathOf(url), request, response);
    // The library expects its paths without the prefix, and the whole one here (as Express and Fastify leave it).
    Object.assign(request, { url: inside, originalUrl: `${prefix}${inside}` });
    await present.answer(request, response);
  };

  return {
    prefix,
    handler: guarded(answer, onEvent),
    jwks() {
      retireKeys();
      return { keys: keys.all.map(({ publicJwk }) => ({ ...publicJwk })) };
    },
    async rotateKeys() {
      await keys.rotate();
      keys.retire();
      present = make();
      onEvent({ level: 'info', message: `tokens are signed with key ${keys.current.kid} from now on` });
    },
    close() {
      closed = true;
      store.clear();
    },
  };
}

type Handler = AuthorizationServer['handler'];

/** An error becomes an event, and an answer that shows nothing of it. */
function guarded(answer: Handler, onEvent: (event: AuthorizationEvent) => void): Handler {
  return async (request, response) => {
    try {
      await answer(request, response);
    } catch (error) {
      // A client that went away in the middle is nobody's mistake.
      if (response.destroyed) return onEvent({ level: 'info', message: BROKEN, error });
      onEvent({ level: 'error', message: 'a request to the authorization server failed', error });
      if (response.headersSent) response.destroy();
      else
        sendPage(response, 500, problemPage('This did not work', ['The server has the reason in its log.']));
    }
  };
}

function report(provider: Provider, onEvent: (event: AuthorizationEvent) => void): void {
  const clientOf = (context: { readonly oidc?: { readonly client?: { readonly clientId: string } } }) => {
    const clientId = context.oidc?.client?.clientId;
    return clientId === undefined ? {} : { clientId };
  };
  provider.on('grant.success', (context) => {
    const listenerId = namedBy(context, 'listener');
    const labelId = namedBy(context, 'label');
    if (listenerId !== undefined) {
      const message = 'development only: a client got the token of a listener without the listener';
      onEvent({ level: 'warn', message, ...clientOf(context), listenerId });
    }
    if (labelId !== undefined) {
      const message = 'development only: a client got the token of a label without the label';
      onEvent({ level: 'warn', message, ...clientOf(context), labelId });
    }
  });
  provider.on('grant.error', (context, error) =>
    onEvent({ level: 'info', message: 'a token was refused', ...clientOf(context), error }),
  );
  provider.on('grant.revoked', (context) =>
    onEvent({
      level: 'warn',
      message: 'a grant was revoked: something was used twice',
      ...clientOf(context),
    }),
  );
  provider.on('server_error', (context, error) =>
    onEvent({ level: 'error', message: 'the authorization server failed', ...clientOf(context), error }),
  );
  // Koa prints errors unless somebody listens: most are clients that went away.
  (provider as EventEmitter).on('error', (error: unknown) =>
    onEvent({ level: 'info', message: BROKEN, error }),
  );
}

const pathOf = (url: string) => url.split('?', 1)[0]!;

/** The address as the library knows it, without the prefix; undefined when it is not one of ours. */
function pathInside(url: string, prefix: string): string | undefined {
  const path = pathOf(url);
  if (path.startsWith(`${prefix}/`)) return url.slice(prefix.length);
  for (const known of WELL_KNOWN) if (path === known || path === `${known}${prefix}`) return known;
  return undefined;
}
