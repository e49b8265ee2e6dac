import { decodeProtectedHeader, exportJWK, generateKeyPair, type JSONWebKeySet, type JWK } from 'jose';
import { expect, test, vi } from 'vitest';
import { createJwtVerifier, type JwtVerifierOptions } from './jwt-verifier.ts';
import { scheduleKeyRotation } from './key-rotation.ts';
import {
  ISSUER,
  LISTENER,
  listen,
  listenerToken,
  moveClock,
  refresh,
  startAuthorization,
  tokensByLogin,
} from './test-support.ts';

const verifierOf = (jwks: JwtVerifierOptions['jwks'], more: Partial<JwtVerifierOptions> = {}) =>
  createJwtVerifier({ issuer: ISSUER, audience: 'rehearsal', jwks, ...more });

const kidOf = (token: string) => decodeProtectedHeader(token).kid;

async function privateJwk(alg: string, kid?: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), ...(kid === undefined ? {} : { kid }) };
}

async function publishedAt(base: string): Promise<readonly JWK[]> {
  return ((await (await fetch(`${base}/oauth/jwks`)).json()) as JSONWebKeySet).keys;
}

test('the published keys are public, say what they are for, and are the same over HTTP and in the process', async () => {
  const { base, authorization } = await startAuthorization({
    keys: [await privateJwk('ES256', 'first'), await privateJwk('EdDSA', 'second')],
  });
  const published = await publishedAt(base);
  expect(published.map(({ kid, alg, use }) => [kid, alg, use])).toEqual([
    ['first', 'ES256', 'sig'],
    ['second', 'EdDSA', 'sig'],
  ]);
  for (const key of published) expect(key).not.toHaveProperty('d');
  expect(authorization.jwks().keys).toEqual(published);
});

test('the key that signs next is published before it signs', async () => {
  const { base, authorization } = await startAuthorization();
  const before = (await publishedAt(base)).map(({ kid }) => kid);
  expect(kidOf(await listenerToken(base))).toBe(before[0]);
  await authorization.rotateKeys();
  expect(kidOf(await listenerToken(base))).toBe(before[1]);
});

test('after every period the next key signs, and what was signed before still passes', async () => {
  const { base, authorization } = await startAuthorization();
  const verifier = verifierOf(authorization.jwks);
  const due: [number, () => void][] = [];
  const cancelled: number[] = [];
  const rotations: Promise<void>[] = [];
  const failures: unknown[] = [];
  let works = true;
  const end = scheduleKeyRotation({
    authorization: {
      rotateKeys() {
        const rotation = works ? authorization.rotateKeys() : Promise.reject(new Error('no entropy'));
        rotations.push(rotation);
        return rotation;
      },
    },
    clock: { after: (ns, callback) => due.push([ns, callback]), cancel: (timer) => cancelled.push(timer) },
    periodNs: 7,
    onEvent: ({ level, error }) => failures.push([level, error]),
  });
  const tokens = [await listenerToken(base)];
  for (const _ of [1, 2]) {
    const [ns, ring] = due.at(-1)!;
    expect(ns).toBe(7);
    ring();
    await rotations.at(-1);
    tokens.push(await listenerToken(base));
  }
  expect(new Set(tokens.map(kidOf)).size).toBe(3);
  for (const token of tokens) expect((await verifier.verify(token)).subject).toBe(LISTENER);

  // One that fails is told, and the next period comes all the same.
  works = false;
  due.at(-1)![1]();
  await rotations.at(-1)!.catch(() => {});
  await Promise.resolve();
  expect(failures).toEqual([['error', new Error('no entropy')]]);
  expect(due).toHaveLength(4);
  end();
  expect(cancelled).toEqual([4]);
});

