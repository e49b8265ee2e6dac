import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Row, TableDefinition } from '../../ports/wide-column-store.ts';
import type { StoredMutation } from './durable.ts';
import { during, followers, hotPartition, pause, type TestCluster, testCluster } from './test-support.ts';

const notes: TableDefinition = {
  name: 'notes',
  columns: { list: 'text', owner: 'text', at: 'int', line: 'int', text: 'text', colour: 'text' },
  partitionKey: ['list'],
  clusteringKey: ['at', 'line'],
  staticColumns: ['owner'],
};
const LISTS = ['a', 'b'];

const cluster = () =>
  testCluster({
    tables: [notes],
    knobs: { nodes: 4, backgroundWriteBytesPerSecond: 0, garbageCollection: false },
  });

type Step = (cluster: TestCluster) => Promise<unknown>;

const row = fc.record(
  {
    list: fc.constantFrom(...LISTS),
    at: fc.nat(2),
    line: fc.nat(1),
    text: fc.option(fc.constantFrom('x', 'y')),
    colour: fc.option(fc.constantFrom('red', 'blue')),
    owner: fc.constantFrom('ann', 'bob'),
  },
  { requiredKeys: ['list', 'at', 'line'] },
) as fc.Arbitrary<Row>;
const consistency = 'QUORUM' as const;
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(row, fc.option(fc.constantFrom(1, 500))).map(
    ([written, ttl]): Step =>
      (at) => {
        const lasting = ttl === null ? {} : { ttlSeconds: ttl };
        return at.store.upsert(at.context(), { table: 'notes', row: written, consistency, ...lasting });
      },
  ),
  fc.tuple(row, row).map(
    ([first, second]): Step =>
      (at) => {
        const alsoRows = [{ ...second, list: first.list! }];
        return at.store.upsert(at.context(), { table: 'notes', row: first, alsoRows, consistency });
      },
  ),
  row.map(
    (written): Step =>
      (at) => {
        const statement = { table: 'notes', row: written, consistency, ifNotExists: true } as const;
        return at.store.upsert(at.context(), statement);
      },
  ),
  fc.record({ list: fc.constantFrom(...LISTS), prefix: fc.array(fc.nat(2), { maxLength: 2 }) }).map(
    ({ list, prefix }): Step =>
      (at) => {
        const clusteringPrefix = prefix.length === 0 ? {} : { clusteringPrefix: prefix };
        return at.store.delete(at.context(), {
          table: 'notes',
          partition: [list],
          consistency,
          ...clusteringPrefix,
        });
      },
  ),
);

const contents = ({ cassandra }: TestCluster) => LISTS.map((list) => cassandra.inspect('notes', [list]));

async function perform(at: TestCluster, steps: readonly Step[]): Promise<unknown[]> {
  const changes: unknown[] = [];
  at.cassandra.durable!.onChange((change) => changes.push(structuredClone(change)));
  // Two at a time: some of them meet on their way.
  for (let i = 0; i < steps.length; i += 2) {
    for (const one of steps.slice(i, i + 2)) void one(at);
    await at.run(0.5);
  }
  return changes;
}

function restore(changes: Iterable<unknown>, nowNs: number): TestCluster {
  const fresh = cluster();
  fresh.simulation.moveTo(nowNs);
  for (const change of changes) fresh.cassandra.durable!.restore(change);
  fresh.cassandra.durable!.restored();
  return fresh;
}

test('the changes make another cluster equal: in order, in any other order, and twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 16 }), fc.nat(), async (steps, turn) => {
      const original = cluster();
      const changes = await perform(original, steps);
      const { nowNs } = original.simulation;
      const turned = changes.map((_, i) => changes[(i * 7 + turn) % changes.length]!);
      const mixed = changes.length % 7 === 0 ? changes.toReversed() : turned;
      const expected = contents(original);
      expect(contents(restore(changes, nowNs))).toEqual(expected);
      expect(contents(restore(mixed, nowNs))).toEqual(expected);
      expect(contents(restore([...changes, ...changes], nowNs))).toEqual(expected);
    }),
    { numRuns: 30 },
  );
}, 30_000);

test('what a cluster holds, as changes, makes another one equal, and is not more than what led there', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 16 }), async (steps) => {
      const original = cluster();
      const changes = await perform(original, steps);
      const { nowNs } = original.simulation;
      const held = [...original.cassandra.durable!.changes()].map((change) => structuredClone(change));
      expect(held.length).toBeLessThanOrEqual(LISTS.length);
      const copy = restore(held, nowNs);
      expect(contents(copy)).toEqual(contents(original));
      // Also later, when what had a time to live is gone.
      const [later, laterCopy] = [restore(changes, nowNs + 600e9), restore(held, nowNs + 600e9)];
      expect(contents(laterCopy)).toEqual(contents(later));
      expect([...copy.cassandra.durable!.changes()]).toEqual(held);
    }),
    { numRuns: 30 },
  );
}, 30_000);

