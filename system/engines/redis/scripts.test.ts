import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeyedRandom, MILLISECOND } from '../../runtime/kernel/index.ts';
import type { CacheList } from './cache-list.ts';
import { FURTHER_CALL_NS, PUSH_CALLS } from './cost.ts';
import { Keyspace } from './keyspace.ts';
import { pushBounded, setNewer } from './scripts.ts';
import { createBench } from './test-support.ts';

interface Value {
  readonly at: number;
  readonly id: number;
}

function createKeys(maxBytes = 1e9) {
  const random = new KeyedRandom(3, 'script test').stream(0);
  return new Keyspace({ maxBytes, policy: 'noeviction', samples: 5, random });
}

const push = (keys: Keyspace, values: readonly Value[], nowNs = 0, keep = 5) =>
  pushBounded(
    keys,
    {
      name: 'push-bounded',
      lists: [{ key: 'l', values, bytes: 10 }],
      by: 'at',
      id: 'id',
      keep,
      ttlMs: 1_000,
    },
    nowNs,
  );

const listed = (keys: Keyspace, nowNs = 0) =>
  (keys.find('l', nowNs)?.value as CacheList | undefined)?.first(Number.POSITIVE_INFINITY);

test('a bounded list holds the newest, newest first, each once, in whatever order and however often they come', () => {
  const value = fc.record({ at: fc.integer({ min: 0, max: 20 }), id: fc.integer({ min: 0, max: 30 }) });
  const distinct = fc.uniqueArray(value, { selector: ({ id }) => id, maxLength: 20 });
  const shuffled = distinct.chain((values) =>
    fc.tuple(
      fc.constant(values),
      fc.shuffledSubarray([...values, ...values], { minLength: 2 * values.length }),
    ),
  );
  fc.assert(
    fc.property(shuffled, fc.integer({ min: 1, max: 7 }), ([values, pushed], keep) => {
      const keys = createKeys();
      for (let i = 0; i < pushed.length; i += keep) push(keys, pushed.slice(i, i + keep), 0, 5);
      const newest = values.toSorted((a, b) => b.at - a.at || b.id - a.id).slice(0, 5);
      expect(listed(keys) ?? []).toEqual(newest);
      let sum = 0;
      for (const entry of keys.live(0)) sum += entry.totalBytes;
      expect(keys.usedBytes).toBe(sum);
    }),
    { seed: 11 },
  );
});

test('the TTL of a bounded list begins anew with each push', () => {
  const keys = createKeys();
  push(keys, [{ at: 1, id: 1 }]);
  push(keys, [{ at: 2, id: 2 }], 900 * MILLISECOND);
  expect(listed(keys, 1_800 * MILLISECOND)).toHaveLength(2);
  expect(listed(keys, 1_900 * MILLISECOND)).toBeUndefined();
  expect(keys.usedBytes).toBe(0);
});

test('a versioned value gives way to a higher version only', () => {
  const keys = createKeys();
  const set = (version: number, text: string) =>
    setNewer(
      keys,
      { name: 'set-newer', entries: [{ key: 'v', value: { version, text } as never, bytes: 5 }], ttlMs: 10 },
      0,
    );
  for (const [version, text] of [
    [2, 'b'],
    [1, 'a'],
    [2, 'again'],
    [3, 'c'],
  ] as const)
    expect(set(version, text)).toBeNull();
  expect(keys.find('v', 0)?.value).toEqual({ version: 3, text: 'c' });
});

test('other kinds of values are left alone, and without room nothing is stored', () => {
  const keys = createKeys(150);
  keys.put('l', 'a text', 5, Number.POSITIVE_INFINITY, 0);
  expect(push(keys, [{ at: 1, id: 1 }])).toBe('wrong type');
  const entries = [{ key: 'l', value: { version: 1 }, bytes: 5 }];
  expect(setNewer(keys, { name: 'set-newer', entries, ttlMs: 10 }, 0)).toBe('wrong type');
  const full = createKeys(120);
  expect(push(full, [{ at: 1, id: 1 }])).toBeNull();
  expect(push(full, [{ at: 2, id: 2 }])).toBe('no memory');
  expect(listed(full)).toEqual([{ at: 1, id: 1 }]);
  const others = [{ ...entries[0]!, key: 'm' }];
  expect(setNewer(full, { name: 'set-newer', entries: others, ttlMs: 10 }, 0)).toBe('no memory');
});

test('one command carries the pushes of many listeners, for a fraction of as many commands', async () => {
  const bench = createBench();
  const machine = bench.machine('recently-played');
  const cache = bench.redis.connect(machine);
  const lists = Array.from({ length: 50 }, (_, i) => ({
    key: `recent:${i}`,
    values: [{ at: i, id: i }],
    bytes: 40,
  }));
  const script = { name: 'push-bounded', lists, by: 'at', id: 'id', keep: 50, ttlMs: 60_000 } as const;
  const outcomes: unknown[] = [];
  bench.at(0, async () => outcomes.push(await cache.evaluate(bench.context(machine), script)));
  bench.at(50, async () => outcomes.push(await cache.range(bench.context(machine), 'recent:7', 5)));
  bench.at(60, async () => {
    const wrong = { ...script, keep: 0 };
    await cache.evaluate(bench.context(machine), wrong).catch(({ kind }) => outcomes.push(kind));
  });
  await bench.run(100);
  expect(outcomes).toEqual([true, [{ at: 7, id: 7 }], 'invalid']);
  const busyNs = bench.redis.nodes[0]!.stations[0]!.read().busyNs;
  expect(busyNs).toBeGreaterThan(49 * PUSH_CALLS * FURTHER_CALL_NS * 0.3);
  expect(busyNs).toBeLessThan(50 * 25_000);
});
