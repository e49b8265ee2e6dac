/** What commands do to the keys. Each runs to its end before the next one begins: that is what makes SET NX a lock. */
import type { Bucket, CacheScript, CacheValue, SetOptions, TokenGrant } from '../../ports/cache.ts';
import { type ErrorKind, PortError } from '../../ports/errors.ts';
import { MILLISECOND, SECOND } from '../../runtime/kernel/index.ts';
import { CacheList } from './cache-list.ts';
import { BUCKET_BYTES, COUNTER_BYTES, ELEMENT_OVERHEAD_BYTES } from './cost.ts';
import { type Keyspace, TokenBucket } from './keyspace.ts';
import { pushBounded, type ScriptStop, setNewer } from './scripts.ts';

export type Command =
  | { readonly name: 'get'; readonly key: string }
  | { readonly name: 'set'; readonly key: string; readonly value: CacheValue; readonly options: SetOptions }
  | { readonly name: 'delete'; readonly key: string }
  | {
      readonly name: 'increment';
      readonly key: string;
      readonly by: number;
      readonly ttlMs: number | undefined;
    }
  | {
      readonly name: 'pushFront';
      readonly key: string;
      readonly value: CacheValue;
      readonly keep: number;
      readonly bytes: number;
    }
  | { readonly name: 'range'; readonly key: string; readonly count: number }
  | { readonly name: 'evaluate'; readonly key: string; readonly script: CacheScript };

type TakeToken = Extract<CacheScript, { name: 'take-token' }>;

/** Runs a command; returns its answer, or the error that the server answers with. */
export function execute(keys: Keyspace, command: Command, nowNs: number): unknown {
  switch (command.name) {
    case 'get':
      return get(keys, command.key, nowNs);
    case 'set':
      return set(keys, command.key, command.value, command.options, nowNs);
    case 'delete': {
      const entry = keys.find(command.key, nowNs);
      if (entry !== undefined) keys.remove(entry);
      return entry !== undefined;
    }
    case 'increment':
      return increment(keys, command.key, command.by, command.ttlMs, nowNs);
    case 'pushFront':
      return pushFront(keys, command, nowNs);
    case 'range': {
      const list = keys.find(command.key, nowNs)?.value;
      if (list === undefined) return [];
      return list instanceof CacheList ? list.first(command.count) : wrongType('range');
    }
    case 'evaluate':
      return evaluate(keys, command.script, nowNs);
  }
}

function get(keys: Keyspace, key: string, nowNs: number): unknown {
  const value = keys.find(key, nowNs)?.value;
  return value instanceof CacheList || value instanceof TokenBucket ? wrongType('get') : value;
}

function set(
  keys: Keyspace,
  key: string,
  value: CacheValue,
  { ttlMs, onlyIfAbsent, bytes }: SetOptions,
  nowNs: number,
): unknown {
  if (ttlMs !== undefined && !(ttlMs > 0)) return failure('invalid', 'set', `a TTL of ${ttlMs} ms`);
  if (onlyIfAbsent && keys.find(key, nowNs) !== undefined) return false;
  return keys.put(key, value, bytes, expiry(ttlMs, nowNs), nowNs) || outOfMemory('set');
}

function increment(
  keys: Keyspace,
  key: string,
  by: number,
  ttlMs: number | undefined,
  nowNs: number,
): unknown {
  const entry = keys.find(key, nowNs);
  if (entry === undefined)
    return keys.put(key, by, COUNTER_BYTES, expiry(ttlMs, nowNs), nowNs) ? by : outOfMemory('increment');
  if (typeof entry.value !== 'number') return wrongType('increment');
  entry.value += by;
  return entry.value;
}

function pushFront(
  keys: Keyspace,
  { key, value, keep, bytes }: Extract<Command, { name: 'pushFront' }>,
  nowNs: number,
): unknown {
  if (!(keep >= 1)) return failure('invalid', 'pushFront', `a list of ${keep}`);
  const size = bytes + ELEMENT_OVERHEAD_BYTES;
  const entry = keys.find(key, nowNs) ?? keys.createList(key, Number.POSITIVE_INFINITY, nowNs);
  if (entry === null) return outOfMemory('pushFront');
  const list = entry.value;
  if (!(list instanceof CacheList)) return wrongType('pushFront');
  if (!keys.resize(entry, entry.bytes + size - list.bytesFrom(keep - 1), nowNs)) {
    if (list.length === 0) keys.remove(entry);
    return outOfMemory('pushFront');
  }
  list.insert(0, value, size);
  list.truncate(keep);
  return list.length;
}

