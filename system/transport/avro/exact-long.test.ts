import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exactLong } from './exact-long.ts';

const around = fc.tuple(fc.nat(53), fc.constantFrom(-1, 0, 1), fc.constantFrom(-1, 1));
// Without a zero that has a sign.
const edges = around.map(([power, by, sign]) => sign * (2 ** power + by) + 0).filter(Number.isSafeInteger);

test('every number that JavaScript holds exactly survives, in the bytes of its zigzag varint', () => {
  fc.assert(
    fc.property(fc.oneof(edges, fc.maxSafeInteger(), fc.integer()), (value) => {
      const bytes = exactLong.toBuffer(value);
      expect(exactLong.fromBuffer(bytes)).toBe(value);
      const whole = BigInt(value);
      let rest = (whole << 1n) ^ (whole >> 63n);
      const wanted: number[] = [];
      for (; rest >= 0x80n; rest >>= 7n) wanted.push(Number(rest & 0x7fn) | 0x80);
      expect([...bytes]).toEqual([...wanted, Number(rest)]);
    }),
    { seed: 51, numRuns: 1_000 },
  );
});

test('a long of another writer that JavaScript cannot hold is an error, not a number nearby', () => {
  const bytesOf = (value: bigint) => {
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n));
    const bytes: number[] = [];
    for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
    return Buffer.from([...bytes, Number(rest)]);
  };
  const largest = 2n ** 53n - 1n;
  expect(exactLong.fromBuffer(bytesOf(largest))).toBe(Number(largest));
  expect(exactLong.fromBuffer(bytesOf(-largest))).toBe(-Number(largest));
  for (const value of [largest + 1n, -largest - 1n, 2n ** 63n - 1n, -(2n ** 63n)])
    expect(() => exactLong.fromBuffer(bytesOf(value))).toThrow(RangeError);
});

test('what is no whole number is refused', () => {
  for (const value of [1.5, Number.NaN, 2 ** 53, '1', null, undefined])
    expect(() => exactLong.toBuffer(value)).toThrow();
});
