/**
 * A batch of changes as bytes. Changes are plain values of any shape that a structured clone carries (numbers that are
 * not finite, typed arrays, maps); V8's serialisation keeps them, and its format may be stored: newer versions read what
 * older ones wrote.
 */
import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';

/** Something that happened to one engine. */
export interface Entry {
  /** Whose change it is: 'cassandra'. */
  readonly source: string;
  readonly change: unknown;
}

/** A batch as it is stored. */
export interface StoredBatch {
  /** Consecutive. */
  readonly number: number;
  /** Model time when it was closed. */
  readonly nowNs: number;
  /** How many changes are in it. */
  readonly changes: number;
  readonly body: Uint8Array;
}

export function encodeEntries(entries: readonly Entry[]): Uint8Array<ArrayBuffer> {
  const flat = new Array<unknown>(2 * entries.length);
  entries.forEach(({ source, change }, i) => {
    flat[2 * i] = source;
    flat[2 * i + 1] = change;
  });
  // A copy of its own: what V8 returns may be part of a larger buffer, which could not be handed to another thread.
  return new Uint8Array(serialize(flat));
}

/** Throws where the bytes are not those of `encodeEntries`: check the checksum before. */
export function decodeEntries(body: Uint8Array): Entry[] {
  const flat = deserialize(body) as unknown[];
  const entries: Entry[] = [];
  for (let i = 0; i < flat.length; i += 2) entries.push({ source: flat[i] as string, change: flat[i + 1] });
  return entries;
}

/** Over everything that is stored of a batch, so that a body in another's place is noticed as well. */
export function checksumOf({ number, nowNs, changes, body }: StoredBatch): number {
  return crc32(body, crc32(new Uint8Array(Float64Array.of(number, nowNs, changes).buffer)));
}
