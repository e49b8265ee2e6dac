import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UnsatisfiableRange } from '../../ports/byte-range.ts';
import { PortError } from '../../ports/errors.ts';
import type { ObjectBaseLayer } from './objects.ts';
import { createBench } from './test-support.ts';

const kindOf = (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (error: unknown) => (error instanceof PortError ? error.kind : String(error)),
  );

/** Tracks t0 … t99, each at two bitrates, as the composition root makes them. */
const tracks: ObjectBaseLayer = {
  find(key) {
    const match = /^audio\/t(\d{1,2})\/1\/(96|160)\.ogg$/.exec(key);
    if (match === null) return null;
    return { size: 200_000 * (Number(match[2]) / 8), contentId: key, maxAgeS: 31_536_000 };
  },
  *keys(prefix, after) {
    const all = Array.from({ length: 100 }, (_, i) => [`audio/t${i}/1/160.ogg`, `audio/t${i}/1/96.ogg`]);
    for (const key of all.flat().sort()) if (key.startsWith(prefix) && key > after) yield key;
  },
};

test('a read that begins after a write was acknowledged sees it, from whichever client', async () => {
  const { s3, store, context, finish, client } = createBench();
  const other = s3.connect(client);
  const put = await finish(store.put(context(), 'a', { size: 10, contentId: 'first' }));
  expect((await finish(other.head(context(), 'a'))).etag).toBe(put.etag);
  const second = await finish(other.put(context(), 'a', { size: 10, contentId: 'second' }));
  expect(second.etag).not.toBe(put.etag);
  expect((await finish(store.get(context(), 'a'))).info).toEqual(second);
  await finish(store.delete(context(), 'a'));
  expect(await kindOf(finish(other.get(context(), 'a')))).toBe('not-found');
  expect(await kindOf(finish(other.delete(context(), 'a')))).toBe('ok');
});

test('an object that nobody wrote has its size and can be overwritten and deleted', async () => {
  const { store, context, finish, s3 } = createBench({ baseLayer: tracks });
  const key = 'audio/t42/1/160.ogg';
  const { info } = await finish(store.get(context(), key));
  expect(info).toMatchObject({ key, size: 4_000_000, maxAgeS: 31_536_000 });
  await finish(store.put(context(), key, { size: 7, contentId: 'mine' }));
  expect(s3.inspect(key)?.size).toBe(7);
  await finish(store.delete(context(), key));
  expect(s3.inspect(key)).toBeNull();
  expect(await kindOf(finish(store.head(context(), key)))).toBe('not-found');
});

test('a range is cut at the end, and one beyond it names the size', async () => {
  const { store, context, finish, s3 } = createBench();
  s3.preload('a', { size: 1_000, contentId: 'x' });
  const get = async (range: Parameters<typeof store.get>[2]) => {
    const { from, to } = await finish(store.get(context(), 'a', range));
    return [from, to];
  };
  expect(await get({})).toEqual([0, 1_000]);
  expect(await get({ range: { from: 10, to: 20 } })).toEqual([10, 20]);
  expect(await get({ range: { from: 990, to: 2_000 } })).toEqual([990, 1_000]);
  expect(await get({ range: { from: 5 } })).toEqual([5, 1_000]);
  expect(await get({ range: { last: 100 } })).toEqual([900, 1_000]);
  expect(await get({ range: { last: 5_000 } })).toEqual([0, 1_000]);
  for (const range of [{ from: 1_000 }, { from: 20, to: 20 }, { last: 0 }, { from: -1 }]) {
    const error = await finish(store.get(context(), 'a', { range })).catch((thrown: unknown) => thrown);
    expect(error, JSON.stringify(range)).toBeInstanceOf(UnsatisfiableRange);
    expect((error as UnsatisfiableRange).size).toBe(1_000);
  }
});

test('conditions: only if absent, only if unchanged', async () => {
  const { store, context, finish } = createBench();
  const first = await finish(store.put(context(), 'a', { size: 1, contentId: 'x' }, { ifAbsent: true }));
  const again = store.put(context(), 'a', { size: 1, contentId: 'y' }, { ifAbsent: true });
  expect(await kindOf(finish(again))).toBe('conflict');
  // S3 answers 404 here, where there is nothing to compare with, and 412 where there is something else.
  const nothing = store.put(context(), 'b', { size: 1, contentId: 'x' }, { ifMatch: first.etag });
  expect(await kindOf(finish(nothing))).toBe('not-found');
  const second = await finish(
    store.put(context(), 'a', { size: 2, contentId: 'z' }, { ifMatch: first.etag }),
  );
  const late = store.put(context(), 'a', { size: 3, contentId: 'w' }, { ifMatch: first.etag });
  expect(await kindOf(finish(late))).toBe('conflict');
  expect(await kindOf(finish(store.get(context(), 'a', { ifMatch: first.etag })))).toBe('conflict');
  expect((await finish(store.get(context(), 'a', { ifMatch: second.etag }))).info.size).toBe(2);
});

test('of two writers who both saw nothing, one gets a conflict', async () => {
  const { store, context, finish } = createBench();
  const both = ['x', 'y'].map((contentId) =>
    kindOf(store.put(context(), 'a', { size: 1, contentId }, { ifAbsent: true })),
  );
  expect((await finish(Promise.all(both))).toSorted()).toEqual(['conflict', 'ok']);
});

