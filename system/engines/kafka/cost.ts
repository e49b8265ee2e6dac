/**
 * What requests cost a broker. The anchor is LinkedIn's benchmark (Kreps, "Benchmarking Apache Kafka: 2 million writes
 * per second on three cheap machines", 2014): three brokers of six cores took 2,024,032 records/s of 100 bytes with three
 * replicas and were then limited by their 1 Gb/s network, so the processors must be able to do more. A test holds that.
 */
import { Distribution, lognormal } from '../../runtime/kernel/index.ts';

/** estimate: a request crosses a network thread and a request thread twice each; 15,000 to 20,000 small ones a core and second. */
const PRODUCE_REQUEST_NS = 60_000;
/** estimate: check the header, assign offsets, write to the page cache (a system call), update the index. */
const APPEND_BATCH_NS = 15_000;
/** estimate: each record of a batch is looked at once while offsets are validated. */
const APPEND_RECORD_NS = 60;
/** estimate: CRC-32C and two copies at about 1 GB/s. */
const BYTE_NS = 1;
/** estimate: a follower's fetch brings several batches; its thread pays the request once. */
const REPLICA_REQUEST_NS = 20_000;
/** estimate: as a produce request. */
const FETCH_REQUEST_NS = 60_000;
/** estimate: find the position in the index, open the slice of the file. */
const FETCH_PARTITION_NS = 10_000;
/** estimate: sendfile copies nothing in user space; the kernel moves about 5 GB/s. */
const FETCH_BYTE_NS = 0.2;
/** estimate: a small produce request to the offsets topic. */
const COMMIT_NS = 75_000;

/** Processor time of the leader for a produce request. */
export function produceNs(batches: number, records: number, bytes: number): number {
  return PRODUCE_REQUEST_NS + batches * APPEND_BATCH_NS + records * APPEND_RECORD_NS + bytes * BYTE_NS;
}

/** Time of a follower's fetcher thread for the same batches. */
export function replicateNs(batches: number, bytes: number): number {
  return REPLICA_REQUEST_NS + batches * APPEND_BATCH_NS + bytes * BYTE_NS;
}

export function fetchNs(partitions: number, bytes: number): number {
  return FETCH_REQUEST_NS + partitions * FETCH_PARTITION_NS + bytes * FETCH_BYTE_NS;
}

export function commitNs(): number {
  return COMMIT_NS;
}

/** Spread of service times around their mean. estimate: p99 three times the median (page cache, collections, locks). */
export function serviceSpread(): Distribution {
  const shape = lognormal(1, 3);
  const { mean } = shape;
  return new Distribution((u) => shape.at(u) / mean);
}

/** Round trip between two brokers: twice the network's 0.2 ms one way (p99 1 ms), as `system/runtime/kernel/network.ts`. */
export function replicationRoundTrip(): Distribution {
  return lognormal(400_000, 1_400_000);
}

/** estimate: speed at which a returning broker copies what it missed, beside its other work. */
export const CATCH_UP_BYTES_PER_SECOND = 100e6;
/** A replica that returned waits up to replica.fetch.wait.max.ms (500) before the leader counts it as in sync. */
export const CATCH_UP_WAIT_NS = 500e6;
