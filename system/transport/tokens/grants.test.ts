import { expect, test } from 'vitest';
import { createJwtVerifier } from './jwt-verifier.ts';
import {
  askToken,
  beginLogin,
  clientToken,
  createBrowser,
  ISSUER,
  LISTENER,
  logIn,
  moveClock,
  newRequest,
  REDIRECT,
  redeem,
  refresh,
  startAuthorization,
  tokensByLogin,
} from './test-support.ts';

const verifierOf = ({ authorization }: Awaited<ReturnType<typeof startAuthorization>>) =>
  createJwtVerifier({ issuer: ISSUER, audience: 'rehearsal', jwks: authorization.jwks });

test('a client gets a token of its own for its scopes', async () => {
  const server = await startAuthorization();
  const { status, body } = await clientToken(server.base, 'rehearsal-label', { scope: 'catalogue:publish' });
  expect(status).toBe(200);
  expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 3_600, scope: 'catalogue:publish' });
  expect(body.refresh_token).toBeUndefined();
  const verified = await verifierOf(server).verify(body.access_token!);
  expect(verified).toMatchObject({ subject: 'rehearsal-label', clientId: 'rehearsal-label' });
});

test('client credentials are taken from the form, too', async () => {
  const { base } = await startAuthorization();
  const parameters = { grant_type: 'client_credentials', client_secret: 'rehearse' };
  expect((await askToken(base, 'rehearsal-label', undefined, parameters)).status).toBe(200);
});

test.each([
  ['a wrong secret', 'rehearsal-label', 'wrong', {}, 401, 'invalid_client'],
  ['an empty secret', 'rehearsal-label', '', {}, 400, 'invalid_request'],
  ['an unknown client', 'nobody', 'rehearse', {}, 401, 'invalid_client'],
  ['a secret of the public client', 'rehearsal-app', 'rehearse', {}, 401, 'invalid_client'],
  ['a scope of listeners', 'rehearsal-label', 'rehearse', { scope: 'search' }, 400, 'invalid_scope'],
  ['a misspelt scope', 'rehearsal-label', 'rehearse', { scope: 'publish' }, 400, 'invalid_scope'],
  ['another resource', 'rehearsal-label', 'rehearse', { resource: 'urn:x:y' }, 400, 'invalid_target'],
])('with %s a client gets no token', async (_, client, secret, more, status, error) => {
  const { base } = await startAuthorization();
  const answer = await askToken(base, client, secret, { grant_type: 'client_credentials', ...more });
  expect(answer).toMatchObject({ status, body: { error } });
  expect(answer.body.access_token).toBeUndefined();
});

test('the public client has no client credentials, and confidential ones have no other grant', async () => {
  const { base } = await startAuthorization();
  const own = await askToken(base, 'rehearsal-app', undefined, { grant_type: 'client_credentials' });
  expect(own).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  const code = await askToken(base, 'rehearsal-load', 'rehearse', {
    grant_type: 'authorization_code',
    code: 'x',
    redirect_uri: REDIRECT,
  });
  expect(code).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  const password = { grant_type: 'password', username: LISTENER, password: 'rehearse' };
  expect((await askToken(base, 'rehearsal-app', undefined, password)).body.error).toBe(
    'unsupported_grant_type',
  );
});

test('the load generator gets tokens of listeners, and each is reported as for development only', async () => {
  const server = await startAuthorization();
  const { body } = await clientToken(server.base, 'rehearsal-load', {
    listener: LISTENER,
    scope: 'plays:write',
  });
  expect(await verifierOf(server).verify(body.access_token!)).toMatchObject({
    subject: LISTENER,
    clientId: 'rehearsal-load',
  });
  expect(server.events).toEqual([
    {
      level: 'warn',
      message: expect.stringContaining('development only'),
      clientId: 'rehearsal-load',
      listenerId: LISTENER,
    },
  ]);
});

test('a label is the client of its own name, or for development whichever it names', async () => {
  const server = await startAuthorization();
  const subjectOf = async (parameters: Record<string, string>) => {
    const { body } = await clientToken(server.base, 'rehearsal-label', parameters);
    return (await verifierOf(server).verify(body.access_token!)).subject;
  };
  expect(await subjectOf({})).toBe('rehearsal-label');
  expect(await subjectOf({ label: 'label-42' })).toBe('label-42');
  expect(server.events).toEqual([
    {
      level: 'warn',
      message: expect.stringContaining('development only'),
      clientId: 'rehearsal-label',
      labelId: 'label-42',
    },
  ]);
  for (const label of ['', '../x', 'a b', 'x'.repeat(65)])
    expect(await clientToken(server.base, 'rehearsal-label', { label })).toMatchObject({
      status: 400,
      body: { error: 'invalid_request', error_description: 'this is no id of a label' },
    });
  expect(await clientToken(server.base, 'rehearsal-load', { label: 'label-42' })).toMatchObject({
    status: 400,
    body: { error: 'unauthorized_client' },
  });
});

test('nobody else may name a listener, and the listener has to exist', async () => {
  const { base } = await startAuthorization();
  expect(await clientToken(base, 'rehearsal-label', { listener: LISTENER })).toMatchObject({
    status: 400,
    body: { error: 'unauthorized_client' },
  });
  for (const listener of ['nobody', '', 'rehearsal-label'])
    expect(await clientToken(base, 'rehearsal-load', { listener })).toMatchObject({
      status: 400,
      body: { error: 'invalid_request', error_description: 'there is no such listener' },
    });
  const twice = await fetch(`${base}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('rehearsal-load:rehearse')}` },
    body: new URLSearchParams([
      ['grant_type', 'client_credentials'],
      ['listener', LISTENER],
      ['listener', 'u000000043'],
    ]),
  });
  expect(twice.status).toBe(400);
});

