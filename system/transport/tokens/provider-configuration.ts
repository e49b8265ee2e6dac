/** What the authorization server offers, in the terms of oidc-provider, and nothing beside it. */
import {
  type ClientCredentials,
  type Configuration,
  errors,
  interactionPolicy,
  type JWKS,
  type KoaContextWithOIDC,
} from 'oidc-provider';
import { metadataOf, type OAuthClient, OPENID } from './clients.ts';
import type { MemoryStore } from './memory-store.ts';
import { PAGE_HEADERS, problemPage } from './pages.ts';
import { SCOPES } from './scopes.ts';
import type { SigningKeys } from './signing-keys.ts';

/** How long things are good for, in seconds. */
export interface Lifetimes {
  /** Access tokens of the Spotify Web API say expires_in: 3600. */
  readonly accessTokenS: number;
  /** estimate: a listener who is away for two weeks logs in again. */
  readonly refreshTokenS: number;
  /** RFC 6749, section 4.1.2, allows at most ten minutes. */
  readonly codeS: number;
  /** estimate: nobody looks at a login form for longer. */
  readonly loginS: number;
}

export const LIFETIMES: Lifetimes = {
  accessTokenS: 3_600,
  refreshTokenS: 14 * 86_400,
  codeS: 60,
  loginS: 900,
};

export interface ConfigurationOptions {
  readonly clients: ReadonlyMap<string, OAuthClient>;
  readonly keys: SigningKeys;
  readonly store: MemoryStore;
  readonly cookieKeys: readonly string[];
  readonly lifetimes: Lifetimes;
  readonly audience: string;
  /** The path under which everything is served: '/oauth'. */
  readonly prefix: string;
  readonly isListener: (id: string) => boolean;
}

/** The resource that tokens are for; clients need not name it. */
const RESOURCE = 'urn:rehearsal:api';
/** As the API takes ids. */
const LABEL = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

export function providerConfiguration(options: ConfigurationOptions): Configuration {
  const { clients, keys, store, lifetimes, prefix, isListener } = options;
  const signing = keys.current;
  const policy = interactionPolicy.base();
  // Every client is one of ours: whoever logs in has agreed.
  policy.remove('consent');
  return {
    adapter: store.adapter,
    clients: [...clients.values()].map(metadataOf),
    jwks: { keys: keys.all.map(({ privateJwk }) => privateJwk) } as JWKS,
    clientDefaults: { id_token_signed_response_alg: signing.alg },
    enabledJWA: { idTokenSigningAlgValues: ['ES256', 'EdDSA'] },
    cookies: {
      keys: [...options.cookieKeys],
      long: { httpOnly: true, sameSite: 'lax', path: prefix || '/' },
      short: { httpOnly: true, sameSite: 'lax' },
    },
    scopes: Object.keys(SCOPES),
    claims: {},
    responseTypes: ['code'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    pkce: { required: () => true },
    clientBasedCORS: () => false,
    rotateRefreshToken: true,
    issueRefreshToken: async (_context, client) => client.grantTypeAllowed('refresh_token'),
    expiresWithSession: async () => false,
    ttl: {
      AccessToken: lifetimes.accessTokenS,
      ClientCredentials: lifetimes.accessTokenS,
      IdToken: lifetimes.accessTokenS,
      AuthorizationCode: lifetimes.codeS,
      RefreshToken: lifetimes.refreshTokenS,
      Grant: lifetimes.refreshTokenS,
      Session: lifetimes.refreshTokenS,
      Interaction: lifetimes.loginS,
    },
    features: features(options),
    interactions: { policy, url: async (_context, { uid }) => `${prefix}/interaction/${uid}` },
    findAccount: async (_context, id) =>
      isListener(id) ? { accountId: id, claims: async () => ({ sub: id }) } : undefined,
    loadExistingGrant: (context) => grantOf(context, clients),
    formats: {
      customizers: { jwt: (context, token, jwt) => completeToken(options, context, token, jwt.payload) },
    },
    renderError: async (context, { error, error_description: description }) => {
      for (const [name, value] of Object.entries(PAGE_HEADERS)) context.set(name, value);
      context.body = problemPage('This login cannot go on', [
        description ?? error,
        'Start again from the app.',
      ]);
    },
  };
}

function features({ clients, keys, lifetimes, audience }: ConfigurationOptions): Configuration['features'] {
  const off = { enabled: false };
  return {
    clientCredentials: { enabled: true },
    devInteractions: off,
    dPoP: off,
    pushedAuthorizationRequests: off,
    rpInitiatedLogout: off,
    userinfo: off,
    resourceIndicators: {
      enabled: true,
      defaultResource: async () => RESOURCE,
      useGrantedResource: async () => true,
      getResourceServerInfo: async (context, resource, client) => {
        if (resource !== RESOURCE) throw new errors.InvalidTarget();
        const scopes = clients.get(client.clientId)?.scopes ?? [];
        // The library drops what it does not know, and a misspelt scope would show as a 403 much later.
        for (const scope of context.oidc.requestParamScopes)
          if (scope !== OPENID && !scopes.includes(scope))
            throw new errors.InvalidScope('requested scope is not allowed', scope);
        const { kid, alg } = keys.current;
        return {
          audience,
          scope: scopes.join(' '),
          accessTokenFormat: 'jwt',
          accessTokenTTL: lifetimes.accessTokenS,
          jwt: { sign: { alg, kid } },
        };
      },
    },
  };
}

/** What a listener has allowed a client to do: all that the client may ask for. */
async function grantOf(context: KoaContextWithOIDC, clients: ReadonlyMap<string, OAuthClient>) {
  const { provider, session, client } = context.oidc;
  if (session === undefined || client === undefined) return undefined;
  const known = session.grantIdFor(client.clientId);
  const existing = known === undefined ? undefined : await provider.Grant.find(known);
  if (existing !== undefined) return existing;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope(OPENID);
  grant.addResourceScope(RESOURCE, (clients.get(client.clientId)?.scopes ?? []).join(' '));
  await grant.save();
  return grant;
}

/** The last step before an access token is signed. */
function completeToken(
  { clients, keys, isListener }: ConfigurationOptions,
  context: KoaContextWithOIDC,
  token: { readonly kind: string; readonly clientId?: string | undefined },
  payload: Record<string, unknown>,
): void {
  const listener = token.kind === 'ClientCredentials' ? context.oidc.body?.listener : undefined;
  if (listener !== undefined) {
    if (clients.get(token.clientId ?? '')?.speaksForListeners !== true)
      throw new errors.UnauthorizedClient('this client may not name a listener');
    if (typeof listener !== 'string' || !isListener(listener))
      throw new errors.InvalidRequest('there is no such listener');
    payload.sub = listener;
  }
  const label = token.kind === 'ClientCredentials' ? context.oidc.body?.label : undefined;
  if (label !== undefined) {
    if (clients.get(token.clientId ?? '')?.speaksForLabels !== true)
      throw new errors.UnauthorizedClient('this client may not name a label');
    if (typeof label !== 'string' || !LABEL.test(label))
      throw new errors.InvalidRequest('this is no id of a label');
    payload.sub = label;
  }
  const { current } = keys;
  current.lastExpiryMs = Math.max(current.lastExpiryMs, Number(payload.exp) * 1_000);
}

/** The listener or the label that a token by client credentials was asked for, if any. */
export function namedBy(context: KoaContextWithOIDC, parameter: 'listener' | 'label'): string | undefined {
  const token: ClientCredentials | undefined = context.oidc.entities.ClientCredentials;
  const named = context.oidc.body?.[parameter];
  return token !== undefined && typeof named === 'string' ? named : undefined;
}