test('after a rotation old tokens are good until they expire, and then their key is gone', async () => {
  const { base, authorization } = await startAuthorization({ lifetimes: { accessTokenS: 600 } });
  const verifier = verifierOf(`${base}/oauth/jwks`);
  const old = await listenerToken(base);
  await authorization.rotateKeys();
  moveClock(590);
  const fresh = verifierOf(`${base}/oauth/jwks`);
  expect((await fresh.verify(old)).subject).toBe(LISTENER);
  expect((await verifier.verify(old)).subject).toBe(LISTENER);
  expect((await publishedAt(base)).map(({ kid }) => kid)).toContain(kidOf(old));
  moveClock(11);
  await expect(verifier.verify(old)).rejects.toThrow('the token has expired');
  expect((await publishedAt(base)).map(({ kid }) => kid)).not.toContain(kidOf(old));
  expect(authorization.jwks().keys).toHaveLength(2);
});

test('a verifier that does not know the new key fetches it once for all who wait', async () => {
  const { base, authorization } = await startAuthorization();
  let asked = 0;
  const keys = await listen((_request, response) => {
    asked++;
    response.end(JSON.stringify(authorization.jwks()));
  });
  const clock = { ms: Date.now() };
  const verifier = verifierOf(new URL(keys), { now: () => clock.ms });
  const old = await listenerToken(base);
  await verifier.verify(old);
  expect(asked).toBe(1);
  // The next key was published ahead; the one after that is news.
  await authorization.rotateKeys();
  await verifier.verify(await listenerToken(base));
  expect(asked).toBe(1);
  await authorization.rotateKeys();
  clock.ms += 1_000;
  const tokens = await Promise.all([1, 2, 3, 4, 5].map(() => listenerToken(base)));
  await Promise.all(tokens.map((token) => verifier.verify(token)));
  expect(asked).toBe(2);
  expect(verifier.verifyCached(old)).toBeDefined();
});

test('sessions, codes and refresh tokens outlive a rotation, and the algorithm may change with the key', async () => {
  const { base, authorization } = await startAuthorization({
    keys: [await privateJwk('ES256'), await privateJwk('EdDSA')],
  });
  const verifier = verifierOf(authorization.jwks);
  const { body: first } = await tokensByLogin(base);
  await authorization.rotateKeys();
  const { body: second } = await refresh(base, 'rehearsal-app', first.refresh_token!);
  const algorithms = [first, second].map(({ access_token }) => decodeProtectedHeader(access_token!).alg);
  expect(algorithms).toEqual(['ES256', 'EdDSA']);
  for (const { access_token } of [first, second])
    expect((await verifier.verify(access_token!)).subject).toBe(LISTENER);
  await authorization.rotateKeys();
  const { body: third } = await refresh(base, 'rehearsal-app', second.refresh_token!);
  expect(decodeProtectedHeader(third.access_token!).alg).toBe('ES256');
});

test('keys that cannot sign are refused at the start', async () => {
  const good = await privateJwk('ES256', 'same');
  const { d: _, ...publicOnly } = good;
  const rsa = await privateJwk('RS256');
  const refused: [JWK[], string][] = [
    [[publicOnly], 'private part'],
    [[rsa], 'ES256'],
    [[good, await privateJwk('ES256', 'same')], 'same kid'],
  ];
  for (const [keys, reason] of refused)
    await expect(startAuthorization({ keys })).rejects.toThrow(new RegExp(`invalid: .*${reason}`));
});

function setUpSource(published: JWK[]) {
  const bench = { nowMs: Date.now(), asked: 0, down: false, keys: published };
  const verifier = verifierOf(
    () => {
      bench.asked++;
      if (bench.down) throw new Error('connection refused');
      return { keys: bench.keys };
    },
    { now: () => bench.nowMs, refreshMs: 60_000 },
  );
  return { bench, verifier };
}

test('a flood of made-up keys asks for keys once a second', async () => {
  const { base, authorization } = await startAuthorization();
  const { bench, verifier } = setUpSource(authorization.jwks().keys);
  const token = await listenerToken(base);
  const [, payload, signature] = token.split('.');
  const madeUp = Array.from({ length: 200 }, (_, i) => {
    const header = btoa(JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid: `k${i}` })).replaceAll('=', '');
    return `${header}.${payload}.${signature}`;
  });
  const flood = async () => {
    const outcomes = await Promise.allSettled(madeUp.map((each) => verifier.verify(each)));
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { kind: 'unauthenticated' } });
  };
  await flood();
  await flood();
  expect(bench.asked).toBe(1);
  expect((await verifier.verify(token)).subject).toBe(LISTENER);
  bench.nowMs += 999;
  await flood();
  expect(bench.asked).toBe(1);
  bench.nowMs += 1;
  await flood();
  expect(bench.asked).toBe(2);
});

