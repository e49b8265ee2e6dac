/**
 * What requests cost a node. All estimates: nobody publishes figures of a registry, since its clients keep every answer
 * and it sees a handful of requests per process that starts.
 */
import { type Distribution, lognormal } from '../../runtime/kernel/index.ts';

/** Processor time, with a tail (p99 three times the median) for collections and neighbours on the machine. */
const cost = (medianUs: number) => lognormal(medianUs * 1_000, 3 * medianUs * 1_000);

/** estimate: a small HTTP request with a JSON answer from memory, 5,000 a second and core in a managed runtime. */
export const LOOKUP: Distribution = cost(200);
/** estimate: a schema of some kilobytes is parsed and normalised first. */
export const PARSE: Distribution = cost(500);
/** estimate: and compared with the subject's versions. */
export const COMPARE: Distribution = cost(1_500);

/**
 * A write is produced to the topic of schemas with acks=all and is done when the leader has read it back. estimate: a
 * produce with two replicas in sync takes 2 to 3 ms, the long poll that brings it back as much again; p99 tenfold.
 */
export const STORE: Distribution = lognormal(5_000_000, 50_000_000);
