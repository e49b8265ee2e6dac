import { createHmac, createPublicKey } from 'node:crypto';
import fc from 'fast-check';
import {
  base64url,
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  SignJWT,
} from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { PortError } from '../../ports/errors.ts';
import { createJwtVerifier, type JwtVerifierOptions } from './jwt-verifier.ts';
import { ISSUER, LISTENER, listenerToken, startAuthorization } from './test-support.ts';
import { requireScope, type Verified } from './verified.ts';

interface Key {
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

async function makeKey(kid: string, alg = 'ES256'): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

const NOW_S = 1_800_000_000;
let ours: Key;
let theirs: Key;
let edwards: Key;

beforeAll(async () => {
  ours = await makeKey('ours');
  // A stranger who took our key id.
  theirs = await makeKey('ours');
  edwards = await makeKey('edwards', 'EdDSA');
});

const CLAIMS: JWTPayload = {
  iss: ISSUER,
  aud: 'rehearsal',
  sub: LISTENER,
  client_id: 'rehearsal-app',
  scope: 'search audio',
  iat: NOW_S,
  exp: NOW_S + 3_600,
};

function sign(claims: JWTPayload = {}, header = {}, key = ours): Promise<string> {
  return new SignJWT({ ...CLAIMS, ...claims })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'ours', ...header })
    .sign(key.privateKey);
}

function setUp(options: Partial<JwtVerifierOptions> = {}) {
  const bench = { nowMs: NOW_S * 1_000, asked: 0, keys: [ours.jwk, edwards.jwk] };
  const verifier = createJwtVerifier({
    issuer: ISSUER,
    audience: 'rehearsal',
    jwks: () => {
      bench.asked++;
      return { keys: bench.keys };
    },
    now: () => bench.nowMs,
    ...options,
  });
  const outcome = async (token: string): Promise<string> => {
    try {
      await verifier.verify(token);
      return 'ok';
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      expect(error.definite).toBe(true);
      return error.message;
    }
  };
  return { bench, verifier, outcome };
}

test('a token of the authorization server says who, for which client, what for and until when', async () => {
  const { base, authorization } = await startAuthorization();
  const verifier = createJwtVerifier({
    issuer: ISSUER,
    audience: 'rehearsal',
    jwks: `${base}/oauth/jwks`,
  });
  const token = await listenerToken(base, 'search audio');
  const verified = await verifier.verify(token);
  expect(verified).toMatchObject({ subject: LISTENER, clientId: 'rehearsal-load' });
  expect([...verified.scopes]).toEqual(['search', 'audio']);
  expect(Math.abs(verified.expiresAtMs - Date.now() - 3_600_000)).toBeLessThan(5_000);

  const elsewhere = createJwtVerifier({ issuer: ISSUER, audience: 'other', jwks: authorization.jwks });
  await expect(elsewhere.verify(token)).rejects.toThrow('the token is meant for somebody else');
  const foreign = await startAuthorization();
  await expect(verifier.verify(await listenerToken(foreign.base))).rejects.toThrow('the key is not accepted');
});

test('tokens signed with Ed25519 are accepted, too', async () => {
  const { outcome } = setUp();
  expect(await outcome(await sign({}, { alg: 'EdDSA', kid: 'edwards' }, edwards))).toBe('ok');
});

