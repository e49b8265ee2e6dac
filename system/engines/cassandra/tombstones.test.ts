import { describe, expect, it } from 'vitest';
import { during, followers, pause, type TestCluster, testCluster } from './test-support.ts';

const where = { table: 'followers', partition: ['p'], clusteringPrefix: [1] };

/** Other rows, until memtables are flushed and the SSTables compacted. */
async function churn(t: TestCluster): Promise<void> {
  for (let i = 0; i < 600; i++) {
    const row = { playlist_id: `other ${i}`, user_id: i, name: 'somebody else', since: 1, note: null };
    await t.store.upsert(t.context(), { table: 'followers', row, consistency: 'QUORUM' });
  }
}

async function deletedWhileOneWasDown(gcGraceSeconds: number): Promise<number> {
  const t = testCluster({
    tables: [{ ...followers, gcGraceSeconds }],
    knobs: {
      nodes: 3,
      memtableFlushMB: 0.004,
      hintWindowMs: 1000,
      failureDetectionMs: 500,
      writeTimeoutMs: 400,
    },
  });
  return during(t, 2000, async () => {
    const row = { playlist_id: 'p', user_id: 1, name: 'x', since: 1, note: null };
    await t.store.upsert(t.context(), { table: 'followers', row, consistency: 'ALL' });
    t.cassandra.nodes[2]!.machine.crash();
    await pause(t, 5);
    await t.store.delete(t.context(), { ...where, consistency: 'QUORUM' });
    expect(await t.store.select(t.context(), { ...where, consistency: 'QUORUM' })).toEqual([]);
    await churn(t);
    await pause(t, 10);
    for (const node of t.cassandra.statistics().slice(0, 2)) expect(node.compactions).toBeGreaterThan(0);
    expect(await t.store.select(t.context(), { ...where, consistency: 'QUORUM' })).toEqual([]);
    t.cassandra.nodes[2]!.machine.restart();
    await pause(t, 60);
    return (await t.store.select(t.context(), { ...where, consistency: 'ALL' })).length;
  });
}

describe('tombstones', () => {
  it('kept for less time than a node was down let a deleted row come back', async () => {
    expect(await deletedWhileOneWasDown(0)).toBe(1);
  });

  it('kept for ten days do not', async () => {
    expect(await deletedWhileOneWasDown(864_000)).toBe(0);
  });

  it('make reads of what was deleted cost time', async () => {
    const t = testCluster({ knobs: { nodes: 3, serviceTimeP99: 1 } });
    const readNs = async () => {
      const context = t.context();
      await t.store.select(context, { table: 'followers', partition: ['p'], consistency: 'QUORUM' });
      return context.trace.partsNs[t.hops.indexOf('cassandra.read')]!;
    };
    await during(t, 2000, async () => {
      const before = await readNs();
      for (let user_id = 0; user_id < 500; user_id++) {
        const clusteringPrefix = [user_id];
        await t.store.delete(t.context(), { ...where, clusteringPrefix, consistency: 'QUORUM' });
      }
      expect((await readNs()) - before).toBeGreaterThan(300_000);
    });
  });
});
