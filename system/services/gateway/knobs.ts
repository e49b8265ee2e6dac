import type { Knobs, KnobValues } from '../../ports/knobs.ts';

export const gatewayKnobs = {
  // The design that is implemented: internal deadline 500 ms.
  deadlineMs: {
    default: 500,
    unit: 'ms',
    description: 'What a public request may take in all; then the work below it is cancelled',
    min: 1,
  },
  rateLimit: {
    default: false,
    unit: '',
    description:
      'Whether each listener, and each app (OAuth client), has a token bucket; it costs a call to the cache per request',
  },
  // estimate: an app that opens a screen sends ten to twenty requests, then few.
  rateLimitPerSecond: {
    default: 10,
    unit: 'requests/s',
    description: 'Refill of a listener’s bucket',
    min: 0.1,
  },
  rateLimitBurst: { default: 50, unit: 'requests', description: 'Size of a listener’s bucket', min: 1 },
  // estimate: as much as one process answers at all, so that it holds an app back only where there are several.
  clientRateLimitPerSecond: {
    default: 10_000,
    unit: 'requests/s',
    description: 'Refill of the bucket of an app, for all its listeners together',
    min: 0.1,
  },
  clientRateLimitBurst: {
    default: 20_000,
    unit: 'requests',
    description: 'Size of the bucket of an app',
    min: 1,
  },
  readAttempts: {
    default: 1,
    unit: '1',
    description: 'Tries of a playlist read, the first included; 1: none is repeated',
    min: 1,
    max: 10,
  },
  // SRE book 2016, "Handling Overload": a client's retries are at most a tenth of its requests.
  readRetryBudget: {
    default: 0.1,
    unit: 'tries/read',
    description:
      'Further tries that each playlist read earns for the next 10 s (ten more in that time are free); 1: every failed read may be repeated',
    min: 0,
    max: 1,
  },
  // estimate: a few times the usual latency of such a read.
  readBackoffMs: {
    default: 20,
    unit: 'ms',
    description:
      'The first further try of a playlist read comes within this time, later ones within twice as much each',
    min: 0,
  },
  readBreaker: {
    default: false,
    unit: '',
    description: 'Whether playlist reads are held back for 5 s when half of the last 10 s of them failed',
  },
} as const satisfies Knobs;

export type GatewayKnobs = KnobValues<typeof gatewayKnobs>;
