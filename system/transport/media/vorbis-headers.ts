/**
 * The three packets with which a Vorbis stream begins (Vorbis I specification, 4.2 and 5), for the simplest stream that
 * decodes: one block size, one codebook that nothing uses, a floor that every packet leaves out. Each audio packet is
 * then silence, whatever follows its first byte: decoders ignore what is left over, and encoders pad packets that way.
 */
import { writeNumber } from './ogg-page.ts';

export const SAMPLE_RATE = 44_100;
export const CHANNELS = 2;
const BLOCK_BITS = 11;
/** A block overlaps half of the one before: what each packet but the first adds. */
export const SAMPLES_PER_PACKET = 2 ** (BLOCK_BITS - 1);

const encoder = new TextEncoder();

function header(kind: number): number[] {
  return [kind, ...encoder.encode('vorbis')];
}

export function identificationPacket(kbps: number): Uint8Array {
  const bytes = new Uint8Array(30);
  bytes.set(header(1));
  bytes[11] = CHANNELS;
  writeNumber(bytes, 12, SAMPLE_RATE, 4);
  // Highest and lowest bitrate stay at 0: not said.
  writeNumber(bytes, 20, kbps * 1_000, 4);
  bytes[28] = (BLOCK_BITS << 4) | BLOCK_BITS;
  bytes[29] = 1;
  return bytes;
}

/** Name and value of each comment; the packet is filled with zeroes up to `length`. */
export function commentPacket(comments: readonly (readonly [string, string])[], length: number): Uint8Array {
  const vendor = encoder.encode('Rehearsal');
  const fields = comments.map(([name, value]) => encoder.encode(`${name}=${value}`));
  const needed = fields.reduce((sum, field) => sum + 4 + field.length, 7 + 4 + vendor.length + 4 + 1);
  if (needed > length) throw new RangeError(`Comments of ${needed} bytes do not fit into ${length}.`);
  const bytes = new Uint8Array(length);
  bytes.set(header(3));
  let at = 7;
  const put = (field: Uint8Array) => {
    writeNumber(bytes, at, field.length, 4);
    bytes.set(field, at + 4);
    at += 4 + field.length;
  };
  put(vendor);
  writeNumber(bytes, at, fields.length, 4);
  at += 4;
  for (const field of fields) put(field);
  bytes[at] = 1;
  return bytes;
}

/** Bits as Vorbis packs them: the least significant of each byte first. */
class BitWriter {
  readonly #bytes: number[] = [];
  #bits = 0;

  write(value: number, width: number): this {
    for (let i = 0; i < width; i++) {
      if (this.#bits % 8 === 0) this.#bytes.push(0);
      // Shifts count modulo 32: wider fields are zero here.
      if (i < 32 && (value >>> i) & 1) this.#bytes[this.#bytes.length - 1]! |= 1 << (this.#bits % 8);
      this.#bits++;
    }
    return this;
  }

  get bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

export function setupPacket(): Uint8Array {
  const bits = new BitWriter();
  for (const byte of header(5)) bits.write(byte, 8);
  // One codebook: two scalars with codewords of one bit each, no vectors.
  bits.write(0, 8).write(0x564342, 24).write(1, 16).write(2, 24).write(0, 1).write(0, 1);
  bits.write(0, 5).write(0, 5).write(0, 4);
  // One time domain transform, a placeholder.
  bits.write(0, 6).write(0, 16);
  // One floor of type 1 without partitions: multiplier 1, a range of as many bits as half a block has.
  bits
    .write(0, 6)
    .write(1, 16)
    .write(0, 5)
    .write(0, 2)
    .write(BLOCK_BITS - 1, 4);
  // One residue of type 0 that begins and ends at 0: one class, the only book, no cascade.
  bits
    .write(0, 6)
    .write(0, 16)
    .write(0, 24)
    .write(0, 24)
    .write(0, 24)
    .write(0, 6)
    .write(0, 8)
    .write(0, 3)
    .write(0, 1);
  // One mapping of type 0: one submap, no coupling.
  bits.write(0, 6).write(0, 16).write(0, 1).write(0, 1).write(0, 2).write(0, 8).write(0, 8).write(0, 8);
  // One mode: short blocks (both are equal), the only mapping. And the framing bit.
  bits.write(0, 6).write(0, 1).write(0, 16).write(0, 16).write(0, 8).write(1, 1);
  return bits.bytes;
}
