/**
 * Whether bytes are one whole value of a schema, before the library reads them. The library trusts its input: it reads
 * beyond the end, makes lists as long as a number in the message says, and tells only afterwards. This walk allocates
 * nothing, goes over each byte once and no deeper than `DEEPEST`.
 */
import { isUtf8 } from 'node:buffer';
import avsc from 'avsc';
import type { MalformedReason } from '../../ports/event-codec.ts';
import { exactLong } from './exact-long.ts';

export class BoundsError extends Error {
  override readonly name = 'BoundsError';
  readonly reason: MalformedReason;

  constructor(reason: MalformedReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Values nest no deeper. estimate: ten times what people write; a recursive schema would let a message fill the stack. */
const DEEPEST = 64;
/** A long takes ten bytes at most, an int five. */
const LONG_BYTES = 10;
const INT_BYTES = 5;

class Cursor {
  at: number;
  readonly bytes: Uint8Array;
  depth = 0;
  /** Items of lists and maps so far: some take no bytes, and could be claimed in any number. */
  items = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  take(count: number): number {
    const { at } = this;
    if (count > this.bytes.length - at)
      throw new BoundsError('truncated', `${count} bytes were announced, ${this.bytes.length - at} are left`);
    this.at = at + count;
    return at;
  }

  /** Seven bits a byte, then zigzag. Exact up to 2^53, which no length or index comes near. */
  number(most: number): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < most; i++) {
      if (this.at >= this.bytes.length) throw new BoundsError('truncated', 'it ends within a number');
      const byte = this.bytes[this.at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      scale *= 128;
    }
    throw new BoundsError('wrong-type', `a number takes more than ${most} bytes`);
  }

  length(): number {
    const length = this.number(LONG_BYTES);
    if (length < 0) throw new BoundsError('wrong-type', 'a length is negative');
    return length;
  }

  index(count: number): number {
    const index = this.number(LONG_BYTES);
    if (index >= 0 && index < count) return index;
    throw new BoundsError('wrong-type', `there is no choice ${index} of ${count}`);
  }
}

type Walk = (cursor: Cursor) => void;

/** Returns a function that throws BoundsError unless the bytes from `at` to their end are one value of the type. */
export function createBoundsCheck(type: avsc.Type): (bytes: Uint8Array, at: number) => void {
  const walk = compile(type, new Map());
  return (bytes, at) => {
    const cursor = new Cursor(bytes, at);
    walk(cursor);
    const left = bytes.length - cursor.at;
    if (left > 0) throw new BoundsError('trailing-bytes', `${left} bytes follow the message`);
  };
}

function compile(type: avsc.Type, known: Map<avsc.Type, Walk>): Walk {
  const { types } = avsc;
  if (type instanceof types.RecordType) return record(type, known);
  if (type instanceof types.ArrayType) return blocks(compile(type.itemsType, known));
  if (type instanceof types.MapType) {
    const value = compile(type.valuesType, known);
    return blocks((cursor) => {
      text(cursor);
      value(cursor);
    });
  }
  if (type instanceof types.UnwrappedUnionType || type instanceof types.WrappedUnionType) {
    const branches = type.types.map((branch) => compile(branch, known));
    return (cursor) => branches[cursor.index(branches.length)]!(cursor);
  }
  if (type instanceof types.EnumType) {
    const { length } = type.symbols;
    return (cursor) => void cursor.index(length);
  }
  if (type instanceof types.FixedType) {
    const { size } = type;
    return (cursor) => void cursor.take(size);
  }
  return primitive(type.typeName);
}

function primitive(name: string): Walk {
  switch (name) {
    case 'null':
      return () => {};
    case 'boolean':
      return (cursor) => {
        if (cursor.bytes[cursor.take(1)]! > 1)
          throw new BoundsError('wrong-type', 'a truth value is neither');
      };
    case 'int':
      return (cursor) => {
        const value = cursor.number(INT_BYTES);
        if (value !== (value | 0)) throw new BoundsError('wrong-type', 'an int takes more than 32 bits');
      };
    case 'long':
    case exactLong.typeName:
      return (cursor) => void cursor.number(LONG_BYTES);
    case 'float':
      return (cursor) => void cursor.take(4);
    case 'double':
      return (cursor) => void cursor.take(8);
    case 'bytes':
      return (cursor) => void cursor.take(cursor.length());
    case 'string':
      return text;
    default:
      throw new BoundsError('incompatible-schema', `the type ${name} is not supported`);
  }
}

function text(cursor: Cursor): void {
  const length = cursor.length();
  const at = cursor.take(length);
  if (!isUtf8(cursor.bytes.subarray(at, at + length)))
    throw new BoundsError('wrong-type', 'a text is not UTF-8');
}

function record(type: avsc.types.RecordType, known: Map<avsc.Type, Walk>): Walk {
  const other = known.get(type);
  if (other !== undefined) return (cursor) => known.get(type)!(cursor);
  const fields: Walk[] = [];
  const walk: Walk = (cursor) => {
    if (++cursor.depth > DEEPEST)
      throw new BoundsError('wrong-type', `it is nested more than ${DEEPEST} deep`);
    for (const field of fields) field(cursor);
    cursor.depth--;
  };
  known.set(type, walk);
  for (const field of type.fields) fields.push(compile(field.type, known));
  return walk;
}

/** Lists and maps: blocks of items, each after its count; a negative count is followed by the block's bytes. */
function blocks(item: Walk): Walk {
  return (cursor) => {
    for (let count = cursor.number(LONG_BYTES); count !== 0; count = cursor.number(LONG_BYTES)) {
      const bytes = count < 0 ? cursor.length() : null;
      const from = cursor.at;
      cursor.items += Math.abs(count);
      if (cursor.items > cursor.bytes.length)
        throw new BoundsError(
          'truncated',
          `${cursor.items} items were announced in ${cursor.bytes.length} bytes`,
        );
      for (let i = Math.abs(count); i > 0; i--) item(cursor);
      if (bytes !== null && cursor.at - from !== bytes)
        throw new BoundsError('wrong-type', 'a block of items is not as long as it says');
    }
  };
}
