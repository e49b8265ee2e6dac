/** What a range of bytes means: the same in the object store, at the edge and over HTTP. */
import { PortError } from './errors.ts';

/** `to` is exclusive and may lie beyond the end; absent: to the end. `last`: that many bytes from the end. */
export type ByteRange = { readonly from: number; readonly to?: number } | { readonly last: number };

/** Nothing of the object lies in the range (HTTP 416); says how large the object is. */
export class UnsatisfiableRange extends PortError {
  readonly size: number;

  constructor(operation: string, size: number) {
    super('invalid', operation, true, `the object ends at byte ${size}`);
    this.size = size;
  }
}

/** Where the range begins and ends in an object of `size` bytes; null: nowhere (RFC 9110, 14.1.2). */
export function resolveRange(
  range: ByteRange | undefined,
  size: number,
): { readonly from: number; readonly to: number } | null {
  if (range === undefined) return { from: 0, to: size };
  if ('last' in range) {
    if (range.last <= 0 || size === 0) return null;
    return { from: Math.max(0, size - range.last), to: size };
  }
  if (range.from < 0 || range.from >= size) return null;
  const to = range.to === undefined ? size : Math.min(range.to, size);
  return to > range.from ? { from: range.from, to } : null;
}
