import { expect, test } from 'vitest';
import type { IdentityApi } from '../../contracts/generated/identity.ts';
import { PortError } from '../../ports/errors.ts';
import type { AccessToken } from '../../ports/tokens.ts';
import { drive } from '../../runtime/drive.ts';
import { CallContext, ProcessLife, SECOND, Simulation } from '../../runtime/kernel/index.ts';
import { knobsOf, outcomeOf } from '../test-support.ts';
import { createIdentityService } from './identity-service.ts';
import { identityKnobs } from './knobs.ts';
import { signatureOf } from './signature.ts';
import { createTokenVerifier } from './token-verifier.ts';

function setUp() {
  const simulation = new Simulation({ seed: 1 });
  const context = new CallContext(1, new ProcessLife('gateway'));
  const knobs = knobsOf(identityKnobs, { tokenLifetimeS: 100, keyRotationS: 1_000, keyRefreshS: 50 });
  const service = createIdentityService({ clock: simulation, random: simulation.random('keys'), knobs });
  const bench = {
    simulation,
    context,
    service,
    asked: 0,
    down: false,
    issue: async (listenerId = 'l1') => (await service.issueToken(context, { listenerId })).token!,
    verify: (token: AccessToken | undefined) => outcomeOf((async () => verifier.verify(context, token))()),
    at: (seconds: number) => {
      simulation.schedule(
        seconds * SECOND - simulation.nowNs,
        simulation.register(() => {}),
      );
      return drive(simulation, { untilNs: seconds * SECOND });
    },
  };
  const listKeys: IdentityApi['listKeys'] = async (from, request) => {
    bench.asked++;
    if (bench.down) throw new PortError('unavailable', 'identity.listKeys', true);
    return service.listKeys(from, request);
  };
  const verifier = createTokenVerifier({ clock: simulation, identity: { listKeys }, knobs });
  return { ...bench, bench, verifier };
}

test('a token names its listener until it expires', async () => {
  const { issue, verify, verifier, context, at } = setUp();
  const token = await issue('l42');
  expect(await verifier.verify(context, token)).toEqual({ listenerId: 'l42' });
  await at(99);
  expect(await verify(token)).toBe('ok');
  await at(100);
  expect(await verify(token)).toBe('unauthenticated');
});

test('a token of which any field was changed is refused', async () => {
  const { issue, verify } = setUp();
  const token = await issue('l42');
  for (const change of [
    { subject: 'l43' },
    { expiresAtNs: token.expiresAtNs + 1 },
    { expiresAtNs: token.expiresAtNs + 2 ** 32 },
    { keyId: token.keyId + 1 },
    { signature: token.signature ^ 1 },
  ])
    expect(await verify({ ...token, ...change }), JSON.stringify(change)).toBe('unauthenticated');
  expect(await verify(undefined)).toBe('unauthenticated');
});

test('a new key signs after the rotation, and tokens of the old one stay valid for their lifetime', async () => {
  const { issue, verify, at } = setUp();
  await at(990);
  const before = await issue();
  await at(1_010);
  const after = await issue();
  expect([before.keyId, after.keyId]).toEqual([1, 2]);
  expect([await verify(before), await verify(after)]).toEqual(['ok', 'ok']);
});

test('whoever stole an old key cannot sign with it for longer than tokens and key lists live', async () => {
  const { issue, verify, at, service, context } = setUp();
  const stolen = (await service.listKeys(context, {})).keys[0]!;
  await at(1_200);
  const expiresAtNs = 1_290 * SECOND;
  const forged = {
    subject: 'l1',
    expiresAtNs,
    keyId: stolen.keyId,
    signature: signatureOf(stolen.secret, 'l1', expiresAtNs, stolen.keyId),
  };
  expect(await verify(await issue())).toBe('ok');
  expect(await verify(forged)).toBe('unauthenticated');
});

test('keys are asked for once, then once a refresh, however many tokens arrive', async () => {
  const { bench, issue, verify, at } = setUp();
  const token = await issue();
  expect(await Promise.all(Array.from({ length: 20 }, () => verify(token)))).toEqual(Array(20).fill('ok'));
  expect(bench.asked).toBe(1);
  await at(49);
  await verify(token);
  expect(bench.asked).toBe(1);
  await at(50);
  await verify(token);
  await verify(token);
  expect(bench.asked).toBe(2);
});

test('tokens with made-up keys ask for keys at most once a second', async () => {
  const { bench, issue, verify, at } = setUp();
  const token = await issue();
  await verify(token);
  for (let i = 0; i < 50; i++) expect(await verify({ ...token, keyId: 1_000 + i })).toBe('unauthenticated');
  expect(bench.asked).toBe(1);
  await at(1);
  for (let i = 0; i < 50; i++) await verify({ ...token, keyId: 1_000 + i });
  expect(bench.asked).toBe(2);
});

test('while identity is down, listeners with a known key still get in', async () => {
  const { bench, issue, verify, at } = setUp();
  const token = await issue();
  await verify(token);
  bench.down = true;
  await at(60);
  expect(await verify(token)).toBe('ok');
});
