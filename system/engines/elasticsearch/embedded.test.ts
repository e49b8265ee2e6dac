import { describe, expect, test } from 'vitest';
import { PortError } from '../../ports/errors.ts';
import type { IndexDocument, PortFailure } from '../../ports/search-index.ts';
import { SECOND } from '../../runtime/kernel/index.ts';
import { type Bench, createBench } from './test-support.ts';

const document = (n: number): IndexDocument => ({
  title: `song number ${n}`,
  artist: `artist ${n % 50}`,
  genre: n % 2 === 0 ? 'rock' : 'pop',
  plays: n,
});

const query = (text: string, size = 10) => ({ index: 'tracks', text, fields: ['title'], size });

/** Indexes one after another, each waiting for the one before. */
async function indexAll(bench: Bench, from: number, to: number) {
  for (let n = from; n < to; n++) await bench.search.index(bench.context(n), 'tracks', `t${n}`, document(n));
}

const operations = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => ({
    action: 'index' as const,
    id: `t${from + i}`,
    document: document(from + i),
  }));

describe('visibility', () => {
  test('a document is stored when acknowledged and found only after the next refresh', async () => {
    const bench = createBench();
    const { elasticsearch, search } = bench;
    const seen: [string, number, boolean, boolean][] = [];
    const refreshed: number[] = [];
    elasticsearch.onRefresh = () => refreshed.push(bench.nowMs());
    const look = (when: string, total: number) =>
      seen.push([when, total, elasticsearch.has('tracks', 't1'), elasticsearch.isSearchable('tracks', 't1')]);
    bench.at(0, async () => {
      await search.index(bench.context(), 'tracks', 't1', document(1));
      look('acknowledged', (await search.search(bench.context(1), query('song'))).total);
    });
    bench.at(1100, async () =>
      look('a second later', (await search.search(bench.context(2), query('song'))).total),
    );
    await bench.run();
    expect(seen).toEqual([
      ['acknowledged', 0, true, false],
      ['a second later', 1, true, true],
    ]);
    expect(refreshed).toHaveLength(1);
    expect(refreshed[0]).toBeGreaterThanOrEqual(1000);
    expect(refreshed[0]).toBeLessThan(1100);
    expect(elasticsearch.count('tracks')).toEqual({ searchable: 1, stored: 1 });
  });

  test('the refresh call makes everything written before it visible', async () => {
    const bench = createBench({ index: { refreshIntervalMs: 0 } });
    let total = 0;
    bench.at(0, async () => {
      await bench.search.bulk(bench.context(), 'tracks', operations(0, 50));
      const first = bench.search.refresh(bench.context(1), 'tracks');
      await bench.search.bulk(bench.context(2), 'tracks', operations(50, 60));
      await Promise.all([first, bench.search.refresh(bench.context(3), 'tracks')]);
      total = (await bench.search.search(bench.context(4), query('song', 0))).total;
    });
    expect(await bench.run()).toBe('empty');
    expect(total).toBe(60);
  });

  test('an update replaces, a delete removes, what was loaded is there at once', async () => {
    const bench = createBench();
    bench.elasticsearch.load(
      'tracks',
      operations(0, 100).map(({ id, document: loaded }) => ({ id, document: loaded })),
    );
    expect(bench.elasticsearch.count('tracks')).toEqual({ searchable: 100, stored: 100 });
    let results: unknown[] = [];
    bench.at(0, async () => {
      await bench.search.bulk(bench.context(), 'tracks', [
        { action: 'index', id: 't1', document: { title: 'renamed' } },
        { action: 'delete', id: 't2' },
        { action: 'index', id: 't3' },
      ]);
    });
    bench.at(2000, async () => {
      const renamed = await bench.search.search(bench.context(), query('renamed'));
      const rest = await bench.search.search(bench.context(1), query('song'));
      results = [renamed.hits.map((hit) => hit.id), rest.total];
    });
    await bench.run();
    expect(results).toEqual([['t1'], 98]);
  });
});

