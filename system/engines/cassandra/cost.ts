/**
 * What things cost on a node: CPU time of requests, flushes and compaction, and the garbage they leave. Every constant has
 * its source or its derivation here; "estimate" marks our own. A core is one of a current cloud server.
 *
 * Two figures these constants were chosen to meet (tests hold them): a read of one row of a small partition takes
 * 0.15 to 0.3 ms of a replica's CPU, a read of 500 rows of a partition of 110 MB spread over six SSTables 4 to 8 ms.
 */
import type { Slice } from './slice.ts';

/** cassandra.yaml 4.0: column_index_size_in_kb 64: a wide partition has an index entry every 64 KiB. */
export const INDEX_BLOCK_BYTES = 65_536;
/** Cassandra 4.0 NEWS: chunk_length_in_kb 16 by default: the least that is read and decompressed. */
const CHUNK_BYTES = 16_384;

// estimate: message, stage hand-over, table and partition look-up, bloom filters, iterators, response: 90 µs. With the
// coordinator's share a node of 4 cores then serves 10,000 to 15,000 small reads a second at ONE.
const READ_BASE_NS = 90_000;
// estimate: key cache or partition index, opening the iterator, checksum of the first chunk.
const SSTABLE_SEEK_NS = 25_000;
// estimate: one step of the binary search: since 3.11 (CASSANDRA-11206) entries of an index above 2 KiB
// (column_index_cache_size) are read from the index file and deserialised at each step.
const INDEX_STEP_NS = 4_000;
// LZ4 decompresses some 2 GB/s a core (its own benchmark: 4 GB/s and more on long matches), CRC and copying on top.
const DECOMPRESS_NS_PER_BYTE = 0.6;
// estimate: deserialising a row of a few cells into objects: some 20 allocations.
const ROW_SCAN_NS = 1_300;
// estimate: merging a row's versions, filtering, and writing it into the response (or the digest).
const ROW_RETURN_NS = 3_000;
// estimate: as a row, without cells.
const TOMBSTONE_NS = 800;
/** estimate: rows of partitions that hold no rows of a known size. */
const ROW_BYTES_DEFAULT = 150;

// estimate: message, commit log append, memtable update (a skip list and a B-tree), response. Check: Netflix 2011 measured
// 11,500 replica writes/s on a node of four cores of that time, coordination included: 0.35 ms of a core each. Cores do
// about three times as much today: 55 + a third of the coordinator's 80 µs.
const WRITE_BASE_NS = 55_000;
const WRITE_NS_PER_BYTE = 10;
/** A promise or acceptance of Paxos is a write to system.paxos and a read of it. */
const PAXOS_NS = 85_000;

// estimate: native protocol frame, prepared statement, routing, messages to replicas; then response handling and frame.
export const COORDINATE_READ_NS = 60_000;
export const COORDINATE_WRITE_NS = 60_000;
const ANSWER_NS = 25_000;
// estimate: deserialise a replica's row, write it into the result frame.
const ANSWER_NS_PER_ROW = 700;
/** estimate: comparing and merging one row of one replica after a digest mismatch. */
const MERGE_NS_PER_ROW = 2_000;

/** Compaction of rows of some hundred bytes: 70 MB/s a core (estimate: deserialise, merge, serialise, compress, checksum). */
export const COMPACTION_NS_PER_BYTE = 14;
/** A flush only serialises and compresses what is sorted already (estimate: twice as fast). */
export const FLUSH_NS_PER_BYTE = 7;
/** Each 64 KiB block of a wide partition is an index entry to build, keep until the partition ends, and write (estimate). */
const INDEX_ENTRY_NS = 10_000;
/** Slices in which flush and compaction take a core: about what a scheduler grants a busy thread before others wait. */
export const BACKGROUND_SLICE_NS = 10_000_000;

// Garbage (estimates): objects are three to five times the size of what they stand for.
const READ_GARBAGE_BYTES = 24_000;
const SSTABLE_GARBAGE_BYTES = 6_000;
const ROW_SCAN_GARBAGE_BYTES = 450;
const ROW_RETURN_GARBAGE_BYTES = 900;
export const WRITE_GARBAGE_BYTES = 4_000;
export const COORDINATE_GARBAGE_BYTES = 12_000;
export const COMPACTION_GARBAGE_PER_BYTE = 4;
/** Memtable objects outlive collections until the flush: heap bytes for each stored byte (see `memtableFlushMB`). */
export const MEMTABLE_HEAP_PER_BYTE = 4;
/**
 * What a running compaction holds: iterators and buffers (estimate). The index of a wide partition adds little: since 3.11
 * (CASSANDRA-11206) its entries are serialised as they are made, some 100 bytes for each 64 KiB.
 */
export const COMPACTION_LIVE_BYTES = 8e6;

