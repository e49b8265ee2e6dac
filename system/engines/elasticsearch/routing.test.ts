import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashId, routingShards, shardOf } from './routing.ts';

test("ids hash as in Elasticsearch's own Murmur3HashFunctionTests", () => {
  const known: [string, number][] = [
    ['hell', 0x5a0cb7c3],
    ['hello', 0xd7c31989],
    ['hello w', 0x22ab2984],
    ['hello wo', 0xdf0ca123],
    ['hello wor', 0xe7744d61],
    ['The quick brown fox jumps over the lazy dog', 0xe07db09c],
    ['The quick brown fox jumps over the lazy cog', 0x4e63d2ad],
  ];
  for (const [id, hash] of known) expect([id, hashId(id) >>> 0]).toEqual([id, hash]);
});

test('an index gets as many routing shards as Elasticsearch gives it', () => {
  expect([1, 2, 3, 5, 8, 1024, 2000].map(routingShards)).toEqual([1024, 1024, 768, 640, 1024, 2048, 4000]);
});

test('every id has one shard, always the same, and shards share the ids evenly', () => {
  const counts = [0, 0, 0, 0, 0];
  for (let i = 0; i < 20_000; i++) counts[shardOf(hashId(`track-${i}`), 5, 640)]!++;
  for (const count of counts) expect(Math.abs(count / 4000 - 1)).toBeLessThan(0.05);
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 64 }), (id, shards) => {
      const shard = shardOf(hashId(id), shards, routingShards(shards));
      return shard >= 0 && shard < shards && shard === shardOf(hashId(id), shards, routingShards(shards));
    }),
  );
});
