import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ColumnValue, Row, TableDefinition } from '../../ports/wide-column-store.ts';
import { SECOND } from '../../runtime/kernel/index.ts';
import type { BaseLayer } from './base-layer.ts';
import { during, hotPartition, pause, testCluster } from './test-support.ts';

const tracks: TableDefinition = {
  name: 'tracks',
  columns: { playlist: 'text', position: 'int', copy: 'int', title: 'text', likes: 'int', owner: 'text' },
  partitionKey: ['playlist'],
  clusteringKey: ['position', 'copy'],
  staticColumns: ['owner'],
  clusteringOrder: 'desc',
};

const QUORUM = 'QUORUM' as const;

describe('rows', () => {
  it('come in clustering order, under a prefix and up to a limit', async () => {
    const t = testCluster({ tables: [tracks] });
    await during(t, 60, async () => {
      for (const position of [3, 1, 2]) {
        for (const copy of [2, 1]) {
          const row = { playlist: 'p', position, copy, title: `${position}.${copy}`, likes: 0 };
          await t.store.upsert(t.context(), { table: 'tracks', row, consistency: QUORUM });
        }
      }
      const titles = async (options: { clusteringPrefix?: number[]; limit?: number }) =>
        (
          await t.store.select(t.context(), {
            table: 'tracks',
            partition: ['p'],
            ...options,
            consistency: QUORUM,
          })
        ).map((row) => row.title);
      expect(await titles({})).toEqual(['3.1', '3.2', '2.1', '2.2', '1.1', '1.2']);
      expect(await titles({ limit: 3 })).toEqual(['3.1', '3.2', '2.1']);
      expect(await titles({ clusteringPrefix: [2] })).toEqual(['2.1', '2.2']);
      expect(await titles({ clusteringPrefix: [2, 2] })).toEqual(['2.2']);
      expect(await titles({ clusteringPrefix: [9] })).toEqual([]);
    });
  });

  it('share the static columns of their partition', async () => {
    const t = testCluster({ tables: [tracks] });
    await during(t, 60, async () => {
      const write = (row: Row) => t.store.upsert(t.context(), { table: 'tracks', row, consistency: QUORUM });
      const read = (staticOnly: boolean) =>
        t.store.select(t.context(), { table: 'tracks', partition: ['p'], staticOnly, consistency: QUORUM });
      expect(await read(true)).toEqual([]);
      await write({ playlist: 'p', owner: 'ann' });
      expect(await read(true)).toEqual([{ playlist: 'p', owner: 'ann' }]);
      expect(await read(false)).toEqual([
        { playlist: 'p', owner: 'ann', position: null, copy: null, title: null, likes: null },
      ]);
      await write({ playlist: 'p', position: 1, copy: 1, title: 'x', likes: 2, owner: 'bob' });
      expect(await read(false)).toEqual([
        { playlist: 'p', owner: 'bob', position: 1, copy: 1, title: 'x', likes: 2 },
      ]);
      expect(await read(true)).toEqual([{ playlist: 'p', owner: 'bob' }]);
    });
  });

  it('keep of a column what was written latest by the writers’ own times, whatever arrives last', async () => {
    const t = testCluster({ tables: [tracks] });
    await during(t, 60, async () => {
      const write = (row: Row, timestampNs: number) =>
        t.store.upsert(t.context(), { table: 'tracks', row, timestampNs, consistency: QUORUM });
      const place = { playlist: 'p', position: 1, copy: 1 };
      await write({ ...place, title: 'new', owner: 'ann' }, 2_000);
      await write({ ...place, title: 'old', likes: 7, owner: 'bob' }, 1_000);
      const partition = { table: 'tracks', partition: ['p'], consistency: QUORUM };
      const kept = { ...place, title: 'new', likes: 7, owner: 'ann' };
      expect(await t.store.select(t.context(), partition)).toEqual([kept]);
      // Without a time of its own it is written now.
      await t.store.upsert(t.context(), {
        table: 'tracks',
        row: { ...place, likes: 8 },
        consistency: QUORUM,
      });
      expect(await t.store.select(t.context(), partition)).toEqual([{ ...kept, likes: 8 }]);
      const conditional = { table: 'tracks', row: place, ifNotExists: true, consistency: QUORUM };
      await expect(t.store.upsert(t.context(), { ...conditional, timestampNs: 3_000 })).rejects.toMatchObject(
        { kind: 'invalid' },
      );
    });
  });

  it('with a TTL are gone when it has passed', async () => {
    const t = testCluster({ tables: [tracks] });
    await during(t, 60, async () => {
      const row = { playlist: 'p', position: 1, copy: 1, title: 'x', likes: 2 };
      await t.store.upsert(t.context(), { table: 'tracks', row, ttlSeconds: 10, consistency: QUORUM });
      const count = async () =>
        (await t.store.select(t.context(), { table: 'tracks', partition: ['p'], consistency: QUORUM }))
          .length;
      expect(await count()).toBe(1);
      await pause(t, 9);
      expect(await count()).toBe(1);
      await pause(t, 2);
      expect(await count()).toBe(0);
    });
  });

  it('of the base layer are found by prefix without being materialised, and overlaid by writes', async () => {
    const t = testCluster({ baseLayer: hotPartition(440_000, 250) });
    const base = { table: 'followers', partition: ['hot'], consistency: QUORUM };
    await during(t, 60, async () => {
      const users = (rows: readonly Row[]) => rows.map((row) => row.user_id);
      const key = { playlist_id: 'hot' };
      const write = (row: Row) =>
        t.store.upsert(t.context(), { table: 'followers', row, consistency: QUORUM });
      expect(users(await t.store.select(t.context(), { ...base, clusteringPrefix: [800_000] }))).toEqual([
        800_000,
      ]);
      expect(await t.store.select(t.context(), { ...base, clusteringPrefix: [800_001] })).toEqual([]);
      await write({ ...key, user_id: 1, name: 'new', since: 1, note: null });
      await write({ ...key, user_id: 2, note: 'changed' });
      await t.store.delete(t.context(), { ...base, clusteringPrefix: [4] });
      const rows = await t.store.select(t.context(), { ...base, limit: 5 });
      expect(users(rows)).toEqual([0, 1, 2, 6, 8]);
      expect(rows[2]).toMatchObject({ name: 'a follower from long ago', note: 'changed' });
      await t.store.delete(t.context(), { ...base });
      expect(await t.store.select(t.context(), { ...base, limit: 5 })).toEqual([]);
      await write({ ...key, user_id: 6, note: 'again' });
      expect(await t.store.select(t.context(), { ...base, limit: 5 })).toEqual([
        { ...key, user_id: 6, name: null, since: null, note: 'again' },
      ]);
    });
  });

  it('refuse unknown tables and columns with `invalid`', async () => {
    const t = testCluster();
    await during(t, 10, async () => {
      const select = t.store.select(t.context(), { table: 'nowhere', partition: ['x'], consistency: 'ONE' });
      await expect(select).rejects.toMatchObject({ kind: 'invalid', definite: true });
      const row = { playlist_id: 'x', user_id: 1, colour: 'red' };
      const upsert = t.store.upsert(t.context(), { table: 'followers', row, consistency: 'ONE' });
      await expect(upsert).rejects.toMatchObject({ kind: 'invalid' });
    });
  });
});

