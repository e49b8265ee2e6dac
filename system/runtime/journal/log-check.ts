/**
 * Whether the write-ahead log of SQLite can be believed: where a frame does not fit its checksum, SQLite takes all before it
 * and drops the rest, whatever that is. After a kill that is the one transaction that was being written, since each is synced
 * before the next begins. Where more were ended behind the break, the disk has changed what had been acknowledged.
 * The format: sqlite.org/fileformat2.html, section 4.
 */
import { closeSync, openSync, readSync } from 'node:fs';

const HEADER_BYTES = 32;
const FRAME_HEADER_BYTES = 24;
/** The lowest bit says in which order of bytes checksums are summed. */
const MAGIC = 0x377f0682;
/** SQLite's own, where the log does not say any more. */
const DEFAULT_PAGE_BYTES = 4_096;

/** Transactions that were ended behind the first frame that does not fit; 0 where all fit, or where there is no log. */
export function transactionsBehindBreak(path: string): number {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    // Nothing was written since it was folded, or SQLite will say what is wrong.
    return 0;
  }
  try {
    return countBehindBreak((bytes, at) => readSync(file, bytes, 0, bytes.length, at) === bytes.length);
  } finally {
    closeSync(file);
  }
}

/** Fills the buffer from that place; false: there is less. */
type Read = (bytes: Buffer, at: number) => boolean;

function countBehindBreak(read: Read): number {
  const header = Buffer.alloc(HEADER_BYTES);
  if (!read(header, 0)) return 0;
  const sum = new Checksum((header.readUInt32BE(0) & 1) === 1);
  sum.add(header, 0, 24);
  let broken = header.readUInt32BE(0) >>> 1 !== MAGIC >>> 1 || !sum.is(header, 24);
  const frame = Buffer.alloc(FRAME_HEADER_BYTES + pageBytesOf(header));
  // Those of the header, or where it cannot be read of the first frame: what is left of an earlier log has others.
  let salts = broken ? null : header.subarray(16, 24);
  let ended = 0;
  for (let at = HEADER_BYTES; read(frame, at); at += frame.length) {
    salts ??= Buffer.from(frame.subarray(8, 16));
    const belongs = frame.subarray(8, 16).equals(salts);
    if (!broken) {
      sum.add(frame, 0, 8);
      sum.add(frame, FRAME_HEADER_BYTES, frame.length);
      broken = !belongs || !sum.is(frame, 16);
    }
    // The size of the database after it: not 0 in the last frame of a transaction.
    if (broken && belongs && frame.readUInt32BE(4) !== 0) ended++;
  }
  // The first is the one that is broken itself, where its end can be read.
  return Math.max(0, ended - 1);
}

function pageBytesOf(header: Buffer): number {
  const bytes = header.readUInt32BE(8);
  return bytes >= 512 && bytes <= 65_536 && (bytes & (bytes - 1)) === 0 ? bytes : DEFAULT_PAGE_BYTES;
}

/** Sums up what has come so far, in pairs of words. */
class Checksum {
  readonly #bigEndian: boolean;
  #a = 0;
  #b = 0;

  constructor(bigEndian: boolean) {
    this.#bigEndian = bigEndian;
  }

  add(bytes: Buffer, from: number, to: number): void {
    for (let at = from; at < to; at += 8) {
      this.#a = (this.#a + this.#word(bytes, at) + this.#b) | 0;
      this.#b = (this.#b + this.#word(bytes, at + 4) + this.#a) | 0;
    }
  }

  /** Whether it is what stands there. */
  is(bytes: Buffer, at: number): boolean {
    return bytes.readInt32BE(at) === this.#a && bytes.readInt32BE(at + 4) === this.#b;
  }

  #word(bytes: Buffer, at: number): number {
    return this.#bigEndian ? bytes.readInt32BE(at) : bytes.readInt32LE(at);
  }
}
