/** Everything about the modelled Redis server and its clients that a scenario may turn; defaults from `redis.conf` where it has them. */
import type { KnobValues } from '../../ports/knobs.ts';
import { withDefaults } from '../with-defaults.ts';
import { EVICTION_POLICIES, type EvictionPolicy } from './eviction.ts';

export const redisKnobs = {
  // A cache node of ordinary size: what the design keeps there are the hot playlists of a million listeners.
  maxMemoryBytes: {
    default: 1_073_741_824,
    unit: 'bytes',
    description: 'Memory for keys and values; the eviction policy keeps it.',
    min: 1,
  },
  // redis.conf: noeviction; allkeys-lru is what its documentation advises for caches.
  evictionPolicy: {
    default: 'allkeys-lru' as EvictionPolicy,
    unit: '',
    description:
      'Which key makes room when memory is full, of all or of those with a TTL; noeviction refuses writes instead.',
    values: EVICTION_POLICIES,
  },
  // redis.conf: maxmemory-samples 5
  evictionSamples: {
    default: 5,
    unit: '1',
    description: 'Keys looked at to find one to evict.',
    min: 1,
    max: 64,
  },
  // redis.conf: maxclients 10000
  maxClients: {
    default: 10_000,
    unit: '1',
    description: 'Connections that the server accepts; commands on further ones are refused.',
    min: 1,
  },
  connectionsPerClient: {
    default: 4,
    unit: '1',
    description: 'Connections that each client process keeps open.',
    min: 1,
  },
  // node-redis and ioredis write commands without waiting for the answers before them; Jedis and redis-py do not.
  pipelining: {
    default: true,
    unit: '',
    description:
      'Whether a connection carries many commands at once; false: one, others wait for a free connection.',
  },
  // Redis documentation, benchmarks: some 100,000 simple commands a second from one core.
  commandMicros: {
    default: 10,
    unit: 'µs',
    description: 'Time of the one thread for a simple command on a small value.',
    min: 0.1,
  },
  // redis.conf: hz 10
  expireCyclesPerSecond: {
    default: 10,
    unit: 'cycles/s',
    description: 'How often the server looks for expired keys that nobody asks for.',
    min: 1,
    max: 500,
  },
  // As intended, and as corrected in 2026 (redis pull request 15412). Releases from 6.0 on compared a share with percents.
  fastExpiryWhenStale: {
    default: true,
    unit: '',
    description:
      'Whether it also looks between commands while a tenth of the keys with a TTL may have expired; false: as Redis 6.0 to 8.8.',
  },
} as const;

export type RedisKnobs = KnobValues<typeof redisKnobs>;

export function resolveKnobs(knobs: Partial<RedisKnobs> = {}): RedisKnobs {
  return withDefaults('Redis', redisKnobs, knobs);
}
