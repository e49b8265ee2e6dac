import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PortError } from '../../ports/errors.ts';
import { MILLISECOND } from '../../runtime/kernel/index.ts';
import { outcomeOf } from '../test-support.ts';
import { bookedNs, setUp } from './test-playlists.ts';

const PROTECTIONS = ['none', 'lock', 'stale-while-revalidate', 'xfetch'] as const;
type Setup = ReturnType<typeof setUp>;

const cached = (stampedeProtection: (typeof PROTECTIONS)[number], set: Parameters<typeof setUp>[0] = {}) =>
  setUp({ cache: 'cache-aside', cacheTtlMs: 2_000, stampedeProtection, ...set });

/** `count` readers over three instances, `gapMs` apart; resolves to the slowest answer in ms. */
async function readers({ bench, instance }: Setup, count: number, gapMs: number): Promise<number> {
  const instances = [instance(1), instance(2), instance(3)];
  const { simulation } = bench;
  let slowestNs = 0;
  const answers: Promise<void>[] = [];
  for (let i = 0; i < count; i++) {
    const beganNs = simulation.nowNs;
    const done = instances[i % 3]!.get(`l${i}`).then(() => {
      slowestNs = Math.max(slowestNs, simulation.nowNs - beganNs);
    });
    answers.push(done);
    await bench.run(gapMs / 1000);
  }
  await bench.finish(Promise.all(answers));
  return slowestNs / MILLISECOND;
}

for (const protection of PROTECTIONS) {
  test(`${protection}: what was read once comes from the cache until it expires`, async () => {
    const setup = cached(protection);
    const { bench, get, rebuilds } = setup;
    const first = await bench.finish(get());
    for (let i = 0; i < 5; i++) expect(await bench.finish(get())).toEqual(first);
    expect(rebuilds()).toBe(1);
    await bench.run(5);
    await bench.finish(get());
    expect(rebuilds()).toBe(2);
  });

  test(`${protection}: an edit is seen by the next reader of any instance`, async () => {
    const { bench, get, add, instance } = cached(protection);
    await bench.finish(get());
    await bench.finish(add('t1'));
    expect((await bench.finish(instance(1).get())).trackIds).toContain('t1');
  });

  test(`${protection}: editors always find their own edits, whatever happens at the same time`, async () => {
    const step = fc.record({
      instance: fc.nat(2),
      kind: fc.constantFrom('add', 'read', 'read', 'read'),
      gapMs: fc.constantFrom(0, 0.3, 1, 3, 10),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 20, maxLength: 40 }),
        fc.nat(1_000),
        async (steps, seed) => {
          const { bench, instance } = setUp(
            { cache: 'cache-aside', stampedeProtection: protection, cacheTtlMs: 40 },
            seed,
          );
          const instances = [instance(1), instance(2), instance(3)];
          const missing: string[] = [];
          const editThenRead = async (editor: number, track: string) => {
            const { snapshot } = await instances[editor]!.add(track);
            const { trackIds } = await instances[(editor + 1) % 3]!.get('l1', snapshot);
            if (!trackIds.includes(track)) missing.push(track);
          };
          const all: Promise<unknown>[] = [];
          for (const [i, { instance: number, kind, gapMs }] of steps.entries()) {
            all.push(kind === 'add' ? editThenRead(number, `t${i}`) : instances[number]!.get(`l${i}`));
            await bench.run(gapMs / 1000);
          }
          await bench.finish(Promise.all(all));
          expect(missing).toEqual([]);
        },
      ),
      { seed: 11, numRuns: 15 },
    );
  });

  test(`${protection}: while the cache is down, readers are served from the database`, async () => {
    const { bench, get, redis, rebuilds } = cached(protection);
    redis.nodes[0]!.machine.crash();
    for (let i = 0; i < 3; i++) await bench.finish(get());
    expect(rebuilds()).toBe(3);
  });
}