describe('cost', () => {
  test('a bulk of 500 is at least twenty times cheaper per document than single requests', async () => {
    const single = createBench();
    let singleMs = 0;
    single.at(0, async () => {
      await indexAll(single, 0, 200);
      singleMs = single.nowMs() / 200;
    });
    await single.run();
    const bulk = createBench();
    let bulkMs = 0;
    bulk.at(0, async () => {
      for (let i = 0; i < 10; i++)
        await bulk.search.bulk(bulk.context(i), 'tracks', operations(i * 500, i * 500 + 500));
      bulkMs = bulk.nowMs() / 5000;
    });
    await bulk.run();
    expect(singleMs).toBeGreaterThan(2);
    expect(singleMs).toBeLessThan(8);
    expect(singleMs / bulkMs).toBeGreaterThan(20);
  });

  test('the booked parts of every call add up to its time', async () => {
    const bench = createBench();
    const gaps: number[] = [];
    const timed = async (
      request: number,
      work: (context: ReturnType<Bench['context']>) => Promise<unknown>,
    ) => {
      const context = bench.context(request);
      const sinceNs = bench.simulation.nowNs;
      await work(context);
      gaps.push(bench.simulation.nowNs - sinceNs - bench.parts(context));
    };
    for (let i = 0; i < 50; i++) {
      bench.at(i, () => void timed(i, (c) => bench.search.index(c, 'tracks', `t${i}`, document(i))));
      bench.at(i, () => void timed(i, (c) => bench.search.bulk(c, 'tracks', operations(i, i + 20))));
      bench.at(i, () => void timed(i, (c) => bench.search.search(c, query('song'))));
    }
    bench.at(60, () => void timed(0, (c) => bench.search.refresh(c, 'tracks')));
    await bench.run();
    expect(gaps).toEqual(Array(151).fill(0));
  });

  test('many concurrent single requests share syncs: their rate exceeds one per sync of a shard', async () => {
    const bench = createBench();
    let done = 0;
    let lastMs = 0;
    for (let i = 0; i < 2000; i++) {
      bench.at(0, async () => {
        await bench.search.index(bench.context(i), 'tracks', `t${i}`, document(i));
        done++;
        lastMs = bench.nowMs();
      });
    }
    await bench.run();
    expect(done).toBe(2000);
    // One by one, three primaries with a sync of 2 ms each would need 2000 · 2 / 3 = 1,333 ms.
    expect(lastMs).toBeLessThan(1000);
  });

  test('a query that reads more postings takes longer', async () => {
    // Both kinds on the same nodes, whatever the first has taught about them.
    const bench = createBench({ knobs: { replicaSelection: 'round-robin' } });
    bench.elasticsearch.load('tracks', operations(0, 60_000));
    const tookMs: number[] = [];
    bench.at(0, async () => {
      for (const text of ['59999', 'song']) {
        const sinceMs = bench.nowMs();
        for (let i = 0; i < 100; i++) await bench.search.search(bench.context(i), query(text));
        tookMs.push((bench.nowMs() - sinceMs) / 100);
      }
    });
    await bench.run();
    // 20,000 postings a shard at 20 ns: 0.4 ms more at least.
    expect(tookMs[1]! - tookMs[0]!).toBeGreaterThan(0.4);
  });
});

