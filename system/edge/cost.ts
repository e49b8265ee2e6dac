/** What a request costs a cache, beside the knobs. */
import { Distribution, lognormal } from '../runtime/kernel/index.ts';

/** Spread around the mean. estimate: p99 three times the median (a chunk that lies on disk, a handshake). */
export function requestSpread(): Distribution {
  const shape = lognormal(1, 3);
  const { mean } = shape;
  return new Distribution((u) => shape.at(u) / mean);
}

/** The mean first pause before an origin that is overloaded and does not say for how long is asked again, as AWS's SDKs have it. */
export const RETRY_MS = 500;
/** Headers of an answer. estimate: type, length, range, tag, age, policy, identifiers. */
export const HEADER_BYTES = 600;
/** How often a purge is sent again to a point of presence that cannot be reached. estimate. */
export const PURGE_RETRY_MS = 1_000;
/** Most chunks of one fetch: 8 MiB of the usual size, as the AWS CLI and SDKs part large transfers. */
export const RUN_CHUNKS = 16;
/** An object that changes while it is fetched is begun again this often. */
export const MOST_RESTARTS = 2;
