/**
 * What work costs, in nanoseconds of one core unless said otherwise. Per-document figures come from two published runs
 * of Elastic's Rally (track geonames, 11.4 million places, bulks of 5,000), as cumulative time over documents:
 *
 *   Alibaba Cloud, three nodes of 2 vCPU:       11,520,617 documents, indexing 23.95, refresh 5.26, merge 14.30 min
 *   Huawei Cloud CSS 7.1.1, three of 2 vCPU:    11,396,505 documents, six shards, indexing 11.48, merge 6.47 min
 *
 * which is 125 and 60 µs of indexing, 27 µs of refresh (first run), 74 and 34 µs of merging per document.
 */
import { type Distribution, lognormal } from '../../runtime/kernel/index.ts';

/** The mean of the two runs is 93 µs; rounded. */
export const INDEX_DOCUMENT_NS = 100_000;
export const REFRESH_DOCUMENT_NS = 27_000;
/** The mean of the two runs. */
export const MERGE_DOCUMENT_NS = 54_000;

/**
 * One HTTP request at the node that takes it: connection, JSON, routing, answer.
 * estimate: a node of four cores answers some 15,000 trivial requests a second: 4 / 15,000 s = 0.27 ms.
 */
export const REQUEST_NS = 250_000;
/** One line pair of a bulk body at the coordinator. estimate: 300 bytes read, split and copied at 60 MB/s. */
export const BULK_LINE_NS = 5_000;
/** One shard request of a write, at primary and replica. estimate: message, permit, version look-up, log append. */
export const SHARD_WRITE_NS = 150_000;

/** One refresh of a shard copy that has something to show. estimate: a small segment written, a reader opened. */
export const REFRESH_NS = 2_000_000;

/** One shard query without its postings. estimate: parse, rewrite, collect, and the fetch of stored fields. */
export const SHARD_QUERY_NS = 300_000;
/** estimate: Lucene scores some 50 million postings a second and core in disjunctions of frequent words. */
export const POSTING_NS = 20;

/**
 * One beginning of a word in a search-as-you-type field. estimate: Lucene inverts some three million tokens a second and
 * core; the mean of the two runs above, 93 µs for a document of 19 fields with some 40 words, leaves 2 µs a word with all
 * that surrounds it.
 */
export const PREFIX_NS = 300;
/** One word that begins with a prefix, found in the dictionary and opened. estimate: a step in the term index and a seek. */
export const TERM_NS = 1_000;
/** One document of a scan: its source read, decompressed, and written out. estimate: 300 bytes at 30 MB/s. */
export const SCAN_DOCUMENT_NS = 10_000;
/** One look-up of an id, without its document. estimate: version map, then the id field's dictionary in each segment. */
export const LOOK_UP_NS = 5_000;
/**
 * A change of the cluster state: computed by the master, sent to all nodes, applied there. estimate: some 30 ms in a small
 * cluster (two round trips, a write of the state to disk); creating an index allocates shards besides.
 */
export const CLUSTER_STATE_NS = 30_000_000;
export const CREATE_INDEX_NS = 150_000_000;

/** estimate: p99 of a CPU time is 2.5 times its median, as for other servers on a virtual machine. */
export const CPU_SPREAD = 2.5;
/** estimate: the slowest percent of syncs takes five times the median. */
const FSYNC_SPREAD = 5;

export function fsyncTime(medianMs: number): Distribution {
  return lognormal(medianMs * 1e6, medianMs * 1e6 * FSYNC_SPREAD);
}

/**
 * Syncs that a node's volume does at once: three for four cores, as volumes are sized with the machine. estimate: gp3's
 * 3,000 operations a second, two per sync of 2 ms, are three at a time.
 */
export function concurrentSyncs(cores: number): number {
  return Math.max(1, Math.round(cores * 0.75));
}

/** `thread_pool.search.size`: int((allocated processors · 3) / 2) + 1. */
export function searchThreads(cores: number): number {
  return Math.floor((cores * 3) / 2) + 1;
}