/** What the partition should contain: plain maps, written from the semantics of CQL. */
class Reference {
  rows = new Map<string, Record<string, ColumnValue>>();
  owner: ColumnValue = null;

  select(prefix: readonly number[], limit: number): Row[] {
    return [...this.rows.values()]
      .filter((row) => prefix.every((value, i) => row[i === 0 ? 'position' : 'copy'] === value))
      .sort((a, b) => Number(b.position) - Number(a.position) || Number(a.copy) - Number(b.copy))
      .slice(0, limit)
      .map((row) => ({ ...row, owner: this.owner }));
  }
}

const position = fc.integer({ min: 0, max: 3 });
const step = fc.oneof(
  fc.record({
    do: fc.constant('upsert' as const),
    position,
    copy: fc.integer({ min: 0, max: 1 }),
    title: fc.option(fc.constantFrom('x', 'y'), { nil: undefined }),
    likes: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
    owner: fc.option(fc.constantFrom('ann', 'bob'), { nil: undefined }),
  }),
  fc.record({
    do: fc.constant('delete' as const),
    prefix: fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 2 }),
  }),
  fc.record({
    do: fc.constant('select' as const),
    prefix: fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 2 }),
    limit: fc.constantFrom(1, 2, 100),
  }),
);

const baseLayer: BaseLayer = {
  partition: () => ({ rows: 4, bytes: 400 }),
  row: (_table, [playlist], i) => ({
    playlist: playlist!,
    position: 3 - i,
    copy: 0,
    title: 'base',
    likes: i,
    owner: 'base',
  }),
};

