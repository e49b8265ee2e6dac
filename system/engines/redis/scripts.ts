/** Scripts that keep many keys in an order which does not depend on the order of the calls. */
import type { BoundedPush, CacheScript, CacheValue } from '../../ports/cache.ts';
import { MILLISECOND } from '../../runtime/kernel/index.ts';
import { ELEMENT_OVERHEAD_BYTES } from './cost.ts';
import { CacheList, type Keyspace } from './keyspace.ts';

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
      if (!keys.put(key, value, bytes, expiresNs, nowNs)) return 'no memory';
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
  let entry = keys.find(key, nowNs);
  if (entry === undefined) {
    if (!keys.put(key, new CacheList(), 0, expiresNs, nowNs)) return 'no memory';
    entry = keys.find(key, nowNs)!;
  }
  const list = entry.value;
  if (!(list instanceof CacheList)) return 'wrong type';
  const size = bytes + ELEMENT_OVERHEAD_BYTES;
  let after = entry.bytes + size * values.length;
  const { sizes } = list;
  for (let i = sizes.length - 1; i >= 0 && i >= keep - values.length; i--) after -= sizes[i]!;
  // Room for all of them first: without it the list stays as it is.
  if (!keys.resize(entry, after, nowNs)) {
    if (sizes.length === 0) keys.remove(entry);
    return 'no memory';
  }
  let inserted = 0;
  for (let i = 0; i < values.length; i++) if (insert(list, values[i], size, by, id)) inserted++;
  if (sizes.length > keep) list.values.length = sizes.length = keep;
  // Some were there already: less has been added than there is room for.
  if (inserted < values.length) keys.resize(entry, sum(sizes), nowNs);
  keys.expireAt(entry, expiresNs);
  return null;
}

/** False: it is there. Usually it is the newest and goes to the front. */
function insert(list: CacheList, value: CacheValue, size: number, by: string, id: string): boolean {
  const { values, sizes } = list;
  const score = field(value, by);
  let place = 0;
  for (; place < values.length; place++) {
    const other = values[place];
    const otherScore = field(other, by);
    if (otherScore < score) break;
    if (otherScore > score) continue;
    const difference = field(other, id) - field(value, id);
    if (difference === 0) return false;
    if (difference < 0) break;
  }
  if (place === 0) {
    values.unshift(value);
    sizes.unshift(size);
  } else {
    values.splice(place, 0, value);
    sizes.splice(place, 0, size);
  }
  return true;
}

function sum(sizes: readonly number[]): number {
  let total = 0;
  for (let i = 0; i < sizes.length; i++) total += sizes[i]!;
  return total;
}

function field(value: CacheValue, name: string): number {
  return (value as Readonly<Record<string, number>>)[name]!;
}
