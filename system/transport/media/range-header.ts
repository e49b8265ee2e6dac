/** Conditional and range requests (RFC 9110, 13 and 14), as far as one range of bytes goes. */

import type { ByteRange } from '../../ports/byte-range.ts';
import { hasTag, quoted, tagsOf } from '../http/entity-tags.ts';

const ONE_RANGE = /^bytes=(\d*)-(\d*)$/;

/** Undefined: the whole. What is no range of bytes, or several, is left out of account, as the RFC allows. */
export function parseRange(header: string | undefined): ByteRange | undefined {
  const match = header === undefined ? null : ONE_RANGE.exec(header.replaceAll(/\s/g, ''));
  if (match === null) return undefined;
  const [first, last] = [match[1]!, match[2]!];
  if (first === '') return last === '' ? undefined : { last: Number(last) };
  if (last === '') return { from: Number(first) };
  return Number(last) < Number(first) ? undefined : { from: Number(first), to: Number(last) + 1 };
}

interface Asking {
  readonly 'if-match'?: string | undefined;
  readonly 'if-none-match'?: string | undefined;
  readonly 'if-range'?: string | undefined;
}

/**
 * What conditions make of a request for what has this tag (RFC 9110, 13.2.2), in the order in which they count, all of
 * them before the range: 412, 304, or null where it goes on.
 */
export function preconditionOf(asked: Asking, etag: string): 412 | 304 | null {
  const { 'if-match': ifMatch, 'if-none-match': ifNoneMatch } = asked;
  // Compared strongly: a weak tag never matches.
  if (ifMatch !== undefined && !/^\s*\*\s*$/.test(ifMatch) && !tagsOf(ifMatch).includes(quoted(etag)))
    return 412;
  return ifNoneMatch !== undefined && hasTag(ifNoneMatch, etag) ? 304 : null;
}

/** Whether If-Range says that the range is of something else, so that all of this is to be sent. */
export const isOfAnother = ({ 'if-range': ifRange }: Asking, etag: string) =>
  ifRange !== undefined && ifRange !== quoted(etag);

/** Whether any of this can change what comes of a range beyond the end. */
export const hasConditions = (asked: Asking) =>
  asked['if-match'] !== undefined || asked['if-none-match'] !== undefined || asked['if-range'] !== undefined;
