import { describe, expect, it } from 'vitest';
import { MILLISECOND, SECOND } from '../../runtime/kernel/index.ts';
import type { CassandraKnobs } from './knobs.ts';
import { hotPartition, type TestCluster, testCluster } from './test-support.ts';

/** Reads of many partitions of a base layer, one after the other; the CPU is idle, so that what is left is the disk. */
const CALM: Partial<CassandraKnobs> = {
  nodes: 3,
  coresPerNode: 16,
  garbageCollection: false,
  serviceTimeP99: 1,
};
/** 10 GB a node, whatever is asked for. */
const STORED = { background: [{ table: 'followers', tiers: [{ sstables: 1, bytes: 10e9 }] }] };

const where = { table: 'followers', partition: ['hot'], limit: 20, consistency: 'ALL' as const };

async function during(t: TestCluster, seconds: number, work: () => Promise<void>) {
  let failure: unknown;
  work().catch((error: unknown) => {
    failure = error;
  });
  t.simulation.schedule(
    seconds * SECOND,
    t.simulation.registerEntry(() => {}),
  );
  await t.run(seconds);
  if (failure !== undefined) throw failure;
}

interface Measured {
  readonly meanMs: number;
  /** Of it at the disk. */
  readonly diskMs: number;
  readonly diskBusy: number;
}

async function reading(knobs: Partial<CassandraKnobs>, compacting = false): Promise<Measured> {
  const t = testCluster({ knobs: { ...CALM, ...knobs }, baseLayer: hotPartition(600_000, 189) });
  const hot = { largePartitions: [{ table: 'followers', partition: ['hot'] }] };
  t.cassandra.preload(STORED);
  t.cassandra.preload(hot);
  if (compacting)
    t.cassandra.preload({ background: [{ table: 'followers', tiers: [{ sstables: 4, bytes: 1e9 }] }] });
  const reads = 200;
  let sumNs = 0;
  let diskNs = 0;
  await during(t, 4, async () => {
    for (let i = 0; i < reads; i++) {
      const context = t.context();
      const fromNs = t.simulation.nowNs;
      await t.store.select(context, where);
      sumNs += t.simulation.nowNs - fromNs;
      diskNs += context.trace.partsNs[t.hops.indexOf('cassandra.disk')]!;
      await t.simulation.sleep(context, 5 * MILLISECOND);
    }
  });
  const disk = t.cassandra.nodes[0]!.stations[1]!;
  return {
    meanMs: sumNs / reads / MILLISECOND,
    diskMs: diskNs / reads / MILLISECOND,
    diskBusy: disk.read().busyNs / (4 * SECOND),
  };
}

describe('reads and the disk', () => {
  it('what fits into memory is never read from the disk, however slow that is', async () => {
    const [fast, slow] = [await reading({}), await reading({ diskMBps: 1 })];
    expect([fast.diskMs, slow.diskMs]).toEqual([0, 0]);
    expect(slow.meanMs).toBeCloseTo(fast.meanMs, 9);
  });

  it('what does not waits for it, the longer the less fits and the slower it is', async () => {
    const half = await reading({ pageCacheGB: 5 });
    const none = await reading({ pageCacheGB: 0 });
    const slower = await reading({ pageCacheGB: 0, diskMBps: 50 });
    const slowest = await reading({ pageCacheGB: 0, diskMBps: 5 });
    expect(half.diskMs).toBeGreaterThan(0.05);
    expect(none.diskMs / half.diskMs).toBeGreaterThan(1.2);
    expect(slower.meanMs).toBeGreaterThan(none.meanMs);
    // 65 KB of the one SSTable that holds it at 5 MB/s: 13 ms.
    expect(slowest.diskMs).toBeGreaterThan(13);
    expect(slowest.diskMs).toBeLessThan(20);
    expect(slowest.diskBusy).toBeGreaterThan(none.diskBusy);
  });

  it('compaction competes for it with such reads, and not with those that are in memory', async () => {
    const disk: Partial<CassandraKnobs> = { diskMBps: 150, compactionThroughputMBps: 0 };
    const calm = await reading({ ...disk, pageCacheGB: 0 });
    const compacting = await reading({ ...disk, pageCacheGB: 0 }, true);
    expect(compacting.diskMs / calm.diskMs).toBeGreaterThan(3);
    const inMemory = await reading({ ...disk, pageCacheGB: 100 }, true);
    expect(inMemory.diskMs).toBe(0);
  });
});