test('a code is good once: its replay is refused and ends what came of it', async () => {
  const { base, events } = await startAuthorization();
  const request = newRequest();
  const code = (await logIn(createBrowser(base), request)).searchParams.get('code')!;
  const first = await redeem(base, request, code);
  expect(first.status).toBe(200);
  expect(await redeem(base, request, code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  const later = await refresh(base, request.client, first.body.refresh_token!);
  expect(later).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  expect(events).toContainEqual({
    level: 'warn',
    message: expect.stringContaining('revoked'),
    clientId: 'rehearsal-app',
  });
});

test.each([
  ['a wrong verifier', { verifier: 'x'.repeat(43) }],
  ['another redirect address', { redirectUri: 'http://127.0.0.1:9/callback' }],
])(
  'a code with %s is refused, and the app that has the right one still gets its tokens',
  async (_, wrong) => {
    const { base } = await startAuthorization();
    const request = newRequest();
    const code = (await logIn(createBrowser(base), request)).searchParams.get('code')!;
    const stolen = await redeem(base, { ...request, ...wrong }, code);
    expect(stolen).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect((await redeem(base, request, code)).status).toBe(200);
  },
);

test('a code is good for a minute', async () => {
  const { base } = await startAuthorization();
  const request = newRequest();
  const code = (await logIn(createBrowser(base), request)).searchParams.get('code')!;
  moveClock(61);
  expect(await redeem(base, request, code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
});

test('a refresh token buys a new pair once, and the scopes may only become fewer', async () => {
  const server = await startAuthorization();
  const { base } = server;
  const { body: first } = await tokensByLogin(base);
  const { status, body: second } = await refresh(base, 'rehearsal-app', first.refresh_token!);
  expect(status).toBe(200);
  expect(second.refresh_token).not.toBe(first.refresh_token);
  expect(second.scope).toBe('playlist:read search');
  expect(await verifierOf(server).verify(second.access_token!)).toMatchObject({ subject: LISTENER });

  const more = { scope: 'search plays:write' };
  const greedy = await refresh(base, 'rehearsal-app', second.refresh_token!, more);
  expect(greedy).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
  const modest = await refresh(base, 'rehearsal-app', second.refresh_token!, { scope: 'search' });
  expect(modest).toMatchObject({ status: 200, body: { scope: 'search' } });
});

test('a refresh token that is used again ends the grant: the thief and the listener both lose it', async () => {
  const { base } = await startAuthorization();
  const { body: first } = await tokensByLogin(base);
  const { body: second } = await refresh(base, 'rehearsal-app', first.refresh_token!);
  for (const token of [first.refresh_token!, second.refresh_token!])
    expect(await refresh(base, 'rehearsal-app', token)).toMatchObject({
      status: 400,
      body: { error: 'invalid_grant' },
    });
});

test('used twice at the same moment, a refresh token leaves nobody with a good one', async () => {
  const { base } = await startAuthorization();
  const { body } = await tokensByLogin(base);
  const both = await Promise.all([1, 2, 3].map(() => refresh(base, 'rehearsal-app', body.refresh_token!)));
  expect(both.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
  for (const { status, body: answer } of both) {
    if (status !== 200) expect(answer.error).toBe('invalid_grant');
    else
      expect((await refresh(base, 'rehearsal-app', answer.refresh_token!)).body.error).toBe('invalid_grant');
  }
});

test('after a revoked grant the listener logs in again, in the same browser', async () => {
  const { base } = await startAuthorization();
  const browser = createBrowser(base);
  const request = newRequest();
  const code = (await logIn(browser, request)).searchParams.get('code')!;
  await redeem(base, request, code);
  await redeem(base, request, code);
  const again = newRequest({ more: { prompt: 'login' } });
  const renewed = (await logIn(browser, again)).searchParams.get('code')!;
  const { status, body } = await redeem(base, again, renewed);
  expect(status).toBe(200);
  expect((await refresh(base, 'rehearsal-app', body.refresh_token!)).status).toBe(200);
});

test('a refresh token belongs to the client that got it', async () => {
  const app = {
    id: 'rehearsal-app',
    grants: ['authorization_code', 'refresh_token'] as const,
    scopes: ['search'],
    redirectUris: [REDIRECT],
  };
  const { base } = await startAuthorization({ clients: [app, { ...app, id: 'other-app' }] });
  const { body } = await tokensByLogin(base, newRequest({ scope: 'search' }));
  expect(await refresh(base, 'other-app', body.refresh_token!)).toMatchObject({
    status: 400,
    body: { error: 'invalid_grant' },
  });
  expect((await refresh(base, 'rehearsal-app', body.refresh_token!)).status).toBe(200);
});

test('a refresh token ends after two weeks without use', async () => {
  const { base } = await startAuthorization();
  const { body } = await tokensByLogin(base);
  moveClock(14 * 86_400 + 1);
  expect((await refresh(base, 'rehearsal-app', body.refresh_token!)).body.error).toBe('invalid_grant');
});

test('a listener who is gone gets no new tokens', async () => {
  let there = true;
  const { base } = await startAuthorization({ isListener: () => there });
  const { body } = await tokensByLogin(base);
  there = false;
  expect((await refresh(base, 'rehearsal-app', body.refresh_token!)).body.error).toBe('invalid_grant');
});

test('a flood of begun logins pushes out no refresh token', async () => {
  const { base } = await startAuthorization({ maxPerKind: 10 });
  const { body } = await tokensByLogin(base);
  for (let i = 0; i < 30; i++)
    expect(await beginLogin(createBrowser(base), newRequest())).toContain('/oauth/interaction/');
  expect((await refresh(base, 'rehearsal-app', body.refresh_token!)).status).toBe(200);
});
