/** Everything about the modelled object store that a scenario may turn. Prices: us-east-1, S3 Standard, aws.amazon.com/s3/pricing. */
import type { Knobs, KnobValues } from '../../ports/knobs.ts';
import { withDefaults } from '../with-defaults.ts';

export const s3Knobs = {
  // S3 user guide: first bytes in roughly 100–200 ms; its geometric middle.
  firstByteMs: {
    default: 141,
    unit: 'ms',
    description: 'Median time until the first byte of an answer',
    min: 0.1,
  },
  // S3 user guide: one concurrent request for each 85–90 MB/s.
  connectionMBps: {
    default: 85,
    unit: 'MB/s',
    description: 'Throughput of one request',
    min: 0.1,
  },
  // S3 user guide.
  getsPerSecond: {
    default: 5_500,
    unit: 'requests/s',
    description: 'GET, HEAD and LIST that a partition of the key space takes; further ones get 503 SlowDown',
    min: 1,
  },
  // S3 user guide.
  putsPerSecond: {
    default: 3_500,
    unit: 'requests/s',
    description: 'PUT and DELETE that a partition of the key space takes; further ones get 503 SlowDown',
    min: 1,
  },
  // AWS re:Post, "S3 object key naming pattern": automatic partitioning can take 30 to 60 minutes.
  splitAfterS: {
    default: 1_800,
    unit: 's',
    description: 'How long a partition has to be busy before it is split in two',
    min: 0,
  },
  // estimate: nobody publishes from which load on a partition counts as busy.
  splitAtShare: {
    default: 0.5,
    unit: '1',
    description: 'Share of its rate limit from which on a partition counts as busy',
    min: 0.01,
    max: 1,
  },
  // "GET, SELECT, and all other requests": HEAD is one of these.
  getDollarsPerThousand: {
    default: 0.0004,
    unit: '$',
    description: 'Price of a thousand GET or HEAD requests',
    min: 0,
  },
  // "PUT, COPY, POST, LIST requests"; "DELETE and CANCEL requests are free".
  putDollarsPerThousand: {
    default: 0.005,
    unit: '$',
    description: 'Price of a thousand PUT or LIST requests; DELETE is free',
    min: 0,
  },
  // To CloudFront nothing is charged; to the internet 0.09 $/GB for the first 10 TB a month.
  egressDollarsPerGB: {
    default: 0,
    unit: '$/GB',
    description: 'Price of bytes that leave: nothing to a network of the same provider, 0.09 to the internet',
    min: 0,
  },
} as const satisfies Knobs;

export type S3Knobs = KnobValues<typeof s3Knobs>;

export function resolveKnobs(knobs: Partial<S3Knobs> = {}): S3Knobs {
  return withDefaults('S3', s3Knobs, knobs);
}
