/** Conditional and range requests (RFC 9110, 13 and 14), as far as one range of bytes goes. */
import type { ByteRange } from '../../ports/byte-range.ts';

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

export const quoted = (etag: string) => `"${etag}"`;

/** Whether a list of tags ('"a", W/"b"', '*') has this one; weakly, as If-None-Match compares. */
export function hasTag(header: string, etag: string): boolean {
  if (header.trim() === '*') return true;
  return header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === quoted(etag));
}
