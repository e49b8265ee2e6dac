import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  DEVELOPMENT,
  DEVELOPMENT_LABELS,
  type Endpoints,
  type Exchange,
  fillForm,
  labelToken,
  loadToken,
  logIn,
  type Reply,
} from './login.ts';

const ENDPOINTS: Endpoints = { authorization: '/oauth/auth', token: '/oauth/token' };
const sha256 = (text: string) => createHash('sha256').update(text).digest('base64url');
const reply = (part: Partial<Reply>): Reply => ({ status: 200, location: null, body: '', ...part });

/** Answers the exchanges one by one; returns what was sent, and the token or the error. */
function play<T>(login: Generator<Exchange, T, Reply>, answer: (sent: Exchange) => Partial<Reply>) {
  const sent: Exchange[] = [];
  let next = login.next();
  while (next.done !== true) {
    sent.push(next.value);
    next = login.next(reply(answer(next.value)));
  }
  return { sent, token: next.value };
}

const formOf = (exchange: Exchange | null | undefined) => new URLSearchParams(exchange?.form);

test('the code is exchanged with the verifier whose hash was sent first', () => {
  const { sent, token } = play(logIn(ENDPOINTS, 42, 1, sha256), ({ path }) => {
    if (path.startsWith('/oauth/auth?')) {
      const state = new URLSearchParams(path.split('?')[1]).get('state');
      return { status: 303, location: `http://127.0.0.1/callback?code=a%2Bb&state=${state}&iss=x` };
    }
    return { body: '{"access_token":"jwt","expires_in":60}' };
  });
  expect(token).toEqual({ token: 'jwt', expiresInS: 60 });
  const asked = new URLSearchParams(sent[0]!.path.split('?')[1]);
  const form = formOf(sent[1]);
  expect(form.get('code')).toBe('a+b');
  expect(sha256(form.get('code_verifier')!)).toBe(asked.get('code_challenge'));
  expect(form.get('code_verifier')!.length).toBeGreaterThanOrEqual(43);
});

test('of an address that the target names only the path is used', () => {
  const { sent } = play(
    (function* () {
      try {
        yield* logIn(ENDPOINTS, 42, 1, sha256);
      } catch {
        // It ends with the page that is no form.
      }
    })(),
    ({ path }) =>
      path.startsWith('/oauth/auth?')
        ? { status: 302, location: 'https://elsewhere.example:8443/interaction/1?a=b#c' }
        : { status: 200, body: 'no form' },
  );
  expect(sent.map(({ path }) => path)[1]).toBe('/interaction/1?a=b');
});

test('a form is filled in: hidden fields as they are, the user, the password', () => {
  const html = `<form class=x action="http://a/interaction/9?x=1&amp;y=2" method=post>
    <input type="hidden" name="prompt" value="log&quot;in"><input name='user'><input type=password name=secret>
    <input type="checkbox" name="remember"><input type="submit" name="go" value="Go"></form>`;
  const filled = fillForm(html, '/here', 'u000000042')!;
  expect(filled.path).toBe('/interaction/9?x=1&y=2');
  expect(Object.fromEntries(formOf(filled))).toEqual({
    prompt: 'log"in',
    user: 'u000000042',
    secret: 'rehearse',
  });
  expect(fillForm('<form><input name=a></form>', '/here', 'u')?.path).toBe('/here');
  expect(fillForm('<p>nothing</p>', '/here', 'u')).toBeNull();
});

test('a refused login, a foreign state, a circle and a page without a form are told apart', () => {
  const run = (answer: (sent: Exchange) => Partial<Reply>) => () =>
    play(logIn(ENDPOINTS, 42, 1, sha256), answer);
  const back = (query: string) => () => ({ status: 303, location: `http://127.0.0.1/callback?${query}` });
  expect(run(back('error=access_denied&error_description=not%20you'))).toThrow(
    'The login was refused: not you.',
  );
  expect(run(back('code=1&state=other'))).toThrow('the state of another');
  expect(run(() => ({ status: 303, location: '/again' }))).toThrow('round in circles');
  expect(run(() => ({ status: 500 }))).toThrow('/oauth/auth answered 500 and showed no login form.');
});

test('client credentials go by basic authentication in the name of the listener', () => {
  const answer = () => ({ body: '{"access_token":"jwt","expires_in":60}' });
  const { sent } = play(loadToken(ENDPOINTS, 42, DEVELOPMENT), answer);
  const header = sent[0]!.headers.authorization!;
  expect(Buffer.from(header.slice('Basic '.length), 'base64').toString()).toBe('rehearsal-load:rehearse');
  expect(formOf(sent[0]).get('listener')).toBe('u000000042');
  for (const secret of ['a', 'ab', 'abc', 'abcd']) {
    const { sent: other } = play(loadToken(ENDPOINTS, 1, { client: 'x', secret }), answer);
    expect(other[0]!.headers.authorization).toBe(`Basic ${Buffer.from(`x:${secret}`).toString('base64')}`);
  }
});

test('a token that is not given is an error with the reason', () => {
  const refused = () => ({ status: 401, body: '{"error":"invalid_client","error_description":"who?"}' });
  expect(() => play(loadToken(ENDPOINTS, 42, DEVELOPMENT), refused)).toThrow(
    '/oauth/token answered 401 and gave no token: who?.',
  );
});

test('a label gets a token of its own, which is good for delivering alone', () => {
  const { sent, token } = play(labelToken(ENDPOINTS, 'label-7', DEVELOPMENT_LABELS), () => ({
    body: '{"access_token":"jwt","expires_in":60}',
  }));
  expect(token.token).toBe('jwt');
  expect(Object.fromEntries(formOf(sent[0]))).toEqual({
    grant_type: 'client_credentials',
    label: 'label-7',
    scope: 'catalogue:publish',
  });
  const basic = Buffer.from('rehearsal-label:rehearse').toString('base64');
  expect(sent[0]!.headers.authorization).toBe(`Basic ${basic}`);
});

test('a token that no header can carry is no token', () => {
  for (const token of ['a\r\nb', 'a b', 'tökén', ''])
    expect(() =>
      play(loadToken(ENDPOINTS, 42, DEVELOPMENT), () => ({ body: JSON.stringify({ access_token: token }) })),
    ).toThrow('/oauth/token answered 200 and gave no token');
});
