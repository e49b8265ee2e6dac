import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checksumOf, decodeEntries, type Entry, encodeEntries, type StoredBatch } from './batch.ts';

const scalar = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.constantFrom(Number.POSITIVE_INFINITY, Number.NaN, -0, undefined, null, true, false, '\ud800'),
  fc.maxSafeInteger(),
  fc.uint8Array(),
);
const { change } = fc.letrec((tie) => ({
  change: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('change'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('change'), { maxKeys: 4 }),
    fc.array(fc.tuple(fc.string(), tie('change')), { maxLength: 4 }).map((pairs) => new Map(pairs)),
  ),
}));
const entries = fc.array(fc.record({ source: fc.string(), change })) as fc.Arbitrary<Entry[]>;
const batch = fc.record({
  number: fc.nat(),
  nowNs: fc.maxSafeInteger(),
  changes: fc.nat(),
  body: fc.uint8Array({ minLength: 1 }),
}) as fc.Arbitrary<StoredBatch>;

/** Dictionaries of the property test have no prototype, structured clones have one: what counts is what they hold. */
const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return new Map([...value].map(([key, held]) => [key, plain(held)]));
  if (value === null || typeof value !== 'object' || ArrayBuffer.isView(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, plain(held)]));
};

test('whatever changes consist of comes back as it was', () => {
  fc.assert(
    fc.property(entries, (written) => {
      expect(plain(decodeEntries(encodeEntries(written)))).toEqual(plain(written));
    }),
  );
});

test('a flipped bit anywhere changes the checksum', () => {
  fc.assert(
    fc.property(batch, fc.nat(), (stored, place) => {
      const body = stored.body.slice();
      const bit = place % (8 * body.length);
      body[bit >> 3]! ^= 1 << (bit & 7);
      expect(checksumOf({ ...stored, body })).not.toBe(checksumOf(stored));
    }),
  );
});

test('a body in the place of another has another checksum', () => {
  fc.assert(
    fc.property(batch, fc.nat(), (stored, number) => {
      fc.pre(number !== stored.number);
      expect(checksumOf({ ...stored, number })).not.toBe(checksumOf(stored));
    }),
  );
});