const REFUSED: [string, string, () => Promise<string>][] = [
  ['that has expired', 'the token has expired', () => sign({ exp: NOW_S })],
  ['that is not valid yet', 'the token is not valid yet', () => sign({ nbf: NOW_S + 1 })],
  ['of another issuer', 'the token comes from another issuer', () => sign({ iss: `${ISSUER}/` })],
  ['for another audience', 'the token is meant for somebody else', () => sign({ aud: ['other', 'more'] })],
  ['signed by a stranger under our key id', 'the signature is wrong', () => sign({}, {}, theirs)],
  ['of an unknown key', 'the key is not accepted', () => sign({}, { kid: 'made-up' })],
  ['that names no key', 'the token names no key', () => sign({}, { kid: undefined })],
  ['that is an id token', 'this is not an access token', () => sign({}, { typ: 'JWT' })],
  ['that has no type', 'this is not an access token', () => sign({}, { typ: undefined })],
  ['without a subject', 'a claim is missing', () => sign({ sub: undefined })],
  ['without an end', 'a claim is missing', () => sign({ exp: undefined })],
  ['without an issuer', 'the token comes from another issuer', () => sign({ iss: undefined })],
  ['without an audience', 'the token is meant for somebody else', () => sign({ aud: undefined })],
  ['without a client', 'a claim is missing', () => sign({ client_id: undefined })],
  ['whose scope is a list', 'a claim is not what it should be', () => sign({ scope: ['search'] })],
  ['whose subject is empty', 'a claim is not what it should be', () => sign({ sub: '' })],
  ['with one key and the algorithm of another', 'not accepted', () => sign({}, { kid: 'edwards' })],
  ['that is longer than any of ours', 'the token is too long', () => sign({ more: 'x'.repeat(4_096) })],
];

test.each(REFUSED)('a token %s is refused', async (_, reason, make) => {
  const { outcome } = setUp();
  expect(await outcome(await make())).toMatch(new RegExp(`^tokens.verify: unauthenticated: .*${reason}$`));
});

test('whoever changes what a token says, or its signature, is refused', async () => {
  const { outcome } = setUp();
  const [header, payload, signature] = (await sign()).split('.') as [string, string, string];
  const claims = JSON.parse(new TextDecoder().decode(base64url.decode(payload)));
  const other = base64url.encode(JSON.stringify({ ...claims, scope: 'catalogue:publish' }));
  expect(await outcome(`${header}.${other}.${signature}`)).toContain('the signature is wrong');
  const bytes = base64url.decode(signature);
  bytes[20]! ^= 1;
  expect(await outcome(`${header}.${payload}.${base64url.encode(bytes)}`)).toContain(
    'the signature is wrong',
  );
});

test('tokens without a signature are refused, whatever they claim it to be', async () => {
  const { outcome } = setUp();
  const [, payload, signature] = (await sign()).split('.');
  for (const alg of ['none', 'None', 'NONE', '']) {
    const header = base64url.encode(JSON.stringify({ alg, typ: 'at+jwt', kid: 'ours' }));
    expect(await outcome(`${header}.${payload}.`)).toContain('this is not a signed token');
    expect(await outcome(`${header}.${payload}.${signature}`)).toMatch(
      /the algorithm is not accepted|not a signed/,
    );
  }
});

