import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeVersions, tombstone, type Version, visibleRow, writtenVersion } from './versions.ts';

const COLUMNS = ['a', 'b'];
let origin = 0;

const written = fc
  .record({
    a: fc.option(fc.oneof(fc.integer({ min: 0, max: 3 }), fc.constant(null)), { nil: undefined }),
    b: fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined }),
    at: fc.integer({ min: 1, max: 6 }),
    ttl: fc.option(fc.integer({ min: 5, max: 20 }), { nil: undefined }),
  })
  .map(({ a, b, at, ttl }): Version => {
    const row: Record<string, number | null> = { key: 1 };
    if (a !== undefined) row.a = a;
    if (b !== undefined) row.b = b;
    const expiresNs = ttl ?? Number.POSITIVE_INFINITY;
    return writtenVersion(COLUMNS, ['key'], row, [1], at, expiresNs, ++origin, 10);
  });
const deleted = fc.integer({ min: 1, max: 6 }).map((at) => tombstone([1], at, at, 10));
const version = fc.oneof(written, written, deleted);

const seen = (v: Version) => [
  visibleRow(v, COLUMNS, 0),
  visibleRow(v, COLUMNS, 10),
  visibleRow(v, COLUMNS, 100),
  v.digest,
  v.deletion,
];
const merge = (versions: readonly Version[]) => versions.reduce((a, b) => mergeVersions(a, b, COLUMNS));

describe('versions of a row', () => {
  it('merge to the same whatever the order in which a replica hears of them, and however often', () => {
    fc.assert(
      fc.property(
        fc
          .array(version, { minLength: 1, maxLength: 5 })
          .chain((versions) =>
            fc.tuple(
              fc.constant(versions),
              fc.shuffledSubarray(versions, { minLength: versions.length }),
              fc.subarray(versions),
            ),
          ),
        ([versions, shuffled, again]) => {
          expect(seen(merge([...shuffled, ...again]))).toEqual(seen(merge(versions)));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('keep of each cell the newest write', () => {
    const whole = writtenVersion(
      COLUMNS,
      ['key'],
      { key: 1, a: 1, b: 1 },
      [1],
      10,
      Number.POSITIVE_INFINITY,
      1,
      10,
    );
    const part = writtenVersion(COLUMNS, ['key'], { key: 1, b: 2 }, [1], 20, Number.POSITIVE_INFINITY, 2, 10);
    expect(merge([part, whole]).row).toEqual({ key: 1, a: 1, b: 2 });
    expect(merge([part, whole, tombstone([1], 15, 0, 10)]).row).toEqual({ key: 1, a: null, b: 2 });
    expect(merge([part, whole, tombstone([1], 20, 0, 10)]).row).toBeNull();
  });
});