test('a key that is taken away takes what was verified with it along, at the next look or at once', async () => {
  const { base, authorization } = await startAuthorization();
  for (const hurry of [false, true]) {
    const { bench, verifier } = setUpSource(authorization.jwks().keys);
    const token = await listenerToken(base);
    await verifier.verify(token);
    bench.keys = bench.keys.slice(1);
    expect(verifier.verifyCached(token)).toBeDefined();
    if (hurry) await verifier.refreshKeys();
    else {
      bench.nowMs += 60_000;
      // This look-up makes it ask, and does not wait for the answer.
      verifier.verifyCached(token);
      await vi.waitFor(() => expect(verifier.verifyCached(token)).toBeUndefined());
    }
    expect(bench.asked).toBe(2);
    expect(verifier.verifyCached(token)).toBeUndefined();
    await expect(verifier.verify(token)).rejects.toThrow('the key is not accepted');
  }
});

test('another key under the same id is another key', async () => {
  const { base, authorization } = await startAuthorization();
  const { bench, verifier } = setUpSource(authorization.jwks().keys);
  const token = await listenerToken(base);
  await verifier.verify(token);
  const { d: _, ...other } = await privateJwk('ES256', kidOf(token));
  bench.keys = [other];
  await verifier.refreshKeys();
  expect(verifier.verifyCached(token)).toBeUndefined();
  await expect(verifier.verify(token)).rejects.toThrow('the signature is wrong');
});

test('while the issuer is down, known keys still let people in, and unknown ones are neither good nor bad', async () => {
  const { base, authorization } = await startAuthorization();
  const { bench, verifier } = setUpSource(authorization.jwks().keys);
  bench.down = true;
  const token = await listenerToken(base);
  await expect(verifier.verify(token)).rejects.toMatchObject({ kind: 'unavailable', definite: true });
  bench.down = false;
  bench.nowMs += 1_000;
  await verifier.verify(token);
  bench.down = true;
  bench.nowMs += 120_000;
  expect((await verifier.verify(await listenerToken(base))).subject).toBe(LISTENER);
  expect(verifier.verifyCached(token)).toBeDefined();
  await authorization.rotateKeys();
  await authorization.rotateKeys();
  bench.nowMs += 1_000;
  const news = await listenerToken(base);
  await expect(verifier.verify(news)).rejects.toMatchObject({ kind: 'unavailable' });
  bench.down = false;
  bench.keys = authorization.jwks().keys;
  bench.nowMs += 1_000;
  expect((await verifier.verify(news)).subject).toBe(LISTENER);
});

test.each([
  ['an error', 500, '{"keys":[]}'],
  ['no JSON', 200, 'keys'],
  ['no key set', 200, '[]'],
  ['a redirect to the keys', 302, ''],
])('an issuer that answers with %s counts as down', async (_, status, body) => {
  const { base } = await startAuthorization();
  const location = `${base}/oauth/jwks`;
  const keys = await listen((_request, response) => response.writeHead(status, { location }).end(body));
  await expect(verifierOf(keys).verify(await listenerToken(base))).rejects.toMatchObject({
    kind: 'unavailable',
    cause: expect.anything(),
  });
});

test('keys for other purposes in the set are passed over', async () => {
  const { base, authorization } = await startAuthorization();
  const { d: _, ...encryption } = await privateJwk('ES256', 'enc');
  const { n, e, kty } = await privateJwk('RS256');
  const others = [
    { ...encryption, use: 'enc' },
    { n, e, kty, kid: 'rsa' },
    { ...encryption, kid: undefined },
  ];
  const verifier = verifierOf(() => ({ keys: [...(others as JWK[]), ...authorization.jwks().keys] }));
  expect((await verifier.verify(await listenerToken(base))).subject).toBe(LISTENER);
});
