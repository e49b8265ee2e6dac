/**
 * How many bytes values take in Avro's binary encoding (avro.apache.org, specification, "Binary encoding"), without
 * encoding them. What generated code runs on; it checks types on the way, since the
 * size of something else means nothing: what does not fit is `invalid`.
 */
import { PortError } from '../../ports/errors.ts';
import { sizeOfText, sizeOfVarint } from '../wire.ts';

export const DOUBLE_BYTES = 8;
export const BOOLEAN_BYTES = 1;
/** The number of a union's branch, or of a block of items, below 64. */
export const INDEX_BYTES = 1;

/** Zigzag, then seven bits a byte. */
export function sizeOfLong(value: number, field: string): number {
  if (!Number.isSafeInteger(value)) refuse(field, 'a whole number within ±(2^53 − 1)', value);
  if (value >= 0) return value < 0x40 ? 1 : sizeOfZigzag(value);
  return sizeOfZigzag(-value - 1);
}

/** Of 2n or 2n + 1, which take the same bytes: without doubling what may not be doubled exactly. */
function sizeOfZigzag(half: number): number {
  return half < 2 ** 48 ? sizeOfVarint(2 * half) : 8;
}

export function sizeOfString(value: string, field: string): number {
  if (typeof value !== 'string') refuse(field, 'a text', value);
  // Half a surrogate pair has no UTF-8: what was written for it would be read by nobody.
  if (!value.isWellFormed()) refuse(field, 'Unicode', value);
  const bytes = sizeOfText(value);
  return sizeOfLong(bytes, field) + bytes;
}

export function sizeOfDouble(value: number, field: string): number {
  if (typeof value !== 'number') refuse(field, 'a number', value);
  return DOUBLE_BYTES;
}

export function sizeOfBoolean(value: boolean, field: string): number {
  if (typeof value !== 'boolean') refuse(field, 'true or false', value);
  return BOOLEAN_BYTES;
}

/** One block of items, which each add their own size, and the end. */
export function sizeOfArray(value: readonly unknown[], field: string): number {
  if (!Array.isArray(value)) refuse(field, 'a list', value);
  return value.length === 0 ? INDEX_BYTES : sizeOfLong(value.length, field) + INDEX_BYTES;
}

export function checkRecord(value: unknown, name: string): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) refuse(name, 'a message', value);
}

function refuse(field: string, wanted: string, value: unknown): never {
  const plain = value === null || value === undefined || typeof value === 'number';
  const found = plain ? String(value) : `a value of type ${typeof value}`;
  throw new PortError('invalid', 'events.encode', true, `${field} must be ${wanted}, not ${found}`);
}
