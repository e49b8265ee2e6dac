import { describe, expect, it } from 'vitest';
import { MILLISECOND } from '../../runtime/kernel/index.ts';
import { during, pause, type TestCluster, testCluster } from './test-support.ts';

const key = { playlist_id: 'p', user_id: 1 };

async function current(t: TestCluster): Promise<number | null> {
  const rows = await t.store.select(t.context(), {
    table: 'followers',
    partition: ['p'],
    clusteringPrefix: [1],
    consistency: 'QUORUM',
  });
  return rows.length === 0 ? null : Number(rows[0]!.since);
}

function set(t: TestCluster, since: number, expected: number | null) {
  const statement = { table: 'followers', row: { ...key, since }, consistency: 'QUORUM' as const };
  return t.store.upsert(
    t.context(),
    expected === null ? { ...statement, ifNotExists: true } : { ...statement, ifEquals: { since: expected } },
  );
}

describe('lightweight transactions', () => {
  it('let exactly one of many insert, and show the others its row', async () => {
    const t = testCluster();
    const outcomes = await during(t, 60, () =>
      Promise.all(Array.from({ length: 20 }, (_, i) => set(t, i, null))),
    );
    const winners = outcomes.filter((outcome) => outcome.applied);
    expect(winners).toHaveLength(1);
    const losers = outcomes.filter((outcome) => !outcome.applied);
    const since = t.cassandra.inspect('followers', ['p'])[0]!.since;
    for (const loser of losers) expect(loser.current).toMatchObject({ ...key, since });
  });

  it('take four round trips, where a plain write takes one', async () => {
    const t = testCluster();
    const durations: number[] = [];
    await during(t, 60, async () => {
      for (let i = 0; i < 40; i++) {
        const row = { playlist_id: `p${i}`, user_id: 1, since: 1 };
        for (const ifNotExists of [false, true]) {
          const fromNs = t.simulation.nowNs;
          const target = { ...row, user_id: ifNotExists ? 2 : 1 };
          await t.store.upsert(t.context(), {
            table: 'followers',
            row: target,
            consistency: 'QUORUM',
            ...(ifNotExists ? { ifNotExists } : {}),
          });
          durations[ifNotExists ? 1 : 0] =
            (durations[ifNotExists ? 1 : 0] ?? 0) + t.simulation.nowNs - fromNs;
        }
      }
    });
    expect(durations[1]! / durations[0]!).toBeGreaterThan(2);
    expect(durations[1]! / durations[0]!).toBeLessThan(4.5);
  });

  it('are linearizable: concurrent increments lose nothing, also when coordinators crash between the rounds', async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const t = testCluster({ seed, knobs: { nodes: 4, failureDetectionMs: 50 } });
      let certain = 0;
      let uncertain = 0;
      await during(t, 3000, async () => {
        await set(t, 0, null);
        const client = async () => {
          for (let done = 0; done < 8; ) {
            const value = await current(t).catch(() => null);
            if (value === null) {
              await pause(t, 0.01);
              continue;
            }
            try {
              if ((await set(t, value + 1, value)).applied) {
                certain++;
                done++;
              }
            } catch (error) {
              if (!(error as { definite: boolean }).definite) uncertain++;
              await pause(t, 0.01);
            }
          }
        };
        const clients = Array.from({ length: 4 }, client);
        for (let i = 0; i < 12; i++) {
          const { machine } = t.cassandra.nodes[i % 4]!;
          t.simulation.after((20 + i * 60) * MILLISECOND, () => machine.crash());
          t.simulation.after((50 + i * 60) * MILLISECOND, () => machine.restart());
        }
        await Promise.all(clients);
        const last = (await current(t))!;
        expect(last).toBeGreaterThanOrEqual(certain);
        expect(last).toBeLessThanOrEqual(certain + uncertain);
      });
      expect(certain).toBe(32);
    }
  });
});
