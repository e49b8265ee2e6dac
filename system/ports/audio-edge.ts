import type { ByteRange } from './byte-range.ts';
import type { Context } from './context.ts';
import type { ObjectInfo } from './object-store.ts';
import type { UrlGrant } from './url-signer.ts';

/** Points of presence near listeners, which keep copies of objects: a content delivery network. */
export interface EdgeRequest {
  /** '/audio/t42/1/160.ogg' */
  readonly path: string;
  /** What the URL carries as `?token=`. */
  readonly token?: string;
  /** What the token grants, where a transport has checked its signature; absent: the point of presence checks it. */
  readonly grant?: UrlGrant;
  /** Absent: the whole object. */
  readonly range?: ByteRange;
  /** Only what is known about the object, without its bytes (HTTP HEAD). */
  readonly headOnly?: boolean;
  /** The site whose page asks (the header Origin of a browser); absent: an app. */
  readonly origin?: string;
  /** Where the listener is: the number of a place. Default: the first. */
  readonly place?: number;
}

/** Bytes `from` to `to` (exclusive) are at the point of presence; the first of them has arrived. */
export interface EdgeAnswer {
  readonly info: ObjectInfo;
  readonly from: number;
  readonly to: number;
  /** Whether anything had to be fetched for it. */
  readonly cached: boolean;
  /** How long ago the origin gave it, or vouched for it, at whichever tier it has been since (RFC 9111, 4.2.3). */
  readonly ageNs: number;
  /** Which point of presence answered: 'fra'. */
  readonly servedBy: string;
  readonly place: number;
}

/** An object by its path, or everything below a prefix that ends with '/'. */
export type PurgeTarget = { readonly path: string } | { readonly prefix: string };

/**
 * Errors of `fetch`: `permission-denied` (no valid signed URL, or a site that may not embed), `not-found`, `invalid`
 * (`UnsatisfiableRange` beyond the end), `overloaded`, `unavailable`, `reset`, `timeout` (the origin did not answer).
 */
export interface AudioEdge {
  fetch(context: Context, request: EdgeRequest): Promise<EdgeAnswer>;
  /** More of the same object, which was checked when `answer` was given: a download outlives its URL. */
  fetchMore(context: Context, answer: EdgeAnswer, range: ByteRange): Promise<EdgeAnswer>;
  /** Resolves when every point of presence has dropped its copies. */
  purge(context: Context, target: PurgeTarget): Promise<void>;
}
