import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Zipf } from '../../../fixtures/zipf.ts';
import { KeyedRandom, SECOND } from '../../runtime/kernel/index.ts';
import { EXPIRE_SAMPLE_NS, KEY_OVERHEAD_BYTES } from './cost.ts';
import { EVICTION_POLICIES, type EvictionPolicy } from './eviction.ts';
import { Keyspace } from './keyspace.ts';

const NEVER = Number.POSITIVE_INFINITY;

function create(policy: EvictionPolicy, maxBytes: number) {
  const random = new KeyedRandom(3, 'keyspace test');
  return { keys: new Keyspace({ maxBytes, policy, samples: 5, random: random.stream(0) }), random };
}

/** Bytes of a value so that it takes `total` with its key and overhead. */
const valueBytes = (key: string, total: number) => total - KEY_OVERHEAD_BYTES - key.length;

test('memory never exceeds the limit, and its count is that of the keys, under every policy', () => {
  const policy = fc.constantFrom(...EVICTION_POLICIES);
  const operation = fc.record({
    what: fc.constantFrom('put' as const, 'resize' as const, 'find' as const, 'cycle' as const),
    key: fc.integer({ min: 0, max: 15 }),
    bytes: fc.integer({ min: 0, max: 700 }),
    ttl: fc.option(fc.integer({ min: 1, max: 20 }), { nil: null }),
  });
  fc.assert(
    fc.property(policy, fc.array(operation, { maxLength: 120 }), (kind, operations) => {
      const { keys } = create(kind, 1_500);
      // Values of keys without a TTL, which a policy for the others must leave alone.
      const lasting = new Map<string, number>();
      operations.forEach(({ what, key, bytes, ttl }, i) => {
        const nowNs = i * SECOND;
        const name = `key-${key}`;
        if (what === 'put') {
          const stored = keys.put(name, i, bytes, ttl === null ? NEVER : nowNs + ttl * SECOND, nowNs);
          expect(keys.find(name, nowNs)?.value === i).toBe(stored);
          if (stored && ttl === null) lasting.set(name, i);
          else if (stored) lasting.delete(name);
        }
        const entry = keys.find(name, nowNs);
        if (what === 'resize' && entry !== undefined) {
          const before = entry.bytes;
          const grown = keys.resize(entry, bytes, nowNs);
          expect(keys.find(name, nowNs)?.bytes).toBe(grown ? bytes : before);
        }
        if (what === 'cycle') keys.expireCycle(nowNs);
        expect(keys.usedBytes).toBeLessThanOrEqual(1_500);
        if (kind === 'noeviction') expect(keys.evictions).toBe(0);
        if (!kind.startsWith('allkeys'))
          for (const [kept, value] of lasting) expect(keys.find(kept, nowNs)?.value).toBe(value);
      });
      keys.expireCycle(1e6 * SECOND);
      let sum = 0;
      for (const entry of keys.live(-1)) sum += entry.totalBytes;
      expect(keys.usedBytes).toBe(sum);
    }),
    { numRuns: 300 },
  );
});

test('each key keeps its own times, whatever else comes, goes, finds no room or is cleared away', () => {
  const operation = fc.record({
    what: fc.constantFrom(
      'put' as const,
      'put' as const,
      'remove' as const,
      'expireAt' as const,
      'clear' as const,
    ),
    key: fc.integer({ min: 0, max: 9 }),
    ttl: fc.option(fc.integer({ min: 1, max: 1_000 }), { nil: null }),
  });
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 150 }), (operations) => {
      const { keys } = create('noeviction', 6 * valueBytes('k', 200));
      const model = new Map<string, { expiresNs: number; usedNs: number }>();
      operations.forEach(({ what, key, ttl }, i) => {
        // All of them long before any of the keys expires.
        const nowNs = i;
        const name = `k${key}`;
        const expiresNs = ttl === null ? NEVER : ttl * SECOND;
        const entry = model.has(name) ? keys.find(name, nowNs) : undefined;
        if (entry !== undefined) model.get(name)!.usedNs = nowNs;
        if (what === 'put') {
          if (keys.put(name, i, 100, expiresNs, nowNs)) model.set(name, { expiresNs, usedNs: nowNs });
        } else if (what === 'clear' && ttl === null) {
          keys.clear();
          model.clear();
        } else if (what === 'remove' && entry !== undefined) {
          keys.remove(entry);
          model.delete(name);
        } else if (what === 'expireAt' && entry !== undefined) {
          keys.expireAt(entry, (ttl ?? 1) * SECOND);
          model.get(name)!.expiresNs = (ttl ?? 1) * SECOND;
        }
        const held = Array.from(keys.live(nowNs), (one) => [one.key, one.expiresNs, one.usedNs] as const);
        expect(held.sort()).toEqual(
          Array.from(model, ([of, times]) => [of, times.expiresNs, times.usedNs] as const).sort(),
        );
      });
    }),
    { seed: 9, numRuns: 200 },
  );
});

