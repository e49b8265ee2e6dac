import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { createJwtVerifier } from './jwt-verifier.ts';
import {
  authorizeUrl,
  beginLogin,
  createBrowser,
  follow,
  ISSUER,
  LISTENER,
  logIn,
  newRequest,
  redeem,
  startAuthorization,
} from './test-support.ts';

test('a listener logs in at the form, comes back to the app, and the app gets tokens of that listener', async () => {
  const { base, authorization } = await startAuthorization();
  const request = newRequest();
  const back = await logIn(createBrowser(base), request);
  expect(back.origin + back.pathname).toBe(request.redirectUri);
  expect(back.searchParams.get('state')).toBe('remember-me');
  expect(back.searchParams.get('iss')).toBe(ISSUER);

  const { status, body } = await redeem(base, request, back.searchParams.get('code')!);
  expect(status).toBe(200);
  expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3_600, scope: 'playlist:read search' });
  expect(body.refresh_token).toMatch(/^[\w-]{43}$/);
  const verifier = createJwtVerifier({ issuer: ISSUER, audience: 'rehearsal', jwks: authorization.jwks });
  const verified = await verifier.verify(body.access_token!);
  expect(verified).toMatchObject({ subject: LISTENER, clientId: 'rehearsal-app' });
  expect([...verified.scopes]).toEqual(['playlist:read', 'search']);
});

test('an OpenID Connect client, which asks for openid by default, gets an id token beside the access token', async () => {
  const { base, authorization } = await startAuthorization();
  const request = newRequest({ scope: 'openid playlist:read' });
  const back = await logIn(createBrowser(base), request);
  const { status, body } = await redeem(base, request, back.searchParams.get('code')!);
  expect(status, JSON.stringify(body)).toBe(200);
  const claims = (body as unknown as { id_token: string }).id_token.split('.')[1]!;
  expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
    iss: ISSUER,
    sub: LISTENER,
    aud: 'rehearsal-app',
  });
  const verifier = createJwtVerifier({ issuer: ISSUER, audience: 'rehearsal', jwks: authorization.jwks });
  // Of the API it allows nothing.
  expect([...(await verifier.verify(body.access_token!)).scopes]).toEqual(['playlist:read']);
});

