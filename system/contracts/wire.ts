/**
 * Protocol Buffers wire format, as far as the contracts use it: varints, doubles, strings and nested
 * messages (protobuf.dev/programming-guides/encoding). 64-bit numbers are JavaScript numbers: whole, up to 2^53 − 1.
 */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/** Bytes of a number as a varint: seven bits a byte. */
export function sizeOfVarint(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  if (value < 0x10000000) return 4;
  if (value < 0x800000000) return 5;
  if (value < 0x40000000000) return 6;
  return value < 0x2000000000000 ? 7 : 8;
}

/** Bytes of a text in UTF-8; a lone surrogate counts as U+FFFD, which is what it is encoded as. */
export function sizeOfText(text: string): number {
  const length = text.length;
  let bytes = length;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    if (code < 0x800) bytes++;
    else {
      bytes += 2;
      // A pair is two units and four bytes.
      if (isHigh(code) && isLow(text.charCodeAt(i + 1))) i++;
    }
  }
  return bytes;
}

/** A text or message after its length. */
export function sizeOfBlock(bytes: number): number {
  return sizeOfVarint(bytes) + bytes;
}

const isHigh = (code: number) => (code & 0xfc00) === 0xd800;
const isLow = (code: number) => (code & 0xfc00) === 0xdc00;
const utf8 = new TextEncoder();
const fromUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export class Writer {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
    this.#view = new DataView(this.bytes.buffer);
  }

  /** A field's tag, then a number. */
  number(tag: number, value: number): void {
    this.#varint(tag);
    this.#varint(value);
  }

  double(tag: number, value: number): void {
    this.#varint(tag);
    this.#view.setFloat64(this.#at, value, true);
    this.#at += 8;
  }

  text(tag: number, value: string): void {
    this.#varint(tag);
    const bytes = sizeOfText(value);
    this.#varint(bytes);
    if (bytes > value.length) {
      this.#at += utf8.encodeInto(value, this.bytes.subarray(this.#at)).written;
      return;
    }
    for (let i = 0; i < bytes; i++) this.bytes[this.#at++] = value.charCodeAt(i);
  }

  message<T>(tag: number, size: number, write: (writer: Writer, message: T) => void, message: T): void {
    this.#varint(tag);
    this.#varint(size);
    write(this, message);
  }

  #varint(value: number): void {
    if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER && Math.floor(value) === value))
      throw new WireError(`${value} is no whole number from 0 to 2^53 − 1.`);
    let rest = value;
    while (rest >= 0x80) {
      this.bytes[this.#at++] = (rest % 128) | 0x80;
      rest = Math.floor(rest / 128);
    }
    this.bytes[this.#at++] = rest;
  }
}

export function encode<T>(size: number, write: (writer: Writer, message: T) => void, message: T): Uint8Array {
  const writer = new Writer(size);
  write(writer, message);
  return writer.bytes;
}

/** Reads `bytes` up to `end`; whatever is cut off or malformed is a `WireError`, never a wrong message. */
export class Reader {
  at = 0;
  end: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.end = bytes.length;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      if (this.at >= this.end) throw new WireError('The message ends within a number.');
      const byte = this.#bytes[this.at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER) throw new WireError('A number is beyond 2^53 − 1.');
        return value;
      }
      scale *= 128;
    }
    throw new WireError('A number takes more than ten bytes.');
  }

  double(): number {
    const at = this.#take(8);
    return this.#view.getFloat64(at, true);
  }

  text(): string {
    const length = this.varint();
    const at = this.#take(length);
    try {
      return fromUtf8.decode(this.#bytes.subarray(at, at + length));
    } catch {
      throw new WireError('A text is not UTF-8.');
    }
  }

  message<T>(read: (reader: Reader) => T): T {
    const length = this.varint();
    const outer = this.end;
    this.end = this.at + length;
    if (this.end > outer) throw new WireError('A part of the message is longer than the message.');
    const message = read(this);
    this.end = outer;
    return message;
  }

  /** Passes over a field that this version does not know. */
  skip(tag: number): void {
    const type = tag % 8;
    if (tag < 8) throw new WireError('A field has the number 0.');
    if (type === 0) this.varint();
    else if (type === 1) this.#take(8);
    else if (type === 2) this.#take(this.varint());
    else if (type === 5) this.#take(4);
    else throw new WireError(`Wire type ${type} is not used any more.`);
  }

  #take(length: number): number {
    const at = this.at;
    if (length > this.end - at) throw new WireError('The message ends within a field.');
    this.at += length;
    return at;
  }
}

/** How one call of a service travels between processes: its name there, and the codecs of its two messages. */
export interface Call<Request, Response> {
  readonly name: string;
  readonly encodeRequest: (message: Request) => Uint8Array;
  readonly decodeRequest: (bytes: Uint8Array) => Request;
  readonly encodeResponse: (message: Response) => Uint8Array;
  readonly decodeResponse: (bytes: Uint8Array) => Response;
}

/** A service by its full name ('rehearsal.playlist.Playlist'), with its calls by the names that callers use here. */
export interface Service<Api> {
  readonly name: string;
  readonly calls: {
    readonly [Name in keyof Api]: Api[Name] extends (context: never, request: infer Q) => Promise<infer R>
      ? Call<Q, R>
      : never;
  };
}
