import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cut } from './changelog.ts';

test('pieces of a text are texts, and together the text', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.integer({ min: 1, max: 9 }),
      (text, length) => {
        const pieces = cut(text, length);
        expect(pieces.join('')).toBe(text);
        for (const piece of pieces) {
          expect(piece.isWellFormed()).toBe(text.isWellFormed());
          expect(piece.length).toBeLessThanOrEqual(length + 1);
        }
      },
    ),
    { seed: 41 },
  );
  expect(cut('', 5)).toEqual(['']);
});
