/**
 * Pages of the Ogg container (RFC 3533): a header, the lengths of the packets in it, and the packets. The checksum is a
 * linear function of the bytes (no initial value, nothing at the end), so pages that differ in a few fields of their
 * headers need not be summed up again: the sum of the common part and that of the differences are added.
 */
export const FIRST_PAGE = 0x02;
export const LAST_PAGE = 0x04;

const HEADER_BYTES = 27;
/** Lengths of packets are sums of segments, of at most this many bytes, the last of which is shorter. */
const SEGMENT_BYTES = 255;
const MOST_SEGMENTS = 255;

const GRANULE_AT = 6;
const SERIAL_AT = 14;
const SEQUENCE_AT = 18;
const CHECKSUM_AT = 22;

/** Segments of a packet of this length. */
export const segmentsOf = (bytes: number) => Math.floor(bytes / SEGMENT_BYTES) + 1;

/** Length of a page that holds so many packets of this length. */
export const pageBytes = (packets: number, packetBytes: number) =>
  HEADER_BYTES + packets * (segmentsOf(packetBytes) + packetBytes);

/** How many packets of this length a page can hold. */
export const packetsThatFit = (packetBytes: number) => Math.floor(MOST_SEGMENTS / segmentsOf(packetBytes));

export interface PageFields {
  readonly flags: number;
  /** Samples until the end of the last packet that ends here. */
  readonly granule: number;
  readonly sequence: number;
}

/** A page of whole packets with everything that does not change; `write` fills in the rest. */
export class PageTemplate {
  readonly bytes: Uint8Array;
  /** Of the page with all fields at zero. */
  readonly #checksum: number;

  constructor(serial: number, packets: readonly Uint8Array[]) {
    const segments = packets.reduce((sum, packet) => sum + segmentsOf(packet.length), 0);
    if (segments > MOST_SEGMENTS)
      throw new RangeError(`A page of Ogg has ${MOST_SEGMENTS} segments at most, not ${segments}.`);
    const body = packets.reduce((sum, packet) => sum + packet.length, 0);
    const bytes = new Uint8Array(HEADER_BYTES + segments + body);
    bytes.set([0x4f, 0x67, 0x67, 0x53]); // OggS
    writeNumber(bytes, SERIAL_AT, serial, 4);
    bytes[HEADER_BYTES - 1] = segments;
    let segment = HEADER_BYTES;
    let at = HEADER_BYTES + segments;
    for (const packet of packets) {
      bytes.fill(SEGMENT_BYTES, segment, segment + segmentsOf(packet.length) - 1);
      segment += segmentsOf(packet.length);
      bytes[segment - 1] = packet.length % SEGMENT_BYTES;
      bytes.set(packet, at);
      at += packet.length;
    }
    this.bytes = bytes;
    this.#checksum = checksumOf(bytes);
  }

  /** The page, into `target` from `at`. */
  write(target: Uint8Array, at: number, { flags, granule, sequence }: PageFields): void {
    const page = target.subarray(at, at + this.bytes.length);
    page.set(this.bytes);
    page[5] = flags;
    writeNumber(page, GRANULE_AT, granule, 8);
    writeNumber(page, SEQUENCE_AT, sequence, 4);
    // Header fields lie within the first bytes; zeroes up to the end only move their sum on.
    const fields =
      checksumOf(page, GRANULE_AT - 1, CHECKSUM_AT) ^ checksumOf(this.bytes, GRANULE_AT - 1, CHECKSUM_AT);
    const moved = appendZeroes(fields, page.length - CHECKSUM_AT);
    writeNumber(page, CHECKSUM_AT, (this.#checksum ^ moved) >>> 0, 4);
  }
}

/** Least significant byte first. */
export function writeNumber(bytes: Uint8Array, at: number, value: number, length: number): void {
  let rest = value;
  for (let i = 0; i < length; i++) {
    bytes[at + i] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

/** The generator of RFC 3533, most significant bit first. */
const POLYNOMIAL = 0x04c11db7;
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte << 24;
  for (let bit = 0; bit < 8; bit++) sum = sum & 0x80000000 ? (sum << 1) ^ POLYNOMIAL : sum << 1;
  return sum >>> 0;
});

/** Checksum of a page (with its own field at zero), or of a part of it. */
export function checksumOf(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum = (sum << 8) ^ TABLE[((sum >>> 24) ^ bytes[i]!) & 0xff]!;
  return sum >>> 0;
}

/**
 * What a zero appended does to a sum is linear over GF(2): a matrix of 32 columns. With its powers of two any number of
 * zeroes takes as many products as the number has digits one (as in `crc32_combine` of zlib).
 */
const APPEND_ZERO = Uint32Array.from({ length: 32 }, (_, bit) => {
  const sum = (2 ** bit) >>> 0;
  return ((sum << 8) ^ TABLE[sum >>> 24]!) >>> 0;
});

/** For 1, 2, 4 … zeroes: more than a page of Ogg, which has 65,307 bytes at most, can need. */
const POWERS = powersOf(APPEND_ZERO, 17);

function powersOf(matrix: Uint32Array, count: number): Uint32Array[] {
  const powers = [matrix];
  while (powers.length < count) {
    const last = powers.at(-1)!;
    powers.push(last.map((column) => product(last, column)));
  }
  return powers;
}

function appendZeroes(sum: number, count: number): number {
  let moved = sum;
  for (let power = 0; count >>> power > 0; power++)
    if ((count >>> power) & 1) moved = product(POWERS[power]!, moved);
  return moved;
}

function product(matrix: Uint32Array, vector: number): number {
  let sum = 0;
  for (let bit = 0, rest = vector; rest !== 0; bit++, rest >>>= 1) if (rest & 1) sum ^= matrix[bit]!;
  return sum >>> 0;
}
