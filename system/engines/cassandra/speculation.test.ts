import { expect, it } from 'vitest';
import { SECOND } from '../../runtime/kernel/index.ts';
import { during, pause, testCluster } from './test-support.ts';

/** Reads at a quorum of three nodes, before and while one of them stands still: too briefly to be convicted. */
async function reads(speculativeRetry: 'off' | '99p') {
  const t = testCluster({ knobs: { nodes: 3, readTimeoutMs: 1000, speculativeRetry } });
  const failed = { before: 0, during: 0 };
  const longest = { before: 0, during: 0 };
  let served = 0;
  const where = { table: 'followers', partition: ['p'], consistency: 'QUORUM' as const };
  const readsServed = () => t.cassandra.statistics().reduce((sum, node) => sum + node.readsServed, 0);
  const read = async (phase: 'before' | 'during') => {
    const calledNs = t.simulation.nowNs;
    await t.store.select(t.context(), where).then(
      () => {
        longest[phase] = Math.max(longest[phase], (t.simulation.nowNs - calledNs) / SECOND);
      },
      () => failed[phase]++,
    );
  };
  await during(t, 60, async () => {
    await t.store.upsert(t.context(), {
      table: 'followers',
      row: { playlist_id: 'p', user_id: 1 },
      consistency: 'ALL',
    });
    const pending: Promise<void>[] = [];
    for (let i = 0; i < 1900; i++) {
      if (i === 1500) {
        served = readsServed();
        t.cassandra.nodes[0]!.machine.pause(6 * SECOND);
      }
      pending.push(read(i < 1500 ? 'before' : 'during'));
      await pause(t, 0.01);
    }
    await Promise.all(pending);
  });
  return { failed, longest, served };
}

it('a coordinator that waits longer than 99 of 100 reads took asks one replica more, if the knob says so', async () => {
  const [off, on] = [await reads('off'), await reads('99p')];
  expect([off.failed.before, on.failed.before]).toEqual([0, 0]);
  // Two of three reads meet the silent node: as their coordinator, or as one of the two replicas that theirs asks.
  expect(off.failed.during).toBeGreaterThan(230);
  // A silent coordinator speculates about nothing: a third of the reads.
  expect(on.failed.during).toBeLessThan(160);
  expect(on.longest.during).toBeLessThan(0.1);
  // What it costs when nothing is wrong: a read more for each hundred, and half a timeout before anything is known.
  expect(off.served).toBe(3000);
  expect(on.served).toBeGreaterThan(3005);
  expect(on.served).toBeLessThan(3060);
});

it('with an unknown word for it, or all replicas asked, there is nothing to speculate about', async () => {
  expect(() => testCluster({ knobs: { speculativeRetry: '98p' as '99p' } })).toThrow(/speculativeRetry/);
  const t = testCluster({ knobs: { nodes: 3, readTimeoutMs: 1000, speculativeRetry: '99p' } });
  await during(t, 30, async () => {
    t.cassandra.nodes[0]!.machine.pause(6 * SECOND);
    const where = { table: 'followers', partition: ['p'], consistency: 'ALL' as const };
    await expect(t.store.select(t.context(), where)).rejects.toMatchObject({ kind: 'timeout' });
  });
});
