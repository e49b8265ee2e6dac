/**
 * What a request to S3 takes, beside the knobs. Anchors, from the S3 user guide, "Performance guidelines" and
 * "Performance design patterns": small objects and first bytes in roughly 100 to 200 ms; one request for each 85 to 90
 * MB/s; at least 3,500 PUT, COPY, POST, DELETE or 5,500 GET, HEAD a second per partitioned prefix.
 */
import { type Distribution, lognormal } from '../../runtime/kernel/index.ts';

/**
 * Time to the first byte in ns, by its median. The guide's range read as the middle 90 %: its ends lie a factor 1.41 from
 * the middle, which is 1.645 standard deviations of the logarithm, and the 99th percentile is 1.63 times the median.
 */
export function firstByte(medianMs: number): Distribution {
  return lognormal(medianMs * 1e6, medianMs * 1e6 * Math.SQRT2 ** (2.326 / 1.645));
}

/** estimate: a PUT of some bytes is acknowledged by three zones and takes half as long again as a GET. */
export const PUT_FACTOR = 1.5;

/** Headers of a request and of an answer without a body. estimate: signature, date, host, request id. */
export const HEADER_BYTES = 700;

/** S3 answers at most this many keys a list request (API reference, ListObjectsV2). */
export const LIST_LIMIT = 1_000;
/** Longest key in bytes (user guide, "Naming Amazon S3 objects"). */
export const KEY_BYTES = 1_024;
/** Largest object of a single PUT (user guide, "Uploading objects"). */
export const PUT_BYTES = 5 * 1024 ** 3;
/**
 * After this time, in the mean, AWS's SDKs come back for the first time after a refusal: aws-sdk-js-v3 draws from 0 to
 * 2^n · 500 ms before repetition n (middleware-retry, THROTTLING_RETRY_DELAY_BASE; 100 ms only after other errors). S3 itself
 * does not say when to; here the refusal does, so that its callers need not know S3.
 */
export const SLOW_DOWN_MS = 500;
