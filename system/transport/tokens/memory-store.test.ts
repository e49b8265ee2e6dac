import { expect, test } from 'vitest';
import { createMemoryStore } from './memory-store.ts';

function setUp(maxPerKind = 100) {
  const clock = { ms: 1_000_000 };
  const store = createMemoryStore(maxPerKind, () => clock.ms);
  return { clock, store, tokens: store.adapter('RefreshToken'), grants: store.adapter('Grant') };
}

test('what was stored is found until it expires, and is a copy', async () => {
  const { clock, tokens } = setUp();
  const payload = { grantId: 'g', params: { deep: ['x'] } };
  await tokens.upsert('t', payload, 10);
  payload.params.deep.push('y');
  const found = await tokens.find('t');
  expect(found).toEqual({ grantId: 'g', params: { deep: ['x'] } });
  (found as typeof payload).params.deep.push('z');
  expect(await tokens.find('t')).toEqual({ grantId: 'g', params: { deep: ['x'] } });
  clock.ms += 10_000;
  expect(await tokens.find('t')).toBeUndefined();
});

test('a kind is bounded, and pushes out nothing of another kind', async () => {
  const { store, tokens } = setUp(3);
  await tokens.upsert('t', { grantId: 'g' }, 10);
  const logins = store.adapter('Interaction');
  for (let i = 0; i < 50; i++) await logins.upsert(`i${i}`, { uid: `u${i}` }, 10);
  expect(store.size).toBe(4);
  expect(await tokens.find('t')).toBeDefined();
  expect(await logins.find('i46')).toBeUndefined();
  expect(await logins.findByUid('u46')).toBeUndefined();
  expect(await logins.findByUid('u47')).toEqual({ uid: 'u47' });
});

test('the second consumption is refused and revokes the grant with all that came of it', async () => {
  const { tokens, grants, store } = setUp();
  await grants.upsert('g', {}, 10);
  await tokens.upsert('t1', { grantId: 'g' }, 10);
  await tokens.upsert('t2', { grantId: 'g' }, 10);
  await tokens.upsert('other', { grantId: 'h' }, 10);
  await tokens.consume('t1');
  expect(await tokens.find('t1')).toEqual({ grantId: 'g', consumed: 1_000 });
  await expect(tokens.consume('t1')).rejects.toMatchObject({ error: 'invalid_grant' });
  await expect(tokens.consume('never')).rejects.toMatchObject({ error: 'invalid_grant' });
  expect(store.size).toBe(1);
  expect(await tokens.find('other')).toBeDefined();
});

test('a session that got a new id is found by its uid under the new one only', async () => {
  const { store } = setUp();
  const sessions = store.adapter('Session');
  await sessions.upsert('old', { uid: 'u' }, 10);
  await sessions.upsert('new', { uid: 'u', accountId: 'l' }, 10);
  await sessions.destroy('old');
  expect(await sessions.findByUid('u')).toEqual({ uid: 'u', accountId: 'l' });
  store.clear();
  expect(await sessions.findByUid('u')).toBeUndefined();
});
