/** What an answer says beside its body: who may come back with what, where the new thing is, what a body may be. */
import { expect, test, vi } from 'vitest';
import { SCOPES } from '../tokens/scopes.ts';
import { ROUTES } from './index.ts';
import { sharedTestServer, startTestServer } from './test-server.ts';

const shared = sharedTestServer();

test('the document describes every scope that an operation asks for, in both ways to get a token', async () => {
  const document = (await shared.ask('/openapi.json')).body as {
    components: {
      securitySchemes: { oauth2: { flows: Record<string, { scopes: Record<string, string> }> } };
    };
    paths: Record<string, Record<string, { security?: { oauth2?: string[] }[] }>>;
  };
  const { flows } = document.components.securitySchemes.oauth2;
  const { clientCredentials, authorizationCode } = flows;
  const asked = Object.values(document.paths).flatMap((path) =>
    Object.values(path).flatMap(({ security = [] }) => security.flatMap(({ oauth2 = [] }) => oauth2)),
  );
  expect(new Set(asked)).toEqual(new Set(ROUTES.map(({ scope }) => scope)));
  expect(clientCredentials!.scopes).toEqual(SCOPES);
  expect(Object.keys(clientCredentials!.scopes)).toEqual(expect.arrayContaining(asked));
  for (const text of Object.values(clientCredentials!.scopes)) expect(text).toMatch(/^[A-Z].{10,}[^.]$/);
  // Labels have no login of a listener.
  const { 'catalogue:publish': _, ...ofListeners } = SCOPES;
  expect(authorizationCode!.scopes).toEqual(ofListeners);
});

test('a challenge says what is wrong with the token, and nothing where there was none', async () => {
  const challengeOf = async (token: string | null, url = '/v1/playlists/p1') => {
    const { status, headers } = await shared.ask(url, { token });
    return [status, headers['www-authenticate']];
  };
  expect(await challengeOf(null)).toEqual([401, 'Bearer realm="rehearsal"']);
  expect(await challengeOf('forged')).toEqual([401, 'Bearer realm="rehearsal", error="invalid_token"']);
  expect(await challengeOf('u000000042~search')).toEqual([
    403,
    'Bearer realm="rehearsal", error="insufficient_scope", scope="playlist:read"',
  ]);
});

test('what is somebody else’s is refused without a challenge: no other token would do', async () => {
  const made = await shared.ask('/v1/playlists', { method: 'POST', body: { name: 'Mine', isPrivate: true } });
  const url = `/v1/playlists/${made.body!.playlistId}`;
  const { status, headers } = await shared.ask(url, { method: 'DELETE', token: 'u000000043' });
  expect([403, 404]).toContain(status);
  expect(headers['www-authenticate']).toBeUndefined();
});

test('the answer to a new playlist says where it is, as the document has it', async () => {
  const { status, headers, body } = await shared.ask('/v1/playlists', {
    method: 'POST',
    body: { name: 'Rain' },
  });
  expect(status).toBe(201);
  expect(headers.location).toBe(`/v1/playlists/${body!.playlistId}`);
  expect((await shared.ask(headers.location!)).body).toMatchObject({ name: 'Rain' });
  const { paths } = (await shared.ask('/openapi.json')).body as unknown as {
    paths: Record<string, { post: { responses: Record<string, { headers?: object }> } }>;
  };
  expect(Object.keys(paths['/v1/playlists']!.post.responses['201']!.headers!)).toEqual(['Location']);
});

test('a body that is no JSON is of a type that is not taken, whatever it says', async () => {
  for (const type of ['text/plain', 'text/plain; charset=utf-8', 'application/xml']) {
    const answer = await shared.live.server.inject({
      url: '/v1/plays',
      method: 'POST',
      headers: { authorization: 'Bearer u000000042', 'content-type': type },
      payload: 'hello',
    });
    expect([type, answer.statusCode]).toEqual([type, 415]);
    expect(answer.json()).toMatchObject({ title: 'The media type is not supported' });
  }
});

test('the document is written once, however often it is asked for', async () => {
  const own = await startTestServer();
  await own.server.ready();
  const written = vi.spyOn(own.server, 'swagger');
  const answers = [];
  for (let i = 0; i < 3; i++) answers.push(await own.server.inject('/openapi.json'));
  expect(written).toHaveBeenCalledTimes(1);
  for (const { body, headers } of answers) {
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(body).toBe(answers[0]!.body);
  }
  expect(JSON.parse(answers[0]!.body)).toMatchObject({ openapi: expect.stringMatching(/^3/) });
  await own.close();
});
