/**
 * What is in the store: objects that nobody wrote in the run, pure functions of their key that the composition root
 * injects, and what the run has put or deleted on top. There is one state and it changes in one place, so a read that
 * begins after a write was acknowledged sees it.
 */
import type { ListRequest, ObjectInfo, ObjectPage, PutObject } from '../../ports/object-store.ts';
import type { Durable } from '../engine.ts';

export interface ObjectBaseLayer {
  /** The object of this key; null: there is none. */
  find(key: string): BaseObject | null;
  /** Keys with this prefix in their order, beginning after `after`; the store takes as many as it needs. */
  keys(prefix: string, after: string): Iterable<string>;
}

export type BaseObject = Required<PutObject>;

/** Null: the object was deleted. */
export type ObjectChange = readonly [key: string, object: BaseObject | null];

const NOTHING: ObjectBaseLayer = { find: () => null, keys: () => [] };

export class Objects implements Durable {
  readonly #base: ObjectBaseLayer;
  /** Null: deleted. */
  readonly #written = new Map<string, ObjectInfo | null>();
  /** Keys of `written`, in order; null until a list needs them. */
  #order: string[] | null = null;
  #listener: ((change: ObjectChange) => void) | null = null;

  constructor(base: ObjectBaseLayer = NOTHING) {
    this.#base = base;
  }

  find(key: string): ObjectInfo | null {
    const written = this.#written.get(key);
    if (written !== undefined) return written;
    const base = this.#base.find(key);
    return base === null ? null : infoOf(key, base);
  }

  put(key: string, object: PutObject): ObjectInfo {
    const info = infoOf(key, object);
    this.#set(key, info);
    return info;
  }

  delete(key: string): void {
    this.#set(key, null);
  }

  list({ prefix, after = '', limit }: ListRequest): ObjectPage {
    const objects: ObjectInfo[] = [];
    for (const key of merged(this.#base.keys(prefix, after), this.#keysAfter(prefix, after))) {
      const info = this.find(key);
      if (info === null) continue;
      if (objects.length === limit) return { objects, next: objects.at(-1)!.key };
      objects.push(info);
    }
    return { objects, next: null };
  }

  onChange(listener: (change: unknown) => void): void {
    this.#listener = listener;
  }

  restore(change: unknown): void {
    const [key, object] = change as ObjectChange;
    this.#hold(key, object === null ? null : infoOf(key, object));
  }

  restored(): void {}

  *changes(): Iterable<ObjectChange> {
    for (const [key, info] of this.#written) yield changeOf(key, info);
  }

  #set(key: string, info: ObjectInfo | null): void {
    this.#hold(key, info);
    this.#listener?.(changeOf(key, info));
  }

  #hold(key: string, info: ObjectInfo | null): void {
    if (!this.#written.has(key)) this.#order = null;
    this.#written.set(key, info);
  }

  #keysAfter(prefix: string, after: string): string[] {
    this.#order ??= [...this.#written.keys()].sort();
    return this.#order.filter((key) => key.startsWith(prefix) && key > after);
  }
}

/** Two ordered sequences as one, without repetitions. */
function* merged(left: Iterable<string>, right: Iterable<string>): Generator<string> {
  const a = left[Symbol.iterator]();
  const b = right[Symbol.iterator]();
  let x = a.next();
  let y = b.next();
  while (!x.done || !y.done) {
    if (y.done || (!x.done && x.value < y.value)) {
      yield x.value as string;
      x = a.next();
    } else {
      if (!x.done && x.value === y.value) x = a.next();
      yield y.value;
      y = b.next();
    }
  }
}

function changeOf(key: string, info: ObjectInfo | null): ObjectChange {
  if (info === null) return [key, null];
  const { size, contentId, maxAgeS } = info;
  return [key, { size, contentId, maxAgeS }];
}

function infoOf(key: string, { size, contentId, maxAgeS = 0 }: PutObject): ObjectInfo {
  return { key, size, etag: etagOf(contentId, size), contentId, maxAgeS };
}

/** S3's tag of a simple upload is a digest of the bytes; the content's name and size stand for them. 16 hexadecimal digits. */
export function etagOf(contentId: string, size: number): string {
  let low = 0x811c9dc5 ^ size;
  let high = 0xcbf29ce4 ^ Math.floor(size / 2 ** 32);
  for (let i = 0; i < contentId.length; i++) {
    low = Math.imul(low ^ contentId.charCodeAt(i), 0x01000193);
    high = Math.imul(high ^ (contentId.charCodeAt(i) + i), 0x85ebca6b);
    high ^= high >>> 13;
  }
  const a = high ^ (low >>> 16);
  const b = low ^ high;
  // All at once: every object that is found has a tag, and this is one text where parts would be eight.
  return String.fromCharCode(
    digit(a >>> 28),
    digit(a >>> 24),
    digit(a >>> 20),
    digit(a >>> 16),
    digit(a >>> 12),
    digit(a >>> 8),
    digit(a >>> 4),
    digit(a),
    digit(b >>> 28),
    digit(b >>> 24),
    digit(b >>> 20),
    digit(b >>> 16),
    digit(b >>> 12),
    digit(b >>> 8),
    digit(b >>> 4),
    digit(b),
  );
}

/** The code of the hexadecimal digit of the lowest four bits. */
function digit(bits: number): number {
  const value = bits & 15;
  return value < 10 ? 48 + value : 87 + value;
}
