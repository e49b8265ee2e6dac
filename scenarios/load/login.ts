/**
 * Tokens, as apps get them: authorization code with PKCE through the login form, and client credentials in the name of a
 * listener. Written as generators of HTTP exchanges: whoever runs them sends the requests and keeps the cookies.
 * Nothing ever leaves the target: of the addresses that it names only the paths are used.
 */
import { listenerId } from '../../fixtures/ids.ts';
import { KeyedRandom } from '../../system/runtime/kernel/index.ts';

export interface Exchange {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as application/x-www-form-urlencoded. */
  readonly form?: string;
}

/** Redirects are not followed. */
export interface Reply {
  readonly status: number;
  readonly location: string | null;
  readonly body: string;
}

export interface Token {
  readonly token: string;
  /** Seconds from when it was issued. */
  readonly expiresInS: number;
}

export type Login = Generator<Exchange, Token, Reply>;

export interface Endpoints {
  readonly authorization: string;
  readonly token: string;
}

export interface Credentials {
  readonly client: string;
  readonly secret: string;
}

/** What the development server of this project accepts; another target needs its own. */
export const DEVELOPMENT: Credentials = { client: 'rehearsal-load', secret: 'rehearse' };
/** The same of labels. */
export const DEVELOPMENT_LABELS: Credentials = { client: 'rehearsal-label', secret: 'rehearse' };
/** By the login form; the others get their token by client credentials, which takes a tenth of the time. */
export const BY_FORM = 3;
/** Tokens are renewed this long before they expire. */
export const REFRESH_BEFORE_S = 60;
const APP = 'rehearsal-app';
const APP_REDIRECT = 'http://127.0.0.1/callback';
const PASSWORD = 'rehearse';
const LABEL_SCOPE = 'catalogue:publish';
const SCOPE = 'playlist:read playlist:write plays:write history:read search catalogue:read audio';
/** Start, form, consent and the redirects between them; more is a circle. */
const LOGIN_STEPS = 12;
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** Visible ASCII: more than a bearer token may have (RFC 6750, section 2.1), and nothing that ends a header. */
const IN_A_HEADER = /^[!-~]+$/;

export class LoginError extends Error {
  override readonly name = 'LoginError';
}

/** Where the target logs people in. */
export function* discover(): Generator<Exchange, Endpoints, Reply> {
  const path = '/.well-known/openid-configuration';
  const reply = yield { method: 'GET', path, headers: {} };
  const found = reply.status === 200 ? json(reply) : {};
  const { authorization_endpoint: authorization, token_endpoint: token } = found;
  if (typeof authorization !== 'string' || typeof token !== 'string')
    throw new LoginError(`${path} answered ${reply.status} and named no endpoints for logging in.`);
  return { authorization: pathOf(authorization), token: pathOf(token) };
}

/** A token in the name of a listener, for the client that may ask for any. */
export function* loadToken(endpoints: Endpoints, listener: number, credentials: Credentials): Login {
  return yield* clientToken(endpoints, { listener: listenerId(listener), scope: SCOPE }, credentials);
}

/** The same in the name of a label. */
export function* labelToken(endpoints: Endpoints, label: string, credentials: Credentials): Login {
  return yield* clientToken(endpoints, { label, scope: LABEL_SCOPE }, credentials);
}

function* clientToken(
  endpoints: Endpoints,
  of: Readonly<Record<string, string>>,
  { client, secret }: Credentials,
): Login {
  const form = formOf({ grant_type: 'client_credentials', ...of });
  return yield* tokenFrom(endpoints, form, { authorization: `Basic ${base64(`${client}:${secret}`)}` });
}

/** What an app does: the login form in the browser, then the code for a token. `sha256` gives base64url. */
export function* logIn(
  endpoints: Endpoints,
  listener: number,
  seed: number,
  sha256: (text: string) => string,
): Login {
  const random = new KeyedRandom(seed, 'login');
  // 64 hexadecimal digits. Keyed, not secret: what it protects is a rehearsal.
  const verifier = Array.from({ length: 8 }, (_, i) =>
    random.bits(listener, i).toString(16).padStart(8, '0'),
  ).join('');
  const state = random.bits(listener, 8).toString(16);
  const query = formOf({
    client_id: APP,
    response_type: 'code',
    redirect_uri: APP_REDIRECT,
    scope: SCOPE,
    state,
    code_challenge: sha256(verifier),
    code_challenge_method: 'S256',
  });
  const code = yield* authorize(`${endpoints.authorization}?${query}`, listenerId(listener), state);
  const form = formOf({
    grant_type: 'authorization_code',
    client_id: APP,
    code,
    redirect_uri: APP_REDIRECT,
    code_verifier: verifier,
  });
  return yield* tokenFrom(endpoints, form, {});
}

