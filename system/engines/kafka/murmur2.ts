/**
 * MurmurHash2 (32 bit, Austin Appleby, public domain) over the UTF-8 bytes of a key, with the seed and the signed
 * result of Kafka's `Utils.murmur2`: a key lands on the partition on which the real clients put it.
 */
const SEED = 0x9747b28c;
const M = 0x5bd1e995;

let scratch = new Uint8Array(256);

/** A signed 32-bit hash. */
export function murmur2(key: string): number {
  const length = encode(key);
  const bytes = scratch;
  let h = (SEED ^ length) | 0;
  const end = length & ~3;
  for (let i = 0; i < end; i += 4) {
    let k = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    k = Math.imul(k, M);
    k ^= k >>> 24;
    h = Math.imul(h, M) ^ Math.imul(k, M);
  }
  const rest = length & 3;
  if (rest > 0) {
    if (rest === 3) h ^= bytes[end + 2]! << 16;
    if (rest >= 2) h ^= bytes[end + 1]! << 8;
    h = Math.imul(h ^ bytes[end]!, M);
  }
  h = Math.imul(h ^ (h >>> 13), M);
  return h ^ (h >>> 15);
}

/** The partition of a keyed record among `partitions`: `toPositive(murmur2(key)) % partitions`. */
export function partitionOf(key: string, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}

/** UTF-8 into `scratch`; returns the length. A lone surrogate becomes U+FFFD, as Node's Buffer (and so kafkajs) does it. */
function encode(text: string): number {
  // At most three bytes a UTF-16 unit: a pair of units takes four.
  if (text.length * 3 > scratch.length) scratch = new Uint8Array(text.length * 6);
  const bytes = scratch;
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    let code = text.charCodeAt(i);
    if (code < 0x80) {
      bytes[length++] = code;
      continue;
    }
    if (code >= 0xd800 && code < 0xe000) {
      code = text.codePointAt(i)!;
      if (code > 0xffff) i++;
      else code = 0xfffd;
    }
    if (code < 0x800) {
      bytes[length++] = 0xc0 | (code >> 6);
    } else if (code < 0x10000) {
      bytes[length++] = 0xe0 | (code >> 12);
      bytes[length++] = 0x80 | ((code >> 6) & 0x3f);
    } else {
      bytes[length++] = 0xf0 | (code >> 18);
      bytes[length++] = 0x80 | ((code >> 12) & 0x3f);
      bytes[length++] = 0x80 | ((code >> 6) & 0x3f);
    }
    bytes[length++] = 0x80 | (code & 0x3f);
  }
  return length;
}
