import type { ByteRange } from './byte-range.ts';
import type { Context } from './context.ts';

/**
 * A store of objects by key, as S3 is one. Bodies are described, not carried: a size and the name of a content. Whoever
 * has to have the bytes (HTTP, in the live system) asks a `BodySource` for them.
 */
export interface ObjectInfo {
  /** 'audio/t42/1/160.ogg' */
  readonly key: string;
  readonly size: number;
  /** The same for the same bytes, another for others. */
  readonly etag: string;
  /** Names the bytes. */
  readonly contentId: string;
  /** How long caches may keep it without asking again, in seconds; 0: not at all. */
  readonly maxAgeS: number;
}

/** A part of an object: bytes `from` to `to`, exclusive. */
export interface ObjectSlice {
  readonly info: ObjectInfo;
  readonly from: number;
  readonly to: number;
}

export interface GetOptions {
  /** Absent: the whole object. */
  readonly range?: ByteRange;
  /** Rejects with `conflict` unless the object has this tag. */
  readonly ifMatch?: string;
}

export interface PutObject {
  readonly size: number;
  readonly contentId: string;
  readonly maxAgeS?: number;
}

export interface PutOptions {
  /** Rejects with `conflict` unless the object has this tag now, with `not-found` where there is none. */
  readonly ifMatch?: string;
  /** Rejects with `conflict` if there is an object. */
  readonly ifAbsent?: boolean;
}

export interface ListRequest {
  readonly prefix: string;
  /** Keys after this one; absent: from the first. */
  readonly after?: string;
  /** Most objects in an answer, 1 to 1,000. */
  readonly limit: number;
}

export interface ObjectPage {
  /** In the order of their keys. */
  readonly objects: readonly ObjectInfo[];
  /** What to give as `after` for the next page; null: that was all. */
  readonly next: string | null;
}

/**
 * A read sees every write that was acknowledged before it began. Errors: `not-found`, `overloaded` (503 SlowDown: the
 * rate of a prefix is exceeded), `conflict`, `invalid` (`UnsatisfiableRange` for a range beyond the end), `unavailable`,
 * `reset`.
 */
export interface ObjectStore {
  get(context: Context, key: string, options?: GetOptions): Promise<ObjectSlice>;
  head(context: Context, key: string): Promise<ObjectInfo>;
  put(context: Context, key: string, object: PutObject, options?: PutOptions): Promise<ObjectInfo>;
  list(context: Context, request: ListRequest): Promise<ObjectPage>;
  /** Deleting what is not there is no error. */
  delete(context: Context, key: string): Promise<void>;
}

/** Makes the bytes of a content, a part at a time: nothing larger than the part is ever in memory. */
export interface BodySource {
  /** Bytes `from` to `to` (exclusive) of the content; the same whenever and however often they are asked for. */
  read(object: Pick<ObjectInfo, 'contentId' | 'size'>, from: number, to: number): Uint8Array;
}