/** Goes where the server sends, fills in the forms that it shows, and comes back with the code. */
function* authorize(start: string, user: string, state: string): Generator<Exchange, string, Reply> {
  let next: Exchange = { method: 'GET', path: start, headers: {} };
  for (let step = 0; step < LOGIN_STEPS; step++) {
    const at = next.path.split('?')[0];
    const reply: Reply = yield next;
    if (reply.location !== null && reply.status >= 300 && reply.status < 400) {
      if (reply.location.startsWith(APP_REDIRECT)) return codeOf(reply.location, state);
      next = { method: 'GET', path: pathOf(reply.location), headers: {} };
      continue;
    }
    const filled = reply.status === 200 ? fillForm(reply.body, at!, user) : null;
    if (filled === null) throw new LoginError(`${at} answered ${reply.status} and showed no login form.`);
    next = filled;
  }
  throw new LoginError(`The login of ${user} went round in circles: ${LOGIN_STEPS} steps and no code.`);
}

function codeOf(location: string, state: string): string {
  const parameters = new Map(
    (location.split('?')[1] ?? '').split('&').map((pair) => {
      const [name, value = ''] = pair.split('=');
      return [name!, decodeURIComponent(value)] as const;
    }),
  );
  const code = parameters.get('code');
  if (code === undefined)
    throw new LoginError(
      `The login was refused: ${parameters.get('error_description') ?? parameters.get('error') ?? location}.`,
    );
  if (parameters.get('state') !== state)
    throw new LoginError('The login came back with the state of another.');
  return code;
}

/** The first form of a page with everything that it asks for: hidden fields as they are, the user and the password. */
export function fillForm(html: string, at: string, user: string): Exchange | null {
  const form = /<form\b([^>]*)>([\s\S]*?)<\/form>/i.exec(html);
  if (form === null) return null;
  const fields: Record<string, string> = {};
  for (const [input] of form[2]!.matchAll(/<input\b[^>]*>/gi)) {
    const name = attribute(input, 'name');
    if (name === null) continue;
    const type = attribute(input, 'type') ?? 'text';
    if (type === 'password') fields[name] = PASSWORD;
    else if (type === 'hidden') fields[name] = attribute(input, 'value') ?? '';
    else if (type !== 'submit' && type !== 'checkbox') fields[name] = user;
  }
  const action = attribute(form[1]!, 'action') ?? '';
  return { method: 'POST', path: action === '' ? at : pathOf(action), headers: FORM, form: formOf(fields) };
}

function attribute(tag: string, name: string): string | null {
  const found = new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, 'i').exec(tag);
  const value = found?.[1] ?? found?.[2] ?? found?.[3];
  return value?.replaceAll('&quot;', '"').replaceAll('&amp;', '&') ?? null;
}

function* tokenFrom(
  endpoints: Endpoints,
  form: string,
  headers: Readonly<Record<string, string>>,
): Generator<Exchange, Token, Reply> {
  const reply = yield { method: 'POST', path: endpoints.token, headers: { ...FORM, ...headers }, form };
  const { access_token: token, expires_in: expiresInS, error, error_description: why } = json(reply);
  if (reply.status !== 200 || typeof token !== 'string' || !IN_A_HEADER.test(token))
    throw new LoginError(
      `${endpoints.token} answered ${reply.status} and gave no token${error === undefined ? '' : `: ${String(why ?? error)}`}.`,
    );
  return { token, expiresInS: typeof expiresInS === 'number' ? expiresInS : 3_600 };
}

function json({ body }: Reply): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Path and query of an address. */
function pathOf(address: string): string {
  const path = /^[a-z]+:\/\/[^/?#]+(.*)$/i.exec(address)?.[1] ?? address;
  return path.startsWith('/') ? path.split('#')[0]! : `/${path}`;
}

const formOf = (fields: Readonly<Record<string, string>>) =>
  Object.entries(fields)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Of ASCII text: k6 has no `btoa`. */
function base64(text: string): string {
  let encoded = '';
  for (let i = 0; i < text.length; i += 3) {
    const [a, b, c] = [text.charCodeAt(i), text.charCodeAt(i + 1), text.charCodeAt(i + 2)];
    const bits = (a << 16) | ((b || 0) << 8) | (c || 0);
    encoded += ALPHABET[bits >> 18]! + ALPHABET[(bits >> 12) & 63]!;
    encoded +=
      (Number.isNaN(b) ? '=' : ALPHABET[(bits >> 6) & 63]!) + (Number.isNaN(c) ? '=' : ALPHABET[bits & 63]!);
  }
  return encoded;
}
