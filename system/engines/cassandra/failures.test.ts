import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PortError } from '../../ports/errors.ts';
import { MILLISECOND, SECOND } from '../../runtime/kernel/index.ts';
import { during, hotPartition, pause, type TestCluster, testCluster } from './test-support.ts';

const row = (user_id: number) => ({ playlist_id: 'p', user_id, name: 'x', since: 1, note: null });
const upsert = (t: TestCluster, user: number) =>
  t.store.upsert(t.context(), { table: 'followers', row: row(user), consistency: 'QUORUM' });

/** Cuts the links between two sides, or heals them. */
function cut(t: TestCluster, ones: readonly number[], others: readonly number[], partitioned: boolean): void {
  for (const one of ones) {
    for (const other of others) {
      t.network.setFault(one, other, partitioned ? { partitioned } : null);
      t.network.setFault(other, one, partitioned ? { partitioned } : null);
    }
  }
}

describe('when things break', () => {
  it('the parts of the booked time add up to the time that each call took', async () => {
    const t = testCluster({ baseLayer: hotPartition(1000, 250), knobs: { nodes: 3, readTimeoutMs: 300 } });
    t.network.setFault(t.cassandra.nodes[0]!.machine.id, t.cassandra.nodes[1]!.machine.id, {
      partitioned: true,
    });
    let answered = 0;
    let timedOut = 0;
    await during(t, 100, async () => {
      const one = async (i: number) => {
        const context = t.context();
        const calledNs = t.simulation.nowNs;
        const hot = { table: 'followers', partition: ['hot'], limit: 100, consistency: 'QUORUM' as const };
        const statement = { table: 'followers', row: row(i), consistency: 'QUORUM' as const };
        const call =
          i % 3 === 0
            ? t.store.upsert(context, statement)
            : i % 7 === 0
              ? t.store.upsert(context, { ...statement, ifNotExists: true })
              : t.store.select(context, hot);
        await call.then(
          () => answered++,
          () => timedOut++,
        );
        const booked = context.trace.partsNs.reduce((a, b) => a + b);
        expect(booked).toBe(t.simulation.nowNs - calledNs);
        expect(Math.min(...context.trace.partsNs)).toBeGreaterThanOrEqual(0);
      };
      await Promise.all(Array.from({ length: 300 }, (_, i) => one(i)));
    });
    expect(answered).toBeGreaterThan(100);
    expect(timedOut).toBeGreaterThan(10);
  });

  it('a coordinator times out when its replicas’ queues are long, and the queue drops what nobody awaits', async () => {
    const t = testCluster({
      baseLayer: hotPartition(440_000, 250),
      knobs: { nodes: 3, coresPerNode: 1, readTimeoutMs: 500 },
    });
    t.cassandra.preload({ largePartitions: [{ table: 'followers', partition: ['hot'] }] });
    const kinds = new Map<string, number>();
    await during(t, 100, async () => {
      const hot = { table: 'followers', partition: ['hot'], limit: 500, consistency: 'QUORUM' as const };
      const calls = Array.from({ length: 1000 }, () =>
        t.store.select(t.context(), hot).then(
          () => 'ok',
          (error: PortError) => error.kind,
        ),
      );
      for (const kind of await Promise.all(calls)) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    });
    expect(kinds.get('ok')).toBeGreaterThan(50);
    expect(kinds.get('timeout')).toBeGreaterThan(500);
    const dropped = t.cassandra.statistics().reduce((sum, node) => sum + node.readsDropped, 0);
    expect(dropped).toBeGreaterThan(500);
    expect(t.simulation.nowNs).toBeLessThan(3 * SECOND);
  });

  it('work goes on for a client that has given up, unless the knob says otherwise', async () => {
    const served = async (cancelAbandonedReads: boolean) => {
      const t = testCluster({
        baseLayer: hotPartition(440_000, 250),
        knobs: { nodes: 3, coresPerNode: 1, cancelAbandonedReads },
      });
      t.cassandra.preload({ largePartitions: [{ table: 'followers', partition: ['hot'] }] });
      await during(t, 100, async () => {
        const hot = { table: 'followers', partition: ['hot'], limit: 500, consistency: 'ONE' as const };
        const context = t.context();
        const calls = Array.from({ length: 600 }, () => t.store.select(context, hot).catch(() => null));
        await pause(t, 0.1);
        context.cancel(new PortError('deadline-exceeded', 'test', false));
        await Promise.all(calls);
      });
      return t.cassandra.statistics().reduce((sum, node) => sum + node.readsServed, 0);
    };
    expect(await served(false)).toBe(600);
    expect(await served(true)).toBeLessThan(250);
  });

  it('calls through a coordinator that crashes are reset; nothing acknowledged is lost by crash and restart', async () => {
    const t = testCluster({ knobs: { nodes: 3, failureDetectionMs: 1000, writeTimeoutMs: 500 } });
    const acknowledged: number[] = [];
    const kinds = new Map<string, number>();
    await during(t, 300, async () => {
      const writer = async (first: number) => {
        for (let user = first; user < first + 900; user++) {
          await upsert(t, user).then(
            () => acknowledged.push(user),
            (error: PortError) => kinds.set(error.kind, (kinds.get(error.kind) ?? 0) + 1),
          );
          await pause(t, 0.004);
        }
      };
      const writers = [0, 1000, 2000, 3000].map(writer);
      for (const node of [0, 1, 2, 0, 1, 2]) {
        await pause(t, 0.5);
        t.cassandra.nodes[node]!.machine.crash();
        await pause(t, 0.3);
        t.cassandra.nodes[node]!.machine.restart();
      }
      await Promise.all(writers);
      await pause(t, 60);
    });
    expect(kinds.get('reset') ?? 0).toBeGreaterThan(0);
    expect(acknowledged.length).toBeGreaterThan(3000);
    // Two replicas at least hold each of them; the third may have missed a few whose coordinator died before it could
    // leave a hint, and would be repaired by the next read.
    const copies = new Map<number, number>();
    for (let node = 0; node < 3; node++) {
      for (const { user_id } of t.cassandra.inspectReplica(node, 'followers', ['p']))
        copies.set(Number(user_id), (copies.get(Number(user_id)) ?? 0) + 1);
    }
    expect(acknowledged.filter((user) => (copies.get(user) ?? 0) < 2)).toEqual([]);
    expect(acknowledged.filter((user) => copies.get(user) === 3).length).toBeGreaterThan(
      acknowledged.length * 0.99,
    );
  });

  it('a paused node is convicted as a crashed one is, gets hints, and is back when its pause is over', async () => {
    const knobs = {
      nodes: 3,
      failureDetectionMs: 2000,
      hintDelayMs: 1000,
      readTimeoutMs: 500,
      writeTimeoutMs: 500,
    };
    const t = testCluster({ knobs });
    const { machine } = t.cassandra.nodes[0]!;
    const where = { table: 'followers', partition: ['p'], consistency: 'QUORUM' as const };
    const failedAt: number[] = [];
    const kinds = new Set<string>();
    let mostHints = 0;
    await during(t, 60, async () => {
      t.simulation.after(1 * SECOND, () => machine.pause(9 * SECOND));
      const pending: Promise<unknown>[] = [];
      for (let i = 0; i < 240; i++) {
        const atNs = t.simulation.nowNs;
        const call = i % 2 === 0 ? upsert(t, i) : t.store.select(t.context(), where);
        pending.push((call as Promise<unknown>).catch(() => failedAt.push(atNs / SECOND)));
        await pause(t, 0.05);
        mostHints = Math.max(mostHints, t.cassandra.statistics()[0]!.hintsWaiting);
        if (atNs < 5 * SECOND || atNs > 6 * SECOND) continue;
        const all = { table: 'followers', row: row(1000 + i), consistency: 'ALL' as const };
        pending.push(t.store.upsert(t.context(), all).catch((error: PortError) => kinds.add(error.kind)));
      }
      await Promise.all(pending);
      await pause(t, 20);
    });
    // From 3 s on everybody knows; what was under way then had been asked before.
    expect(failedAt.filter((at) => at > 1 && at < 3).length).toBeGreaterThan(10);
    expect(failedAt.filter((at) => at < 0.5 || at > 3.1)).toEqual([]);
    expect([...kinds]).toEqual(['unavailable']);
    expect(mostHints).toBeGreaterThan(60);
    const held = (node: number) => t.cassandra.inspectReplica(node, 'followers', ['p']).length;
    expect([held(0), t.cassandra.statistics()[0]!.hintsWaiting]).toEqual([held(1), 0]);
  });

  it('a pause that is shorter than the detection convicts nobody: who asks waits for its end', async () => {
    const t = testCluster({ knobs: { nodes: 3, failureDetectionMs: 2000 } });
    const took: number[] = [];
    await during(t, 60, async () => {
      for (let i = 0; i < 8; i++) {
        t.cassandra.nodes[0]!.machine.pause(1.9 * SECOND);
        const calledNs = t.simulation.nowNs;
        const statement = { table: 'followers', row: row(i), consistency: 'ALL' as const };
        await t.store.upsert(t.context(), statement);
        took.push((t.simulation.nowNs - calledNs) / SECOND);
      }
    });
    expect(Math.min(...took)).toBeGreaterThan(1.89);
  });

  it('nodes that are cut off from the others are convicted by them, and convict them, until the cut is healed', async () => {
    const knobs = {
      nodes: 6,
      failureDetectionMs: 2000,
      hintDelayMs: 1000,
      readTimeoutMs: 500,
      writeTimeoutMs: 500,
    };
    const t = testCluster({ knobs });
    const replicas = t.cassandra.replicasOf('followers', ['p']);
    const alone = t.cassandra.nodes[replicas[0]!]!.machine.id;
    const others = t.cassandra.nodes.map(({ machine }) => machine.id).filter((id) => id !== alone);
    const failedAt: number[] = [];
    let mostHints = 0;
    const hints = () => t.cassandra.statistics()[replicas[0]!]!.hintsWaiting;
    await during(t, 90, async () => {
      t.simulation.after(1 * SECOND, () => cut(t, [alone], others, true));
      t.simulation.after(16 * SECOND, () => cut(t, [alone], others, false));
      const where = { table: 'followers', partition: ['p'], consistency: 'QUORUM' as const };
      const pending: Promise<unknown>[] = [];
      for (let i = 0; i < 360; i++) {
        const at = t.simulation.nowNs / SECOND;
        const call = i % 2 === 0 ? upsert(t, i) : t.store.select(t.context(), where);
        pending.push((call as Promise<unknown>).catch(() => failedAt.push(at)));
        await pause(t, 0.05);
        mostHints = Math.max(mostHints, hints());
      }
      await Promise.all(pending);
      await pause(t, 20);
    });
    expect(failedAt.filter((at) => at > 1 && at < 3).length).toBeGreaterThan(8);
    expect(failedAt.filter((at) => at < 0.9 || at > 3.1)).toEqual([]);
    // Nothing of them passes while it is cut off, however long that is.
    expect(mostHints).toBeGreaterThan(120);
    const held = (place: number) => t.cassandra.inspectReplica(replicas[place]!, 'followers', ['p']).length;
    expect([held(0), hints()]).toEqual([held(1), 0]);
  });

  it('one link that is cut convicts nobody: heartbeats come by the others', async () => {
    const t = testCluster({ knobs: { nodes: 3, failureDetectionMs: 1000, writeTimeoutMs: 500 } });
    const [one, other, third] = t.cassandra.nodes.map(({ machine }) => machine.id);
    const kinds = async (): Promise<string[]> => {
      const outcomes = Array.from({ length: 40 }, (_, i) => {
        const statement = { table: 'followers', row: row(i), consistency: 'ALL' as const };
        return t.store.upsert(t.context(), statement).then(
          () => 'ok',
          (error: PortError) => error.kind,
        );
      });
      return [...new Set(await Promise.all(outcomes))].sort();
    };
    await during(t, 60, async () => {
      cut(t, [one!], [other!], true);
      await pause(t, 5);
      expect(await kinds()).toEqual(['ok', 'timeout']);
      cut(t, [one!], [third!], true);
      await pause(t, 0.9);
      expect(await kinds()).toEqual(['timeout']);
      await pause(t, 5);
      expect(await kinds()).toEqual(['unavailable']);
      cut(t, [one!], [other!, third!], false);
      expect(await kinds()).toEqual(['ok']);
    });
  });

  it('answers every call exactly once, whatever is lost, doubled, cut, or crashes', async () => {
    const fault = fc.record({
      from: fc.nat(4),
      to: fc.nat(4),
      loss: fc.constantFrom(0, 0.3, 1),
      duplication: fc.constantFrom(0, 0.5),
    });
    const crash = fc.record({
      node: fc.nat(3),
      at: fc.integer({ min: 1, max: 2000 }),
      down: fc.integer({ min: 1, max: 2000 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 100_000 }),
        fc.array(fault, { maxLength: 6 }),
        fc.array(crash, { maxLength: 4 }),
        async (seed, faults, crashes) => {
          const t = testCluster({
            seed,
            knobs: { nodes: 4, failureDetectionMs: 200, casContentionTimeoutMs: 300 },
          });
          for (const { from, to, loss, duplication } of faults)
            t.network.setFault(from, to, { loss, duplication });
          for (const { node, at, down } of crashes) {
            t.simulation.after(at * MILLISECOND, () => t.cassandra.nodes[node]!.machine.crash());
            t.simulation.after((at + down) * MILLISECOND, () => t.cassandra.nodes[node]!.machine.restart());
          }
          const answers: string[] = [];
          const calls = 80;
          const done = during(t, 1000, async () => {
            const pending: Promise<unknown>[] = [];
            for (let i = 0; i < calls; i++) {
              const row = { playlist_id: `p${i % 5}`, user_id: i, name: 'x', since: 1, note: null };
              const statement = { table: 'followers', row, consistency: 'QUORUM' as const };
              const where = { table: 'followers', partition: [`p${i % 5}`], consistency: 'QUORUM' as const };
              const context = t.context();
              const call: Promise<unknown> =
                i % 4 === 0
                  ? t.store.select(context, where)
                  : i % 4 === 1
                    ? t.store.upsert(context, { ...statement, ifNotExists: true })
                    : i % 4 === 2
                      ? t.store.upsert(context, statement)
                      : t.store.delete(context, where);
              pending.push(
                call.then(
                  () => answers.push('ok'),
                  (error: PortError) => answers.push(error.kind),
                ),
              );
              await pause(t, 0.03);
            }
            await Promise.all(pending);
          });
          await done;
          expect(answers).toHaveLength(calls);
          expect(t.simulation.unanswered().size).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('gives the same run for the same seed', async () => {
    const once = async () => {
      const t = testCluster({ seed: 9, knobs: { backgroundWriteBytesPerSecond: 1e6, memtableFlushMB: 1 } });
      t.simulation.after(3 * SECOND, () => t.cassandra.nodes[4]!.machine.crash());
      t.simulation.after(5 * SECOND, () => t.cassandra.nodes[4]!.machine.restart());
      const times: number[] = [];
      await during(t, 20, async () => {
        for (let i = 0; i < 200; i++) {
          const row = { playlist_id: `p${i}`, user_id: 1, name: 'x', since: 1, note: null };
          await t.store
            .upsert(t.context(), { table: 'followers', row, consistency: 'QUORUM' })
            .catch(() => null);
          times.push(t.simulation.nowNs);
          await pause(t, 0.05);
        }
      });
      return JSON.stringify([times, t.cassandra.statistics(), t.simulation.events]);
    };
    expect(await once()).toBe(await once());
  });
});
