import { expect, test } from 'vitest';
import type { ShardCopy } from './cluster.ts';
import { averageServiceNs, ReplicaSelection } from './replica-selection.ts';
import { createBench } from './test-support.ts';

const MS = 1e6;
const copiesOn = (...nodes: number[]) => nodes.map((number) => ({ node: { number } }) as ShardCopy);
const nodesOf = (copies: readonly ShardCopy[]) => copies.map(({ node }) => node.number);

test('a rank is that of the formula: response − service + (1 + outstanding · nodes + queue)³ · service', () => {
  const selection = new ReplicaSelection(3);
  selection.answered(0, 2, 5 * MS, 1 * MS);
  selection.answered(1, 0, 3 * MS, 2 * MS);
  expect(selection.rank(0)).toBeCloseTo(5 - 1 + (1 + 1 * 2 + 2) ** 3, 9);
  for (let i = 0; i < 3; i++) selection.sent(1);
  expect(selection.rank(1)).toBeCloseTo(3 - 2 + (1 + 3 * 2 + 0) ** 3 * 2, 9);
  selection.ended(1);
  expect(selection.rank(1)).toBeCloseTo(3 - 2 + (1 + 2 * 2 + 0) ** 3 * 2, 9);
  // Moving averages of response time and queue, of which a part of a place is none; the last service time.
  selection.answered(0, 5, 15 * MS, 4 * MS);
  expect(selection.rank(0)).toBeCloseTo(8 - 4 + (1 + 1 * 2 + 2) ** 3 * 4, 9);
  expect(averageServiceNs(averageServiceNs(0, 10), 20)).toBeCloseTo(0.3 * 20 + 0.7 * 3, 9);
});

test('what is unknown comes first, equal ones stay in turn, and what is not asked is forgiven until it is', () => {
  const selection = new ReplicaSelection(3);
  const copies = copiesOn(2, 0, 1);
  selection.sort(copies);
  expect(nodesOf(copies)).toEqual([2, 0, 1]);
  selection.answered(2, 0, 2 * MS, 1 * MS);
  selection.answered(0, 0, 200 * MS, 20 * MS);
  selection.sort(copies);
  expect(nodesOf(copies)).toEqual([0, 1, 2].toSorted((a, b) => selection.rank(a) - selection.rank(b)));
  expect(nodesOf(copies)[0]).toBe(1);
  selection.answered(1, 0, 400 * MS, 40 * MS);
  let passed = 0;
  for (; passed < 100; passed++) {
    selection.sort(copies);
    if (copies[0]!.node.number !== 2) break;
    // One that answers a little more slowly each time.
    selection.answered(2, 0, (2 + passed / 10) * MS, (1 + passed / 20) * MS);
  }
  expect(passed).toBeGreaterThan(2);
  expect(passed).toBeLessThan(30);
  selection.forget(2);
  selection.sort(copies);
  expect(nodesOf(copies)[0]).toBe(2);
});

/** Searches during the pause of one node of three that were answered within half a second, of 300. */
async function quickDuringPause(replicaSelection: 'adaptive' | 'round-robin'): Promise<number> {
  const bench = createBench({ index: { shards: 6 }, knobs: { replicaSelection } });
  const title = (n: number) => ({ id: `t${n}`, document: { title: `song ${n}` } });
  bench.elasticsearch.load(
    'tracks',
    Array.from({ length: 500 }, (_, n) => title(n)),
  );
  let quick = 0;
  for (let i = 0; i < 350; i++)
    bench.at(i * 20, async () => {
      const sinceMs = bench.nowMs();
      const request = { index: 'tracks', text: 'song', fields: ['title'], size: 10 };
      await bench.search.search(bench.context(i), request);
      if (i >= 50 && bench.nowMs() - sinceMs < 500) quick++;
    });
  bench.at(995, () => bench.machine('elasticsearch-1').pause(20_000 * MS));
  await bench.run();
  return quick;
}

test('a node that stands still keeps those waiting whose request it took, and not every search', async () => {
  // A third comes to the node itself; of the others each coordinator loses a search or two before it knows.
  expect(await quickDuringPause('adaptive')).toBeGreaterThan(190);
  expect(await quickDuringPause('round-robin')).toBeLessThan(10);
});

test('a slow node gets less, all nodes alike get the same, and equal runs choose equally', async () => {
  const shares = async (slow: boolean) => {
    const bench = createBench({ index: { shards: 3, replicas: 2 }, knobs: { coresPerNode: 2 } });
    bench.elasticsearch.load('tracks', [{ id: 't', document: { title: 'song' } }]);
    for (let i = 0; i < 4000; i++)
      bench.at(i * 1.5, () => {
        const request = { index: 'tracks', text: 'song', fields: ['title'], size: 1 };
        void bench.search.search(bench.context(i), request);
        // A garbage collection of 4 ms in every 6.
        if (slow && i % 4 === 0) bench.machine('elasticsearch-1').pause(4 * MS);
      });
    await bench.run();
    return bench.elasticsearch.nodes.map((node) => (node.requests() - 4000 / 3) / 12_000);
  };
  const even = await shares(false);
  for (const share of even) expect(Math.abs(share - 1 / 3)).toBeLessThan(0.08);
  const uneven = await shares(true);
  expect(uneven[0]!).toBeLessThan(0.2);
  expect(await shares(true)).toEqual(uneven);
});
