/** What every signer of URLs has to do, whichever way it signs: the body that runs against each. */
import { expect, test } from 'vitest';
import { MILLISECOND, SECOND } from '../../system/ports/clock.ts';
import type { UrlCheck, UrlGrant, UrlSigner, UrlVerifier } from '../../system/ports/url-signer.ts';
import { CallContext, ProcessLife } from '../../system/runtime/kernel/index.ts';

/** URLs live for an hour here, keys sign for a day. */
export const LIFETIME_S = 3_600;
export const ROTATION_S = 86_400;

/** `now` is the clock of whoever signs, in ns of the run; `seed` makes keys that others do not have. */
export type CreateUrlSigner = (now: () => number, seed: number) => UrlSigner & UrlVerifier;

export function urlSignerConformance(name: string, create: CreateUrlSigner): void {
  const context = new CallContext(1, new ProcessLife('delivery'));
  const PATH = '/audio/t42/1/160.ogg';

  function setUp(seed = 1) {
    const clock = { seconds: 0 };
    const signer = create(() => clock.seconds * SECOND, seed);
    const grant = (change: Partial<UrlGrant> = {}): UrlGrant => ({
      path: PATH,
      listenerId: 'u000000042',
      notBeforeNs: clock.seconds * SECOND,
      expiresAtNs: (clock.seconds + LIFETIME_S) * SECOND,
      ...change,
    });
    return {
      clock,
      signer,
      grant,
      sign: async (change: Partial<UrlGrant> = {}) => signer.sign(context, grant(change)),
      verify: async (token: string, change: Partial<UrlCheck> = {}) =>
        signer.verify(token, { path: PATH, nowNs: clock.seconds * SECOND, toleranceNs: 0, ...change }),
    };
  }

  test(`${name}: what was signed comes back as it was granted`, async () => {
    const { sign, verify, grant } = setUp();
    const token = await sign();
    expect(token).toMatch(/^[\w.~/-]+$/);
    expect(await verify(token)).toEqual(grant());
  });

  test(`${name}: a grant counts for its path alone, or for everything below one that ends with '/'`, async () => {
    const { sign, verify } = setUp();
    const token = await sign();
    expect(await verify(token, { path: '/audio/t42/1/320.ogg' })).toBe('other-path');
    expect(await verify(token, { path: `${PATH}/more` })).toBe('other-path');
    const live = await sign({ path: '/live/e1/', maxKbps: 160 });
    expect(await verify(live, { path: '/live/e1/160/7.aac' })).toMatchObject({ path: '/live/e1/' });
    expect(await verify(live, { path: '/live/e10/160/7.aac' })).toBe('other-path');
  });

  test(`${name}: what is below a path is granted up to a bitrate, and without one not at all`, async () => {
    const { sign, verify, grant } = setUp();
    const path = '/live/e1/';
    const token = await sign({ path, maxKbps: 160 });
    expect(token).toMatch(/^[\w.~/-]+$/);
    for (const below of ['96.m3u8', '160.m3u8', '96/7.aac', '160/7.aac'])
      expect(await verify(token, { path: path + below }), below).toEqual(grant({ path, maxKbps: 160 }));
    for (const below of ['320.m3u8', '320/7.aac', '161/7.aac', '0160.m3u8', '-1/7.aac', 'x/160.m3u8', '160'])
      expect(await verify(token, { path: path + below }), below).toBe('other-bitrate');
    const premium = await sign({ path, maxKbps: 320 });
    expect(await verify(premium, { path: '/live/e1/320/7.aac' })).toMatchObject({ maxKbps: 320 });
    const bare = await sign({ path });
    for (const below of ['96.m3u8', '96/7.aac'])
      expect(await verify(bare, { path: path + below }), below).toBe('other-bitrate');
  });

  test(`${name}: the list of the bitrates below a path is for whoever has any of them`, async () => {
    const { sign, verify } = setUp();
    const token = await sign({ path: '/live/e1/', maxKbps: 96 });
    expect(await verify(token, { path: '/live/e1/master.m3u8' })).toMatchObject({ maxKbps: 96 });
    for (const path of ['/live/e1/master.m3u8/', '/live/e1/x/master.m3u8', '/live/e1/master.aac'])
      expect(await verify(token, { path }), path).toBe('other-bitrate');
    expect(await verify(token, { path: '/live/e2/master.m3u8' })).toBe('other-path');
    const bare = await sign({ path: '/live/e1/' });
    expect(await verify(bare, { path: '/live/e1/master.m3u8' })).toBe('other-bitrate');
  });

  test(`${name}: it counts from its beginning to its end, give or take the tolerance`, async () => {
    const { clock, sign, verify } = setUp();
    clock.seconds = 1_000;
    const token = await sign();
    const at = (seconds: number, toleranceNs = 0) => verify(token, { nowNs: seconds * SECOND, toleranceNs });
    expect(await at(1_000 + LIFETIME_S - 1)).toMatchObject({ path: PATH });
    expect(await at(1_000 + LIFETIME_S)).toBe('expired');
    expect(await at(1_000 + LIFETIME_S + 59, 60 * SECOND)).toMatchObject({ path: PATH });
    expect(await at(1_000 + LIFETIME_S + 60, 60 * SECOND)).toBe('expired');
    expect(await at(999)).toBe('not-yet-valid');
    expect(await at(941, 60 * SECOND)).toMatchObject({ path: PATH });
    expect(await at(939, 60 * SECOND)).toBe('not-yet-valid');
    expect(await verify(token, { nowNs: 1_000 * SECOND + MILLISECOND })).toMatchObject({ path: PATH });
  });

  test(`${name}: a token of which any character was changed does not count`, async () => {
    const { sign, verify } = setUp();
    const token = await sign();
    for (let i = 0; i < token.length; i++) {
      // Another letter or digit: the form stays, so that it is the content that is refused.
      const other = token[i] === 'A' ? 'Q' : token[i] === '1' ? '2' : /\d/.test(token[i]!) ? '1' : 'A';
      const changed = token.slice(0, i) + other + token.slice(i + 1);
      // The last character of base64url carries bits that mean nothing: another way to write the same signature is refused too.
      expect(typeof (await verify(changed)), `character ${i}`).toBe('string');
    }
    expect(typeof (await verify(token.slice(0, -1)))).toBe('string');
    expect(typeof (await verify(`${token}x`))).toBe('string');
  });

  test(`${name}: what is no token is malformed`, async () => {
    const { verify } = setUp();
    for (const token of ['x', '..', '~~~~~', 'a.b.c', '1~2~3~u1~/audio~', ' ', '{}', 'x'.repeat(5_000)])
      expect(['malformed', 'unknown-key', 'tampered'], token).toContain(await verify(token));
  });

  test(`${name}: a new key signs after the rotation, and URLs of the old one stay good until they expire`, async () => {
    const { clock, sign, verify } = setUp();
    clock.seconds = ROTATION_S - 10;
    const before = await sign();
    clock.seconds = ROTATION_S + 10;
    const after = await sign();
    expect(await verify(before)).toMatchObject({ path: PATH });
    expect(await verify(after)).toMatchObject({ path: PATH });
    clock.seconds = ROTATION_S - 10 + LIFETIME_S;
    expect(await verify(before)).toBe('expired');
  });

  test(`${name}: with an old key nobody signs for longer than its last URL lived`, async () => {
    const { clock, sign, verify } = setUp();
    // Whoever stole the key of the first day signs something that is to last for ever.
    const forged = await sign({ expiresAtNs: 1e6 * SECOND });
    clock.seconds = ROTATION_S + LIFETIME_S - 10;
    expect(await verify(forged)).toMatchObject({ path: PATH });
    clock.seconds = ROTATION_S + LIFETIME_S + 10;
    expect(await verify(forged)).toBe('unknown-key');
  });

  test(`${name}: a verifier whose clock lags takes the key that has just begun to sign`, async () => {
    const { clock, sign, verify } = setUp();
    clock.seconds = ROTATION_S + 5;
    const token = await sign();
    const lagging = { nowNs: (ROTATION_S - 20) * SECOND };
    expect(await verify(token, { ...lagging, toleranceNs: 60 * SECOND })).toMatchObject({ path: PATH });
  });

  test(`${name}: what others signed does not count`, async () => {
    const foreign = await setUp(2).sign();
    expect(['tampered', 'unknown-key']).toContain(await setUp(1).verify(foreign));
  });
}
