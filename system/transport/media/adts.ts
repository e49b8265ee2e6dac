/**
 * Segments of live audio as HLS has them ("Packed Audio", RFC 8216, 3.4): an ID3 tag with the time stamp of the first
 * sample, then AAC frames with ADTS headers (ISO/IEC 13818-7). Each frame is silence, filled up to the bitrate; the tag is
 * filled up to the byte.
 */
export const AAC_RATE = 48_000;
export const SAMPLES_PER_FRAME = 1_024;

const ADTS_HEADER_BYTES = 7;
/** The index of 48 kHz. */
const RATE_INDEX = 3;
const CHANNELS = 2;
const OWNER = 'com.apple.streaming.transportStreamTimestamp';
const TAG_HEADER_BYTES = 10;
const PRIVATE_FRAME_BYTES = 10 + OWNER.length + 1 + 8;
/** Time stamps of MPEG-2 have 33 bits and 90,000 ticks a second. */
const TICKS_PER_SECOND = 90_000;
const TICKS = 2 ** 33;

/** A segment of `frames` frames that begins `firstSample` samples after the event. */
export class AdtsSegment {
  readonly size: number;
  readonly #tag: Uint8Array;
  readonly #frame: Uint8Array;

  constructor(options: { readonly size: number; readonly frames: number; readonly firstSample: number }) {
    const { size, frames, firstSample } = options;
    const frameBytes = Math.floor((size - TAG_HEADER_BYTES - PRIVATE_FRAME_BYTES) / frames);
    this.size = size;
    this.#frame = silentFrame(frameBytes);
    this.#tag = timeStamp(size - frames * frameBytes, firstSample);
  }

  /** Bytes `from` to `to`, exclusive. */
  read(from: number, to: number): Uint8Array {
    if (!(from >= 0 && from <= to && to <= this.size))
      throw new RangeError(`The segment has no bytes ${from} to ${to}: it ends at ${this.size}.`);
    const bytes = new Uint8Array(to - from);
    if (from < this.#tag.length) bytes.set(this.#tag.subarray(from, to));
    for (let at = Math.max(from, this.#tag.length); at < to; ) {
      const inFrame = (at - this.#tag.length) % this.#frame.length;
      const part = this.#frame.subarray(inFrame, inFrame + to - at);
      bytes.set(part, at - from);
      at += part.length;
    }
    return bytes;
  }
}

/** ID3 v2.4 with one PRIV frame; zeroes follow up to `length`. */
function timeStamp(length: number, firstSample: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set([0x49, 0x44, 0x33, 4]); // ID3
  writeSyncSafe(bytes, 6, length - TAG_HEADER_BYTES);
  bytes.set(new TextEncoder().encode('PRIV'), TAG_HEADER_BYTES);
  writeSyncSafe(bytes, TAG_HEADER_BYTES + 4, PRIVATE_FRAME_BYTES - 10);
  const owner = TAG_HEADER_BYTES + 10;
  bytes.set(new TextEncoder().encode(OWNER), owner);
  const ticks = Math.round((firstSample / AAC_RATE) * TICKS_PER_SECOND) % TICKS;
  new DataView(bytes.buffer).setBigUint64(owner + OWNER.length + 1, BigInt(ticks));
  return bytes;
}

/** Seven bits a byte. */
function writeSyncSafe(bytes: Uint8Array, at: number, value: number): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = (value >>> (7 * (3 - i))) & 0x7f;
}

/** Bits as MPEG packs them: the most significant of each byte first. */
class BitWriter {
  readonly bytes: Uint8Array;
  #bits = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
  }

  get left(): number {
    return this.bytes.length * 8 - this.#bits;
  }

  write(value: number, width: number): this {
    for (let i = width - 1; i >= 0; i--) {
      if ((value >>> i) & 1) this.bytes[this.#bits >> 3]! |= 0x80 >> (this.#bits & 7);
      this.#bits++;
    }
    return this;
  }

  skip(bits: number): this {
    this.#bits += bits;
    return this;
  }
}

/** Bits of the element that ends a frame. */
const END_BITS = 3;
/** Bytes that a fill element holds with its short count, and with the longest. */
const SHORT_FILL = 14;
const LONGEST_FILL = 269;

function silentFrame(length: number): Uint8Array {
  if (length < ADTS_HEADER_BYTES + 6 || length > 0x1fff)
    throw new RangeError(`A frame of AAC has 13 to 8,191 bytes here, not ${length}.`);
  const bits = new BitWriter(length);
  // Sync word, MPEG-4, no checksum; profile low complexity; rate; channels; length; variable bitrate; one block.
  bits.write(0xfff, 12).write(0, 3).write(1, 1);
  bits.write(1, 2).write(RATE_INDEX, 4).write(0, 1).write(CHANNELS, 3).write(0, 4);
  bits.write(length, 13).write(0x7ff, 11).write(0, 2);
  // A channel pair with a common window: a long one, without any band. Both channels: gain 0, no tools.
  bits
    .write(1, 3)
    .write(0, 4)
    .write(1, 1)
    .write(0, 1)
    .write(0, 2)
    .write(0, 1)
    .write(0, 6)
    .write(0, 1)
    .write(0, 2);
  for (let channel = 0; channel < CHANNELS; channel++) bits.write(0, 8).write(0, 3);
  for (let room = bits.left - END_BITS; room >= 8; room = bits.left - END_BITS) {
    const long = Math.min(LONGEST_FILL, Math.floor((room - 15) / 8));
    if (long > SHORT_FILL)
      bits
        .write(6, 3)
        .write(15, 4)
        .write(long - SHORT_FILL, 8)
        .skip(long * 8);
    else {
      const short = Math.min(SHORT_FILL, Math.floor((room - 7) / 8));
      bits
        .write(6, 3)
        .write(short, 4)
        .skip(short * 8);
    }
  }
  return bits.write(7, END_BITS).bytes;
}
