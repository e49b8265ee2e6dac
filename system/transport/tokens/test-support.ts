/** A real authorization server on a free port, a browser that keeps its cookies, and the steps of a login. */
import { createHash, randomBytes } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished, vi } from 'vitest';
import {
  type AuthorizationEvent,
  type AuthorizationServerOptions,
  createAuthorizationServer,
} from './authorization-server.ts';
import { DEVELOPMENT_PASSWORD } from './clients.ts';

export const ISSUER = 'http://127.0.0.1:8080/oauth';
export const REDIRECT = 'http://127.0.0.1:43210/callback';
export const LISTENER = 'u000000042';
const LISTENERS = /^u\d{9}$/;

/** The library reads the host's clock: tests move that instead of waiting. */
export function moveClock(byS: number): void {
  const nowMs = Date.now();
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(nowMs + byS * 1_000);
  onTestFinished(() => {
    vi.useRealTimers();
  });
}

/** Its base address; closed when the test ends. */
export async function listen(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function startAuthorization(options: Partial<AuthorizationServerOptions> = {}) {
  const events: AuthorizationEvent[] = [];
  const authorization = await createAuthorizationServer({
    issuer: ISSUER,
    isListener: (id) => LISTENERS.test(id),
    onEvent: (event) => events.push(event),
    ...options,
  });
  const base = await listen((request, response) => void authorization.handler(request, response));
  return { authorization, base, events };
}

export interface TokenAnswer {
  readonly status: number;
  readonly body: {
    readonly access_token?: string;
    readonly refresh_token?: string;
    readonly scope?: string;
    readonly expires_in?: number;
    readonly token_type?: string;
    readonly error?: string;
    readonly error_description?: string;
  };
}

/** With a secret the client proves itself by HTTP Basic, without one it names itself. */
export async function askToken(
  base: string,
  client: string,
  secret: string | undefined,
  parameters: Readonly<Record<string, string>>,
): Promise<TokenAnswer> {
  const body = new URLSearchParams(parameters);
  if (secret === undefined) body.set('client_id', client);
  const response = await fetch(`${base}/oauth/token`, {
    method: 'POST',
    headers: secret === undefined ? {} : { authorization: `Basic ${btoa(`${client}:${secret}`)}` },
    body,
  });
  return { status: response.status, body: (await response.json()) as TokenAnswer['body'] };
}

export const clientToken = (base: string, client: string, parameters: Readonly<Record<string, string>>) =>
  askToken(base, client, DEVELOPMENT_PASSWORD, { grant_type: 'client_credentials', ...parameters });

/** A token of the development listener, as the load generator gets it. */
export async function listenerToken(base: string, scope = 'search'): Promise<string> {
  const { body } = await clientToken(base, 'rehearsal-load', { listener: LISTENER, scope });
  return body.access_token!;
}

export interface Browser {
  get(url: string): Promise<Response>;
  post(url: string, form: Readonly<Record<string, string>>): Promise<Response>;
}

/** Sends each cookie where its path says, and follows no redirect. */
export function createBrowser(base: string): Browser {
  const cookies = new Map<string, { readonly pair: string; readonly path: string }>();

  const visit = async (url: string, options: RequestInit): Promise<Response> => {
    const address = new URL(url, base);
    const fitting = [...cookies.values()].filter(({ path }) => address.pathname.startsWith(path));
    const headers = { accept: 'text/html', cookie: fitting.map(({ pair }) => pair).join('; ') };
    const response = await fetch(address, { ...options, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split('; ');
      const path = attributes.find((each) => each.startsWith('path='))?.slice(5) ?? '/';
      const key = `${path} ${pair.split('=', 1)[0]}`;
      if (pair.endsWith('=')) cookies.delete(key);
      else cookies.set(key, { pair, path });
    }
    return response;
  };

  return {
    get: (url) => visit(url, {}),
    post: (url, form) => visit(url, { method: 'POST', body: new URLSearchParams(form) }),
  };
}

export interface Request {
  readonly client: string;
  readonly scope: string;
  readonly redirectUri: string;
  readonly verifier: string;
  /** Further parameters, or others. */
  readonly more: Readonly<Record<string, string>>;
}

export function newRequest(changes: Partial<Request> = {}): Request {
  return {
    client: 'rehearsal-app',
    scope: 'playlist:read search',
    redirectUri: REDIRECT,
    verifier: randomBytes(32).toString('base64url'),
    more: {},
    ...changes,
  };
}

/** Where the app sends the browser. */
export function authorizeUrl({ client, scope, redirectUri, verifier, more }: Request): string {
  const parameters = {
    client_id: client,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope,
    state: 'remember-me',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  };
  return `/oauth/auth?${new URLSearchParams(parameters)}`;
}

/** Follows redirects until the browser would leave the authorization server or shows a page. */
export async function follow(browser: Browser, response: Response): Promise<Response | URL> {
  for (let step = response; ; ) {
    const location = step.headers.get('location');
    if (location === null) return step;
    if (URL.canParse(location) && new URL(location).pathname === '/callback') return new URL(location);
    step = await browser.get(location);
  }
}

/** Opens the form of a login: its address. */
export async function beginLogin(browser: Browser, request: Request): Promise<string> {
  const response = await browser.get(authorizeUrl(request));
  return response.headers.get('location')!;
}

/** Logs in and comes back to the app. */
export async function logIn(browser: Browser, request: Request, listener = LISTENER): Promise<URL> {
  const form = await beginLogin(browser, request);
  const submitted = await browser.post(form, { listener, password: DEVELOPMENT_PASSWORD, do: 'login' });
  return (await follow(browser, submitted)) as URL;
}

export const redeem = (base: string, request: Request, code: string): Promise<TokenAnswer> =>
  askToken(base, request.client, undefined, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: request.redirectUri,
    code_verifier: request.verifier,
  });

export const refresh = (base: string, client: string, token: string, more: Record<string, string> = {}) =>
  askToken(base, client, undefined, { grant_type: 'refresh_token', refresh_token: token, ...more });

/** From nothing to tokens. */
export async function tokensByLogin(base: string, request = newRequest()): Promise<TokenAnswer> {
  const back = await logIn(createBrowser(base), request);
  return redeem(base, request, back.searchParams.get('code')!);
}
