import { expect, test } from 'vitest';
import type { TokenGrant } from '../../ports/cache.ts';
import { PortError } from '../../ports/errors.ts';
import { MILLISECOND } from '../../runtime/kernel/index.ts';
import { createBench } from './test-support.ts';

const kindOf = (error: unknown) => (error instanceof PortError ? error.kind : String(error));

test('a value is there until its TTL has passed, and the observers see hit, miss and expiry', async () => {
  const bench = createBench();
  const machine = bench.machine('playlist');
  const cache = bench.redis.connect(machine);
  const gets: [string, boolean][] = [];
  const expired: string[] = [];
  bench.redis.onGet = (key, hit) => gets.push([key, hit]);
  bench.redis.onExpire = (key) => expired.push(key);
  const values: unknown[] = [];
  bench.at(0, () => {
    cache.set(bench.context(machine), 'a', { id: 1 }, { ttlMs: 1_000, bytes: 50 });
  });
  for (const ms of [500, 1_100])
    bench.at(ms, async () => values.push(await cache.get(bench.context(machine), 'a')));
  await bench.run(2_000);
  expect(values).toEqual([{ id: 1 }, undefined]);
  expect(gets).toEqual([
    ['a', true],
    ['a', false],
  ]);
  expect(expired).toEqual(['a']);
});

test('of many that set a key only if absent, one wins, and only its holder releases it', async () => {
  const bench = createBench();
  const winners: number[] = [];
  const released: [number, boolean][] = [];
  for (let i = 0; i < 50; i++) {
    const machine = bench.machine(`playlist-${i}`);
    const cache = bench.redis.connect(machine);
    bench.at(0, async () => {
      const options = { onlyIfAbsent: true, ttlMs: 5_000, bytes: 10 };
      if (await cache.set(bench.context(machine), 'lock', i, options)) winners.push(i);
    });
    bench.at(100, async () => {
      const script = { name: 'delete-if-equal', key: 'lock', value: i } as const;
      if (await cache.evaluate(bench.context(machine), script)) released.push([i, true]);
    });
  }
  await bench.run(1_000);
  expect(winners.length).toBe(1);
  expect(released).toEqual([[winners[0], true]]);
  expect(bench.redis.inspectKeys()).toEqual([]);
});

test('a lock whose holder crashed is free again after its TTL', async () => {
  const bench = createBench();
  const [holder, other] = [bench.machine('holder'), bench.machine('other')];
  const options = { onlyIfAbsent: true, ttlMs: 1_000, bytes: 10 };
  const outcomes: boolean[] = [];
  bench.at(0, () => bench.redis.connect(holder).set(bench.context(holder), 'lock', 1, options));
  bench.at(10, () => holder.crash());
  for (const ms of [500, 1_500])
    bench.at(ms, async () => {
      outcomes.push(await bench.redis.connect(other).set(bench.context(other), 'lock', 2, options));
    });
  await bench.run(2_000);
  expect(outcomes).toEqual([false, true]);
});

test('a token bucket lets its capacity through at once and then its rate, and says when to come again', async () => {
  const bench = createBench();
  const machine = bench.machine('gateway');
  const cache = bench.redis.connect(machine);
  const grants: TokenGrant[] = [];
  const take = (nowMs: number) => async () => {
    const bucket = {
      name: 'take-token',
      key: 'limit',
      capacity: 10,
      refillPerSecond: 5,
      take: 1,
      nowMs,
    } as const;
    grants.push((await cache.evaluate(bench.context(machine), bucket)) as TokenGrant);
  };
  for (let i = 0; i < 15; i++) bench.at(0, take(0));
  for (let ms = 100; ms <= 4_000; ms += 100) bench.at(ms, take(ms));
  await bench.run(5_000);
  const allowed = grants.filter((grant) => grant.allowed).length;
  expect(grants.slice(0, 15).filter((grant) => grant.allowed).length).toBe(10);
  // 10 at once and 5 a second for four seconds.
  expect(allowed).toBe(30);
  const refused = grants.slice(0, 15).find((grant) => !grant.allowed);
  expect(refused).toEqual({ allowed: false, retryAfterMs: 200, refusedBy: 'limit' });
});

