/**
 * What the authorization server remembers (sessions, logins under way, codes, refresh tokens, grants), in memory. Each
 * kind has its own bound, so that a flood of begun logins pushes out begun logins and nobody's refresh token. What was
 * pushed out is gone: its owner logs in again.
 */
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import { createLruMap } from './lru-map.ts';

export interface MemoryStore {
  /** The store of one kind: 'Session', 'RefreshToken' … */
  readonly adapter: (kind: string) => Adapter;
  /** Entries of all kinds. */
  readonly size: number;
  clear(): void;
}

interface Entry {
  /** As JSON, so that nobody holds a reference into the store. */
  readonly json: string;
  readonly expiresAtMs: number;
  readonly grantId: string | undefined;
  readonly uid: string | undefined;
  consumedS: number | undefined;
}

interface Kind extends Adapter {
  readonly size: number;
  clear(): void;
}

/** `now` in milliseconds since 1970. */
export function createMemoryStore(maxPerKind: number, now: () => number): MemoryStore {
  const kinds = new Map<string, Kind>();

  const revoke = async (grantId: string) => {
    for (const [name, kind] of kinds)
      await (name === 'Grant' ? kind.destroy(grantId) : kind.revokeByGrantId(grantId));
  };

  return {
    adapter(name) {
      let kind = kinds.get(name);
      if (kind === undefined) {
        kind = createKind(maxPerKind, now, revoke);
        kinds.set(name, kind);
      }
      return kind;
    },
    get size() {
      let size = 0;
      for (const kind of kinds.values()) size += kind.size;
      return size;
    },
    clear() {
      for (const kind of kinds.values()) kind.clear();
    },
  };
}

function createKind(capacity: number, now: () => number, revoke: (grantId: string) => Promise<void>): Kind {
  const idsByGrant = new Map<string, Set<string>>();
  const idByUid = new Map<string, string>();
  const entries = createLruMap<Entry>(capacity, (id, { grantId, uid }) => {
    if (uid !== undefined && idByUid.get(uid) === id) idByUid.delete(uid);
    const ids = grantId === undefined ? undefined : idsByGrant.get(grantId);
    if (ids?.delete(id) && ids.size === 0) idsByGrant.delete(grantId!);
  });

  const alive = (id: string): Entry | undefined => {
    const entry = entries.get(id);
    if (entry === undefined || now() < entry.expiresAtMs) return entry;
    entries.delete(id);
    return undefined;
  };

  const find = async (id: string): Promise<AdapterPayload | undefined> => {
    const entry = alive(id);
    if (entry === undefined) return undefined;
    const payload = JSON.parse(entry.json) as AdapterPayload;
    return entry.consumedS === undefined ? payload : { ...payload, consumed: entry.consumedS };
  };

  return {
    async upsert(id, payload, expiresInS) {
      const { grantId, uid } = payload;
      const expiresAtMs = expiresInS === undefined ? Number.POSITIVE_INFINITY : now() + expiresInS * 1_000;
      entries.set(id, { json: JSON.stringify(payload), expiresAtMs, grantId, uid, consumedS: undefined });
      if (uid !== undefined) idByUid.set(uid, id);
      if (grantId !== undefined) idsByGrant.set(grantId, (idsByGrant.get(grantId) ?? new Set()).add(id));
    },
    find,
    async findByUid(uid) {
      const id = idByUid.get(uid);
      return id === undefined ? undefined : find(id);
    },
    // Only the device flow, which is not offered, has user codes.
    async findByUserCode() {
      return undefined;
    },
    async consume(id) {
      const entry = alive(id);
      if (entry === undefined) throw new errors.InvalidGrant('it is not known any more');
      if (entry.consumedS !== undefined) {
        // The library looked before: two requests came with the same code or token at the same time.
        if (entry.grantId !== undefined) await revoke(entry.grantId);
        throw new errors.InvalidGrant('it was used before');
      }
      entry.consumedS = Math.floor(now() / 1_000);
    },
    async destroy(id) {
      entries.delete(id);
    },
    async revokeByGrantId(grantId) {
      for (const id of [...(idsByGrant.get(grantId) ?? [])]) entries.delete(id);
    },
    get size() {
      return entries.size;
    },
    clear: () => entries.clear(),
  };
}