/** Size of other tenants' writes, for what `backgroundWriteBytesPerSecond` costs (estimate). */
const BACKGROUND_ROW_BYTES = 250;
export const BACKGROUND_NS_PER_BYTE = (WRITE_BASE_NS + COORDINATE_WRITE_NS / 3) / BACKGROUND_ROW_BYTES + 10;
export const BACKGROUND_GARBAGE_PER_BYTE = WRITE_GARBAGE_BYTES / BACKGROUND_ROW_BYTES;

/** Garbage of the read that `readNs` was asked for last: a second result without an object. */
export let readGarbageBytes = 0;
/** What that read takes from SSTables: how many it touches, and the bytes of all their chunks together. */
export let readPieces = 0;
export let readChunkBytes = 0;

/**
 * CPU time of a replica's read.
 * @param pieces bytes of the partition in each SSTable that holds it
 * @param implicit further SSTables that hold the base partition, which nobody placed one by one
 * @param rowBytes mean size of its rows; 0: unknown
 */
export function readNs(
  slice: Slice,
  staticOnly: boolean,
  pieces: readonly number[] | null,
  implicit: number,
  implicitBytes: number,
  rowBytes: number,
): number {
  const rows = slice.rowCount;
  const size = rowBytes > 0 ? rowBytes : ROW_BYTES_DEFAULT;
  const count = pieces === null ? 0 : pieces.length;
  let total = implicit * implicitBytes;
  for (let i = 0; i < count; i++) total += pieces![i]!;
  let ns = READ_BASE_NS + rows * ROW_RETURN_NS + slice.tombstones * TOMBSTONE_NS;
  let scanned = 0;
  let bytes = 0;
  for (let i = 0; i < count; i++) {
    ns += pieceNs(pieces![i]!, total, rows, size, staticOnly);
    scanned += scannedRows;
    bytes += decompressedBytes;
  }
  if (implicit > 0 && implicitBytes > 0) {
    ns += implicit * pieceNs(implicitBytes, total, rows, size, staticOnly);
    scanned += implicit * scannedRows;
    bytes += implicit * decompressedBytes;
  }
  readPieces = count + (implicitBytes > 0 ? implicit : 0);
  readChunkBytes = bytes;
  readGarbageBytes =
    READ_GARBAGE_BYTES +
    (implicit + count) * SSTABLE_GARBAGE_BYTES +
    scanned * ROW_SCAN_GARBAGE_BYTES +
    rows * ROW_RETURN_GARBAGE_BYTES;
  return ns;
}

let scannedRows = 0;
let decompressedBytes = 0;

/**
 * One SSTable's part of a read: seek, find the block, deserialise it. At least a block of rows is scanned, however few are
 * wanted; more where this SSTable's share of the wanted rows is larger. Static columns stand at the head: one row.
 */
function pieceNs(bytes: number, total: number, rows: number, size: number, staticOnly: boolean): number {
  if (staticOnly) scannedRows = 1;
  else {
    const share = Math.ceil((rows * bytes) / total);
    const block = Math.ceil((bytes < INDEX_BLOCK_BYTES ? bytes : INDEX_BLOCK_BYTES) / size);
    scannedRows = share > block ? share : block;
  }
  const scannedBytes = scannedRows * size;
  decompressedBytes = scannedBytes > CHUNK_BYTES ? scannedBytes : CHUNK_BYTES;
  const ns = SSTABLE_SEEK_NS + scannedRows * ROW_SCAN_NS + decompressedBytes * DECOMPRESS_NS_PER_BYTE;
  const blocks = bytes / INDEX_BLOCK_BYTES;
  return blocks > 2 ? ns + Math.log2(blocks) * INDEX_STEP_NS : ns;
}

export function writeNs(bytes: number): number {
  return WRITE_BASE_NS + bytes * WRITE_NS_PER_BYTE;
}

export function paxosNs(): number {
  return PAXOS_NS;
}

/** The coordinator's work once it has what it needs. */
export function answerNs(rows: number, mergedRows: number): number {
  return ANSWER_NS + rows * ANSWER_NS_PER_ROW + mergedRows * MERGE_NS_PER_ROW;
}

/**
 * CPU time of a compaction's byte, given how much of its input is in wide partitions: about a hundredth more. What makes
 * the compaction of a wide partition expensive is that all of it is rewritten, its bytes.
 */
export function compactionNsPerByte(bytes: number, wideBytes: number): number {
  if (bytes === 0) return COMPACTION_NS_PER_BYTE;
  return COMPACTION_NS_PER_BYTE + ((wideBytes / INDEX_BLOCK_BYTES) * INDEX_ENTRY_NS) / bytes;
}

/** Length of a young collection: what survives is copied. */
export function collectionNs(baseMs: number, survivingBytes: number, copyMBps: number): number {
  return baseMs * 1e6 + (survivingBytes / (copyMBps * 1e6)) * 1e9;
}
