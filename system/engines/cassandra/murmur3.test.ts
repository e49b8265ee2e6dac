import { describe, expect, it } from 'vitest';
import { tokenOf } from './murmur3.ts';

const text = (value: string) => new TextEncoder().encode(value);

/** The same function in plain BigInt arithmetic, written from the algorithm's definition. */
function reference(bytes: Uint8Array): bigint {
  const mask = (1n << 64n) - 1n;
  const rotl = (x: bigint, r: bigint) => ((x << r) | (x >> (64n - r))) & mask;
  const c1 = 0x87c37b91114253d5n;
  const c2 = 0x4cf5ad432745937fn;
  const signed = (i: number) => BigInt((bytes[i]! << 24) >> 24);
  const long = (at: number) => {
    let value = 0n;
    for (let i = 7; i >= 0; i--) value = (value << 8n) | BigInt(bytes[at + i]!);
    return value;
  };
  const fmix = (k: bigint) => {
    let x = k ^ (k >> 33n);
    x = (x * 0xff51afd7ed558ccdn) & mask;
    x ^= x >> 33n;
    x = (x * 0xc4ceb9fe1a85ec53n) & mask;
    return x ^ (x >> 33n);
  };
  let h1 = 0n;
  let h2 = 0n;
  const blocks = bytes.length - (bytes.length % 16);
  for (let at = 0; at < blocks; at += 16) {
    h1 ^= (rotl((long(at) * c1) & mask, 31n) * c2) & mask;
    h1 = ((rotl(h1, 27n) + h2) * 5n + 0x52dce729n) & mask;
    h2 ^= (rotl((long(at + 8) * c2) & mask, 33n) * c1) & mask;
    h2 = ((rotl(h2, 31n) + h1) * 5n + 0x38495ab5n) & mask;
  }
  let k1 = 0n;
  let k2 = 0n;
  for (let i = bytes.length - 1; i >= blocks; i--) {
    const at = i - blocks;
    if (at >= 8) k2 ^= (signed(i) << BigInt((at - 8) * 8)) & mask;
    else k1 ^= (signed(i) << BigInt(at * 8)) & mask;
  }
  h2 ^= (rotl((k2 * c2) & mask, 33n) * c1) & mask;
  h1 ^= (rotl((k1 * c1) & mask, 31n) * c2) & mask;
  h1 ^= BigInt(bytes.length);
  h2 ^= BigInt(bytes.length);
  h1 = (h1 + h2) & mask;
  h2 = (h2 + h1) & mask;
  return BigInt.asIntN(64, fmix(h1) + fmix(h2));
}

describe('Murmur3 tokens', () => {
  it('are those that the drivers of Cassandra check theirs against', () => {
    // Python and Ruby drivers, tests of their Murmur3 tokens.
    const repeated = Uint8Array.from({ length: 50 }, (_, i) => [0x00, 0xff, 0x10, 0xfa, 0x99][i % 5]!);
    expect(tokenOf(text('123'))).toBe(-7468325962851647638n);
    expect(tokenOf(repeated)).toBe(5837342703291459765n);
    expect(tokenOf(new Uint8Array(8).fill(0xfe))).toBe(-8927430733708461935n);
    expect(tokenOf(new Uint8Array(8).fill(0x10))).toBe(1446172840243228796n);
    expect(tokenOf(text('9223372036854775807'))).toBe(7162290910810015547n);
  });

  it('agree with the definition for every length of block and tail, bytes above 127 included', () => {
    for (let length = 0; length <= 70; length++) {
      for (let variant = 0; variant < 4; variant++) {
        const bytes = Uint8Array.from(
          { length },
          (_, i) => (i * 97 + variant * 131 + length * 7 + (i * i * 13) / 5) & 255,
        );
        expect(tokenOf(bytes), `length ${length}, variant ${variant}`).toBe(reference(bytes));
      }
    }
  });
});