describe('limits', () => {
  test('a full write queue answers overloaded to single requests, and nothing refused is stored', async () => {
    const bench = createBench({ index: { shards: 1, replicas: 0 }, knobs: { writeQueueSize: 5, nodes: 1 } });
    const kinds: string[] = [];
    for (let i = 0; i < 300; i++) {
      bench.at(0, () => {
        bench.search.index(bench.context(i), 'tracks', `t${i}`, document(i)).then(
          () => kinds.push('ok'),
          (error: PortError) => kinds.push(`${error.kind} ${error.definite}`),
        );
      });
    }
    await bench.run();
    const refused = kinds.filter((kind) => kind === 'overloaded true').length;
    expect(refused).toBeGreaterThan(0);
    expect(kinds.filter((kind) => kind === 'ok').length).toBe(300 - refused);
    expect(bench.elasticsearch.count('tracks').stored).toBe(300 - refused);
  });

  test('a full write queue refuses the documents of a bulk one by one, in the order they were given', async () => {
    // 40 shard requests reach each primary within a millisecond or so, and a thread takes one in about 0.5 ms: the
    // thread, the 15 places of the queue and the few that get done meanwhile take some, most are refused.
    const bench = createBench({ index: { replicas: 0 }, knobs: { writeQueueSize: 15, coresPerNode: 1 } });
    const failures: (PortFailure | null)[] = [];
    for (let i = 0; i < 40; i++) {
      bench.at(0, async () => {
        const batch = operations(i * 10, i * 10 + 10);
        const results = await bench.search.bulk(bench.context(i), 'tracks', batch);
        results.forEach((result, k) => {
          failures.push(result);
          expect(bench.elasticsearch.has('tracks', batch[k]!.id)).toBe(result === null);
          if (result !== null) expect(result.id).toBe(batch[k]!.id);
        });
      });
    }
    await bench.run();
    const refused = failures.filter((failure) => failure !== null);
    expect(failures).toHaveLength(400);
    expect(400 - refused.length).toBeGreaterThanOrEqual(3 * 16);
    expect(refused.length).toBeGreaterThan(0);
    expect(bench.elasticsearch.count('tracks').stored).toBe(400 - refused.length);
    expect(refused[0]!.reason).toMatch(/^es_rejected_execution_exception/);
  });

  test('a full search queue fails the search with overloaded, and a cancelled search leaves the queue', async () => {
    const bench = createBench({
      index: { shards: 1, replicas: 0 },
      knobs: { searchQueueSize: 10, nodes: 1, coresPerNode: 1 },
    });
    bench.elasticsearch.load('tracks', operations(0, 1000));
    const kinds: string[] = [];
    const contexts = Array.from({ length: 200 }, (_, i) => bench.context(i));
    for (const context of contexts) {
      bench.at(0, () => {
        bench.search.search(context, query('song')).then(
          ({ total }) => kinds.push(`ok ${total}`),
          (error: PortError) => kinds.push(error.kind),
        );
      });
    }
    bench.at(20, () => {
      for (const context of contexts.slice(150)) context.cancel(new PortError('cancelled', 'page', false));
    });
    await bench.run();
    expect(kinds).toHaveLength(200);
    expect(new Set(kinds)).toEqual(new Set(['ok 1000', 'overloaded', 'cancelled']));
  });

  test('a copy that refuses is passed over for one that does not; refused is what every copy has refused', async () => {
    const knobs = { searchQueueSize: 5, coresPerNode: 1, replicaSelection: 'round-robin' } as const;
    const bench = createBench({ index: { shards: 1 }, knobs });
    bench.elasticsearch.load('tracks', operations(0, 100));
    const seen = { one: [] as string[], both: [] as string[] };
    const search = (request: number, outcomes: string[]) => {
      const answer = bench.search.search(bench.context(request), query('song'));
      answer.then(
        ({ total }) => outcomes.push(`ok ${total}`),
        (error: PortError) => outcomes.push(`${error.kind} ${error.definite}`),
      );
    };
    // The copies are on the first and the second node; the third one coordinates without one.
    bench.at(1000, () => bench.machine('elasticsearch-2').pause(5 * SECOND));
    for (let i = 0; i < 200; i++) bench.at(1100 + i * 10, () => search(i, seen.one));
    bench.at(5_900, () => {
      // What the second node coordinates waits for it, and so do the seven that it has taken before its queue was full.
      expect(new Set(seen.one)).toEqual(new Set(['ok 100']));
      expect(seen.one.length).toBeGreaterThanOrEqual(200 - 67 - 7);
    });
    for (const name of ['elasticsearch-1', 'elasticsearch-2'])
      bench.at(20_000, () => bench.machine(name).pause(5 * SECOND));
    for (let i = 0; i < 90; i++) bench.at(20_100 + i, () => search(1000 + i, seen.both));
    bench.at(24_000, () => {
      // Of the thirty through the third node, each copy's two threads and five places have taken seven.
      expect(seen.both).toEqual(Array(30 - 2 * (2 + 5)).fill('overloaded true'));
    });
    await bench.run();
    expect([seen.one.length, seen.both.length]).toEqual([200, 90]);
  });

  test('unknown indices and fields are refused at once', async () => {
    const bench = createBench();
    const kinds: string[] = [];
    bench.at(0, () => {
      const note = (error: PortError) => kinds.push(error.kind);
      bench.search.index(bench.context(), 'nothing', 'x', {}).catch(note);
      bench.search.search(bench.context(), { ...query('x'), fields: ['genre'] }).catch(note);
    });
    await bench.run();
    expect(kinds).toEqual(['not-found', 'invalid']);
    expect(() => createBench({ knobs: { shards: 3 } as never })).toThrow(/no knob 'shards'/);
  });
});