describe('a partition written and read at QUORUM while replicas lag', () => {
  it('always looks like a plain map', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 25 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 1000 }),
        async (steps, withBase, seed) => {
          const t = testCluster({
            seed,
            tables: [tracks],
            knobs: { nodes: 4 },
            ...(withBase ? { baseLayer } : {}),
          });
          const reference = new Reference();
          if (withBase) {
            reference.owner = 'base';
            for (let i = 0; i < 4; i++) {
              const { owner: _, ...row } = baseLayer.row('tracks', ['p'], i);
              reference.rows.set(`${row.position} 0`, { ...row });
            }
          }
          // One replica hears of everything a second late.
          const late = t.cassandra.nodes[t.cassandra.replicasOf('tracks', ['p'])[seed % 3]!]!.machine.id;
          for (const node of t.cassandra.nodes)
            t.network.setFault(node.machine.id, late, { extraLatencyNs: SECOND });
          await during(t, 10_000, () => play(t, steps, reference));
        },
      ),
      { numRuns: 150 },
    );
  });
});

async function play(
  t: ReturnType<typeof testCluster>,
  steps: readonly (typeof step extends fc.Arbitrary<infer S> ? S : never)[],
  reference: Reference,
): Promise<void> {
  const where = { table: 'tracks', partition: ['p'], consistency: QUORUM };
  for (const s of steps) {
    if (s.do === 'upsert') {
      const { do: _, owner, ...given } = s;
      const row = Object.fromEntries(
        Object.entries({ playlist: 'p', ...given, owner }).filter(([, value]) => value !== undefined),
      ) as Row;
      await t.store.upsert(t.context(), { table: 'tracks', row, consistency: QUORUM });
      const key = `${s.position} ${s.copy}`;
      const old = reference.rows.get(key) ?? { title: null, likes: null };
      const { owner: __, ...columns } = row;
      reference.rows.set(key, { ...old, ...columns });
      if (owner !== undefined) reference.owner = owner;
    } else if (s.do === 'delete') {
      await t.store.delete(t.context(), { ...where, clusteringPrefix: s.prefix });
      for (const row of reference.select(s.prefix, 100)) reference.rows.delete(`${row.position} ${row.copy}`);
      if (s.prefix.length === 0) reference.owner = null;
    } else {
      const found = await t.store.select(t.context(), {
        ...where,
        clusteringPrefix: s.prefix,
        limit: s.limit,
      });
      const rows = found.filter((row) => row.position !== null);
      expect(rows).toEqual(reference.select(s.prefix, s.limit));
    }
  }
  const all = t.cassandra.inspect('tracks', ['p']).filter((row) => row.position !== null);
  expect(all).toEqual(reference.select([], 100));
}