test('of two buckets both have to have a token, and the one that takes longer says when to come again', async () => {
  const bench = createBench();
  const machine = bench.machine('gateway');
  const cache = bench.redis.connect(machine);
  const take = (key: string) => async () => {
    const shared = { key: 'all', capacity: 3, refillPerSecond: 0.5 };
    const own = { key, capacity: 2, refillPerSecond: 5, take: 1, nowMs: 0 };
    return cache.evaluate(bench.context(machine), { name: 'take-token', ...own, and: shared });
  };
  const grants: unknown[] = [];
  const order = ['a', 'a', 'a', 'b', 'b', 'a'];
  for (const [i, key] of order.entries()) bench.at(i * 10, async () => void grants.push(await take(key)()));
  await bench.run(100);
  const allowed = { allowed: true, retryAfterMs: 0 };
  expect(grants).toEqual([
    allowed,
    allowed,
    // What its own bucket refused, the other one has not lost.
    { allowed: false, retryAfterMs: 200, refusedBy: 'a' },
    allowed,
    { allowed: false, retryAfterMs: 2_000, refusedBy: 'all' },
    { allowed: false, retryAfterMs: 2_000, refusedBy: 'all' },
  ]);
});

test('counters count without losing a step, and their TTL runs from their creation', async () => {
  const bench = createBench();
  let largest = 0;
  for (let i = 0; i < 40; i++) {
    const machine = bench.machine(`gateway-${i}`);
    const cache = bench.redis.connect(machine);
    bench.at(i * 10, async () => {
      const count = await cache.increment(bench.context(machine), 'window', 1, 1_000);
      largest = Math.max(largest, count);
    });
  }
  await bench.run(900);
  expect(largest).toBe(40);
  await bench.run(1_200);
  expect(bench.redis.inspectKeys()).toEqual([]);
});

test('a list keeps the newest, newest first, and its memory follows', async () => {
  const bench = createBench();
  const machine = bench.machine('listening');
  const cache = bench.redis.connect(machine);
  const lengths: number[] = [];
  let range: readonly unknown[] = [];
  for (let i = 0; i < 8; i++)
    bench.at(i, async () => {
      lengths.push(await cache.pushFront(bench.context(machine), 'recent', i, 5, 20));
    });
  bench.at(100, async () => {
    range = await cache.range(bench.context(machine), 'recent', 3);
  });
  await bench.run(200);
  expect(lengths.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 5, 5, 5]);
  expect(range.length).toBe(3);
  expect(bench.redis.inspectKeys()[0]!.bytes).toBe(5 * (20 + 11));
});

test('a command on another kind of value is invalid', async () => {
  const bench = createBench();
  const machine = bench.machine('listening');
  const cache = bench.redis.connect(machine);
  const kinds: string[] = [];
  bench.at(0, () => cache.set(bench.context(machine), 'text', 'x', { bytes: 1 }));
  bench.at(10, () => {
    cache.increment(bench.context(machine), 'text', 1).catch((error) => kinds.push(kindOf(error)));
    cache.pushFront(bench.context(machine), 'text', 1, 5, 1).catch((error) => kinds.push(kindOf(error)));
    cache.range(bench.context(machine), 'text', 1).catch((error) => kinds.push(kindOf(error)));
  });
  await bench.run(100);
  expect(kinds).toEqual(['invalid', 'invalid', 'invalid']);
});

test('one thread serves all: a thousand commands at once take a thousand times one, and parts add up', async () => {
  const bench = createBench();
  const machines = Array.from({ length: 10 }, (_, i) => bench.machine(`client-${i}`));
  const contexts: ReturnType<typeof bench.context>[] = [];
  const times: number[] = [];
  bench.at(0, () => {
    for (let i = 0; i < 1_000; i++) {
      const machine = machines[i % 10]!;
      const context = bench.context(machine);
      contexts.push(context);
      bench.redis
        .connect(machine)
        .get(context, `key-${i}`)
        .then(() => {
          times[i] = bench.simulation.nowNs;
        });
    }
  });
  await bench.run(1_000);
  const { busyNs } = bench.redis.nodes[0]!.stations[0]!.read();
  expect(Math.abs(busyNs / 10e6 - 1)).toBeLessThan(0.1);
  expect(Math.max(...times)).toBeGreaterThan(busyNs);
  contexts.forEach((context, i) => {
    const parts = (context.trace as unknown as { partsNs: number[] }).partsNs;
    expect(parts.reduce((sum, ns) => sum + ns, 0)).toBe(times[i]);
  });
});

