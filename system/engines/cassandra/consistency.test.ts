import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConsistencyLevel } from '../../ports/wide-column-store.ts';
import { MILLISECOND, SECOND } from '../../runtime/kernel/index.ts';
import { during, pause, type TestCluster, testCluster } from './test-support.ts';

const row = (user_id: number, since: number) => ({ playlist_id: 'p', user_id, name: 'x', since, note: null });

function write(t: TestCluster, since: number, consistency: ConsistencyLevel) {
  return t.store.upsert(t.context(), { table: 'followers', row: row(1, since), consistency });
}

async function read(t: TestCluster, consistency: ConsistencyLevel): Promise<number> {
  const rows = await t.store.select(t.context(), { table: 'followers', partition: ['p'], consistency });
  return Number(rows[0]?.since ?? 0);
}

describe('consistency', () => {
  it('QUORUM reads see every write acknowledged at QUORUM, and never go back, whatever the latencies', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 100_000 }),
        fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 25, maxLength: 25 }),
        fc.integer({ min: 1, max: 4 }),
        async (seed, latenciesMs, readers) => {
          const t = testCluster({ seed, knobs: { nodes: 5 } });
          t.cassandra.nodes.forEach((from, i) => {
            t.cassandra.nodes.forEach((to, j) => {
              const extraLatencyNs = latenciesMs[i * 5 + j]! * MILLISECOND;
              t.network.setFault(from.machine.id, to.machine.id, { extraLatencyNs });
            });
          });
          let acknowledged = 0;
          let seen = 0;
          const reader = async () => {
            for (let i = 0; i < 12; i++) {
              const floor = Math.max(acknowledged, seen);
              const value = await read(t, 'QUORUM');
              expect(value).toBeGreaterThanOrEqual(floor);
              seen = Math.max(seen, value);
            }
          };
          await during(t, 10_000, async () => {
            const reading = Array.from({ length: readers }, reader);
            for (let i = 1; i <= 12; i++) {
              await write(t, i, 'QUORUM');
              acknowledged = i;
            }
            await Promise.all(reading);
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('ONE may be stale while a replica lags, and QUORUM is not', async () => {
    const t = testCluster({ knobs: { nodes: 3 } });
    const late = t.cassandra.nodes[2]!.machine.id;
    for (const node of t.cassandra.nodes)
      t.network.setFault(node.machine.id, late, { extraLatencyNs: SECOND });
    await during(t, 1000, async () => {
      let staleAtOne = 0;
      for (let i = 1; i <= 30; i++) {
        await write(t, i, 'QUORUM');
        if ((await read(t, 'ONE')) < i) staleAtOne++;
        expect(await read(t, 'QUORUM')).toBe(i);
        await pause(t, 3);
      }
      // A third of the coordinators is the replica that lags.
      expect(staleAtOne).toBeGreaterThan(3);
      expect(staleAtOne).toBeLessThan(20);
    });
  });

  it('a read repairs the replicas that it found behind', async () => {
    const t = testCluster({ knobs: { nodes: 3, hintWindowMs: 0, failureDetectionMs: 0 } });
    await during(t, 1000, async () => {
      t.cassandra.nodes[1]!.machine.crash();
      await write(t, 1, 'QUORUM');
      t.cassandra.nodes[1]!.machine.restart();
      await pause(t, 60);
      expect(t.cassandra.inspectReplica(1, 'followers', ['p'])).toEqual([]);
      expect(await read(t, 'ALL')).toBe(1);
      expect(t.cassandra.inspectReplica(1, 'followers', ['p'])).toHaveLength(1);
    });
  });

  it('writes through a coordinator whose clock is slow lose against older ones: acknowledged and never seen', async () => {
    const t = testCluster({ knobs: { nodes: 3 } });
    t.cassandra.nodes[0]!.machine.clockSkewNs = -10 * SECOND;
    let lost = 0;
    await during(t, 100, async () => {
      for (let i = 1; i <= 40; i++) {
        await write(t, i, 'QUORUM');
        if ((await read(t, 'QUORUM')) !== i) lost++;
      }
    });
    // A third of the coordinators is the slow one.
    expect(lost).toBeGreaterThan(5);
    expect(lost).toBeLessThan(25);
  });

  it('unavailable, definitely, when too few replicas are alive; ONE goes on', async () => {
    const t = testCluster({ knobs: { nodes: 3, failureDetectionMs: 0 } });
    await during(t, 100, async () => {
      await write(t, 1, 'ALL');
      t.cassandra.nodes[0]!.machine.crash();
      t.cassandra.nodes[1]!.machine.crash();
      await expect(write(t, 2, 'QUORUM')).rejects.toMatchObject({ kind: 'unavailable', definite: true });
      await expect(read(t, 'QUORUM')).rejects.toMatchObject({ kind: 'unavailable' });
      expect(await read(t, 'ONE')).toBe(1);
      t.cassandra.nodes[2]!.machine.crash();
      await expect(read(t, 'ONE')).rejects.toMatchObject({ kind: 'unavailable' });
    });
  });
});
