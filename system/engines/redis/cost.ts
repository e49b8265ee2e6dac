/**
 * What commands cost the one thread, beside the knob `commandMicros`, and what keys cost in memory. Anchor: "Redis
 * documentation, benchmarks": about 110,000 SET and 81,000 GET a second from one core of a 2.5 GHz Xeon (2.2 manual, 50
 * clients, no pipelining), 100,000 to 180,000 on later machines. A test holds the order.
 */
import { Distribution, lognormal } from '../../runtime/kernel/index.ts';

/** estimate: the value is copied into the reply and by the kernel once more, about 2 GB/s together. */
export const BYTE_NS = 0.5;
/** estimate: walking a list node and writing its header. */
export const ELEMENT_NS = 150;
/** estimate: a cached Lua script of three or four calls takes two and a half simple commands. */
export const SCRIPT_FACTOR = 2.5;
/**
 * A call within a script that goes on to further keys. "Redis documentation, benchmarks": with 16 commands a round trip
 * a core does some five times as many, because nothing is read from or written to a socket in between.
 */
export const FURTHER_CALL_NS = 2_000;
/** HMGET, HSET, PEXPIRE; LRANGE, RPUSH, PEXPIRE; GET, SET. */
export const BUCKET_CALLS = 3;
export const PUSH_CALLS = 3;
export const SET_CALLS = 2;
/** estimate: go on to the next key with a TTL, look at it, delete it. */
export const EXPIRE_SAMPLE_NS = 500;

/** Redis 7.2, MEMORY USAGE of an empty string under an empty key (command reference). */
export const KEY_OVERHEAD_BYTES = 56;
/** estimate: an entry in the table of TTLs (pointer to the key, time, chain) and its slot. */
export const TTL_OVERHEAD_BYTES = 32;
/** estimate: header of a list element within a listpack, length fields on both sides. */
export const ELEMENT_OVERHEAD_BYTES = 11;
/** A counter: an integer is kept in the pointer itself. */
export const COUNTER_BYTES = 8;
/** estimate: a token bucket is a hash of two short fields. */
export const BUCKET_BYTES = 48;

/** Spread around the mean. estimate: p99 twice the median (the event loop also polls, accepts and frees). */
export function serviceSpread(): Distribution {
  const shape = lognormal(1, 2);
  const { mean } = shape;
  return new Distribution((u) => shape.at(u) / mean);
}
