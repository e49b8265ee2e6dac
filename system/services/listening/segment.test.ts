import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Play } from '../../contracts/generated/events.ts';
import { isId, readSegment, writeLines } from './segment.ts';

const id = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 64 }).filter(isId);
const number = fc.oneof(
  fc.nat(),
  fc.maxSafeNat(),
  fc.constantFrom(0, 9, 10, 99_999_999, 100_000_000, 100_000_001, 2 ** 31, 2 ** 53 - 1),
  fc.double({ min: -1e9, max: 1e9, noNaN: true }),
);
const play: fc.Arbitrary<Play> = fc.record({
  listenerId: fc.oneof(id, fc.constant('u000000042')),
  playId: number,
  trackId: fc.oneof(id, fc.constant('t7')),
  playedAtNs: number,
  listenedMs: number,
  skipped: fc.boolean(),
});

const expected = (plays: readonly Play[]) =>
  plays
    .map(
      (p) => `${p.listenerId}\t${p.playId}\t${p.trackId}\t${p.playedAtNs}\t${p.listenedMs}\t${+p.skipped}\n`,
    )
    .join('');

test('a segment is its plays as text, whatever their ids and numbers are', () => {
  fc.assert(
    fc.property(fc.array(play, { maxLength: 8 }), (plays) => {
      expect(writeLines(plays)).toBe(expected(plays));
    }),
    { numRuns: 500 },
  );
});

test('a segment has as many plays as there are, and all come back', () => {
  const plays = Array.from({ length: 1_000 }, (_, i) => ({
    listenerId: `u${i}`.padEnd(64, 'x'),
    playId: Number.MAX_SAFE_INTEGER - i,
    trackId: `t${i}`.padEnd(64, 'y'),
    playedAtNs: Number.MAX_SAFE_INTEGER - 7 * i,
    listenedMs: Number.MAX_SAFE_INTEGER,
    skipped: i % 2 === 0,
  }));
  expect(writeLines(plays)).toBe(expected(plays));
  expect(readSegment(writeLines(plays))).toEqual(plays);
});