test('sampled LRU comes close to exact LRU: a Zipf stream hits as often within three points', () => {
  const { keys, random } = create('allkeys-lru', 2_000 * 200);
  const zipf = new Zipf(20_000, 1);
  let hits = 0;
  for (let i = 0; i < 160_000; i++) {
    const key = `object-${zipf.sample(random, i)}`;
    if (keys.find(key, i) !== undefined) hits += i < 60_000 ? 0 : 1;
    else keys.put(key, i, valueBytes(key, 200), NEVER, i);
  }
  // The Che approximation gives 0.697 for exact LRU at s = 1.0 and 10 %.
  expect(Math.abs(hits / 100_000 - 0.697)).toBeLessThan(0.03);
  expect(keys.size).toBe(2_000);
});

test('LFU keeps what is used often through a scan that would wash it out of LRU', () => {
  const survivors = (policy: EvictionPolicy) => {
    const { keys } = create(policy, 1_000 * 200);
    let nowNs = 0;
    const use = (key: string) => {
      nowNs += 1_000;
      if (keys.find(key, nowNs) === undefined) keys.put(key, 1, valueBytes(key, 200), NEVER, nowNs);
    };
    for (let round = 0; round < 100; round++) for (let i = 0; i < 200; i++) use(`hot-${i}`);
    for (let i = 0; i < 5_000; i++) use(`scan-${i}`);
    let count = 0;
    for (const { key } of keys.live(nowNs)) if (key.startsWith('hot')) count++;
    return count;
  };
  expect(survivors('allkeys-lfu')).toBeGreaterThan(190);
  expect(survivors('allkeys-lru')).toBeLessThan(20);
});

test('random eviction draws from all keys alike, used or not', () => {
  const { keys } = create('allkeys-random', 1_000 * 200);
  const put = (key: string) => keys.put(key, 1, valueBytes(key, 200), NEVER, 0);
  for (let i = 0; i < 1_000; i++) put(`old-${i}`);
  for (let i = 0; i < 1_000; i++) {
    for (let hot = 0; hot < 10; hot++) keys.find(`old-${hot}`, i);
    put(`new-${i}`);
  }
  expect(keys.evictions).toBe(1_000);
  // After as many evictions as there are keys, one in e is left: of the used ones too.
  const old = [...keys.live(0)].filter(({ key }) => key.startsWith('old')).length;
  expect(Math.abs(old / 1_000 - 1 / Math.E)).toBeLessThan(0.05);
});

test.each(['volatile-lru', 'volatile-lfu', 'volatile-random'] as const)(
  '%s takes keys with a TTL alone, and refuses when there is none',
  (policy) => {
    const { keys } = create(policy, 100 * 300);
    const put = (key: string, nowNs: number, ttl: boolean) =>
      keys.put(key, 1, valueBytes(key, ttl ? 268 : 300), ttl ? 1e6 * SECOND : NEVER, nowNs);
    for (let i = 0; i < 50; i++) put(`stays-${i}`, i, false);
    for (let i = 0; i < 50; i++) put(`ttl-${i}`, 50 + i, true);
    // Used again and again, and lately.
    for (let round = 0; round < 100; round++)
      for (let i = 0; i < 10; i++) keys.find(`ttl-${i}`, 1_000 + 10 * round + i);
    for (let i = 0; i < 40; i++) expect(put(`more-${i}`, 3_000, false)).toBe(true);
    const left = [...keys.live(0)].map(({ key }) => key);
    expect(left.filter((key) => !key.startsWith('ttl')).length).toBe(90);
    const used = left.filter((key) => /^ttl-\d$/.test(key)).length;
    expect(left.filter((key) => key.startsWith('ttl')).length).toBe(10);
    // Only five are looked at for an eviction: towards the end a used one may be the best of them.
    if (policy === 'volatile-random') expect(used).toBeLessThan(7);
    else expect(used).toBeGreaterThanOrEqual(8);
    for (let i = 40; i < 50; i++) expect(put(`more-${i}`, 3_000, false)).toBe(true);
    expect(put('last', 3_000, false)).toBe(false);
  },
);

