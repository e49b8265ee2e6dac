/**
 * Tokens as Cassandra's Murmur3Partitioner computes them: the first long of MurmurHash3 x64 128 with seed 0, including
 * its one deviation (bytes of the tail are sign-extended). 64-bit arithmetic on pairs of 32-bit halves, because a token
 * is computed for every request and BigInt would cost more than the rest of it.
 */

/** High and low half of the token computed last: two numbers without an object. */
export let tokenHigh = 0;
export let tokenLow = 0;

// A 64-bit register each as [high, low]; module variables save an allocation per operation.
let h1High = 0;
let h1Low = 0;
let h2High = 0;
let h2Low = 0;
let high = 0;
let low = 0;

/** (high, low) × constant, lowest 64 bits. */
function multiply(bHigh: number, bLow: number): void {
  const a0 = low & 0xffff;
  const a1 = low >>> 16;
  const b0 = bLow & 0xffff;
  const b1 = bLow >>> 16;
  const p00 = a0 * b0;
  const p01 = a0 * b1;
  const p10 = a1 * b0;
  const middle = p01 + (p00 >>> 16) + (p10 & 0xffff);
  const carry = a1 * b1 + Math.floor(middle / 65536) + (p10 >>> 16);
  high = (Math.imul(high, bLow) + Math.imul(low, bHigh) + carry) | 0;
  low = ((middle & 0xffff) << 16) | (p00 & 0xffff) | 0;
}

function rotate(bits: number): void {
  const h = high;
  const l = low;
  if (bits < 32) {
    high = (h << bits) | (l >>> (32 - bits));
    low = (l << bits) | (h >>> (32 - bits));
  } else if (bits === 32) {
    high = l;
    low = h;
  } else {
    high = (l << (bits - 32)) | (h >>> (64 - bits));
    low = (h << (bits - 32)) | (l >>> (64 - bits));
  }
}

function add(bHigh: number, bLow: number): void {
  const sum = (low >>> 0) + (bLow >>> 0);
  high = (high + bHigh + (sum > 0xffffffff ? 1 : 0)) | 0;
  low = sum | 0;
}

/** k1 ← rotl(k1 × c1, 31) × c2 */
function mixFirst(): void {
  multiply(0x87c37b91, 0x114253d5);
  rotate(31);
  multiply(0x4cf5ad43, 0x2745937f);
}

/** k2 ← rotl(k2 × c2, 33) × c1 */
function mixSecond(): void {
  multiply(0x4cf5ad43, 0x2745937f);
  rotate(33);
  multiply(0x87c37b91, 0x114253d5);
}

/** Final avalanche: three xor-shifts by 33 with two multiplications between. */
function avalanche(): void {
  low ^= high >>> 1;
  multiply(0xff51afd7, 0xed558ccd);
  low ^= high >>> 1;
  multiply(0xc4ceb9fe, 0x1a85ec53);
  low ^= high >>> 1;
}

function block(bytes: Uint8Array, at: number): void {
  low = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  high = bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24);
}

/** Up to eight bytes of the tail, each sign-extended to 64 bits before it is shifted and xored. */
function tail(bytes: Uint8Array, from: number, to: number): void {
  high = 0;
  low = 0;
  for (let i = to - 1; i >= from; i--) {
    const value = (bytes[i]! << 24) >> 24;
    const shift = (i - from) * 8;
    if (shift >= 32) high ^= value << (shift - 32);
    else {
      low ^= value << shift;
      high ^= shift === 0 ? value >> 31 : (value >> (32 - shift)) | 0;
    }
  }
}

function mixBlock(bytes: Uint8Array, at: number): void {
  block(bytes, at);
  mixFirst();
  high ^= h1High;
  low ^= h1Low;
  rotate(27);
  add(h2High, h2Low);
  multiply(0, 5);
  add(0, 0x52dce729);
  h1High = high;
  h1Low = low;
  block(bytes, at + 8);
  mixSecond();
  high ^= h2High;
  low ^= h2Low;
  rotate(31);
  add(h1High, h1Low);
  multiply(0, 5);
  add(0, 0x38495ab5);
  h2High = high;
  h2Low = low;
}

/** Sets `tokenHigh` and `tokenLow` to the token of the first `length` bytes. */
export function computeToken(bytes: Uint8Array, length: number): void {
  h1High = h1Low = h2High = h2Low = 0;
  const blocks = length & ~15;
  for (let at = 0; at < blocks; at += 16) mixBlock(bytes, at);
  if (length > blocks + 8) {
    tail(bytes, blocks + 8, length);
    mixSecond();
    h2High ^= high;
    h2Low ^= low;
  }
  if (length > blocks) {
    tail(bytes, blocks, Math.min(length, blocks + 8));
    mixFirst();
    h1High ^= high;
    h1Low ^= low;
  }
  h1Low ^= length;
  h2Low ^= length;
  high = h1High;
  low = h1Low;
  add(h2High, h2Low);
  h1High = high;
  h1Low = low;
  add(h2High, h2Low);
  h2High = high;
  h2Low = low;
  avalanche();
  const secondHigh = high;
  const secondLow = low;
  high = h1High;
  low = h1Low;
  avalanche();
  add(secondHigh, secondLow);
  // Long.MIN_VALUE is reserved as the partitioner's minimum: Murmur3Partitioner.normalize maps it to Long.MAX_VALUE.
  if (high === -0x80000000 && low === 0) {
    high = 0x7fffffff;
    low = -1;
  }
  tokenHigh = high;
  tokenLow = low >>> 0;
}

/** The token of these bytes as Cassandra prints it. */
export function tokenOf(bytes: Uint8Array): bigint {
  computeToken(bytes, bytes.length);
  return (BigInt(tokenHigh) << 32n) | BigInt(tokenLow);
}