test('after a restore replicas agree, and later writes win over what was restored', async () => {
  const original = cluster();
  const write = (at: TestCluster, text: string) =>
    at.store.upsert(at.context(), {
      table: 'notes',
      row: { list: 'a', at: 1, line: 1, text },
      consistency: 'QUORUM',
    });
  // Many within one microsecond: timestamps run ahead of the clock.
  const steps = Array.from(
    { length: 200 },
    (_, i): Step =>
      (at) =>
        write(at, `old ${i}`),
  );
  const changes: unknown[] = [];
  original.cassandra.durable!.onChange((change) => changes.push(structuredClone(change)));
  for (const one of steps) void one(original);
  await original.run(1);
  const copy = restore(changes, 0);
  for (const node of copy.cassandra.replicasOf('notes', ['a']))
    expect(copy.cassandra.inspectReplica(node, 'notes', ['a'])).toEqual(
      copy.cassandra.inspect('notes', ['a']),
    );
  void write(copy, 'new');
  await copy.run(1);
  expect(copy.cassandra.inspect('notes', ['a'])).toMatchObject([{ text: 'new' }]);
});

test('a refused condition is no change, an applied one is one, decided before it is acknowledged', async () => {
  const at = cluster();
  const changes: unknown[] = [];
  at.cassandra.durable!.onChange((change) => changes.push(change));
  const seen: [boolean, number][] = [];
  const insert = async () => {
    const { applied } = await at.store.upsert(at.context(), {
      table: 'notes',
      row: { list: 'a', at: 1, line: 1, text: 'mine' },
      consistency: 'QUORUM',
      ifNotExists: true,
    });
    seen.push([applied, changes.length]);
  };
  void insert();
  await at.run(1);
  void insert();
  await at.run(1);
  expect(seen).toEqual([
    [true, 1],
    [false, 1],
  ]);
});

test('rows over the base layer, and its deleted rows, come back over the same base layer', async () => {
  const options = { baseLayer: hotPartition(50, 100), knobs: { backgroundWriteBytesPerSecond: 0 } };
  const original = testCluster(options);
  const { store, context } = original;
  const table = 'followers';
  void store.upsert(context(), {
    table,
    row: { playlist_id: 'hot', user_id: 4, note: 'hello' },
    consistency,
  });
  void store.delete(context(), { table, partition: ['hot'], clusteringPrefix: [6], consistency });
  await original.run(1);
  const held = [...original.cassandra.durable!.changes()];
  const copy = testCluster(options);
  for (const change of held) copy.cassandra.durable!.restore(structuredClone(change));
  copy.cassandra.durable!.restored();
  const rows = copy.cassandra.inspect(table, ['hot']);
  expect(rows).toEqual(original.cassandra.inspect(table, ['hot']));
  expect(rows).toHaveLength(49);
  expect(rows[2]).toMatchObject({ user_id: 4, note: 'hello', name: 'a follower from long ago' });
});

test('what purged tombstones hid of the base layer stays hidden', async () => {
  const options = {
    baseLayer: hotPartition(50, 100),
    tables: [{ ...followers, gcGraceSeconds: 10 }],
    knobs: { nodes: 3, memtableFlushMB: 0.004, backgroundWriteBytesPerSecond: 0 },
  };
  const original = testCluster(options);
  const table = 'followers';
  const { store, context } = original;
  const churn = async () => {
    for (let i = 0; i < 300; i++) {
      const row = { playlist_id: `other ${i}`, user_id: i, name: 'somebody else', since: 1, note: null };
      await store.upsert(context(), { table, row, consistency });
    }
    await pause(original, 20);
  };
  await during(original, 2_000, async () => {
    await store.delete(context(), { table, partition: ['hot'], clusteringPrefix: [6], consistency });
    for (let i = 0; i < 4; i++) await churn();
  });
  const held = [...original.cassandra.durable!.changes()] as StoredMutation[];
  const [, , versions] = held.find(([, partition]) => partition[0] === 'hot')!;
  // As old as the base layer: the tombstone itself is purged.
  expect(versions.map(([clustering, row, , , , deletion]) => [clustering, row, deletion])).toEqual([
    [[6], null, 0],
  ]);
  const copy = testCluster(options);
  for (const change of held) copy.cassandra.durable!.restore(structuredClone(change));
  copy.cassandra.durable!.restored();
  const ids = (at: TestCluster) => at.cassandra.inspect(table, ['hot']).map(({ user_id }) => user_id);
  expect(ids(original)).toHaveLength(49);
  expect(ids(copy)).toEqual(ids(original));
});

test('a table that is not there any more is named', () => {
  const { durable } = cluster().cassandra;
  expect(() => durable!.restore(['gone', ['a'], [], null, [], -1, 0, 0])).toThrow(
    "There is no table 'gone'.",
  );
});
