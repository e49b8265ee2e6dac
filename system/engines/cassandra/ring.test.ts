import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyedRandom } from '../../runtime/kernel/index.ts';
import { TokenRing } from './ring.ts';

const ring = (nodes: number, tokens = 16, rf = 3, seed = 1) =>
  new TokenRing(nodes, tokens, rf, new KeyedRandom(seed, 'tokens'));

describe('the token ring', () => {
  it('gives every node its share of the tokens within an eighth', () => {
    for (const nodes of [3, 6, 12, 24, 100]) {
      const owned = Array.from({ length: nodes }, (_, i) => ring(nodes).ownership(i));
      expect(owned.reduce((a, b) => a + b)).toBeCloseTo(1, 9);
      for (const share of owned) expect(Math.abs(share * nodes - 1)).toBeLessThan(0.125);
    }
  });

  it('places a partition on as many distinct nodes as the replication factor says, or on all', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: -0x80000000, max: 0x7fffffff }),
        fc.integer({ min: 0, max: 0xffffffff }),
        (nodes, rf, high, low) => {
          const replicas = ring(nodes, 8, rf).replicas(high, low);
          expect(new Set(replicas).size).toBe(replicas.length);
          expect(replicas.length).toBe(Math.min(nodes, rf));
        },
      ),
    );
  });

  it('holds load balanced over all replicas, not only over primaries', () => {
    const nodes = 12;
    const counts = new Array<number>(nodes).fill(0);
    const random = new KeyedRandom(7, 'keys');
    const cluster = ring(nodes);
    const keys = 60_000;
    for (let i = 0; i < keys; i++) {
      for (const node of cluster.replicas(random.bits(i) | 0, random.bits(i, 1))) counts[node]!++;
    }
    for (const count of counts) expect(Math.abs(count / ((keys * 3) / nodes) - 1)).toBeLessThan(0.15);
  });
});
