import { request as httpRequest } from 'node:http';
import Fastify from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { mountAuthorizationServer } from './mount.ts';
import { clientToken, ISSUER, startAuthorization, tokensByLogin } from './test-support.ts';

async function startFastify() {
  const { authorization } = await startAuthorization();
  const server = Fastify({ bodyLimit: 16_384, routerOptions: { maxParamLength: 64 } });
  server.addHook('onRequest', (request, reply, done) => {
    reply.header('x-correlation-id', request.id);
    done();
  });
  server.post('/echo', (request) => request.body);
  await mountAuthorizationServer(server, authorization);
  const base = await server.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => server.close());
  return { base, authorization };
}

test('in a Fastify server every flow works, beside routes whose bodies are still parsed', async () => {
  const { base } = await startFastify();
  expect((await clientToken(base, 'rehearsal-label', { scope: 'catalogue:publish' })).status).toBe(200);
  expect((await tokensByLogin(base)).status).toBe(200);
  const echo = await fetch(`${base}/echo`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"a":1}',
  });
  expect(await echo.json()).toEqual({ a: 1 });
});

test('the discovery document is where clients look for it, and its addresses work', async () => {
  const { base } = await startFastify();
  for (const path of [
    '/oauth/.well-known/openid-configuration',
    '/.well-known/openid-configuration',
    '/.well-known/oauth-authorization-server/oauth',
  ]) {
    const response = await fetch(base + path);
    expect(response.headers.get('x-correlation-id')).toMatch(/./);
    const document = (await response.json()) as Record<string, unknown>;
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

test('what is not there is 404, also under the prefix', async () => {
  const { base } = await startFastify();
  for (const path of ['/oauth/userinfo', '/oauth/session/end', '/oauth/request', '/oauth/', '/elsewhere'])
    expect((await fetch(base + path)).status, path).toBe(404);
});

test('bodies that are too big or of another kind are refused', async () => {
  const { base } = await startFastify();
  const post = (type: string, body: string) =>
    fetch(`${base}/oauth/token`, { method: 'POST', headers: { 'content-type': type }, body });
  const form = 'application/x-www-form-urlencoded';
  expect((await post(form, `grant_type=${'x'.repeat(100_000)}`)).status).toBeGreaterThanOrEqual(400);
  expect((await post(form, `grant_type=${'x'.repeat(100_000)}`)).status).toBeLessThan(500);
  expect((await post('application/json', '{"grant_type":"client_credentials"}')).status).toBe(400);
  expect((await post('text/plain', 'x')).status).toBe(400);
});

test('a path that climbs out of the prefix is not followed', async () => {
  const { base } = await startFastify();
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
  const { base, authorization } = await startFastify();
  authorization.close();
  expect((await fetch(`${base}/oauth/jwks`)).status).toBe(503);
});