test('one core does about 100,000 simple commands a second', () => {
  // Redis documentation, benchmarks: 110,000 SET and 81,000 GET a second without pipelining.
  const bench = createBench();
  const machine = bench.machine('client');
  const cache = bench.redis.connect(machine);
  for (let i = 0; i < 2_000; i++) cache.get(bench.context(machine), `key-${i}`);
  bench.simulation.advance(1e9, () => {});
  const { busyNs, completions } = bench.redis.nodes[0]!.stations[0]!.read();
  const perSecond = (completions * 1e9) / busyNs;
  expect(perSecond).toBeGreaterThan(81_000);
  expect(perSecond).toBeLessThan(110_000);
});

test('connections beyond the limit are refused until others close', async () => {
  const bench = createBench({ knobs: { maxClients: 10, connectionsPerClient: 5 } });
  const machines = [0, 1, 2].map((i) => bench.machine(`client-${i}`));
  const caches = machines.map((machine) => bench.redis.connect(machine));
  const outcomes: string[] = [];
  const get = (i: number) => () => {
    caches[i]!.get(bench.context(machines[i]!), 'a').then(
      () => outcomes.push(`${i} served`),
      (error) => outcomes.push(`${i} ${kindOf(error)}`),
    );
  };
  for (const [ms, i] of [
    [0, 0],
    [10, 1],
    [20, 2],
  ] as const)
    bench.at(ms, get(i));
  bench.at(30, () => machines[0]!.crash());
  bench.at(40, get(2));
  await bench.run(100);
  expect(outcomes).toEqual(['0 served', '1 served', '2 overloaded', '2 served']);
});

test('without pipelining commands wait for a free connection, and one that was given up is never sent', async () => {
  const bench = createBench({ knobs: { pipelining: false, connectionsPerClient: 2 } });
  const machine = bench.machine('client');
  const cache = bench.redis.connect(machine);
  let served = 0;
  let refused = 0;
  bench.at(0, () => {
    for (let i = 0; i < 10; i++) {
      const context = bench.context(machine);
      cache.get(context, `key-${i}`).then(
        () => served++,
        () => refused++,
      );
      if (i === 9) context.cancel(new PortError('cancelled', 'test', true));
    }
  });
  await bench.run(100);
  expect([served, refused, bench.redis.nodes[0]!.requests()]).toEqual([9, 1, 9]);
});

test('a full cache refuses writes under noeviction and goes on reading', async () => {
  const bench = createBench({ knobs: { maxMemoryBytes: 1_000, evictionPolicy: 'noeviction' } });
  const machine = bench.machine('client');
  const cache = bench.redis.connect(machine);
  const outcomes: string[] = [];
  for (let i = 0; i < 3; i++)
    bench.at(i * 10, () => {
      cache.set(bench.context(machine), `key-${i}`, i, { bytes: 400 }).then(
        () => outcomes.push('stored'),
        (error) => outcomes.push(kindOf(error)),
      );
    });
  bench.at(50, async () => outcomes.push(`read ${await cache.get(bench.context(machine), 'key-1')}`));
  await bench.run(100);
  expect(outcomes).toEqual(['stored', 'stored', 'overloaded', 'read 1']);
});

test('a crash loses all keys, resets what was being served, and is unavailable until the restart', async () => {
  const bench = createBench({ knobs: { commandMicros: 20_000 } });
  const machine = bench.machine('client');
  const cache = bench.redis.connect(machine);
  bench.redis.preload('a', 1, { bytes: 10 });
  const outcomes: string[] = [];
  const get = () => {
    cache.get(bench.context(machine), 'a').then(
      (value) => outcomes.push(`value ${value}`),
      (error) => outcomes.push(`${kindOf(error)} ${error.definite}`),
    );
  };
  const server = bench.redis.nodes[0]!.machine;
  bench.at(0, get);
  bench.at(200, get);
  bench.at(205, () => server.crash());
  bench.at(300, get);
  bench.at(400, () => server.restart());
  bench.at(500, get);
  await bench.run(1_000);
  expect(outcomes).toEqual(['value 1', 'reset false', 'unavailable true', 'value undefined']);
});

