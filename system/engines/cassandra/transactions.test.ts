import { describe, expect, it } from 'vitest';
import type { PortError } from '../../ports/errors.ts';
import type { Row, TableDefinition, WriteOutcome } from '../../ports/wide-column-store.ts';
import { MILLISECOND, SECOND } from '../../runtime/kernel/index.ts';
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
  it('let one of many insert, and show the others its row, also those whose first try had no known outcome', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      const t = testCluster({ seed });
      const insert = async (i: number): Promise<WriteOutcome> =>
        set(t, i, null).catch((error: PortError) => {
          expect([error.kind, error.definite]).toEqual(['timeout', false]);
          return insert(i);
        });
      const outcomes = await during(t, 60, () =>
        Promise.all(Array.from({ length: 20 }, (_, i) => insert(i))),
      );
      const since = t.cassandra.inspect('followers', ['p'])[0]!.since;
      const winners = outcomes.flatMap((outcome, i) => (outcome.applied ? [i] : []));
      expect(winners.length).toBeLessThan(2);
      for (const winner of winners) expect(winner).toBe(since);
      for (const { applied, current } of outcomes)
        if (!applied) expect(current).toMatchObject({ ...key, since });
    }
  });

  it('do not queue: they supersede each other, get less done the more there are, and some end in a timeout', async () => {
    const one = await contended(1);
    const few = await contended(20);
    const many = await contended(200);
    expect([one.applied, one.failed]).toEqual([1, []]);
    // One after the other they would take 3 ms each and all be applied.
    expect(few.took).toBeGreaterThan(40 * one.took);
    expect(many.applied).toBeLessThan(180);
    expect(many.applied).toBeGreaterThan(20);
    expect(new Set(many.failed)).toEqual(new Set(['timeout, of unknown outcome']));
    // What was answered is there; what was not may be.
    expect(many.rows).toBeGreaterThanOrEqual(many.applied);
    expect(many.rows).toBeLessThanOrEqual(200);
    expect(await contended(200)).toEqual(many);
  });

  it('begin again until casContentionTimeoutMs has passed, and sleep up to 100 ms before each time', async () => {
    for (const casContentionTimeoutMs of [1, 400]) {
      const t = testCluster({ knobs: { casContentionTimeoutMs } });
      const late: number[] = [];
      await during(t, 60, async () => {
        const clients = Array.from({ length: 100 }, async (_, i) => {
          const row = { ...key, user_id: i, since: i };
          const statement = { table: 'followers', row, consistency: 'QUORUM' as const };
          await t.store.upsert(t.context(), { ...statement, ifNotExists: true }).catch((error: Error) => {
            if (/came first/.test(error.message)) late.push(t.simulation.nowNs / MILLISECOND);
          });
        });
        await Promise.all(clients);
      });
      if (casContentionTimeoutMs === 1) expect(late.length).toBeGreaterThan(50);
      for (const ms of late) {
        expect(ms).toBeGreaterThan(casContentionTimeoutMs);
        expect(ms).toBeLessThan(casContentionTimeoutMs + 130);
      }
    }
  });

  it('propose also what changes nothing: six messages where a change takes nine', async () => {
    const t = testCluster();
    const served = () => t.cassandra.statistics().reduce((sum, node) => sum + node.writesServed, 0);
    await during(t, 5, async () => {
      const counts: number[] = [];
      for (const since of [1, 2]) {
        await set(t, since, null);
        await pause(t, 1);
        counts.push(served());
      }
      expect(counts).toEqual([9, 15]);
    });
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

  it('are linearizable under contention: nothing is lost or done twice, also when messages are', async () => {
    for (let seed = 1; seed <= 8; seed++) {
      const t = testCluster({ seed, knobs: { nodes: 4, writeTimeoutMs: 400, readTimeoutMs: 400 } });
      for (let from = 0; from < 4; from++)
        for (let to = 0; to < 4; to++) t.network.setFault(from, to, { loss: 0.05, duplication: 0.05 });
      const told: number[] = [];
      let uncertain = 0;
      await during(t, 3000, async () => {
        while (!(await set(t, 0, null).catch(() => ({ applied: false }))).applied) await pause(t, 0.01);
        const client = async () => {
          for (let done = 0; done < 4; ) {
            const value = await current(t).catch(() => null);
            if (value === null) continue;
            try {
              if ((await set(t, value + 1, value)).applied) {
                told.push(value + 1);
                done++;
              }
            } catch {
              uncertain++;
            }
          }
        };
        await Promise.all(Array.from({ length: 12 }, client));
        let last: number | null = null;
        while (last === null) last = await current(t).catch(() => null);
        expect(last).toBeLessThanOrEqual(told.length + uncertain);
        expect(Math.max(...told)).toBeLessThanOrEqual(last);
      });
      expect(new Set(told).size).toBe(48);
      expect(uncertain).toBeGreaterThan(5);
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

/** So many clients insert a row each into one partition, all at once. */
async function contended(clients: number) {
  const t = testCluster();
  let took = 0;
  const failed: string[] = [];
  const insert = async (i: number) => {
    const row = { ...key, user_id: i, since: i };
    const statement = { table: 'followers', row, ifNotExists: true, consistency: 'QUORUM' as const };
    try {
      await t.store.upsert(t.context(), statement);
      took = t.simulation.nowNs / SECOND;
    } catch (error) {
      const { kind, definite } = error as PortError;
      failed.push(`${kind}, of ${definite ? 'known' : 'unknown'} outcome`);
    }
  };
  await during(t, 60, () => Promise.all(Array.from({ length: clients }, (_, i) => insert(i))));
  const rows = t.cassandra.inspect('followers', ['p']).length;
  return { applied: clients - failed.length, failed, rows, took };
}

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