test('the public key is no secret to sign with: HS256 is refused', async () => {
  const { outcome, bench } = setUp();
  const [, payload] = (await sign()).split('.');
  const header = base64url.encode(JSON.stringify({ alg: 'HS256', typ: 'at+jwt', kid: 'ours' }));
  const pem = createPublicKey({ key: ours.jwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  for (const secret of [pem as string, JSON.stringify(ours.jwk), ours.jwk.x!]) {
    const mac = createHmac('sha256', secret).update(`${header}.${payload}`).digest();
    expect(await outcome(`${header}.${payload}.${base64url.encode(mac)}`)).toContain(
      'this is not a signed token',
    );
    // As long as a signature of ours, so that only the algorithm speaks against it.
    const long = base64url.encode(Buffer.concat([mac, mac]));
    expect(await outcome(`${header}.${payload}.${long}`)).toContain('the algorithm is not accepted');
  }
  expect(bench.asked).toBe(1);
});

test('an extension that the verifier has to understand and does not is refused', async () => {
  const { outcome } = setUp();
  const [, payload, signature] = (await sign()).split('.');
  const header = { alg: 'ES256', typ: 'at+jwt', kid: 'ours', crit: ['exp'], exp: 0 };
  const token = `${base64url.encode(JSON.stringify(header))}.${payload}.${signature}`;
  expect(await outcome(token)).toContain('unauthenticated');
});

test('a token of which any single character was changed is refused', async () => {
  const { outcome, verifier } = setUp();
  const tokens = [await sign(), await sign({}, { alg: 'EdDSA', kid: 'edwards' }, edwards)];
  for (const token of tokens) expect(await outcome(token)).toBe('ok');
  const alphabet = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n~é'];
  const change = fc.record({
    token: fc.constantFrom(...tokens),
    at: fc.nat(),
    to: fc.constantFrom(...alphabet),
  });
  const changed = ({ token, at, to }: { token: string; at: number; to: string }) => {
    const index = at % token.length;
    return token.slice(0, index) + to + token.slice(index + 1);
  };
  await fc.assert(
    fc.asyncProperty(change, async (how) => {
      const token = changed(how);
      fc.pre(token !== how.token);
      expect(verifier.verifyCached(token)).toBeUndefined();
      expect(await outcome(token)).toContain('unauthenticated');
    }),
    { numRuns: 500 },
  );
  // The last characters carry padding: every one of them, by hand.
  for (const token of tokens)
    for (const to of alphabet) {
      const at = token.length - 1;
      if (to !== token[at]) expect(await outcome(changed({ token, at, to }))).toContain('unauthenticated');
    }
});

test('whatever text somebody sends, the answer is a refusal that shows nothing of it', async () => {
  const { outcome } = setUp();
  const token = await sign();
  const part = fc.oneof(fc.string(), fc.base64String(), fc.json(), fc.json().map(base64url.encode));
  const forged = fc.oneof(
    fc.string(),
    fc.tuple(part, part, part).map((parts) => parts.join('.')),
    fc
      .tuple(fc.json(), fc.json())
      .map((parts) => `${parts.map(base64url.encode).join('.')}.${'A'.repeat(86)}`),
    fc.array(fc.constantFrom(...token.split('.'), '.'), { maxLength: 6 }).map((parts) => parts.join('')),
  );
  await fc.assert(
    fc.asyncProperty(forged, async (text) => {
      fc.pre(text !== token);
      const message = await outcome(text);
      expect(message).toMatch(/^tokens\.verify: unauthenticated: [a-z ]+$/);
      expect(message).not.toContain(text.slice(0, 12).padEnd(12, '?'));
    }),
    { numRuns: 500 },
  );
});

test('a verified token is remembered until it expires', async () => {
  const { bench, verifier, outcome } = setUp();
  const token = await sign({ exp: NOW_S + 10 });
  expect(verifier.verifyCached(token)).toBeUndefined();
  const verified = await verifier.verify(token);
  expect(verifier.verifyCached(token)).toBe(verified);
  expect(await verifier.verify(token)).toBe(verified);
  bench.nowMs = (NOW_S + 10) * 1_000 - 1;
  expect(verifier.verifyCached(token)).toBe(verified);
  bench.nowMs += 1;
  expect(verifier.verifyCached(token)).toBeUndefined();
  expect(await outcome(token)).toContain('the token has expired');
});

test('no more tokens are remembered than there is room for, and refused ones never', async () => {
  const { verifier, outcome } = setUp({ maxCached: 2 });
  const tokens = await Promise.all(['a', 'b', 'c'].map((sub) => sign({ sub })));
  for (const token of tokens) await verifier.verify(token);
  expect(tokens.map((token) => verifier.verifyCached(token)?.subject)).toEqual([undefined, 'b', 'c']);
  const forged = await sign({}, {}, theirs);
  await outcome(forged);
  expect(verifier.verifyCached(forged)).toBeUndefined();
  expect(verifier.verifyCached(tokens[2]!)).toBeDefined();
});

test('a scope that the token lacks is denied by name', () => {
  const verified: Verified = {
    subject: LISTENER,
    clientId: 'rehearsal-app',
    scopes: new Set(['search']),
    expiresAtMs: 0,
  };
  expect(() => requireScope(verified, 'search')).not.toThrow();
  expect(() => requireScope(verified, 'catalogue:publish')).toThrow(
    'tokens.requireScope: permission-denied: the token lacks the scope catalogue:publish',
  );
});
