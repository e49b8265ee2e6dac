/** Who may ask for tokens, and for which. */
import type { ClientMetadata } from 'oidc-provider';
import { LISTENER_SCOPES } from './scopes.ts';

export type Grant = 'authorization_code' | 'client_credentials' | 'refresh_token';

export interface OAuthClient {
  readonly id: string;
  /** Without one the client is public: an app on somebody's device, which proves itself by PKCE alone. */
  readonly secret?: string;
  readonly grants: readonly Grant[];
  readonly scopes: readonly string[];
  /** Loopback addresses are good with any port (RFC 8252, section 7.3). */
  readonly redirectUris?: readonly string[];
  /** For development: by client credentials it may get the token of any listener, whom it names by `listener`. */
  readonly speaksForListeners?: boolean;
  /** The same for labels, by `label`; without it a client is the label of its own name. */
  readonly speaksForLabels?: boolean;
}

/** Of every development client and listener: it keeps nobody out and must never guard anything. */
export const DEVELOPMENT_PASSWORD = 'rehearse';

/** The clients of a server on localhost. */
export const developmentClients: readonly OAuthClient[] = [
  {
    id: 'rehearsal-app',
    grants: ['authorization_code', 'refresh_token'],
    scopes: LISTENER_SCOPES,
    redirectUris: ['http://127.0.0.1/callback'],
  },
  {
    id: 'rehearsal-label',
    secret: DEVELOPMENT_PASSWORD,
    grants: ['client_credentials'],
    scopes: ['catalogue:publish'],
    speaksForLabels: true,
  },
  {
    id: 'rehearsal-load',
    secret: DEVELOPMENT_PASSWORD,
    grants: ['client_credentials'],
    scopes: LISTENER_SCOPES,
    speaksForListeners: true,
  },
];

/** What OpenID Connect clients ask for by default: it is discovered here, gets an id token and allows nothing of the API. */
export const OPENID = 'openid';

const logsIn = ({ grants }: OAuthClient) => grants.includes('authorization_code');

export function metadataOf(client: OAuthClient): ClientMetadata {
  return {
    client_id: client.id,
    ...(client.secret === undefined ? {} : { client_secret: client.secret }),
    token_endpoint_auth_method: client.secret === undefined ? 'none' : 'client_secret_basic',
    // A native app may come from any port of the loopback interface.
    application_type: 'native',
    grant_types: [...client.grants],
    response_types: client.grants.includes('authorization_code') ? ['code'] : [],
    redirect_uris: [...(client.redirectUris ?? [])],
    scope: [...(logsIn(client) ? [OPENID] : []), ...client.scopes].join(' '),
  };
}