function evaluate(keys: Keyspace, script: CacheScript, nowNs: number): unknown {
  switch (script.name) {
    case 'take-token':
      return takeTokens(keys, script, nowNs);
    case 'push-bounded':
      if (!(script.keep >= 1 && script.ttlMs > 0))
        return failure('invalid', 'evaluate', `lists of ${script.keep} for ${script.ttlMs} ms`);
      return outcomeOf(pushBounded(keys, script, nowNs));
    case 'set-newer':
      if (!(script.ttlMs > 0)) return failure('invalid', 'evaluate', `a TTL of ${script.ttlMs} ms`);
      return outcomeOf(setNewer(keys, script, nowNs));
    case 'delete-if-equal':
      return deleteIfEqual(keys, script, nowNs);
  }
}

function outcomeOf(stop: ScriptStop | null): unknown {
  if (stop === null) return true;
  return stop === 'wrong type' ? wrongType('evaluate') : outOfMemory('evaluate');
}

function deleteIfEqual(
  keys: Keyspace,
  script: Extract<CacheScript, { name: 'delete-if-equal' }>,
  nowNs: number,
): boolean {
  const entry = keys.find(script.key, nowNs);
  if (entry === undefined || entry.value !== script.value) return false;
  keys.remove(entry);
  return true;
}

/** From one bucket, or from two of which both have to have them. */
function takeTokens(keys: Keyspace, script: TakeToken, nowNs: number): unknown {
  const { take, nowMs, and } = script;
  const asked: readonly Bucket[] = and === undefined ? [script] : [script, and];
  const buckets: TokenBucket[] = [];
  let grant: TokenGrant = { allowed: true, retryAfterMs: 0 };
  for (const { key, capacity, refillPerSecond } of asked) {
    if (!(take <= capacity && refillPerSecond > 0))
      return failure('invalid', 'evaluate', `${take} tokens from a bucket of ${capacity}`);
    const known = keys.find(key, nowNs)?.value;
    if (known !== undefined && !(known instanceof TokenBucket)) return wrongType('evaluate');
    const bucket = filled(known, capacity, refillPerSecond, nowMs);
    const retryAfterMs = Math.ceil(((take - bucket.tokens) / refillPerSecond) * 1000);
    if (bucket.tokens < take && retryAfterMs >= grant.retryAfterMs)
      grant = { allowed: false, retryAfterMs, refusedBy: key };
    buckets.push(bucket);
  }
  for (const [i, { key, capacity, refillPerSecond }] of asked.entries()) {
    const bucket = buckets[i]!;
    if (grant.allowed) bucket.tokens -= take;
    // A second more than it takes to fill: a clock that is a little behind still finds it.
    const expiresNs = nowNs + Math.ceil((capacity / refillPerSecond + 1) * SECOND);
    if (!keys.put(key, bucket, BUCKET_BYTES, expiresNs, nowNs)) return outOfMemory('evaluate');
  }
  return grant;
}

/** A bucket that fills with the caller's clock; a clock that is behind fills nothing. The key lives until it is full. */
function filled(
  known: TokenBucket | undefined,
  capacity: number,
  refillPerSecond: number,
  nowMs: number,
): TokenBucket {
  const bucket = new TokenBucket(capacity, nowMs);
  if (known === undefined) return bucket;
  const elapsedMs = Math.max(0, nowMs - known.updatedMs);
  bucket.tokens = Math.min(capacity, known.tokens + (elapsedMs / 1000) * refillPerSecond);
  bucket.updatedMs = Math.max(nowMs, known.updatedMs);
  return bucket;
}

function expiry(ttlMs: number | undefined, nowNs: number): number {
  return ttlMs === undefined ? Number.POSITIVE_INFINITY : nowNs + Math.round(ttlMs * MILLISECOND);
}

function failure(kind: ErrorKind, name: Command['name'], detail: string): PortError {
  return new PortError(kind, `redis.${name}`, true, detail);
}

function wrongType(name: Command['name']): PortError {
  return failure('invalid', name, 'the key holds another kind of value');
}

function outOfMemory(name: Command['name']): PortError {
  return failure('overloaded', name, 'memory is full and the policy may not evict');
}