test('volatile-ttl evicts what expires soonest, and refuses when no key has a TTL', () => {
  const { keys } = create('volatile-ttl', 20 * 200);
  for (let i = 0; i < 10; i++) keys.put(`stays-${i}`, i, valueBytes(`stays-${i}`, 200), NEVER, 0);
  // 32 more bytes for the TTL.
  for (let i = 0; i < 8; i++) keys.put(`ttl-${i}`, i, valueBytes(`ttl-${i}`, 200), (i + 1) * SECOND, 0);
  for (let i = 0; i < 8; i++)
    expect(keys.put(`more-${i}`, i, valueBytes(`more-${i}`, 200), NEVER, 0)).toBe(true);
  const left = [...keys.live(0)].map(({ key }) => key);
  expect(left.filter((key) => key.startsWith('stays')).length).toBe(10);
  for (let i = 8; i < 10; i++) keys.put(`more-${i}`, i, valueBytes(`more-${i}`, 200), NEVER, 0);
  expect(keys.put('last', 1, valueBytes('last', 300), NEVER, 0)).toBe(false);
  expect(keys.evictions).toBe(8);
});

test('a key is gone at its expiry, and the cycle finds what nobody asks for', () => {
  const { keys } = create('allkeys-lru', 1e9);
  const expired: string[] = [];
  keys.onExpire = (key) => expired.push(key);
  keys.put('asked', 1, 10, SECOND, 0);
  expect(keys.find('asked', SECOND - 1)?.value).toBe(1);
  expect(keys.find('asked', SECOND)).toBeUndefined();
  expect(expired).toEqual(['asked']);
  for (let i = 0; i < 1_000; i++) keys.put(`forgotten-${i}`, 1, 10, SECOND, 0);
  keys.put('alive', 1, 10, 100 * SECOND, 0);
  keys.expireCycle(2 * SECOND);
  expect(keys.volatile).toBeLessThan(30);
  expect(expired.length).toBe(keys.expirations);
});

test('the least recently used key may grow: another makes room, and the search for it ends', () => {
  const { keys } = create('allkeys-lru', 1_000);
  keys.put('oldest', 0, valueBytes('oldest', 300), NEVER, 0);
  for (let i = 0; i < 4; i++)
    keys.put(`newer-${i}`, i, valueBytes(`newer-${i}`, 150), NEVER, (100 + i) * SECOND);
  const oldest = [...keys.live(0)].find(({ key }) => key === 'oldest')!;
  expect(keys.resize(oldest, valueBytes('oldest', 900), 1_000 * SECOND)).toBe(true);
  expect([...keys.live(0)].map(({ key }) => key)).toEqual(['oldest']);
});

test('a cycle keeps to its time: a quarter of what is between two, and a millisecond for a fast one, every two', () => {
  const { keys } = create('noeviction', 1e12);
  for (let i = 0; i < 100_000; i++) keys.put(`k${i}`, 1, 10, SECOND, 0);
  const tookMs = (looked: number) => (looked * EXPIRE_SAMPLE_NS) / 1e6;
  // The time is looked at after every sixteen rounds of twenty keys: 0.16 ms.
  const within = (looked: number, ms: number) => {
    expect(tookMs(looked)).toBeGreaterThan(ms);
    expect(tookMs(looked)).toBeLessThan(ms + 0.17);
  };
  expect(keys.fastExpireCycle(2 * SECOND)).toBe(0);
  within(keys.expireCycle(2 * SECOND), 25);
  within(keys.fastExpireCycle(2 * SECOND), 1);
  expect(keys.fastExpireCycle(2 * SECOND + 1.9e6)).toBe(0);
  within(keys.fastExpireCycle(2 * SECOND + 2e6), 1);
});

test('a key that is always in use loses a point of its LFU counter each minute, read or written', () => {
  const usesAfter = (perMinute: number, minutes: number, write: boolean) => {
    const { keys } = create('allkeys-lfu', 1e9);
    keys.put('k', 1, 10, NEVER, 0);
    for (let i = 1; i <= perMinute * minutes; i++) {
      const nowNs = (i * 60 * SECOND) / perMinute;
      if (write) keys.put('k', 1, 10, NEVER, nowNs);
      else keys.find('k', nowNs);
    }
    return [...keys.live(0)][0]!.uses;
  };
  for (const write of [false, true]) {
    // Where the chance of one more, 1 / (10 · (counter − 5) + 1), gives one a minute: about 5 + 60 / 10 at one a second.
    expect(usesAfter(60, 8 * 60, write)).toBeGreaterThanOrEqual(6);
    expect(usesAfter(60, 8 * 60, write)).toBeLessThanOrEqual(15);
    expect(usesAfter(600, 8 * 60, write)).toBeGreaterThan(50);
    expect(usesAfter(600, 8 * 60, write)).toBeLessThan(80);
  }
});