describe('a node that dies', () => {
  test('costs no acknowledged write, delays writes until promotion, and searches go on', async () => {
    const bench = createBench();
    const acknowledged: string[] = [];
    const failures: string[] = [];
    let slowestMs = 0;
    let found = 0;
    for (let i = 0; i < 4000; i++) {
      bench.at(i, () => {
        const sinceMs = bench.nowMs();
        bench.search.index(bench.context(i), 'tracks', `t${i}`, document(i)).then(
          () => {
            acknowledged.push(`t${i}`);
            slowestMs = Math.max(slowestMs, bench.nowMs() - sinceMs);
          },
          (error: PortError) => failures.push(error.kind),
        );
      });
    }
    bench.at(1500.3, () => bench.machine('elasticsearch-1').crash());
    bench.at(1700, async () => {
      found = (await bench.search.search(bench.context(), query('song'))).total;
    });
    bench.at(3000, () => bench.machine('elasticsearch-1').restart());
    bench.at(25_000, () => bench.machine('elasticsearch-2').crash());
    await bench.run();
    expect(acknowledged.length + failures.length).toBe(4000);
    expect(failures.length).toBeLessThan(30);
    expect(found).toBeGreaterThan(900);
    expect(slowestMs).toBeGreaterThan(900);
    expect(slowestMs).toBeLessThan(1300);
    for (const id of acknowledged) {
      expect(bench.elasticsearch.has('tracks', id)).toBe(true);
      expect(bench.elasticsearch.isSearchable('tracks', id)).toBe(true);
    }
  });

  test('without replicas its shards are unavailable until it has recovered', async () => {
    const bench = createBench({ index: { replicas: 0 } });
    bench.elasticsearch.load('tracks', operations(0, 100));
    const seen: string[] = [];
    const look = (ms: number) =>
      bench.at(ms, () => {
        bench.search.search(bench.context(ms), query('song')).then(
          ({ total }) => seen.push(`${total}`),
          (error: PortError) => seen.push(error.kind),
        );
      });
    bench.at(100, () => bench.machine('elasticsearch-2').crash());
    look(200);
    bench.at(1000, () => bench.machine('elasticsearch-2').restart());
    look(10_000);
    look(17_000);
    await bench.run();
    expect(seen).toEqual(['unavailable', 'unavailable', '100']);
  });

  test('messages that are lost end in a timeout of the client, and nothing waits for ever', async () => {
    const bench = createBench();
    const kinds: string[] = [];
    const nodes = ['elasticsearch-1', 'elasticsearch-2', 'elasticsearch-3'].map(
      (name) => bench.machine(name).id,
    );
    for (const a of nodes)
      for (const b of nodes) if (a !== b) bench.network.setFault(a, b, { partitioned: true });
    for (let i = 0; i < 60; i++) {
      bench.at(i, () => {
        const note = (error: PortError) => kinds.push(`${error.kind} ${error.definite}`);
        bench.search
          .index(bench.context(i), 'tracks', `t${i}`, document(i))
          .then(() => kinds.push('ok'), note);
        bench.search.search(bench.context(i), query('song')).then(() => kinds.push('ok'), note);
      });
    }
    expect(await bench.run()).toBe('empty');
    expect(kinds).toHaveLength(120);
    expect(kinds).toContain('timeout false');
  });
});

test('the same seed gives the same run, and a stopped engine leaves an empty heap', async () => {
  const digest = async () => {
    const bench = createBench();
    const times: number[] = [];
    for (let i = 0; i < 300; i++) {
      bench.at(i * 3, async () => {
        await bench.search.bulk(bench.context(i), 'tracks', operations(i * 10, i * 10 + 10));
        const { hits } = await bench.search.search(bench.context(i), query(`song ${i}`, 3));
        times.push(bench.simulation.nowNs, hits.length);
      });
    }
    bench.at(2000, () => bench.elasticsearch.stop());
    bench.at(2100, () => void bench.search.index(bench.context(), 'tracks', 'late', document(0)));
    expect(await bench.run()).toBe('empty');
    expect(bench.elasticsearch.isSearchable('tracks', 'late')).toBe(false);
    return [times, bench.simulation.events, bench.nowMs()];
  };
  expect(await digest()).toEqual(await digest());
});

test('nodes and gauges say what the cluster is doing', async () => {
  const bench = createBench();
  bench.at(0, () => indexAll(bench, 0, 20).then(() => bench.elasticsearch.stop()));
  await bench.run();
  const { nodes, gauges } = bench.elasticsearch;
  expect(nodes).toHaveLength(3);
  expect(nodes.reduce((sum, node) => sum + node.requests(), 0)).toBeGreaterThanOrEqual(20);
  const read = (name: string) => gauges.find((gauge) => gauge.name === name)!.read();
  expect(read('tracks writes before refresh')).toBe(20);
  expect(read('tracks searchable documents')).toBe(0);
  expect(read('elasticsearch-1 write queue')).toBe(0);
});
