import { describe, expect, it } from 'vitest';
import type { BaseLayer } from './base-layer.ts';
import { during, hotPartition, testCluster } from './test-support.ts';

/** Mean CPU time that a replica spends on one such read, without spread. */
async function readMs(
  baseLayer: BaseLayer,
  partition: string,
  limit: number,
  place: boolean,
): Promise<number> {
  const t = testCluster({ baseLayer, knobs: { serviceTimeP99: 1, garbageCollection: false } });
  if (place) t.cassandra.preload({ largePartitions: [{ table: 'followers', partition: [partition] }] });
  const context = t.context();
  await during(t, 10, () =>
    t.store.select(context, { table: 'followers', partition: [partition], limit, consistency: 'ONE' }),
  );
  return context.trace.partsNs[t.hops.indexOf('cassandra.read')]! / 1e6;
}

describe('what reads cost', () => {
  it('one row of a small partition: 0.15 to 0.3 ms of CPU', async () => {
    const ms = await readMs(hotPartition(1, 250), 'hot', 1, false);
    expect(ms).toBeGreaterThan(0.15);
    expect(ms).toBeLessThan(0.3);
  });

  it('500 rows of a partition of 110 MB in six SSTables: 4 to 8 ms', async () => {
    const ms = await readMs(hotPartition(440_000, 250), 'hot', 500, true);
    expect(ms).toBeGreaterThan(4);
    expect(ms).toBeLessThan(8);
  });

  it('a single row of that partition still costs several times that of a small one', async () => {
    const wide = await readMs(hotPartition(440_000, 250), 'hot', 1, true);
    const small = await readMs(hotPartition(1, 250), 'hot', 1, false);
    expect(wide / small).toBeGreaterThan(5);
  });
});
