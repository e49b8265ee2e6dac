import fc from 'fast-check';
import { expect, test } from 'vitest';
import { murmur2, partitionOf } from './murmur2.ts';

test("the hash equals that of Kafka's own unit tests", () => {
  const vectors: [string, number][] = [
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
    ['abc', 479470107],
  ];
  for (const [key, hash] of vectors) expect([key, murmur2(key)]).toEqual([key, hash]);
});

test('the hash equals what Akka recorded from the Java client', () => {
  // Akka's Murmur2Spec. (The legacy partitioner of kafkajs differs from both.)
  const vectors: [string, number][] = [
    ['1', -1993445489],
    ['12', 126087238],
    ['123', -267702483],
    ['1234', -1614185708],
    ['12345', -1188365604],
  ];
  for (const [key, hash] of vectors) expect([key, murmur2(key)]).toEqual([key, hash]);
});

/** The textbook form, over the bytes of the platform's encoder. */
function reference(bytes: Uint8Array): number {
  const m = 0x5bd1e995n;
  const mask = 0xffffffffn;
  let h = 0x9747b28cn ^ BigInt(bytes.length);
  let i = 0;
  for (; i + 4 <= bytes.length; i += 4) {
    let k = BigInt(bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16)) | (BigInt(bytes[i + 3]!) << 24n);
    k = (k * m) & mask;
    k ^= k >> 24n;
    k = (k * m) & mask;
    h = ((h * m) & mask) ^ k;
  }
  if (i < bytes.length) {
    for (let j = bytes.length - 1; j >= i; j--) h ^= BigInt(bytes[j]!) << BigInt(8 * (j - i));
    h = (h * m) & mask;
  }
  h ^= h >> 13n;
  h = (h * m) & mask;
  h ^= h >> 15n;
  return Number(BigInt.asIntN(32, h));
}

test('any text hashes as its UTF-8 bytes do', () => {
  const encoder = new TextEncoder();
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (key) => {
      expect(murmur2(key)).toBe(reference(encoder.encode(key)));
    }),
  );
});

test('keys spread evenly over partitions', () => {
  const counts = new Array<number>(12).fill(0);
  for (let i = 0; i < 120_000; i++) counts[partitionOf(`track-${i}`, 12)]!++;
  // Five standard deviations of a binomial: sqrt(120,000 × 1/12 × 11/12) = 96.
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(480);
});
