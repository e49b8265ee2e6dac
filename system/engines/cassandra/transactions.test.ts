import { describe, expect, it } from 'vitest';
import type { Row, TableDefinition } from '../../ports/wide-column-store.ts';
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

  it('take a batch of one partition as one: all of it or nothing, and no reader sees a part', async () => {
    for (let seed = 1; seed <= 6; seed++) {
      const t = testCluster({ seed, tables: [lists], knobs: { nodes: 4, failureDetectionMs: 50 } });
      const torn: unknown[] = [];
      const applied = { certain: 0, uncertain: 0 };
      let reads = 0;
      await during(t, 3000, async () => {
        await write(t, 0, null);
        const editor = async () => {
          for (let done = 0; done < 6; ) {
            const value = await version(t).catch(() => null);
            if (value === null) {
              await pause(t, 0.01);
              continue;
            }
            try {
              if ((await write(t, value + 1, value)).applied) {
                applied.certain++;
                done++;
              }
            } catch (error) {
              if (!(error as { definite: boolean }).definite) applied.uncertain++;
              await pause(t, 0.01);
            }
          }
        };
        let over = false;
        const reader = async () => {
          while (!over) {
            const rows = await t.store
              .select(t.context(), { table: 'lists', partition: ['l'], consistency: 'QUORUM' })
              .catch(() => []);
            if (rows.length > 0) reads++;
            if (rows.some((row) => row.value !== row.version)) torn.push(rows);
            await pause(t, 0.001);
          }
        };
        const reading = Promise.all([reader(), reader(), reader()]);
        for (let i = 0; i < 8; i++) {
          const { machine } = t.cassandra.nodes[i % 4]!;
          t.simulation.after((20 + i * 60) * MILLISECOND, () => machine.crash());
          t.simulation.after((50 + i * 60) * MILLISECOND, () => machine.restart());
        }
        await Promise.all([editor(), editor(), editor()]);
        over = true;
        await reading;
        const last = (await version(t))!;
        expect(last).toBeGreaterThanOrEqual(applied.certain);
        expect(last).toBeLessThanOrEqual(applied.certain + applied.uncertain);
      });
      expect(applied.certain).toBe(18);
      expect(reads).toBeGreaterThan(30);
      expect(torn).toEqual([]);
    }
  });

  it('refuse a batch that leaves the partition, or whose rows do not fit', async () => {
    const t = testCluster();
    const row = { ...key, since: 1 };
    const outcome = (alsoRows: Row[]) =>
      t.store.upsert(t.context(), { table: 'followers', row, alsoRows, consistency: 'QUORUM' }).then(
        () => 'ok',
        (error: Error) => error.message,
      );
    await during(t, 5, async () => {
      expect(await outcome([{ playlist_id: 'q', user_id: 2 }])).toMatch(/invalid.*within one partition/);
      expect(await outcome([{ playlist_id: 'p' }])).toMatch(/invalid.*clustering column/);
      expect(await outcome([{ playlist_id: 'p', user_id: 2 }])).toBe('ok');
    });
    expect(t.cassandra.inspect('followers', ['p'])).toHaveLength(2);
  });
});

const lists: TableDefinition = {
  name: 'lists',
  columns: { list: 'text', version: 'int', place: 'int', value: 'int' },
  partitionKey: ['list'],
  clusteringKey: ['place'],
  staticColumns: ['version'],
};

/** Writes five rows that all carry the version's number. */
function write(t: TestCluster, value: number, expected: number | null) {
  const statement = {
    table: 'lists',
    row: { list: 'l', version: value },
    alsoRows: Array.from({ length: 5 }, (_, place) => ({ list: 'l', place, value })),
    consistency: 'QUORUM' as const,
  };
  return t.store.upsert(
    t.context(),
    expected === null
      ? { ...statement, ifNotExists: true }
      : { ...statement, ifEquals: { version: expected } },
  );
}

async function version(t: TestCluster): Promise<number | null> {
  const statement = { table: 'lists', partition: ['l'], staticOnly: true, consistency: 'QUORUM' as const };
  const [row] = await t.store.select(t.context(), statement);
  return row === undefined ? null : Number(row.version);
}
