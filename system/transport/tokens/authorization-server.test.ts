import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { expect, test, vi } from 'vitest';
import {
  authorizeUrl,
  beginLogin,
  clientToken,
  createBrowser,
  ISSUER,
  LISTENER,
  newRequest,
  startAuthorization,
} from './test-support.ts';

test('the discovery document is where clients look for it, and its addresses work', async () => {
  const { base } = await startAuthorization();
  for (const path of [
    '/oauth/.well-known/openid-configuration',
    '/.well-known/openid-configuration',
    '/.well-known/oauth-authorization-server/oauth',
  ]) {
    const document = (await (await fetch(base + path)).json()) as Record<string, unknown>;
    expect(document).toMatchObject({
      issuer: ISSUER,
      authorization_endpoint: `${base}/oauth/auth`,
      token_endpoint: `${base}/oauth/token`,
      jwks_uri: `${base}/oauth/jwks`,
      grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
      code_challenge_methods_supported: ['S256'],
      response_types_supported: ['code'],
    });
    expect((await fetch(String(document.jwks_uri))).status).toBe(200);
  }
});

test('what is not offered is 404', async () => {
  const { base } = await startAuthorization();
  for (const path of ['/oauth/userinfo', '/oauth/session/end', '/oauth/request', '/oauth/', '/elsewhere'])
    expect((await fetch(base + path)).status, path).toBe(404);
});

test('bodies that are too big or of another kind are refused', async () => {
  const { base } = await startAuthorization();
  const post = (type: string, body: string) =>
    fetch(`${base}/oauth/token`, { method: 'POST', headers: { 'content-type': type }, body });
  const form = 'application/x-www-form-urlencoded';
  expect((await post(form, `grant_type=${'x'.repeat(100_000)}`)).status).toBeGreaterThanOrEqual(400);
  expect((await post(form, `grant_type=${'x'.repeat(100_000)}`)).status).toBeLessThan(500);
  expect((await post('application/json', '{"grant_type":"client_credentials"}')).status).toBe(400);
  expect((await post('text/plain', 'x')).status).toBe(400);
});

test('a path that climbs out of the prefix is not followed', async () => {
  const { base } = await startAuthorization();
  // fetch would clean the path up before it sends it.
  const status = await new Promise((resolve, reject) =>
    httpRequest({ port: new URL(base).port, path: '/oauth/../echo/%2e%2e/token' }, (response) =>
      resolve(response.resume().statusCode),
    )
      .on('error', reject)
      .end(),
  );
  expect(status).toBe(404);
});

test('once it is closed it says so', async () => {
  const { base, authorization } = await startAuthorization();
  authorization.close();
  expect((await fetch(`${base}/oauth/jwks`)).status).toBe(503);
});

test('a defect is an answer with 500 that shows nothing of it, and an event that does', async () => {
  const defect = new Error('the population is gone');
  const { base, events } = await startAuthorization({
    isListener: () => {
      throw defect;
    },
  });
  const browser = createBrowser(base);
  const form = await beginLogin(browser, newRequest());
  const page = await browser.post(form, { listener: LISTENER, password: 'rehearse' });
  expect(page.status).toBe(500);
  expect(await page.text()).not.toContain(defect.message);
  const answer = await clientToken(base, 'rehearsal-load', { listener: LISTENER });
  expect(answer).toMatchObject({ status: 500, body: { error: 'server_error' } });
  expect(JSON.stringify(answer.body)).not.toContain(defect.message);
  expect(events.map(({ level, error }) => [level, error])).toEqual([
    ['error', defect],
    ['error', defect],
  ]);
});

test('a client that goes away in the middle of a form is no defect', async () => {
  const { base, events } = await startAuthorization();
  const begun = await createBrowser(base).get(authorizeUrl(newRequest()));
  const cookie = begun.headers.getSetCookie().map((line) => line.split(';', 1)[0]);
  const socket = connect(Number(new URL(base).port), '127.0.0.1');
  const head = [
    `POST ${begun.headers.get('location')} HTTP/1.1`,
    'host: 127.0.0.1',
    `cookie: ${cookie.join('; ')}`,
    'content-type: application/x-www-form-urlencoded',
    'content-length: 1000',
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\nlistener=`, () => socket.end());
  await vi.waitFor(() => expect(events.map(({ level }) => level)).toEqual(['info']));
});
