/** Redis: what composition roots and scenarios may use of it. */
export { createRedis, type EmbeddedRedis, type KeyInspection } from './embedded.ts';
export { type RedisKnobs, redisKnobs } from './knobs.ts';