test('the form is one page: labelled, in both colour schemes, with nothing from elsewhere', async () => {
  const { base } = await startAuthorization({ exampleListenerId: LISTENER });
  const browser = createBrowser(base);
  const response = await browser.get(await beginLogin(browser, newRequest()));
  const page = await response.text();
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(response.headers.get('cache-control')).toBe('no-store');
  for (const [, id] of page.matchAll(/<input id="(\w+)"/g)) expect(page).toContain(`<label for="${id}">`);
  expect(page).toMatch(/<html lang="en">/);
  expect(page).toContain('color-scheme: light dark');
  expect(page).toContain(LISTENER);
  expect(page).not.toMatch(/https?:|\bsrc=|\burl\(|@import|<script|<link/);
  const style = /<style>(.*)<\/style>/s.exec(page)![1]!;
  const policy = response.headers.get('content-security-policy');
  expect(policy).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("frame-ancestors 'none'");
});

test.each([
  ['a wrong password', { listener: LISTENER, password: 'guess' }],
  ['a listener who does not exist', { listener: 'nobody', password: 'rehearse' }],
  ['nothing', {}],
])('with %s the form comes back and says so, and the next attempt may succeed', async (_, wrong) => {
  const { base } = await startAuthorization();
  const browser = createBrowser(base);
  const form = await beginLogin(browser, newRequest());
  const refused = await browser.post(form, wrong);
  expect(refused.status).toBe(422);
  expect(await refused.text()).toMatch(/role="alert">There is no such listener, or the password is wrong\./);
  const accepted = await browser.post(form, { listener: ` ${LISTENER} `, password: 'rehearse' });
  expect(await follow(browser, accepted)).toBeInstanceOf(URL);
});

test('what the app or the listener sends is text on the page, never markup', async () => {
  const { base } = await startAuthorization();
  const browser = createBrowser(base);
  const markup = `"><script>alert('x')</script>`;
  const form = await beginLogin(browser, newRequest({ more: { login_hint: markup } }));
  const pages = [await browser.get(form), await browser.post(form, { listener: markup, password: 'x' })];
  for (const page of pages) {
    const text = await page.text();
    expect(text).not.toContain('<script');
    expect(text).toContain('value="&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;"');
  }
});

test('who cancels comes back to the app with access_denied', async () => {
  const { base } = await startAuthorization();
  const browser = createBrowser(base);
  const form = await beginLogin(browser, newRequest());
  const back = (await follow(browser, await browser.post(form, { do: 'cancel' }))) as URL;
  expect(back.searchParams.get('error')).toBe('access_denied');
  expect(back.searchParams.get('code')).toBeNull();
});

test('a login that was begun in one browser cannot be finished in another', async () => {
  const { base } = await startAuthorization();
  const form = await beginLogin(createBrowser(base), newRequest());
  const stranger = createBrowser(base);
  expect((await stranger.get(form)).status).toBe(400);
  await beginLogin(stranger, newRequest());
  const answer = await stranger.post(form, { listener: LISTENER, password: 'rehearse' });
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain('This login has ended');
});

test('the address of a login shows that login and no other', async () => {
  const { base } = await startAuthorization();
  const mine = await createBrowser(base).get(authorizeUrl(newRequest()));
  const cookie = mine.headers.getSetCookie().map((line) => line.split(';', 1)[0]);
  const other = await beginLogin(createBrowser(base), newRequest());
  for (const [path, status] of [[mine.headers.get('location')!, 200] as const, [other, 400] as const]) {
    const answer = await fetch(new URL(path, base), { headers: { cookie: cookie.join('; ') } });
    expect(answer.status).toBe(status);
  }
});

test('a cookie that was changed is no cookie', async () => {
  const { base } = await startAuthorization();
  const begun = await createBrowser(base).get(authorizeUrl(newRequest()));
  const [id, seal] = begun.headers.getSetCookie().map((line) => line.split(';', 1)[0]!);
  const open = async (cookie: string) =>
    (await fetch(new URL(begun.headers.get('location')!, base), { headers: { cookie } })).status;
  expect(await open(`${id}; ${seal}`)).toBe(200);
  expect(await open(`${id}`)).toBe(400);
  expect(await open(`${id}; ${seal!.slice(0, -2)}xx`)).toBe(400);
});

test('a form that is too long or no form at all is refused, and other methods are too', async () => {
  const { base } = await startAuthorization();
  const browser = createBrowser(base);
  const form = await beginLogin(browser, newRequest());
  const long = await browser.post(form, { listener: 'u'.repeat(100_000), password: 'rehearse' });
  expect(long.status).toBe(400);
  expect((await fetch(new URL(form, base), { method: 'DELETE' })).status).toBe(405);
});

test('who is logged in is not asked again, until the app wants it', async () => {
  const { base } = await startAuthorization();
  const browser = createBrowser(base);
  await logIn(browser, newRequest());
  const silent = await follow(browser, await browser.get(authorizeUrl(newRequest())));
  expect((silent as URL).searchParams.get('code')).toBeTruthy();

  const again = newRequest({ more: { prompt: 'login' } });
  const form = await beginLogin(browser, again);
  expect(form).toContain('/oauth/interaction/');
  const submitted = await browser.post(form, { listener: LISTENER, password: 'rehearse' });
  expect(((await follow(browser, submitted)) as URL).searchParams.get('code')).toBeTruthy();
});

test('another listener may log in in the same browser, and the tokens are theirs', async () => {
  const { base, authorization } = await startAuthorization();
  const browser = createBrowser(base);
  await logIn(browser, newRequest());
  const request = newRequest({ more: { prompt: 'login' } });
  const form = await beginLogin(browser, request);
  const submitted = await browser.post(form, { listener: 'u000000043', password: 'rehearse' });
  // The library ends the first session by a form that sends itself.
  const logout = await (await browser.get(submitted.headers.get('location')!)).text();
  const action = /action="([^"]+)"/.exec(logout)![1]!;
  const fields = [...logout.matchAll(/name="(\w+)" value="([^"]+)"/g)].map(([, name, value]) => [
    name,
    value,
  ]);
  const back = await follow(browser, await browser.post(action, Object.fromEntries(fields)));
  const { body } = await redeem(base, request, (back as URL).searchParams.get('code')!);
  const verifier = createJwtVerifier({ issuer: ISSUER, audience: 'rehearsal', jwks: authorization.jwks });
  expect((await verifier.verify(body.access_token!)).subject).toBe('u000000043');
});

test('without a session, an app that wants no form gets login_required', async () => {
  const { base } = await startAuthorization();
  const browser = createBrowser(base);
  const answer = await browser.get(authorizeUrl(newRequest({ more: { prompt: 'none' } })));
  expect(((await follow(browser, answer)) as URL).searchParams.get('error')).toBe('login_required');
});

test('the app may listen on any port of the loopback interface, and nobody is sent anywhere else', async () => {
  const { base } = await startAuthorization();
  const elsewhere = newRequest({ redirectUri: 'http://127.0.0.1:9/callback' });
  expect((await logIn(createBrowser(base), elsewhere)).port).toBe('9');
  for (const redirectUri of [
    'http://127.0.0.1:9/other',
    'http://127.0.0.1.example.org/callback',
    'https://example.org/callback',
    'http://127.0.0.1:9@example.org/callback',
    'javascript:alert(1)',
  ]) {
    const answer = await createBrowser(base).get(authorizeUrl(newRequest({ redirectUri })));
    expect(answer.status, redirectUri).toBe(400);
    expect(answer.headers.get('location')).toBeNull();
    expect(await answer.text()).toContain('This login cannot go on');
  }
});

test.each([
  ['no code challenge', { code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
  ['a plain code challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
  ['a scope of another client', { scope: 'catalogue:publish' }, 'invalid_scope'],
  ['a scope that does not exist', { scope: 'search serach' }, 'invalid_scope'],
  ['another resource', { resource: 'urn:example:other' }, 'invalid_target'],
  ['a token in the address', { response_type: 'token' }, 'unsupported_response_type'],
])('an app that asks with %s comes back with an error', async (_, more, error) => {
  const { base } = await startAuthorization();
  const browser = createBrowser(base);
  const answer = await browser.get(authorizeUrl(newRequest({ more })));
  const back = new URL(answer.headers.get('location')!, base);
  const parameters = new URLSearchParams(back.search || back.hash.slice(1));
  expect(parameters.get('error')).toBe(error);
});
