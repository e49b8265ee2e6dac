/** Everything about the modelled content delivery network, and what listeners spare it, that a scenario may turn. */
import type { Knobs, KnobValues } from '../ports/knobs.ts';
import { SITES } from './geography.ts';

export const edgeKnobs = {
  // estimate: one a continent where many listen; large networks have hundreds, close to each other.
  sites: {
    default: 5,
    unit: '1',
    description: 'Points of presence; each place is served by the nearest',
    min: 1,
    max: SITES.length,
  },
  // estimate: for a million listeners; some 15,000 tracks at 160 kbit/s.
  cacheGB: { default: 64, unit: 'GB', description: 'Cache of each point of presence', min: 0 },
  shieldCacheGB: { default: 256, unit: 'GB', description: 'Cache of the origin shield', min: 0 },
  // What nginx, Varnish and most content delivery networks do.
  evictionPolicy: {
    default: 'lru',
    unit: '',
    description:
      'What leaves a full cache: the least recently used, or what is wanted less often than the newcomer',
    values: ['lru', 'w-tinylfu'],
  },
  // A chunk is 26 s at 160 kbit/s: half of all skips come within 5 s (Lamere 2014), so a skip fetches one.
  chunkKiB: {
    default: 512,
    unit: 'KiB',
    description: 'Size of the chunks that are fetched and kept',
    min: 1,
  },
  coalescing: {
    default: true,
    unit: '',
    description:
      'Whether requests for a chunk that is being fetched wait for it; false: each fetches its own',
  },
  shield: {
    default: true,
    unit: '',
    description:
      'Whether points of presence fetch through one cache in front of the origin, or each from the origin',
  },
  cores: { default: 8, unit: '1', description: 'Cores of each point of presence', min: 1, max: 1_000 },
  queueLimit: {
    default: 20_000,
    unit: '1',
    description: 'Requests that may wait for a core; further ones are shed',
    min: 0,
  },
  // estimate: a web server answers some 20,000 small requests a second and core over TLS.
  requestMicros: {
    default: 50,
    unit: 'µs',
    description: 'Processor time of a request, the check of its signature included',
    min: 0.1,
  },
  // estimate: a small site with one port of 100 Gbit/s.
  egressGbps: { default: 100, unit: 'Gbit/s', description: 'Line of each point of presence', min: 0.001 },
  // nginx: proxy_read_timeout 60 s; a listener has left long before.
  originTimeoutMs: {
    default: 5_000,
    unit: 'ms',
    description: 'How long a point of presence waits for a chunk before it gives up',
    min: 1,
  },
  // As the AWS SDKs do: three attempts, exponential back-off with full jitter (`cost.ts`).
  originAttempts: {
    default: 3,
    unit: '1',
    description: 'Attempts at an origin that says SlowDown',
    min: 1,
    max: 10,
  },
  // estimate: routes are withdrawn within seconds.
  failoverMs: {
    default: 5_000,
    unit: 'ms',
    description: 'How long after a crash listeners are still sent to a point of presence',
    min: 0,
  },
  // Fastly, "Instant Purge": worldwide within 150 ms. CloudFront takes seconds.
  purgeMs: {
    default: 150,
    unit: 'ms',
    description: 'Median time until a purge has reached a point of presence',
    min: 0,
  },
  // RFC 7519, 4.1.4: some small leeway, usually no more than a few minutes, for clock skew.
  clockToleranceS: {
    default: 60,
    unit: 's',
    description: 'By how much clocks may differ before a signed URL is refused',
    min: 0,
  },
  // Kreitz & Niemelä, P2P 2010: of the bytes of Spotify's desktop client 55.4 % came from its own cache.
  clientCacheShare: {
    default: 0.554,
    unit: '1',
    description: 'Share of plays that need nothing because the app has kept the track',
    min: 0,
    max: 1,
  },
  // The same: 35.8 % came from other listeners. Spotify ended that in 2014.
  peerShare: {
    default: 0,
    unit: '1',
    description: 'Share of plays that other listeners deliver',
    min: 0,
    max: 1,
  },
  // aws.amazon.com/cloudfront/pricing: first 10 TB a month, North America and Europe.
  egressDollarsPerGB: {
    default: 0.085,
    unit: '$/GB',
    description: 'Price of bytes sent to listeners',
    min: 0,
  },
  // aws.amazon.com/cloudfront/pricing: HTTPS, North America.
  requestDollarsPerTenThousand: {
    default: 0.01,
    unit: '$',
    description: 'Price of ten thousand requests',
    min: 0,
  },
} as const satisfies Knobs;

export type EdgeKnobs = KnobValues<typeof edgeKnobs>;
