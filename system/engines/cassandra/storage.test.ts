import { describe, expect, it } from 'vitest';
import { MILLISECOND, SECOND } from '../../runtime/kernel/index.ts';
import { resolveKnobs } from './knobs.ts';
import { longRunningTiers } from './preload.ts';
import { pendingCompactions, planCompaction, SsTable } from './sstables.ts';
import { during, followers, pause, testCluster } from './test-support.ts';

const knobs = resolveKnobs();

describe('compaction strategies', () => {
  it('size-tiered: four of a size, the smallest first; three are left alone', () => {
    const three = [100e6, 110e6, 90e6].map((bytes) => new SsTable(bytes));
    expect(planCompaction(three, false, knobs)).toBeNull();
    const seven = [...three, new SsTable(105e6), ...[400e6, 410e6, 390e6].map((bytes) => new SsTable(bytes))];
    const plan = planCompaction(seven, false, knobs)!;
    expect(plan.inputs.map((sstable) => sstable.bytes)).toEqual([90e6, 100e6, 105e6, 110e6]);
    expect(plan.workBytes).toBe(405e6);
    expect(pendingCompactions(seven, false, knobs)).toBe(1);
  });

  it('leveled: what was flushed is merged with what it overlaps, about ten times as much', () => {
    const flushed = Array.from({ length: 4 }, () => new SsTable(10e6));
    const plan = planCompaction([...flushed, new SsTable(5e9, 1)], true, knobs)!;
    expect(plan.workBytes).toBe(40e6 + 400e6);
    expect(plan.outputLevel).toBe(1);
  });
});

describe('flush and compaction', () => {
  it('follow from ordinary writes, at different times on different nodes', async () => {
    const t = testCluster({
      knobs: { nodes: 6, backgroundWriteBytesPerSecond: 2e6, memtableFlushMB: 20 },
    });
    t.cassandra.preload({
      background: [{ table: 'followers', tiers: longRunningTiers(20e6) }],
      pendingFlush: [0, 1],
    });
    const flushes = new Set<number>();
    for (let second = 1; second <= 12; second++) {
      await t.run(1);
      flushes.add(t.cassandra.statistics().reduce((sum, node) => sum + node.flushes, 0));
    }
    // 20 MB at 2 MB/s: each node flushes once in ten seconds, at its own time.
    const nodes = t.cassandra.statistics();
    for (const node of nodes) expect(node.flushes).toBeGreaterThanOrEqual(1);
    expect(flushes.size).toBeGreaterThan(3);
    await t.run(30);
    const compactions = t.cassandra.statistics().reduce((sum, node) => sum + node.compactions, 0);
    expect(compactions).toBeGreaterThanOrEqual(6);
    t.cassandra.stop();
    expect(await t.run(600)).toBe('empty');
  });

  it('compaction of 2.4 GB takes about 38 s at 64 MB/s, and less than a core', async () => {
    const t = testCluster({ knobs: { nodes: 3 } });
    const tiers = [{ sstables: 4, bytes: 600e6 }];
    t.cassandra.preload({ background: [{ table: 'followers', tiers }] });
    const active = t.cassandra.gauges.find((gauge) => gauge.name === 'cassandra-1 active compactions')!;
    expect(active.read()).toBe(1);
    await t.run(33);
    expect(active.read()).toBe(1);
    await t.run(12);
    expect(active.read()).toBe(0);
    expect(t.cassandra.statistics()[0]).toMatchObject({ compactions: 1, sstables: 1 });
    const busy = t.cassandra.nodes[0]!.stations[0]!.read().busyNs / (38 * SECOND);
    expect(busy).toBeGreaterThan(0.7);
    expect(busy).toBeLessThan(1.1);
  });

  it('a partition’s reads cost more with every flush and less after compaction', async () => {
    const t = testCluster({ knobs: { nodes: 3, memtableFlushMB: 0.01, serviceTimeP99: 1 } });
    const readNs = async () => {
      const context = t.context();
      const where = {
        table: 'followers',
        partition: ['p'],
        clusteringPrefix: [1],
        consistency: 'ALL' as const,
      };
      await t.store.select(context, where);
      return context.trace.partsNs[t.hops.indexOf('cassandra.read')]!;
    };
    await during(t, 1000, async () => {
      const costs: number[] = [await readNs()];
      for (let round = 1; round <= 4; round++) {
        for (let i = 0; i < 400; i++) {
          const row = {
            playlist_id: i % 4 ? `q${i}` : 'p',
            user_id: i,
            name: 'abcdefghijklm',
            since: i,
            note: null,
          };
          await t.store.upsert(t.context(), { table: 'followers', row, consistency: 'ALL' });
        }
        await pause(t, 2);
        costs.push(await readNs());
      }
      expect(costs[1]!).toBeGreaterThan(costs[0]!);
      expect(Math.max(...costs)).toBeGreaterThan(costs[0]! * 1.4);
      expect(Math.min(...costs.slice(2))).toBeLessThan(Math.max(...costs));
    });
  });

  it('compaction competes with reads for the CPU', async () => {
    const meanMs = async (compacting: boolean) => {
      const t = testCluster({ knobs: { nodes: 3, coresPerNode: 1, replicationFactor: 3 } });
      if (compacting)
        t.cassandra.preload({ background: [{ table: 'followers', tiers: [{ sstables: 4, bytes: 600e6 }] }] });
      let sum = 0;
      await during(t, 30, async () => {
        for (let i = 0; i < 300; i++) {
          const fromNs = t.simulation.nowNs;
          await t.store.select(t.context(), { table: 'followers', partition: [`p${i}`], consistency: 'ALL' });
          sum += t.simulation.nowNs - fromNs;
          await pause(t, 0.02);
        }
      });
      return sum / 300 / MILLISECOND;
    };
    expect(await meanMs(true)).toBeGreaterThan((await meanMs(false)) * 2);
  });
});

describe('garbage collection', () => {
  it('pauses a node the oftener, the more it allocates, and not by the clock', async () => {
    const collections = async (readsPerSecond: number) => {
      const t = testCluster({ knobs: { nodes: 3, youngGenerationMB: 10 } });
      await during(t, 11, async () => {
        for (let i = 0; i < readsPerSecond * 10; i++) {
          const where = { table: 'followers', partition: [`p${i}`], consistency: 'ALL' as const };
          void t.store.select(t.context(), where);
          await pause(t, 1 / readsPerSecond);
        }
      });
      return t.cassandra.statistics()[0]!;
    };
    const [idle, calm, busy] = [await collections(1), await collections(100), await collections(400)];
    expect(idle!.collections).toBe(0);
    expect(calm!.collections).toBeGreaterThan(1);
    expect(busy!.collections / calm!.collections).toBeGreaterThan(3);
    expect(busy!.collectedMs / busy!.collections).toBeGreaterThanOrEqual(6);
  });

  it('can be switched off', async () => {
    const t = testCluster({
      tables: [followers],
      knobs: { nodes: 3, youngGenerationMB: 1, garbageCollection: false, backgroundWriteBytesPerSecond: 1e6 },
    });
    await t.run(5);
    expect(t.cassandra.statistics()[0]!.collections).toBe(0);
  });
});

describe('knobs', () => {
  it('refuse what they do not know or cannot be', () => {
    expect(() => resolveKnobs({ nodes: Number.NaN })).toThrow("Cassandra's knob 'nodes' cannot be NaN.");
    expect(() => resolveKnobs({ nods: 3 } as never)).toThrow("Cassandra has no knob 'nods'.");
  });
});