test('pages of a list are the ordered keys, those of the run and those from before together', async () => {
  const { store, context, finish, s3 } = createBench({ baseLayer: tracks });
  s3.preload('audio/t7/2/160.ogg', { size: 1, contentId: 'new version' });
  s3.preload('audio/zebra', { size: 1, contentId: 'last' });
  await finish(store.delete(context(), 'audio/t70/1/96.ogg'));
  const expected = [...tracks.keys('audio/t7', '')]
    .filter((key) => key !== 'audio/t70/1/96.ogg')
    .concat('audio/t7/2/160.ogg')
    .sort();
  const keys: string[] = [];
  let after: string | null = '';
  while (after !== null) {
    const page: Awaited<ReturnType<typeof store.list>> = await finish(
      store.list(context(), { prefix: 'audio/t7', after, limit: 5 }),
    );
    expect(page.objects.length).toBeLessThanOrEqual(5);
    keys.push(...page.objects.map(({ key }) => key));
    after = page.next;
  }
  expect(keys).toEqual(expected);
  const all = await finish(store.list(context(), { prefix: '', limit: 1_000 }));
  expect(all.objects.at(-1)?.key).toBe('audio/zebra');
  expect(all.next).toBeNull();
});

test('requests that can never succeed are refused at once', async () => {
  const { store, context } = createBench();
  const object = { size: 1, contentId: 'x' };
  expect(await kindOf(store.put(context(), 'a', { ...object, size: -1 }))).toBe('invalid');
  expect(await kindOf(store.put(context(), 'a', { ...object, size: 1.5 }))).toBe('invalid');
  expect(await kindOf(store.put(context(), 'a', { ...object, size: 6e9 }))).toBe('invalid');
  expect(await kindOf(store.put(context(), '', object))).toBe('invalid');
  expect(await kindOf(store.get(context(), 'x'.repeat(1_025)))).toBe('invalid');
  expect(await kindOf(store.list(context(), { prefix: '', limit: 1_001 }))).toBe('invalid');
  expect(await kindOf(store.list(context(), { prefix: '', limit: 0 }))).toBe('invalid');
});

test('it behaves as a map of keys, whatever is written and deleted in which order', async () => {
  const step = fc.record({
    what: fc.constantFrom('put' as const, 'delete' as const, 'get' as const),
    key: fc.constantFrom('audio/t1/1/96.ogg', 'audio/t1/1/160.ogg', 'b', 'c/d', 'c/e'),
    content: fc.constantFrom('x', 'y', 'z'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const { store, context, finish } = createBench({ baseLayer: tracks, costs: false });
      const model = new Map<string, string>();
      for (const key of tracks.keys('audio/t1/', '')) model.set(key, key);
      for (const { what, key, content } of steps) {
        if (what === 'put') {
          await finish(store.put(context(), key, { size: 1, contentId: content }));
          model.set(key, content);
        } else if (what === 'delete') {
          await finish(store.delete(context(), key));
          model.delete(key);
        } else {
          const got = await finish(store.head(context(), key)).catch(() => undefined);
          expect(got?.contentId).toBe(model.get(key));
        }
      }
      for (const prefix of ['audio/t1/', 'b', 'c/']) {
        const { objects } = await finish(store.list(context(), { prefix, limit: 1_000 }));
        const expected = [...model.keys()].filter((key) => key.startsWith(prefix)).sort();
        expect(objects.map(({ key }) => key)).toEqual(expected);
      }
    }),
    { seed: 1, numRuns: 30 },
  );
});

test('its changes, put back into an empty store, make the same store; what is put back is no change', async () => {
  const { store, context, finish, s3 } = createBench({ baseLayer: tracks, costs: false });
  const changes: unknown[] = [];
  s3.durable.onChange((change) => changes.push(change));
  await finish(store.put(context(), 'b', { size: 7, contentId: 'x', maxAgeS: 60 }));
  await finish(store.put(context(), 'b', { size: 8, contentId: 'y' }));
  await finish(store.delete(context(), 'audio/t1/1/96.ogg'));
  expect(changes).toHaveLength(3);
  expect([...s3.durable.changes()]).toEqual(changes.slice(1));
  for (const told of [changes, [...s3.durable.changes()]]) {
    const next = createBench({ baseLayer: tracks, costs: false }).s3;
    next.durable.onChange(() => expect.unreachable());
    for (const change of structuredClone(told)) next.durable.restore(change);
    next.durable.restored();
    for (const key of ['b', 'audio/t1/1/96.ogg', 'audio/t1/1/160.ogg'])
      expect(next.inspect(key)).toEqual(s3.inspect(key));
  }
});

test('while the store is down requests fail at once, and its crash resets those in the air', async () => {
  const { s3, store, context, at, run } = createBench();
  const { machine } = s3.nodes[0]!;
  const outcomes: string[] = [];
  const note = (work: Promise<unknown>) =>
    void kindOf(work).then((kind) => {
      outcomes.push(kind);
    });
  at(1, () => note(store.put(context(), 'a', { size: 1, contentId: 'x' })));
  at(20, () => machine.crash());
  at(30, () => note(store.get(context(), 'a')));
  at(100, () => machine.restart());
  at(200, () => note(store.get(context(), 'a')));
  await run(2_000);
  expect(outcomes).toEqual(['reset', 'unavailable', 'not-found']);
});

test('who gives up hears it at once, and what was lost on the way leaves nothing behind', async () => {
  const { s3, store, context, at, run, network, client, simulation } = createBench();
  s3.preload('a', { size: 1, contentId: 'x' });
  network.setFault(client.id, s3.nodes[0]!.machine.id, { partitioned: true });
  const outcomes: string[] = [];
  for (let i = 0; i < 3; i++) {
    const asked = context();
    at(1 + i, () =>
      kindOf(store.get(asked, 'a')).then((kind) => {
        outcomes.push(kind);
      }),
    );
    at(50 + i, () => asked.cancel(new PortError('deadline-exceeded', 'test', false)));
  }
  await run(1_000);
  expect(outcomes).toEqual(Array(3).fill('deadline-exceeded'));
  expect(simulation.unanswered().size).toBe(0);
});
