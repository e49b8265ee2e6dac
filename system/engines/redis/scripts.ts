/** Scripts that keep many keys in an order which does not depend on the order of the calls. */
import type { BoundedPush, CacheScript, CacheValue } from '../../ports/cache.ts';
import { MILLISECOND } from '../../runtime/kernel/index.ts';
import { CacheList } from './cache-list.ts';
import { ELEMENT_OVERHEAD_BYTES } from './cost.ts';
import type { Keyspace } from './keyspace.ts';

type PushBounded = Extract<CacheScript, { name: 'push-bounded' }>;
type SetNewer = Extract<CacheScript, { name: 'set-newer' }>;

/** What stopped a script: another kind of value under the key, or no memory. Redis does not undo what it did before. */
export type ScriptStop = 'wrong type' | 'no memory';

export function pushBounded(keys: Keyspace, script: PushBounded, nowNs: number): ScriptStop | null {
  for (const push of script.lists) {
    const stop = pushOne(keys, script, push, nowNs);
    if (stop !== null) return stop;
  }
  return null;
}

export function setNewer(keys: Keyspace, { entries, ttlMs }: SetNewer, nowNs: number): ScriptStop | null {
  const expiresNs = nowNs + Math.round(ttlMs * MILLISECOND);
  for (const { key, value, bytes } of entries) {
    const entry = keys.find(key, nowNs);
    if (entry === undefined) {
      if (keys.create(key, value, bytes, expiresNs, nowNs) === null) return 'no memory';
      continue;
    }
    const { version } = (entry.value ?? {}) as { version?: unknown };
    if (typeof version !== 'number') return 'wrong type';
    if (version >= value.version) continue;
    // In place: this happens once for every play.
    if (!keys.resize(entry, bytes, nowNs)) return 'no memory';
    entry.value = value;
    keys.expireAt(entry, expiresNs);
  }
  return null;
}

function pushOne(
  keys: Keyspace,
  { by, id, keep, ttlMs }: PushBounded,
  { key, values, bytes }: BoundedPush,
  nowNs: number,
): ScriptStop | null {
  const expiresNs = nowNs + Math.round(ttlMs * MILLISECOND);
  const entry = keys.find(key, nowNs) ?? keys.createList(key, expiresNs, nowNs);
  if (entry === null) return 'no memory';
  const list = entry.value;
  if (!(list instanceof CacheList)) return 'wrong type';
  const size = bytes + ELEMENT_OVERHEAD_BYTES;
  const after = entry.bytes + size * values.length - list.bytesFrom(Math.max(0, keep - values.length));
  // Room for all of them first: without it the list stays as it is.
  if (!keys.resize(entry, after, nowNs)) {
    if (list.length === 0) keys.remove(entry);
    return 'no memory';
  }
  let inserted = 0;
  for (let i = 0; i < values.length; i++) if (insert(list, values[i], size, by, id)) inserted++;
  list.truncate(keep);
  // Some were there already: less has been added than there is room for.
  if (inserted < values.length) keys.resize(entry, list.bytesFrom(0), nowNs);
  keys.expireAt(entry, expiresNs);
  return null;
}

/** False: it is there. Usually it is the newest and goes to the front. */
function insert(list: CacheList, value: CacheValue, size: number, by: string, id: string): boolean {
  const score = field(value, by);
  let place = 0;
  for (; place < list.length; place++) {
    const other = list.at(place);
    const otherScore = field(other, by);
    if (otherScore < score) break;
    if (otherScore > score) continue;
    const difference = field(other, id) - field(value, id);
    if (difference === 0) return false;
    if (difference < 0) break;
  }
  list.insert(place, value, size);
  return true;
}

function field(value: CacheValue, name: string): number {
  return (value as Readonly<Record<string, number>>)[name]!;
}
