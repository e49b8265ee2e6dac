/**
 * Copies of objects, bounded by bytes, in chunks of equal size: what nobody listens to is not kept, and a skip leaves its
 * first chunk alone. All chunks of an object are of one version; a chunk of another version drops the rest.
 */
import type { ObjectInfo } from '../ports/object-store.ts';
import { Entries } from './entries.ts';
import { createLru, createTinyLfu, type Eviction } from './eviction.ts';
import type { WarmContents } from './warm-contents.ts';

export type EvictionPolicy = 'lru' | 'w-tinylfu';

export class CachedObject {
  readonly info: ObjectInfo;
  readonly path: string;
  /** Until when it may be served without asking the origin, on the owner's clock. */
  freshUntilNs: number;
  /** Place of each chunk; -1: not here. */
  readonly places: number[];
  held = 0;

  constructor(path: string, info: ObjectInfo, chunks: number, freshUntilNs: number) {
    this.path = path;
    this.info = info;
    this.freshUntilNs = freshUntilNs;
    this.places = new Array<number>(chunks).fill(-1);
  }
}

export class ChunkCache {
  readonly maxBytes: number;
  readonly chunkBytes: number;
  bytes = 0;
  evictions = 0;
  readonly #objects = new Map<string, CachedObject>();
  readonly #entries = new Entries<CachedObject>();
  readonly #eviction: Eviction;
  readonly #warm: WarmContents | null;

  constructor(options: {
    maxBytes: number;
    chunkBytes: number;
    policy: EvictionPolicy;
    /** What it held before the run; absent: nothing. */
    warm?: WarmContents | undefined;
  }) {
    const { maxBytes, chunkBytes, policy, warm = null } = options;
    this.#warm = warm;
    if (!(maxBytes >= 0)) throw new RangeError(`A cache cannot hold ${maxBytes} bytes.`);
    if (!(chunkBytes >= 1)) throw new RangeError(`A chunk cannot have ${chunkBytes} bytes.`);
    this.maxBytes = maxBytes;
    this.chunkBytes = chunkBytes;
    const evict = (place: number) => {
      this.evictions++;
      this.#drop(place);
    };
    this.#eviction =
      policy === 'lru'
        ? createLru(this.#entries, maxBytes, evict)
        : createTinyLfu(this.#entries, maxBytes, chunkBytes, evict);
  }

  /** Chunks here. */
  get count(): number {
    return this.#entries.count;
  }

  /** What is here of an object, without using it. */
  find(path: string): CachedObject | undefined {
    const object = this.#objects.get(path);
    return object === undefined && this.#warm !== null ? this.#thaw(path, this.#warm) : object;
  }

  /** The same, if it is of this version. */
  findVersion(path: string, etag: string): CachedObject | undefined {
    const object = this.find(path);
    return object?.info.etag === etag ? object : undefined;
  }

  /**
   * Somebody asks for a chunk of an object; undefined: there is nothing of it here that counts. True: the chunk is here.
   */
  use(path: string, object: CachedObject | undefined, chunk: number): boolean {
    const { asked } = this.#eviction;
    if (asked !== null) asked(hashOfChunk(hashOfPath(path), chunk));
    const place = object?.places[chunk] ?? -1;
    if (place < 0) return false;
    this.#eviction.used(place);
    return true;
  }

  /** Keeps chunks from `first` up to `end`, if the policy wants to; makes what is here of the object fresh until that time. */
  add(path: string, info: ObjectInfo, first: number, end: number, freshUntilNs: number): void {
    const object = this.#version(path, info, freshUntilNs);
    const bytes = this.#put(object, first, end);
    if (bytes > 0) this.#warm?.displace(bytes);
  }

  /** What is here of this version of an object; nothing remains of another one. */
  #version(path: string, info: ObjectInfo, freshUntilNs: number): CachedObject {
    const object = this.#objects.get(path);
    if (object?.info.etag === info.etag) {
      // Whoever has vouched for this version last counts: a copy may come that is older than what is here.
      object.freshUntilNs = Math.max(object.freshUntilNs, freshUntilNs);
      return object;
    }
    if (object !== undefined) this.remove(path);
    return this.#create(path, info, freshUntilNs);
  }

  #create(path: string, info: ObjectInfo, freshUntilNs: number): CachedObject {
    return new CachedObject(path, info, Math.ceil(info.size / this.chunkBytes), freshUntilNs);
  }

  /** Bytes of those that were not here. */
  #put(object: CachedObject, first: number, end: number): number {
    const { path, info, places } = object;
    const { size } = info;
    const { chunkBytes, maxBytes } = this;
    const chunks = places.length;
    // Only a policy that counts how often things are asked for needs it.
    const hash = this.#eviction.asked === null ? 0 : hashOfPath(path);
    let added = 0;
    for (let chunk = first; chunk < end && chunk < chunks; chunk++) {
      const bytes = Math.min(chunkBytes, size - chunk * chunkBytes);
      if (bytes > maxBytes || places[chunk]! >= 0) continue;
      // It is new, or making room has driven out all of it.
      if (object.held === 0) this.#objects.set(path, object);
      const place = this.#entries.create(object, chunk, bytes, hashOfChunk(hash, chunk));
      places[chunk] = place;
      object.held++;
      this.bytes += bytes;
      added += bytes;
      this.#eviction.added(place);
    }
    return added;
  }

  /** An object from before the run is asked for, or asked about, for the first time. */
  #thaw(path: string, warm: WarmContents): CachedObject | undefined {
    const info = warm.take(path, hashOfPath(path));
    if (info === null) return undefined;
    const object = this.#create(path, info, info.maxAgeS * 1e9);
    this.#put(object, 0, Number.POSITIVE_INFINITY);
    // A small cache, or one that counts, may not have kept any of it.
    return object.held > 0 ? object : undefined;
  }

  remove(path: string): void {
    this.#warm?.purge(path);
    const object = this.#objects.get(path);
    if (object === undefined) return;
    for (const place of object.places) if (place >= 0) this.#drop(place);
  }

  removePrefix(prefix: string): void {
    this.#warm?.purgePrefix(prefix);
    const found = [...this.#objects.keys()].filter((path) => path.startsWith(prefix));
    for (const path of found) this.remove(path);
  }

  clear(): void {
    this.#objects.clear();
    this.#entries.clear();
    this.#eviction.cleared();
    this.#warm?.clear();
    this.bytes = 0;
  }

  #drop(place: number): void {
    const entries = this.#entries;
    const object = entries.ownerAt(place);
    this.bytes -= entries.bytesAt(place);
    object.places[entries.chunkAt(place)] = -1;
    if (--object.held === 0) this.#objects.delete(object.path);
    entries.unlink(place);
    entries.release(place);
  }
}

function hashOfPath(path: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < path.length; i++) h = Math.imul(h ^ path.charCodeAt(i), 0x01000193);
  return h;
}

function hashOfChunk(path: number, chunk: number): number {
  let h = path ^ Math.imul(chunk + 1, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  return h ^ (h >>> 15);
}
