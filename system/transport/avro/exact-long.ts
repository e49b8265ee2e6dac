/**
 * Avro's long as a JavaScript number that is exact, or an error. The library's own type calculates in doubles and is one
 * off below −2^52, without a word; this one is given the bytes of the varint as they are.
 */
import avsc from 'avsc';

/** Below 2^49 a varint takes seven bytes at most, and doubles hold it doubled. */
const PLAIN_BYTES = 7;
const PLAIN = 2 ** 48;

export const exactLong: avsc.Type = avsc.types.LongType.__with(
  {
    fromBuffer: decode,
    toBuffer: encode,
    fromJSON: Number,
    toJSON: Number,
    isValid: Number.isSafeInteger,
    compare: (a: number, b: number) => Math.sign(a - b),
  },
  true,
);

function decode(bytes: Uint8Array): number {
  if (bytes.length > PLAIN_BYTES) return decodeLarge(bytes);
  let value = 0;
  let scale = 1;
  for (const byte of bytes) {
    value += (byte & 0x7f) * scale;
    scale *= 128;
  }
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

function decodeLarge(bytes: Uint8Array): number {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 7n) | BigInt(bytes[i]! & 0x7f);
  const number = Number(BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n)));
  if (!Number.isSafeInteger(number)) throw new RangeError('a long is beyond ±(2^53 − 1)');
  return number;
}

function encode(value: number): Buffer {
  if (value >= PLAIN || value < -PLAIN) return encodeLarge(value);
  let rest = value >= 0 ? 2 * value : -2 * value - 1;
  const bytes: number[] = [];
  while (rest >= 0x80) {
    bytes.push((rest % 128) | 0x80);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}

function encodeLarge(value: number): Buffer {
  const whole = BigInt(value);
  let rest = (whole << 1n) ^ (whole >> 63n);
  const bytes: number[] = [];
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
