import { describe, expect, it } from 'vitest';
import { PortError } from '../../ports/errors.ts';
import { MILLISECOND, SECOND } from '../../runtime/kernel/index.ts';
import { hotPartition, type TestCluster, testCluster } from './test-support.ts';

/** What the callers of the hot partition see, second by second. */
interface Second {
  calls: number;
  failed: number;
}

/** Open-loop QUORUM reads of 500 rows, each given 500 ms. */
function readHot(t: TestCluster, perSecond: number, seconds: number): Second[] {
  const seen: Second[] = Array.from({ length: seconds }, () => ({ calls: 0, failed: 0 }));
  const random = t.simulation.random('arrivals');
  let arrivals = 0;
  const arrive = t.simulation.registerEntry(() => {
    const { nowNs } = t.simulation;
    const second = seen[Math.floor(nowNs / SECOND)];
    if (second === undefined) return;
    t.simulation.schedule(random.exponential(SECOND / perSecond, ++arrivals), arrive);
    second.calls++;
    const context = t.context();
    const giveUp = t.simulation.after(500 * MILLISECOND, () =>
      context.cancel(new PortError('deadline-exceeded', 'hot read', false)),
    );
    t.store
      .select(context, { table: 'followers', partition: ['hot'], limit: 500, consistency: 'QUORUM' })
      .catch(() => second.failed++)
      .finally(() => t.simulation.cancel(giveUp));
  });
  t.simulation.schedule(0, arrive);
  return seen;
}

/** New followers, all over the partition: each flush leaves one more SSTable that every read of it has to look into. */
function follow(t: TestCluster, perSecond: number, seconds: number): void {
  const random = t.simulation.random('followers');
  let writes = 0;
  const write = t.simulation.registerEntry(() => {
    if (t.simulation.nowNs > seconds * SECOND) return;
    t.simulation.schedule(SECOND / perSecond, write);
    const user_id = random.integer(440_000, ++writes) * 2 + 1;
    const row = { playlist_id: 'hot', user_id, name: 'a new follower', since: 1, note: null };
    t.store.upsert(t.context(), { table: 'followers', row, consistency: 'QUORUM' }).catch(() => {});
  });
  t.simulation.schedule(0, write);
}

const failedShare = (seconds: readonly Second[]) =>
  seconds.reduce((sum, s) => sum + s.failed, 0) / seconds.reduce((sum, s) => sum + s.calls, 0);

const busyNs = (t: TestCluster) => t.cassandra.nodes.map((node) => node.stations[0]!.read().busyNs);

const FLUSH_MB = 150;
const TOTAL_SECONDS = 180;

describe('one partition of 110 MB, read 940 times a second', () => {
  it.each([1, 2, 3])(
    'works until compactions take its replicas over the edge, while the cluster is half idle, and recovers (seed %i)',
    async (seed) => {
      const t = testCluster({
        seed,
        baseLayer: hotPartition(440_000, 250),
        knobs: { backgroundWriteBytesPerSecond: 2e6, memtableFlushMB: FLUSH_MB, readTimeoutMs: 1000 },
      });
      // Three of a size, twice: the next flush makes a fourth, whose compaction makes the fourth of the larger ones.
      t.cassandra.preload({
        background: [
          {
            table: 'followers',
            tiers: [
              { sstables: 3, bytes: FLUSH_MB * 4e6 },
              { sstables: 3, bytes: FLUSH_MB * 1e6 },
            ],
          },
        ],
        largePartitions: [{ table: 'followers', partition: ['hot'] }],
        pendingFlush: [0.3, 0.7],
      });
      expect(t.cassandra.partitionBytes('followers', ['hot'])).toBeGreaterThan(100e6);
      const replicas = t.cassandra.replicasOf('followers', ['hot']);
      const seconds = readHot(t, 940, TOTAL_SECONDS);
      follow(t, 30, TOTAL_SECONDS);

      await t.run(20);
      const utilisation = busyNs(t).map((ns) => ns / (20 * 4 * SECOND));
      for (const replica of replicas) {
        expect(utilisation[replica]).toBeGreaterThan(0.8);
        expect(utilisation[replica]).toBeLessThan(0.95);
      }
      expect(failedShare(seconds.slice(0, 20))).toBe(0);
      expect(t.cassandra.statistics().every((node) => node.compactions === 0)).toBe(true);

      await t.run(TOTAL_SECONDS - 20);
      const nodes = t.cassandra.statistics();
      for (const replica of replicas) expect(nodes[replica]!.compactions).toBeGreaterThanOrEqual(2);
      expect(worst(seconds, 10)).toBeGreaterThan(0.4);
      expect(nodes.reduce((sum, node) => sum + node.readsDropped, 0)).toBeGreaterThan(0);
      expect(failedShare(seconds.slice(-20))).toBe(0);
      const mean = busyNs(t).reduce((sum, ns) => sum + ns / (TOTAL_SECONDS * 4 * SECOND), 0) / nodes.length;
      expect(mean).toBeLessThan(0.5);
    },
  );
});

/** The largest failed share over so many seconds in a row. */
function worst(seconds: readonly Second[], width: number): number {
  return Math.max(...seconds.slice(width).map((_, i) => failedShare(seconds.slice(i, i + width))));
}