test('without protection everybody who misses rebuilds; a lock and a stale value let one, chance a few', async () => {
  const rebuilds: Record<string, number> = {};
  for (const protection of PROTECTIONS) {
    const setup = cached(protection);
    await setup.bench.finish(setup.get());
    // 1,000 readers a second for more than one TTL: the value expires amid them.
    await readers(setup, 2_400, 1);
    rebuilds[protection] = setup.rebuilds() - 1;
  }
  expect(rebuilds.none).toBeGreaterThanOrEqual(3);
  expect(rebuilds.lock).toBe(1);
  expect(rebuilds['stale-while-revalidate']).toBe(1);
  expect(rebuilds.xfetch).toBeGreaterThanOrEqual(1);
  expect(rebuilds.xfetch).toBeLessThanOrEqual(3);
});

test('XFetch: an expiry amid many readers costs e^(1/beta) rebuilds, give or take a third', async () => {
  for (const xfetchBeta of [1, 2, 4]) {
    const expiries = 40;
    const setup = cached('xfetch', { cacheTtlMs: 400, xfetchBeta });
    const { bench, get, rebuilds } = setup;
    await bench.finish(get());
    const before = rebuilds();
    await readers(setup, expiries * 1_000, 0.4);
    const perExpiry = (rebuilds() - before) / expiries;
    expect(
      Math.abs(perExpiry / Math.exp(1 / xfetchBeta) - 1),
      `${perExpiry} at beta ${xfetchBeta}`,
    ).toBeLessThan(1 / 3);
  }
});

test('a cold miss under the lock is one rebuild, and those who wait book their waiting', async () => {
  const { bench, instance, rebuilds } = cached('lock');
  const [holder, waiter] = [instance(1), instance(2)];
  const all = [holder.get()];
  await bench.run(0.0012);
  const context = waiter.context();
  const beganNs = bench.simulation.nowNs;
  let tookNs = 0;
  all.push(
    waiter.get('l2', 0, 'hot', context).then((playlist) => {
      tookNs = bench.simulation.nowNs - beganNs;
      return playlist;
    }),
  );
  const [first, second] = await bench.finish(Promise.all(all));
  expect(second).toEqual(first);
  expect(rebuilds()).toBe(1);
  expect(tookNs).toBeGreaterThanOrEqual(20 * MILLISECOND);
  expect(bookedNs(context)).toBe(tookNs);
});

test('when the holder of the lock dies, the next one takes over after the lock’s TTL, and still only one', async () => {
  const { bench, instance, rebuilds } = cached('lock');
  const [holder, second, third] = [instance(1), instance(2), instance(3)];
  void holder.get();
  await bench.run(0.0015);
  holder.machine.crash();
  const beganNs = bench.simulation.nowNs;
  const waiting = Promise.all(Array.from({ length: 10 }, (_, i) => (i % 2 ? second : third).get(`l${i}`)));
  const answers = await bench.finish(waiting);
  expect(answers).toHaveLength(10);
  expect(bench.simulation.nowNs - beganNs).toBeGreaterThan(300 * MILLISECOND);
  // The dead holder's own read, and one more.
  expect(rebuilds()).toBeLessThanOrEqual(2);
});

test('a rebuild that fails frees the lock at once', async () => {
  const { bench, get, redis } = cached('lock');
  expect(await bench.finish(outcomeOf(get('l1', 0, 'nobody')))).toBe('not-found');
  await bench.run(0.05);
  expect(redis.inspectKeys()).toEqual([]);
});

test('stale-while-revalidate: nobody waits when a value has expired', async () => {
  const setup = cached('stale-while-revalidate');
  await setup.bench.finish(setup.get());
  await setup.bench.run(2.1);
  const before = setup.rebuilds();
  const slowestMs = await readers(setup, 50, 1);
  expect(setup.rebuilds()).toBe(before + 1);
  expect(slowestMs).toBeLessThan(3);
});