describe('writes and the disk', () => {
  /** Ten writes a second for `seconds`; kinds of their outcomes, second by second. */
  async function writing(knobs: Partial<CassandraKnobs>, seconds: number) {
    const t = testCluster({
      knobs: { ...CALM, compactionThroughputMBps: 0, compactionMinThreshold: 1_000, ...knobs },
    });
    const failed = new Array<number>(seconds).fill(0);
    const acknowledged: number[] = [];
    await during(t, seconds + 5, async () => {
      for (let i = 0; i < 10 * seconds; i++) {
        const row = { playlist_id: 'p', user_id: i, name: 'a', since: i, note: null };
        t.store.upsert(t.context(), { table: 'followers', row, consistency: 'QUORUM' }).then(
          () => acknowledged.push(i),
          () => failed[Math.floor(i / 10)]!++,
        );
        await t.simulation.sleep(t.context(), SECOND / 10);
      }
    });
    return { t, failed, acknowledged };
  }

  it('a disk that writes memtables more slowly than they fill holds writes back until they time out', async () => {
    // 1 MB/s arrives; the disk gets it twice, as commit log and as SSTable.
    const load = { memtableFlushMB: 10, backgroundWriteBytesPerSecond: 1e6 };
    const enough = await writing({ ...load, diskMBps: 5 }, 60);
    expect(enough.failed.reduce((a, b) => a + b)).toBe(0);
    const tooSlow = await writing({ ...load, diskMBps: 1 }, 60);
    // Memtables have room for 30 MB: nobody notices before.
    expect(tooSlow.failed.slice(0, 25).reduce((a, b) => a + b)).toBe(0);
    expect(tooSlow.failed.slice(30).reduce((a, b) => a + b)).toBeGreaterThan(100);
    const { rows } = await readBack(tooSlow.t);
    for (const i of tooSlow.acknowledged) expect(rows.has(i), `write ${i}`).toBe(true);
  });

  it('a commit log that is written too late holds them back, too', async () => {
    // Memtables are never full: what is left is the log, of which each second takes three.
    const late = await writing({ memtableFlushMB: 1e6, backgroundWriteBytesPerSecond: 3e6, diskMBps: 1 }, 60);
    const first = late.failed.findIndex((count) => count > 0);
    expect(first).toBeGreaterThan(15);
    expect(first).toBeLessThan(30);
  });

  async function readBack(t: TestCluster) {
    const rows = new Set<number>();
    const found = t.cassandra.inspect('followers', ['p']);
    for (const row of found) rows.add(row.user_id as number);
    return { rows };
  }
});

describe('compaction', () => {
  it('takes as much longer as a partition is larger', async () => {
    const seconds = async (rows: number) => {
      const t = testCluster({
        knobs: { ...CALM, compactionMinThreshold: 3 },
        baseLayer: hotPartition(rows, 189),
      });
      // All its SSTables are below 50 MB, which the strategy takes to be alike: it rewrites all of the partition.
      t.cassandra.preload({ largePartitions: [{ table: 'followers', partition: ['hot'] }] });
      const active = t.cassandra.gauges.find(({ name }) => name === 'cassandra-1 active compactions')!;
      expect(active.read()).toBeGreaterThan(0);
      let ms = 0;
      while (active.read()! > 0) {
        await t.run(0.001);
        ms++;
      }
      return ms / 1_000;
    };
    const [small, wide] = [await seconds(20_000), await seconds(200_000)];
    expect(wide / small).toBeGreaterThan(8);
    expect(wide / small).toBeLessThan(12);
  });
});