test('a lost segment is sent again, and a pause of the server delays everybody', async () => {
  const bench = createBench();
  const machine = bench.machine('client');
  const server = bench.redis.nodes[0]!.machine;
  const cache = bench.redis.connect(machine);
  const times: number[] = [];
  const get = async () => {
    const sinceMs = bench.ms();
    await cache.get(bench.context(machine), 'a');
    times.push(bench.ms() - sinceMs);
  };
  bench.at(0, () => bench.network.setFault(machine.id, server.id, { partitioned: true }));
  bench.at(1, get);
  bench.at(100, () => bench.network.setFault(machine.id, server.id, null));
  bench.at(1_000, () => server.pause(300 * MILLISECOND));
  bench.at(1_001, get);
  await bench.run(2_000);
  expect(Math.round(times[0]! / 100)).toBe(2);
  expect(Math.round(times[1]! / 100)).toBe(3);
});

test('expired keys are dropped as commands come, at the cost of the thread, and a server without any looks for none', async () => {
  const bench = createBench({ knobs: { evictionPolicy: 'noeviction' } });
  const { redis, at } = bench;
  const client = bench.machine('app');
  const cache = redis.connect(client);
  for (let ms = 0; ms < 20_000; ms++)
    at(ms, () => {
      for (let i = 0; i < 5; i++)
        void cache.set(bench.context(client), `k${ms * 5 + i}`, 1, { bytes: 100, ttlMs: 4_000 });
    });
  let dead = 1;
  at(19_900, () => {
    const live = redis.inspectKeys().reduce((sum, { key }) => sum + key.length + 56 + 32 + 100, 0);
    dead = 1 - live / redis.usedBytes;
  });
  // All are dropped in the end, and then nothing is scheduled any more.
  expect(await bench.run(600_000)).toBe('empty');
  expect(dead).toBeGreaterThan(0.04);
  expect(dead).toBeLessThan(0.13);
  expect(redis.usedBytes).toBe(0);
  const { busyNs } = redis.nodes[0]!.stations[0]!.read();
  // 100,000 commands of 10 µs and a little for their bytes, and each key looked at once at least, for 0.5 µs.
  expect(busyNs / 1e9).toBeGreaterThan(1 + 0.05);
  expect(busyNs / 1e9).toBeLessThan(1.5);
});

test('gauges show hit rate, memory, evictions, rate and utilisation; a flush empties the cache', async () => {
  const bench = createBench({ knobs: { maxMemoryBytes: 10_000 } });
  const machine = bench.machine('client');
  const cache = bench.redis.connect(machine);
  for (let i = 0; i < 100; i++)
    bench.at(i, () => cache.set(bench.context(machine), `key-${i}`, i, { bytes: 200 }));
  for (let i = 0; i < 100; i++) bench.at(200 + i, () => cache.get(bench.context(machine), `key-${i}`));
  bench.at(1_000, () => {});
  await bench.run(1_000);
  const read = () =>
    Object.fromEntries(bench.redis.gauges.map((gauge) => [gauge.name.replace('redis ', ''), gauge.read()]));
  const gauges = read();
  const kept = Math.floor(10_000 / (200 + 56 + 6));
  expect(gauges['hit rate']).toBeCloseTo(kept / 100, 1);
  expect(gauges.evictions).toBe(100 - bench.redis.inspectKeys().length);
  expect(gauges.commands).toBe(200);
  expect(gauges['thread utilisation']).toBeGreaterThan(0.001);
  expect(gauges['used memory']).toBe(bench.redis.usedBytes);
  bench.redis.flush();
  expect([bench.redis.usedBytes, bench.redis.inspectKeys()]).toEqual([0, []]);
});

test('the same seed gives the same run, evictions included', async () => {
  const run = async (seed: number) => {
    const bench = createBench({ seed, knobs: { maxMemoryBytes: 5_000 } });
    const machine = bench.machine('client');
    const cache = bench.redis.connect(machine);
    const times: number[] = [];
    for (let i = 0; i < 200; i++)
      bench.at(i, async () => {
        await cache.set(bench.context(machine), `key-${i}`, i, { bytes: 100, ttlMs: 150 });
        times.push(bench.simulation.nowNs);
      });
    await bench.run(1_000);
    return [times, bench.redis.evictions, bench.redis.inspectKeys(), bench.simulation.events];
  };
  expect(await run(9)).toEqual(await run(9));
  expect(await run(9)).not.toEqual(await run(10));
});