/** An instance whose way to the cache is 60 ms long: what it read from the database is old when it stores it. */
function slowInstance({ bench, redis, instance }: Setup, number: number) {
  const slow = instance(number);
  const caches = redis.nodes.map(({ machine }) => machine);
  bench.slowDown(slow.machine, caches, 60);
  return slow;
}

test('under the lock a rebuild that began before an edit leaves nothing old behind', async () => {
  const setup = cached('lock', { cacheTtlMs: 60_000 });
  const { bench, instance, redis } = setup;
  const [slow, editor] = [slowInstance(setup, 1), instance(2)];
  // GET, SET NX and GET again: it reads the database after 180 ms and stores what it read after 240 ms.
  const reading = slow.get();
  await bench.run(0.2);
  await bench.finish(editor.add('t1'));
  expect((await bench.finish(reading)).trackIds).not.toContain('t1');
  await bench.run(0.1);
  expect(redis.inspectKeys()).toEqual([]);
  expect((await bench.finish(instance(3).get())).trackIds).toContain('t1');
});

test('nor does one whose reader gives up, whenever that is', async () => {
  const stale: number[] = [];
  for (let gaveUpMs = 205; gaveUpMs <= 330; gaveUpMs += 5) {
    const setup = cached('lock', { cacheTtlMs: 60_000 });
    const { bench, instance } = setup;
    const [slow, editor] = [slowInstance(setup, 1), instance(2)];
    const context = slow.context();
    const reading = outcomeOf(slow.get('l1', 0, 'hot', context));
    await bench.run(0.2);
    const editing = editor.add('t1');
    bench.simulation.after((gaveUpMs - 200) * MILLISECOND, () =>
      context.cancel(new PortError('cancelled', 'page', false)),
    );
    await bench.finish(editing);
    await bench.finish(reading);
    // As long as a lock lasts, and more.
    await bench.run(0.6);
    if (!(await bench.finish(instance(3).get())).trackIds.includes('t1')) stale.push(gaveUpMs);
  }
  expect(stale).toEqual([]);
});

test('an editor whose write took long is not shown what was read meanwhile, though a later edit is in it', async () => {
  const setup = cached('none', { cacheTtlMs: 60_000 });
  const { bench, instance, cassandra } = setup;
  const [slow, first, second] = [slowInstance(setup, 1), instance(2), instance(3)];
  bench.slowDown(
    first.machine,
    cassandra.nodes.map(({ machine }) => machine),
    100,
  );
  const firstEdit = first.add('t1');
  await bench.run(0.001);
  const secondEdit = second.add('t2');
  await bench.run(0.001);
  const reading = slow.get();
  const { snapshot } = await bench.finish(firstEdit);
  expect((await secondEdit).snapshot).toBeGreaterThan(snapshot);
  expect((await bench.finish(reading)).trackIds).toEqual(['t2', 'old3', 'old2', 'old1']);
  expect((await bench.finish(second.get('l1', snapshot))).trackIds).toContain('t1');
});

test('an editor does not wait for what others rebuild under the lock', async () => {
  const setup = cached('lock', { cacheTtlMs: 60_000 });
  const { bench, instance } = setup;
  const [slow, slower, editor] = [slowInstance(setup, 1), slowInstance(setup, 2), instance(3)];
  const all = [slow.get()];
  await bench.run(0.08);
  all.push(slower.get());
  await bench.run(0.11);
  const { snapshot } = await bench.finish(editor.add('t1'));
  // Now `slower` has the lock that the edit freed, and `slow` is about to store what it read before the edit.
  const beganNs = bench.simulation.nowNs;
  expect((await bench.finish(editor.get('l1', snapshot))).trackIds).toContain('t1');
  expect(bench.simulation.nowNs - beganNs).toBeLessThanOrEqual(20 * MILLISECOND);
  await bench.finish(Promise.all(all));
});
